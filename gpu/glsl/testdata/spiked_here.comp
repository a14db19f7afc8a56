// neurons threshold
// neurons reset
layout(local_size_x = 64) in;

layout(std430, binding = 1) buffer Slab1 { int slab1[]; };
layout(std430, binding = 2) buffer Doubles0 { dvec2 doubles0[]; };
layout(rgba32ui, binding = 0) readonly uniform uimageBuffer texels0;

uniform uint tick;       // since the batch began, from 1
uniform uvec2 clock_step; // of the clock: low and high word
float own_0_0;
dvec2 two_words(uvec4 u) { return dvec2(packDouble2x32(u.xy), packDouble2x32(u.zw)); }
uint emit_23 = 0u;

#include "compute/run.glsl"
#include "compute/ops.glsl"

#define fired_13(i) slab1[133760u + uint(i)]

// neurons threshold: 100 elements, reads 1 buffers, writes 1.
void run_neurons_threshold(uint e) {
	precise bool t1 = 1.0 < own_0_0;
	if (t1) emit_23 |= 1u << (e & 31u);
}

// neurons reset: 0 elements, reads 0 buffers, writes 1.
void run_neurons_reset(uint e) {
	own_0_0 = 0.0;
}

void main() {
	if (halted()) return;
	uint b = gl_GlobalInvocationID.x;
	{
		if (b < 25u) {
			vec4 was_0_0 = uintBitsToFloat(imageLoad(texels0, int(0u + b * 1u + 0u))); vec4 now_0_0 = was_0_0;
			{
				uint e = 4u * b + 0u;
				own_0_0 = was_0_0.x;
			run_neurons_threshold(e);
			if ((emit_23 >> (e & 31u) & 1u) != 0u) run_neurons_reset(e);
				now_0_0.x = own_0_0;
			}
			{
				uint e = 4u * b + 1u;
				own_0_0 = was_0_0.y;
			run_neurons_threshold(e);
			if ((emit_23 >> (e & 31u) & 1u) != 0u) run_neurons_reset(e);
				now_0_0.y = own_0_0;
			}
			{
				uint e = 4u * b + 2u;
				own_0_0 = was_0_0.z;
			run_neurons_threshold(e);
			if ((emit_23 >> (e & 31u) & 1u) != 0u) run_neurons_reset(e);
				now_0_0.z = own_0_0;
			}
			{
				uint e = 4u * b + 3u;
				own_0_0 = was_0_0.w;
			run_neurons_threshold(e);
			if ((emit_23 >> (e & 31u) & 1u) != 0u) run_neurons_reset(e);
				now_0_0.w = own_0_0;
			}
			if (floatBitsToInt(now_0_0) != floatBitsToInt(was_0_0)) doubles0[0u + b * 1u + 0u] = two_words(floatBitsToUint(now_0_0));
			if (emit_23 != 0u) { atomicOr(fired_13(b >> 3), int(emit_23)); atomicOr(fired_13(4u + (b >> 3 >> 5)), int(1u << ((b >> 3) & 31u))); }
			emit_23 = 0u;
		}
	}
}

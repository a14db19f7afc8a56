// neurons threshold
// add the sum to neurons_g
layout(local_size_x = 8) in;

layout(std430, binding = 1) buffer Slab1 { int slab1[]; };
layout(std430, binding = 2) buffer Blocks0 { vec4 blocks0[]; };
layout(std430, binding = 3) buffer Blocks1 { ivec4 blocks1[]; };
layout(rgba32ui, binding = 0) readonly uniform uimageBuffer texels0;
layout(rgba32ui, binding = 1) readonly uniform uimageBuffer texels1;

uniform vec3 scale_0; // of a fixed-point sum: scale, its inverse, the largest value
uniform uint tick;       // since the batch began, from 1
uniform uvec2 clock_step; // of the clock: low and high word
double scale_inverse_0;
float own_0_0;
int own_24_0;
float own_12_0;
uint emit_23 = 0u;

#include "compute/run.glsl"
#include "compute/ops.glsl"

#define fired_13(i) slab1[133760u + uint(i)]

// neurons threshold: 100 elements, reads 1 buffers, writes 1.
void run_neurons_threshold(uint e) {
	precise bool t1 = 1.0 < own_0_0;
	if (t1) emit_23 |= 1u << (e & 31u);
}

void run_add_the_sum_to_neurons_g(uint e) {
	int w = own_24_0;
	if (w == 0) return;
	precise double total = double(w) * scale_inverse_0;
	total = double(own_12_0) + total;
	own_12_0 = float(total);
	own_24_0 = 0;
}

void main() {
	if (halted()) return;
	scale_inverse_0 = double(scale_0.y);
	uint b = gl_GlobalInvocationID.x;
	{
		if (b < 25u) {
			vec4 was_0_0 = uintBitsToFloat(imageLoad(texels0, int(0u + b * 1u + 0u)));
			ivec4 was_24_0 = ivec4(imageLoad(texels1, int(33456u + b * 1u + 0u))); ivec4 now_24_0 = was_24_0;
			vec4 was_12_0 = uintBitsToFloat(imageLoad(texels0, int(352u + b * 1u + 0u))); vec4 now_12_0 = was_12_0;
			{
				uint e = 4u * b + 0u;
				own_0_0 = was_0_0.x;
				own_24_0 = was_24_0.x;
				own_12_0 = was_12_0.x;
			run_neurons_threshold(e);
			run_add_the_sum_to_neurons_g(e);
				now_24_0.x = own_24_0;
				now_12_0.x = own_12_0;
			}
			{
				uint e = 4u * b + 1u;
				own_0_0 = was_0_0.y;
				own_24_0 = was_24_0.y;
				own_12_0 = was_12_0.y;
			run_neurons_threshold(e);
			run_add_the_sum_to_neurons_g(e);
				now_24_0.y = own_24_0;
				now_12_0.y = own_12_0;
			}
			{
				uint e = 4u * b + 2u;
				own_0_0 = was_0_0.z;
				own_24_0 = was_24_0.z;
				own_12_0 = was_12_0.z;
			run_neurons_threshold(e);
			run_add_the_sum_to_neurons_g(e);
				now_24_0.z = own_24_0;
				now_12_0.z = own_12_0;
			}
			{
				uint e = 4u * b + 3u;
				own_0_0 = was_0_0.w;
				own_24_0 = was_24_0.w;
				own_12_0 = was_12_0.w;
			run_neurons_threshold(e);
			run_add_the_sum_to_neurons_g(e);
				now_24_0.w = own_24_0;
				now_12_0.w = own_12_0;
			}
			if (now_24_0 != was_24_0) blocks1[33456u + b * 1u + 0u] = now_24_0;
			if (floatBitsToInt(now_12_0) != floatBitsToInt(was_12_0)) blocks0[352u + b * 1u + 0u] = now_12_0;
			if (emit_23 != 0u) atomicOr(fired_13(b >> 3), int(emit_23));
			emit_23 = 0u;
		}
	}
}

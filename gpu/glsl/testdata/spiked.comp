// add the sum to neurons_g
// neurons reset
layout(local_size_x = 64) in;

layout(std430, binding = 1) buffer Slab1 { int slab1[]; };
layout(std430, binding = 2) buffer Doubles0 { dvec2 doubles0[]; };
layout(std430, binding = 3) buffer Doubles1 { dvec2 doubles1[]; };
layout(rgba32ui, binding = 0) readonly uniform uimageBuffer texels0;
layout(rgba32ui, binding = 1) readonly uniform uimageBuffer texels1;

uniform vec3 scale_0; // of a fixed-point sum: scale, its inverse, the largest value
uniform uint tick;       // since the batch began, from 1
uniform uvec2 clock_step; // of the clock: low and high word
double scale_inverse_0;
int own_24_0;
float own_12_0;
float own_0_0;
dvec2 two_words(uvec4 u) { return dvec2(packDouble2x32(u.xy), packDouble2x32(u.zw)); }

#include "compute/run.glsl"
#include "compute/ops.glsl"

#define fired_13(i) slab1[133760u + uint(i)]

void run_add_the_sum_to_neurons_g(uint e) {
	int w = own_24_0;
	if (w == 0) return;
	precise double total = double(w) * scale_inverse_0;
	total = double(own_12_0) + total;
	own_12_0 = float(total);
	own_24_0 = 0;
}

// neurons reset: 0 elements, reads 0 buffers, writes 1.
void run_neurons_reset(uint e) {
	own_0_0 = 0.0;
}

void main() {
	if (halted()) return;
	scale_inverse_0 = double(scale_0.y);
	uint b = gl_GlobalInvocationID.x;
	{
		if (b < 25u) {
			uint spiked_23 = uint(fired_13(b >> 3));
			ivec4 was_24_0 = ivec4(imageLoad(texels1, int(33456u + b * 1u + 0u))); ivec4 now_24_0 = was_24_0;
			vec4 was_12_0 = uintBitsToFloat(imageLoad(texels0, int(352u + b * 1u + 0u))); vec4 now_12_0 = was_12_0;
			vec4 was_0_0 = uintBitsToFloat(imageLoad(texels0, int(0u + b * 1u + 0u))); vec4 now_0_0 = was_0_0;
			{
				uint e = 4u * b + 0u;
				own_24_0 = was_24_0.x;
				own_12_0 = was_12_0.x;
				own_0_0 = was_0_0.x;
			run_add_the_sum_to_neurons_g(e);
			if ((spiked_23 >> (e & 31u) & 1u) != 0u) run_neurons_reset(e);
				now_24_0.x = own_24_0;
				now_12_0.x = own_12_0;
				now_0_0.x = own_0_0;
			}
			{
				uint e = 4u * b + 1u;
				own_24_0 = was_24_0.y;
				own_12_0 = was_12_0.y;
				own_0_0 = was_0_0.y;
			run_add_the_sum_to_neurons_g(e);
			if ((spiked_23 >> (e & 31u) & 1u) != 0u) run_neurons_reset(e);
				now_24_0.y = own_24_0;
				now_12_0.y = own_12_0;
				now_0_0.y = own_0_0;
			}
			{
				uint e = 4u * b + 2u;
				own_24_0 = was_24_0.z;
				own_12_0 = was_12_0.z;
				own_0_0 = was_0_0.z;
			run_add_the_sum_to_neurons_g(e);
			if ((spiked_23 >> (e & 31u) & 1u) != 0u) run_neurons_reset(e);
				now_24_0.z = own_24_0;
				now_12_0.z = own_12_0;
				now_0_0.z = own_0_0;
			}
			{
				uint e = 4u * b + 3u;
				own_24_0 = was_24_0.w;
				own_12_0 = was_12_0.w;
				own_0_0 = was_0_0.w;
			run_add_the_sum_to_neurons_g(e);
			if ((spiked_23 >> (e & 31u) & 1u) != 0u) run_neurons_reset(e);
				now_24_0.w = own_24_0;
				now_12_0.w = own_12_0;
				now_0_0.w = own_0_0;
			}
			if (now_24_0 != was_24_0) doubles1[33456u + b * 1u + 0u] = two_words(uvec4(now_24_0));
			if (floatBitsToInt(now_12_0) != floatBitsToInt(was_12_0)) doubles0[352u + b * 1u + 0u] = two_words(floatBitsToUint(now_12_0));
			if (floatBitsToInt(now_0_0) != floatBitsToInt(was_0_0)) doubles0[0u + b * 1u + 0u] = two_words(floatBitsToUint(now_0_0));
		}
	}
}

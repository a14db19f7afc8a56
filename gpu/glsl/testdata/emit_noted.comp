// neurons threshold
// add the sum to neurons_g
// list of neurons_spikes
layout(local_size_x = 8) in;

layout(std430, binding = 1) coherent buffer Slab1 { int slab1[]; };
layout(std430, binding = 2) buffer Doubles0 { dvec2 doubles0[]; };
layout(std430, binding = 3) coherent buffer Doubles1 { dvec2 doubles1[]; };
layout(rgba32ui, binding = 0) readonly uniform uimageBuffer texels0;
layout(rgba32ui, binding = 1) readonly uniform uimageBuffer texels1;

uniform vec3 scale_0; // of a fixed-point sum: scale, its inverse, the largest value
uniform uint tick;       // since the batch began, from 1
uniform uvec2 clock_step; // of the clock: low and high word
bool note_0;
double scale_inverse_0;
float own_0_0;
int own_24_0;
float own_12_0;
dvec2 two_words(uvec4 u) { return dvec2(packDouble2x32(u.xy), packDouble2x32(u.zw)); }
shared uint found[8];

#include "compute/run.glsl"
#include "compute/ops.glsl"

#define neurons_spikes(i) slab1[832u + uint(i)]
#define groups_0(i) slab1[2240u + uint(i)]
#define fired_13(i) slab1[133760u + uint(i)]

// neurons threshold: 100 elements, reads 1 buffers, writes 1.
void run_neurons_threshold(uint e) {
	precise bool t1 = 1.0 < own_0_0;
	note_0 = t1;
}

void run_add_the_sum_to_neurons_g(uint e) {
	int w = own_24_0;
	if (w == 0) return;
	precise double total = double(w) * scale_inverse_0;
	total = double(own_12_0) + total;
	own_12_0 = float(total);
	own_24_0 = 0;
}

void run_list_of_neurons_spikes(uint me) {
	uint first = me * 1u, end = min(first + 1u, 1u), n = 0u;
	for (uint m = first; m < end; ++m) for (uint k = uint(fired_13(4u + (m))); k != 0u; k &= k - 1u) n += uint(bitCount(fired_13(m * 32u + uint(findLSB(k)))));
	found[me] = n;
	barrier();
	uint at = 0u, count = 0u;
	for (uint k = 0u; k < 8u; ++k) {
		at += k < me ? found[k] : 0u;
		count += found[k];
	}
	uint row = clock_step.x % 3u * 101u;
	for (uint m = first; m < end && n != 0u; ++m) {
		uint k = uint(fired_13(4u + (m)));
		if (k != 0u) fired_13(4u + (m)) = 0;
		for (; k != 0u; k &= k - 1u) {
			uint w = m * 32u + uint(findLSB(k));
			uint bits = uint(fired_13(w));
			if (bits != 0u) fired_13(w) = 0;
			for (; bits != 0u; bits &= bits - 1u) {
				neurons_spikes(row + 1u + at) = int(w * 32u) + findLSB(bits);
				++at;
			}
		}
	}
	if (me == 0u) {
		neurons_spikes(row) = int(count);
		uint to = row / 101u * 6u;
		groups_0(to) = int(min(count, 65535u));
		groups_0(to + 1u) = 1; groups_0(to + 2u) = 1;
		groups_0(to + 3u) = int(min((count + 63u) / 64u, 65535u));
		groups_0(to + 4u) = 1; groups_0(to + 5u) = 1;
	}
	barrier(); // found is free again
}

void sync_group() { memoryBarrierBuffer(); barrier(); }

void main() {
	if (halted()) return;
	scale_inverse_0 = double(scale_0.y);
	uint end = min((gl_WorkGroupID.x + 1u) * 32u, 25u);
	for (uint first_round = gl_WorkGroupID.x * 32u + gl_LocalInvocationIndex; first_round < end; first_round += 256u) {
		uint stop = min(end, first_round + 256u), round_bit = 1u;
		uint noted_0_0 = 0u;
		uint noted_0_1 = 0u;
		uint noted_0_2 = 0u;
		uint noted_0_3 = 0u;
		uint cleared_24 = 0u;
		for (uint b = first_round; b < stop; b += 8u) {
		{
			vec4 was_0_0 = uintBitsToFloat(imageLoad(texels0, int(0u + b * 1u + 0u)));
			ivec4 was_24_0 = ivec4(imageLoad(texels1, int(33456u + b * 1u + 0u)));
			vec4 was_12_0 = uintBitsToFloat(imageLoad(texels0, int(352u + b * 1u + 0u))); vec4 now_12_0 = was_12_0;
			{
				uint e = 4u * b + 0u;
				own_0_0 = was_0_0.x;
				own_24_0 = was_24_0.x;
				own_12_0 = was_12_0.x;
			note_0 = false;
			run_neurons_threshold(e);
			run_add_the_sum_to_neurons_g(e);
			if (note_0) noted_0_0 |= round_bit;
				now_12_0.x = own_12_0;
			}
			{
				uint e = 4u * b + 1u;
				own_0_0 = was_0_0.y;
				own_24_0 = was_24_0.y;
				own_12_0 = was_12_0.y;
			note_0 = false;
			run_neurons_threshold(e);
			run_add_the_sum_to_neurons_g(e);
			if (note_0) noted_0_1 |= round_bit;
				now_12_0.y = own_12_0;
			}
			{
				uint e = 4u * b + 2u;
				own_0_0 = was_0_0.z;
				own_24_0 = was_24_0.z;
				own_12_0 = was_12_0.z;
			note_0 = false;
			run_neurons_threshold(e);
			run_add_the_sum_to_neurons_g(e);
			if (note_0) noted_0_2 |= round_bit;
				now_12_0.z = own_12_0;
			}
			{
				uint e = 4u * b + 3u;
				own_0_0 = was_0_0.w;
				own_24_0 = was_24_0.w;
				own_12_0 = was_12_0.w;
			note_0 = false;
			run_neurons_threshold(e);
			run_add_the_sum_to_neurons_g(e);
			if (note_0) noted_0_3 |= round_bit;
				now_12_0.w = own_12_0;
			}
			if (was_24_0 != ivec4(0)) cleared_24 |= round_bit;
			if (floatBitsToInt(now_12_0) != floatBitsToInt(was_12_0)) doubles0[352u + b * 1u + 0u] = two_words(floatBitsToUint(now_12_0));
		}
		round_bit <<= 1u;
		}
		for (uint m = cleared_24; m != 0u; m &= m - 1u) {
			uint b = first_round + 8u * uint(findLSB(m));
			doubles1[33456u + b * 1u + 0u] = two_words(uvec4(ivec4(0)));
		}
		for (uint m = noted_0_0 | noted_0_1 | noted_0_2 | noted_0_3; m != 0u; m &= m - 1u) {
			uint r = uint(findLSB(m)), b = first_round + 8u * r;
			uint which = (noted_0_0 >> r & 1u) << 0u | (noted_0_1 >> r & 1u) << 1u | (noted_0_2 >> r & 1u) << 2u | (noted_0_3 >> r & 1u) << 3u;
			{ atomicOr(fired_13(b >> 3), int(which << (4u * b & 31u))); atomicOr(fired_13(4u + (b >> 3 >> 5)), int(1u << ((b >> 3) & 31u))); }
		}
	}
	uint me = gl_LocalInvocationIndex;
	sync_group();
	run_list_of_neurons_spikes(me);
}

// neurons threshold
// add the sum to neurons_g
// list of neurons_spikes
// arguments of a dispatch over several lists
// syn pre
// neurons reset
// few spikes
// whether spikes are few
layout(local_size_x = 8) in;

layout(std430, binding = 1) coherent buffer Slab0 { float slab0[]; };
layout(std430, binding = 2) coherent buffer Slab1 { int slab1[]; };
layout(std430, binding = 3) coherent buffer Doubles0 { dvec2 doubles0[]; };
layout(std430, binding = 4) coherent buffer Doubles1 { dvec2 doubles1[]; };
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
shared bool is_last;
shared uint found[8];

#include "compute/run.glsl"
#include "compute/ops.glsl"

#define neurons_v(i) slab0[0u + uint(i)]
#define syn_rowptr(i) slab1[128u + uint(i)]
#define syn_w(i) slab0[576u + uint(i)]
#define neurons_spikes(i) slab1[832u + uint(i)]
#define groups_0(i) slab1[2240u + uint(i)]
#define groups_together(i) slab1[133696u + uint(i)]
#define fired_13(i) slab1[133760u + uint(i)]
#define sum_0(i) slab1[133824u + uint(i)]

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

void run_arguments_of_a_dispatch_over_several_lists(uint me) {
	if (me != 0u) return;
	int most = 0;
	if (clock_step.y != 0u || clock_step.x >= 2u) most = max(most, groups_0((clock_step.x - 2u) % 3u * 6u));
	groups_together(0u) = most; groups_together(1u) = 1; groups_together(2u) = 1;
}

// Adds x to neurons_g[i] in fixed point: the order of additions changes nothing.
void run_add_to_neurons_g(uint i, float x) {
	if ((floatBitsToUint(x) & 0x7fffffffu) > floatBitsToUint(scale_0.z)) { report_fault(0u, i, op_finite(x) ? 3u : op_kind(x)); return; }
	precise float q = roundEven(x * scale_0.x);
	atomicAdd(sum_0(i), int(q));
}

// syn pre: 500 elements, reads 1 buffers, writes 1.
void run_syn_pre(uint k, uint row) {
	uint e = k;
	precise float t1 = syn_w(e);
	run_add_to_neurons_g(uint(int(row)), t1);
}

// neurons reset: 0 elements, reads 0 buffers, writes 1.
void run_neurons_reset(uint e) {
	neurons_v(e) = 0.0;
}

void run_few_spikes() {
	if (clock_step.y != 0u || clock_step.x >= 2u) { uint at = (clock_step.x - 2u) % 3u * 101u; uint count = min(uint(neurons_spikes(at)), 100u); for (uint s = 0u; s < count; s += 1u) { uint source = uint(neurons_spikes(at + 1u + s)); { uint end = uint(syn_rowptr(source + 1u)); for (uint k = uint(syn_rowptr(source)) + gl_LocalInvocationIndex; k < end; k += 8u) { run_syn_pre(k, source); } } if (gl_LocalInvocationIndex == 0u) run_neurons_reset(source); } }
}

bool run_whether_spikes_are_few(uint me) {
	uint spikes = uint((clock_step.y != 0u || clock_step.x >= 2u ? neurons_spikes((clock_step.x - 2u) % 3u * 101u) : 0));
	if (spikes > 10u) {
		run_arguments_of_a_dispatch_over_several_lists(me);
		return false;
	}
	if (me == 0u) groups_together(0u) = 0;
	return true;
}

void sync_group() { memoryBarrierBuffer(); barrier(); }

void main() {
	if (halted()) return;
	scale_inverse_0 = double(scale_0.y);
	uint end = min((gl_WorkGroupID.x + 1u) * 16u, 25u);
	for (uint first_round = gl_WorkGroupID.x * 16u + gl_LocalInvocationIndex; first_round < end; first_round += 256u) {
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
	if (me == 0u) is_last = atomicAdd(groups_0(21u), 1) == 1;
	barrier();
	if (!is_last) return;
	if (me == 0u) groups_0(21u) = 0;
	memoryBarrierBuffer();
	run_list_of_neurons_spikes(me);
	sync_group();
	if (run_whether_spikes_are_few(me)) run_few_spikes();
}

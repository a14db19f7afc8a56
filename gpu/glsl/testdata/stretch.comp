// neurons threshold
// add the sum to neurons_g
// list of neurons_spikes
// arguments of a dispatch over several lists
// syn pre
// neurons reset
// few spikes
// whether spikes are few
layout(local_size_x = 16) in;

layout(std430, binding = 1) coherent buffer Slab0 { float slab0[]; };
layout(std430, binding = 2) coherent buffer Slab1 { int slab1[]; };
layout(std430, binding = 3) coherent buffer Doubles0 { dvec2 doubles0[]; };
layout(std430, binding = 4) coherent buffer Doubles1 { dvec2 doubles1[]; };
layout(rgba32ui, binding = 0) coherent readonly uniform uimageBuffer texels0;
layout(rgba32ui, binding = 1) coherent readonly uniform uimageBuffer texels1;

uniform vec3 scale_0; // of a fixed-point sum: scale, its inverse, the largest value
uniform uint first_tick;
uniform uint ticks;
uniform uvec3 clock_0; // low and high word of its step, ticks until it is due
uniform uint whole; // 4
double scale_inverse_0;
float own_0_0;
int own_24_0;
float own_12_0;
dvec2 two_words(uvec4 u) { return dvec2(packDouble2x32(u.xy), packDouble2x32(u.zw)); }
uint emit_23 = 0u;
shared uint found[16];
uint tick = 0u; // since the batch began, from 1
uvec2 clock_step = uvec2(0u); // of the operation's clock: low and high word
shared bool is_last, group_on, group_alone; // has come last to where all meet, goes on behind it, acts for all
uint listed = 0u, acting = 0u; // spikes of a step
bool many = false; // spikes are left to their own dispatch
uint few_group = 0u, few_groups = 1u;
uint waited = 0u; // rounds

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

void run_list_of_neurons_spikes(uint me) {
	uint first = me * 1u, end = min(first + 1u, 1u), n = 0u;
	for (uint m = first; m < end; ++m) for (uint k = uint(fired_13(4u + (m))); k != 0u; k &= k - 1u) n += uint(bitCount(fired_13(m * 32u + uint(findLSB(k)))));
	found[me] = n;
	barrier();
	uint at = 0u, count = 0u;
	for (uint k = 0u; k < 16u; ++k) {
		at += k < me ? found[k] : 0u;
		count += found[k];
	}
	listed += count;
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
	if (clock_step.y != 0u || clock_step.x >= 2u) { uint at = (clock_step.x - 2u) % 3u * 101u; uint count = min(uint(neurons_spikes(at)), 100u); for (uint s = few_group; s < count; s += few_groups) { uint source = uint(neurons_spikes(at + 1u + s)); { uint end = uint(syn_rowptr(source + 1u)); for (uint k = uint(syn_rowptr(source)) + gl_LocalInvocationIndex; k < end; k += 16u) { run_syn_pre(k, source); } } if (gl_LocalInvocationIndex == 0u) run_neurons_reset(source); } }
}

bool run_whether_spikes_are_few(uint me) {
	uint spikes = uint((clock_step.y != 0u || clock_step.x >= 2u ? neurons_spikes((clock_step.x - 2u) % 3u * 101u) : 0));
	if (spikes > 10u) {
		run_arguments_of_a_dispatch_over_several_lists(me);
		return false;
	}
	if (me == 0u) groups_together(0u) = 0;
	acting += spikes;
	return true;
}

void sync_group() { memoryBarrier(); barrier(); }

// Waits until the last has opened; leaves where that takes too long, or what is opened is the end.
void wait(uint to, bool end) {
	uint me = gl_LocalInvocationIndex;
	if (me < 8u) {
		uint seen = to | 2147483648u;
		if (me == 0u && !end) {
		seen = atomicOr(grid_open, 0u);
		for (uint w = 0u; seen < to && w < 512u && waited < 12000u; ++w, ++waited) {
			seen = atomicOr(grid_open, 0u);
			seen = atomicOr(grid_open, 0u);
			seen = atomicOr(grid_open, 0u);
			seen = atomicOr(grid_open, 0u);
			seen = atomicOr(grid_open, 0u);
			seen = atomicOr(grid_open, 0u);
			seen = atomicOr(grid_open, 0u);
			seen = atomicOr(grid_open, 0u);
		}
		}
		if (me != 0u && !end) seen = atomicOr(grid_open, 0u);
		for (uint w = 0u; seen < to && w < 2000u && waited < 12000u; ++w, ++waited) {
			seen = atomicOr(grid_open, 0u);
			seen = atomicOr(grid_open, 0u);
			seen = atomicOr(grid_open, 0u);
			seen = atomicOr(grid_open, 0u);
			seen = atomicOr(grid_open, 0u);
			seen = atomicOr(grid_open, 0u);
			seen = atomicOr(grid_open, 0u);
			seen = atomicOr(grid_open, 0u);
		}
		if (me == 0u) {
		if (seen < to) {
			uint was = atomicCompSwap(grid_open, to - 1u, to | 2147483648u);
			seen = was == to - 1u ? to | 2147483648u : was; // it may have been opened, or ended, since
		}
		group_on = seen != (to | 2147483648u); // others may be ahead, and have left there
		}
	}
}

void main() {
	uint me = gl_LocalInvocationIndex;
	uvec2 step_0 = clock_0.xy;
	uint k = 0u, open = 0u; // steps, and times that all have met
	if (me == 0u) group_alone = false;
	while (k < ticks) {
	tick = first_tick + k;
	if (halted()) break;
	clock_step = step_0;
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
			if (now_24_0 != was_24_0) doubles1[33456u + b * 1u + 0u] = two_words(uvec4(now_24_0));
			if (floatBitsToInt(now_12_0) != floatBitsToInt(was_12_0)) doubles0[352u + b * 1u + 0u] = two_words(floatBitsToUint(now_12_0));
			if (emit_23 != 0u) { atomicOr(fired_13(b >> 3), int(emit_23)); atomicOr(fired_13(4u + (b >> 3 >> 5)), int(1u << ((b >> 3) & 31u))); }
			emit_23 = 0u;
		}
	}
	++k;
	sync_group();
	++open;
	if (me == 0u) is_last = atomicAdd(grid_arrived, 1u) == gl_NumWorkGroups.x * open - 1u;
	barrier();
	if (is_last) {
	memoryBarrier();
	listed = acting = 0u;
	run_list_of_neurons_spikes(me);
	sync_group();
	many = !run_whether_spikes_are_few(me);
	sync_group();
	if (me == 0u) {
		atomicAdd(grid_leave, 100u + 8u * listed + 12u * acting);
		bool on = !many && fault_tick == 0u;
		group_on = atomicCompSwap(grid_open, open - 1u, on ? open : open | 2147483648u) == open - 1u && on;
		if (!group_on) grid_done = k;
		group_alone = !group_on && !many;
	}
	} else wait(open, false);
	barrier();
	memoryBarrier();
	few_group = group_on ? gl_WorkGroupID.x : 0u; few_groups = group_on ? gl_NumWorkGroups.x : 1u;
	if (group_on || group_alone) run_few_spikes();
	if (group_on) {
	sync_group();
	++open;
	if (me == 0u) is_last = atomicAdd(grid_arrived, 1u) == gl_NumWorkGroups.x * open - 1u;
	barrier();
	if (is_last) {
	memoryBarrier();
	if (me == 0u) {
		bool on = k < ticks && grid_leave <= 47000u && fault_tick == 0u;
		group_on = atomicCompSwap(grid_open, open - 1u, on ? open : open | 2147483648u) == open - 1u && on;
		if (!group_on) grid_done = k;
	}
	} else wait(open, k == ticks);
	}
	barrier();
	memoryBarrier();
	if (!group_on) break;
		step_0 = next_step(step_0);
	}
	uint rounds = 0u; // a driver that leaves loops would leave this one, too
	for (uint r = 0u; r < whole; ++r) ++rounds;
	if (rounds != whole) atomicOr(grid_cut, 1u);
}

// list of neurons_spikes
// arguments of a dispatch over several lists
layout(local_size_x = 32) in;

layout(std430, binding = 1) coherent buffer Slab1 { int slab1[]; };

uniform uint tick;       // since the batch began, from 1
uniform uvec2 clock_step; // of the clock: low and high word
shared uint found[32];

#include "compute/run.glsl"
#include "compute/ops.glsl"

#define neurons_spikes(i) slab1[832u + uint(i)]
#define groups_0(i) slab1[3712u + uint(i)]
#define groups_1(i) slab1[3776u + uint(i)]
#define groups_together(i) slab1[135232u + uint(i)]
#define fired_13(i) slab1[135296u + uint(i)]

void run_list_of_neurons_spikes(uint me) {
	uint first = me * 1u, end = min(first + 1u, 4u), n = 0u;
	for (uint w = first; w < end; ++w) n += uint(bitCount(fired_13(w)));
	found[me] = n;
	barrier();
	uint at = 0u, count = 0u;
	for (uint k = 0u; k < 32u; ++k) {
		at += k < me ? found[k] : 0u;
		count += found[k];
	}
	uint row = clock_step.x % 3u * 101u;
	for (uint w = first; w < end && n != 0u; ++w) {
		uint bits = uint(fired_13(w));
		if (bits != 0u) fired_13(w) = 0;
		for (; bits != 0u; bits &= bits - 1u) {
			neurons_spikes(row + 1u + at) = int(w * 32u) + findLSB(bits);
			++at;
		}
	}
	if (me == 0u) {
		neurons_spikes(row) = int(count);
		uint to = row / 101u * 6u;
		groups_0(to) = int(min(count, 65535u));
		groups_0(to + 1u) = 1; groups_0(to + 2u) = 1;
		groups_0(to + 3u) = int(min((count + 63u) / 64u, 65535u));
		groups_0(to + 4u) = 1; groups_0(to + 5u) = 1;
		uint longest = 0u; // of the rows that are kept
		for (uint r = 0u; r < 3u; ++r) longest = max(longest, uint(neurons_spikes(r * 101u)));
		groups_0(18u) = int(min(longest, 65535u));
		groups_0(19u) = 1; groups_0(20u) = 1;
	}
	barrier(); // found is free again
}

void run_arguments_of_a_dispatch_over_several_lists(uint me) {
	if (me != 0u) return;
	int most = 0;
	most = max(most, groups_0((clock_step.x - 0u) % 3u * 6u));
	if (clock_step.y != 0u || clock_step.x >= 2u) most = max(most, groups_1((clock_step.x - 2u) % 3u * 6u));
	groups_together(0u) = most; groups_together(1u) = 1; groups_together(2u) = 1;
}

void sync_group() { memoryBarrierBuffer(); barrier(); }

void main() {
	if (halted()) return;
	uint me = gl_LocalInvocationIndex;
	if (gl_WorkGroupID.x == 0u) {
		run_list_of_neurons_spikes(me);
	}
	sync_group();
	run_arguments_of_a_dispatch_over_several_lists(me);
}

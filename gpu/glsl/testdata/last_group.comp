// neurons threshold
// sample_trace
// list of neurons_spikes
// record raster
layout(local_size_x = 8) in;

layout(std430, binding = 1) coherent buffer Slab0 { float slab0[]; };
layout(std430, binding = 2) coherent buffer Slab1 { int slab1[]; };

uniform uint row_0;
uniform uint tick;       // since the batch began, from 1
uniform uvec2 clock_step; // of the clock: low and high word
float own_0_0;
shared bool is_last;
shared uint found[8];

#include "compute/run.glsl"
#include "compute/ops.glsl"

#define neurons_v(i) slab0[0u + uint(i)]
#define neurons_on(i) slab1[0u + uint(i)]
#define neurons_spikes(i) slab1[832u + uint(i)]
#define ring_0_0(i) slab0[1536u + uint(i)]
#define ring_0_1(i) slab1[1024u + uint(i)]
#define groups_0(i) slab1[2048u + uint(i)]
#define spikes_0_steps(i) slab1[2112u + uint(i)]
#define spikes_0_index(i) slab1[67776u + uint(i)]
#define spikes_0_fill(i) slab1[133440u + uint(i)]
#define spikes_0_0(i) slab0[1600u + uint(i)]
#define fired_13(i) slab1[133568u + uint(i)]

// neurons threshold: 100 elements, reads 1 buffers, writes 1.
void run_neurons_threshold(uint e) {
	precise bool t1 = 1.0 < own_0_0;
	if (t1) atomicOr(fired_13((clock_step.x & 1u) * 4u + (e >> 5)), int(1u << (e & 31u)));
}

// Samples of monitor trace.
void run_sample_trace(uint e, uint row) {
	if (e == 1u) ring_0_0(row * 2u + 0u) = neurons_v(e);
	if (e == 5u) ring_0_0(row * 2u + 1u) = neurons_v(e);
	ring_0_1(row * 100u + e) = neurons_on(e);
}

void run_list_of_neurons_spikes(uint me) {
	uint first = me * 1u, end = min(first + 1u, 4u), n = 0u;
	for (uint w = first; w < end; ++w) n += uint(bitCount(fired_13((clock_step.x & 1u) * 4u + (w))));
	for (uint w = first; w < end; ++w) fired_13((~clock_step.x & 1u) * 4u + (w)) = 0; // of the step before
	found[me] = n;
	barrier();
	uint at = 0u, count = 0u;
	for (uint k = 0u; k < 8u; ++k) {
		at += k < me ? found[k] : 0u;
		count += found[k];
	}
	uint row = 0u;
	for (uint w = first; w < end && n != 0u; ++w) {
		uint bits = uint(fired_13((clock_step.x & 1u) * 4u + (w)));
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
	}
	barrier(); // found is free again
}

// Spikes of elements 10 to 59.
void run_record_raster(uint me) {
	uint row = 0u;
	uint end = min(uint(neurons_spikes(row)), 100u), begin = 0u, all = end;
	for (uint top = all; begin < top;) {
		uint mid = (begin + top) / 2u;
		if (neurons_spikes(row + 1u + mid) < 10) { begin = mid + 1u; } else { top = mid; }
	}
	end = begin;
	for (uint top = all; end < top;) {
		uint mid = (end + top) / 2u;
		if (neurons_spikes(row + 1u + mid) < 60) { end = mid + 1u; } else { top = mid; }
	}
	uint fill = uint(spikes_0_fill(clock_step.x & 1u));
	for (uint k = begin + me; k < end; k += 8u) {
		int i = neurons_spikes(row + 1u + k);
		uint at = fill + k - begin;
		spikes_0_steps(at) = int(clock_step.x);
		spikes_0_index(at) = i - 10;
		spikes_0_0(at) = neurons_v(i);
	}
	if (me == 0u) {
		fill += end - begin;
		spikes_0_fill((clock_step.x + 1u) & 1u) = int(fill);
		if (fill > 65586u) pause_run();
	}
}

void sync_group() { memoryBarrierBuffer(); barrier(); }

void main() {
	if (halted()) return;
	uint e = gl_GlobalInvocationID.x;
	{
		if (e < 100u) {
			own_0_0 = neurons_v(e);
			run_neurons_threshold(e);
		}
		if (e < 100u) {
			run_sample_trace(e, row_0);
		}
	}
	uint me = gl_LocalInvocationIndex;
	sync_group();
	if (me == 0u) is_last = atomicAdd(groups_0(9u), 1) == 12;
	barrier();
	if (!is_last) return;
	if (me == 0u) groups_0(9u) = 0;
	memoryBarrierBuffer();
	run_list_of_neurons_spikes(me);
	sync_group();
	run_record_raster(me);
}

// syn pre
// neurons reset
layout(local_size_x = 128) in;

layout(std430, binding = 1) buffer Slab0 { int slab0[]; };
layout(std430, binding = 2) buffer Slab1 { float slab1[]; };

uniform vec3 scale_0; // of a fixed-point sum: scale, its inverse, the largest value
uniform uint tick;       // since the batch began, from 1
uniform uvec2 clock_step; // of the clock: low and high word
uint segment_ends, segment_synapses, segment_values, segment_slabs; // of the delay whose synapses are gone through
shared uint segment_starts_0[4];

#include "compute/run.glsl"
#include "compute/ops.glsl"

#define neurons_v(i) slab1[0u + uint(i)]
#define neurons_spikes(i) slab0[1792u + uint(i)]
#define delays_0_table(i) slab0[3776u + uint(i)]
#define delays_0_starts(i) slab0[3840u + uint(i)]
#define packed_0_0(i) slab1[1600u + uint(i)]
#define sum_0(i) slab0[135488u + uint(i)]

uint run_end_of_0(uint i) {
	return uint(slab0[segment_ends + i]);
}

// Adds x to neurons_g[i] in fixed point: the order of additions changes nothing.
void run_add_to_neurons_g(uint i, float x) {
	if ((floatBitsToUint(x) & 0x7fffffffu) > floatBitsToUint(scale_0.z)) { report_fault(0u, i, op_finite(x) ? 3u : op_kind(x)); return; }
	precise float q = roundEven(x * scale_0.x);
	atomicAdd(sum_0(i), int(q));
}

// syn pre: 500 elements, reads 1 buffers, writes 1.
void run_syn_pre(uint k, uint row) {
	int other = int(run_end_of_0(k));
	precise float t1 = packed_0_0(segment_values + k);
	run_add_to_neurons_g(uint(int(other)), t1);
}

// neurons reset: 0 elements, reads 0 buffers, writes 1.
void run_neurons_reset(uint e) {
	neurons_v(e) = 0.0;
}

uint run_row_of_0(uint i) {
	return uint(slab0[i]);
}

// The delay of which segment q is.
uint run_delay_of_0(uint q) {
	uint d = 0u;
	for (uint end = 3u; end - d > 1u;) {
		uint mid = (d + end) / 2u;
		if (segment_starts_0[mid] <= q) { d = mid; } else { end = mid; }
	}
	return d;
}

void main() {
	if (halted()) return;
	{
		for (uint d = gl_LocalInvocationIndex; d <= 3u; d += 128u) segment_starts_0[d] = uint(delays_0_starts(d));
		barrier();
		uint total = segment_starts_0[3u];
		for (uint q = gl_WorkGroupID.x * 32u + gl_LocalInvocationIndex / 4u; q < total; q += gl_NumWorkGroups.x * 32u) {
			uint d = run_delay_of_0(q), of = 8u * d, parts = uint(delays_0_table(of + 7u)), part = q - segment_starts_0[d];
			uint source = uint(neurons_spikes((clock_step.x - uint(delays_0_table(of))) % 3u * 101u + 1u + part / parts));
			segment_ends = uint(delays_0_table(of + 2u));
			segment_synapses = uint(delays_0_table(of + 3u));
			segment_values = uint(delays_0_table(of + 4u));
			uint row = uint(delays_0_table(of + 1u)) + source;
			uint from = run_row_of_0(row), end = run_row_of_0(row + 1u), first = part % parts * (4u) + gl_LocalInvocationIndex % 4u, by = parts * (4u);
			for (uint k = from + first; k < end; k += by) run_syn_pre(k, source);
		}
	}
	{ uint at = clock_step.x % 3u * 101u; uint count = min(uint(neurons_spikes(at)), 100u); for (uint s = gl_WorkGroupID.x; s < count; s += gl_NumWorkGroups.x) { uint source = uint(neurons_spikes(at + 1u + s)); if (gl_LocalInvocationIndex == 0u && gl_WorkGroupID.y == 0u) run_neurons_reset(source); } }
}

// syn pre
layout(local_size_x = 8) in;

layout(std430, binding = 1) buffer Slab0 { int slab0[]; };
layout(std430, binding = 2) buffer Slab1 { float slab1[]; };
layout(rgba32ui, binding = 0) readonly uniform uimageBuffer texels0;

uniform vec3 scale_0; // of a fixed-point sum: scale, its inverse, the largest value
uniform uint tick;       // since the batch began, from 1
uniform uvec2 clock_step; // of the clock: low and high word
uint segment_ends, segment_synapses, segment_values, segment_slabs; // of the delay whose synapses are gone through

#include "compute/run.glsl"
#include "compute/ops.glsl"

#define neurons_spikes(i) slab0[1792u + uint(i)]
#define delays_0_table(i) slab0[3776u + uint(i)]
#define delays_0_starts(i) slab0[3840u + uint(i)]
#define packed_0_0(i) slab1[1600u + uint(i)]
#define sum_0(i) slab0[135488u + uint(i)]

// Adds x to neurons_g[i] in fixed point: the order of additions changes nothing.
void run_add_to_neurons_g(uint i, float x) {
	if ((floatBitsToUint(x) & 0x7fffffffu) > floatBitsToUint(scale_0.z)) { report_fault(0u, i, op_finite(x) ? 3u : op_kind(x)); return; }
	precise float q = roundEven(x * scale_0.x);
	atomicAdd(sum_0(i), int(q));
}

// syn pre: 500 elements, reads 1 buffers, writes 1.
void run_syn_pre(uint k, uint row, int other) {
	precise float t1 = packed_0_0(segment_values + k);
	run_add_to_neurons_g(uint(int(other)), t1);
}

uint run_row_of_0(uint i) {
	return uint(slab0[i]);
}

// The delay of which segment q is.
uint run_delay_of_0(uint q) {
	uint d = 0u;
	for (uint end = 3u; end - d > 1u;) {
		uint mid = (d + end) / 2u;
		if (uint(delays_0_starts(mid)) <= q) { d = mid; } else { end = mid; }
	}
	return d;
}

void main() {
	if (halted()) return;
	{
		uint total = uint(delays_0_starts(3u));
		for (uint q = gl_WorkGroupID.x * 4u + gl_LocalInvocationIndex / 2u; q < total; q += gl_NumWorkGroups.x * 4u) {
			uint d = run_delay_of_0(q), of = 8u * d, parts = uint(delays_0_table(of + 7u)), part = q - uint(delays_0_starts(d));
			uint source = uint(neurons_spikes((clock_step.x - uint(delays_0_table(of))) % 3u * 101u + 1u + part / parts));
			segment_ends = uint(delays_0_table(of + 2u));
			segment_synapses = uint(delays_0_table(of + 3u));
			segment_values = uint(delays_0_table(of + 4u));
			uint row = uint(delays_0_table(of + 1u)) + source;
			uint from = run_row_of_0(row), end = run_row_of_0(row + 1u), first = part % parts * (2u) + gl_LocalInvocationIndex % 2u, by = parts * (2u);
			for (uint k = (from & ~3u) + 4u * first; k < end; k += 4u * by) {
				uvec4 ends = imageLoad(texels0, int(segment_ends / 4u + k / 4u));
				if (k >= from && k < end) run_syn_pre(k, source, int(ends.x));
				if (k + 1u >= from && k + 1u < end) run_syn_pre(k + 1u, source, int(ends.y));
				if (k + 2u >= from && k + 2u < end) run_syn_pre(k + 2u, source, int(ends.z));
				if (k + 3u >= from && k + 3u < end) run_syn_pre(k + 3u, source, int(ends.w));
			}
		}
	}
}

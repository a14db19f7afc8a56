// values in the order of entries for syn pre
layout(local_size_x = 64) in;

layout(std430, binding = 1) buffer Slab0 { int slab0[]; };
layout(std430, binding = 2) buffer Slab1 { float slab1[]; };

uniform uint tick;       // since the batch began, from 1
uniform uvec2 clock_step; // of the clock: low and high word
uint segment_ends, segment_synapses, segment_values, segment_slabs; // of the delay whose synapses are gone through

#include "compute/run.glsl"
#include "compute/ops.glsl"

#define syn_w(i) slab1[576u + uint(i)]
#define syn_delay_2_synapses(i) slab0[2112u + uint(i)]
#define delays_0_table(i) slab0[3776u + uint(i)]
#define packed_0_0(i) slab1[1600u + uint(i)]

uint run_synapse_of_0(uint i) {
	return uint(slab0[segment_synapses + i]);
}

void main() {
	for (uint e = gl_GlobalInvocationID.x; e < 498u; e += 64u) {
		uint d = 0u;
		for (uint end = 3u; end - d > 1u;) {
			uint mid = (d + end) / 2u;
			if (uint(delays_0_table(8u * mid + 4u)) <= e) { d = mid; } else { end = mid; }
		}
		uint first = uint(delays_0_table(8u * d + 4u));
		segment_synapses = uint(delays_0_table(8u * d + 3u));
		uint s = run_synapse_of_0(e - first);
		packed_0_0(e) = syn_w(s);
	}
}

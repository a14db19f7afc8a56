// lateral
// decay
layout(local_size_x = 64) in;

layout(std430, binding = 1) buffer Slab0 { float slab0[]; };
layout(std430, binding = 2) buffer Slab1 { int slab1[]; };

uniform uint tick;       // since the batch began, from 1
uniform uvec2 clock_step; // of the clock: low and high word
shared uint run_lateral_begin[4], run_lateral_end[4], run_lateral_most;
shared float run_lateral_terms0[36];

#include "compute/run.glsl"
#include "compute/ops.glsl"
#include "lib/math.glsl"

#define neurons_v(i) slab0[0u + uint(i)]
#define syn_rowptr(i) slab1[128u + uint(i)]
#define syn_index(i) slab1[256u + uint(i)]
#define syn_w(i) slab0[576u + uint(i)]
#define neurons_sum_lat(i) slab0[1088u + uint(i)]

// lateral: 100 rows, 4 at a time and 8 synapses of each.
void run_lateral(uint block) {
	uint me = gl_LocalInvocationIndex, first = block * 4u, mine = first + me;
	bool adds = me < 4u && mine < 100u;
	uint length = 0u;
	if (me == 0u) run_lateral_most = 0u;
	barrier();
	if (me < 4u) {
		uint begin = adds ? uint(syn_rowptr(mine)) : 0u, end = adds ? uint(syn_rowptr(mine + 1u)) : 0u;
		run_lateral_begin[me] = begin;
		run_lateral_end[me] = end;
		length = end - begin;
		atomicMax(run_lateral_most, length);
	}
	barrier();
	uint most = run_lateral_most;
	precise float sum0 = 0.0;
	for (uint at = 0u; at < most; at += 8u) {
		for (uint u = me; u < 32u; u += 64u) {
			uint row = u / 8u, e = first + row, s = run_lateral_begin[row] + at + u % 8u;
			if (s < run_lateral_end[row]) {
				int other = syn_index(s);
				precise float term0 = syn_w(s) * m_tanh(neurons_v(int(other)));
				run_lateral_terms0[row * 9u + u % 8u] = term0;
			}
		}
		barrier();
		uint count = at < length ? min(length - at, 8u) : 0u;
		for (uint k = me * 9u, end = k + count; k < end; ++k) {
			sum0 = sum0 + run_lateral_terms0[k];
		}
		barrier();
	}
	if (adds) {
		precise float total0 = neurons_sum_lat(mine) + sum0;
		neurons_sum_lat(mine) = total0;
	}
	barrier(); // what is shared is free again
}

// decay: 500 elements, reads 1 buffers, writes 1.
void run_decay(uint k) {
	uint e = k;
	int other = syn_index(k);
	// The row of entry k: the last one that starts at or before k. Row pointers ascend.
	uint row = 0u;
	for (uint end = 100u; row + 1u < end;) {
		uint mid = (row + end) / 2u;
		if (uint(syn_rowptr(mid)) <= k) { row = mid; } else { end = mid; }
	}
	precise int t1 = int(other) - int(row);
	precise float t2 = syn_w(e) / float(abs(t1));
	syn_w(e) = t2;
}

void main() {
	if (halted()) return;
	for (uint block = gl_WorkGroupID.x; block < 25u; block += gl_NumWorkGroups.x) run_lateral(block);
	uint e = gl_GlobalInvocationID.x;
	{
		if (e < 500u) {
			run_decay(e);
		}
	}
}

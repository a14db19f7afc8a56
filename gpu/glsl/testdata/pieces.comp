// decay
layout(local_size_x = 64) in;

layout(std430, binding = 1) buffer Slab1 { int slab1[]; };
layout(std430, binding = 2) buffer Slab3_0 { int slab3_0[]; };
layout(std430, binding = 3) buffer Slab3_1 { int slab3_1[]; };
layout(std430, binding = 4) buffer Slab3_2 { int slab3_2[]; };
layout(std430, binding = 5) buffer Slab4_0 { float slab4_0[]; };
layout(std430, binding = 6) buffer Slab4_1 { float slab4_1[]; };
layout(std430, binding = 7) buffer Slab4_2 { float slab4_2[]; };

uniform uint tick;       // since the batch began, from 1
uniform uvec2 clock_step; // of the clock: low and high word

#include "compute/run.glsl"
#include "compute/ops.glsl"

#define syn_rowptr(i) slab1[128u + uint(i)]
int run_load_syn_index(uint i) {
	if (i < 192u) {
		return slab3_0[i];
	} else {
		if (i < 384u) {
			return slab3_1[i - 192u];
		} else {
			return slab3_2[i - 384u];
		}
	}
}
#define syn_index(i) run_load_syn_index(uint(i))
float run_load_syn_w(uint i) {
	if (i < 192u) {
		return slab4_0[i];
	} else {
		if (i < 384u) {
			return slab4_1[i - 192u];
		} else {
			return slab4_2[i - 384u];
		}
	}
}
#define syn_w(i) run_load_syn_w(uint(i))
void run_store_syn_w(uint i, float x) {
	if (i < 192u) {
		slab4_0[i] = x;
	} else {
		if (i < 384u) {
			slab4_1[i - 192u] = x;
		} else {
			slab4_2[i - 384u] = x;
		}
	}
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
	run_store_syn_w(uint(e), t2);
}

void main() {
	if (halted()) return;
	uint e = gl_GlobalInvocationID.x;
	{
		if (e < 500u) {
			run_decay(e);
		}
	}
}

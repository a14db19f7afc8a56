// decay
layout(local_size_x = 64) in;

layout(std430, binding = 1) buffer Slab0 { float slab0[]; };
layout(std430, binding = 2) buffer Slab1 { int slab1[]; };

uniform uint tick;       // since the batch began, from 1
uniform uvec2 clock_step; // of the clock: low and high word

#include "compute/run.glsl"
#include "compute/ops.glsl"

#define syn_rowptr(i) slab1[128u + uint(i)]
#define syn_index(i) slab1[256u + uint(i)]
#define syn_w(i) slab0[576u + uint(i)]

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
	uint e = gl_GlobalInvocationID.x;
	{
		if (e < 500u) {
			run_decay(e);
		}
	}
}

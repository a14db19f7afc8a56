// guide to the rows of syn
layout(local_size_x = 64) in;

layout(std430, binding = 1) buffer Slab1 { int slab1[]; };

uniform uint tick;       // since the batch began, from 1
uniform uvec2 clock_step; // of the clock: low and high word

#include "compute/run.glsl"
#include "compute/ops.glsl"

#define syn_rowptr(i) slab1[128u + uint(i)]
#define guide_0(i) slab1[1920u + uint(i)]

void main() {
	for (uint e = gl_GlobalInvocationID.x; e < 1025u; e += 1088u) {
		uint k = min(e * 64u, 65535u);
		// The row of entry k: the last one that starts at or before k. Row pointers ascend.
		uint row = 0u;
		for (uint end = 100u; row + 1u < end;) {
			uint mid = (row + end) / 2u;
			if (uint(syn_rowptr(mid)) <= k) { row = mid; } else { end = mid; }
		}
		guide_0(e) = int(row);
	}
}

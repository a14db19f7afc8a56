// The box around all nodes.
layout(local_size_x = 128) in;

#include "layout/grid.glsl"

shared vec3 least[128];
shared vec3 most[128];

void main() {
	int k = int(gl_GlobalInvocationID.x);
	uint me = gl_LocalInvocationID.x;
	vec3 x = place(min(k, nodes - 1));
	least[me] = x;
	most[me] = x;
	for (uint half_ = 64u; half_ > 0u; half_ >>= 1) {
		barrier();
		if (me < half_) {
			least[me] = min(least[me], least[me + half_]);
			most[me] = max(most[me], most[me + half_]);
		}
	}
	if (me == 0u) {
		for (int c = 0; c < 3; c++) {
			atomicMin(bounds[c], ordered(least[0][c]));
			atomicMax(bounds[3 + c], ordered(most[0][c]));
		}
	}
}

// Centres of mass of one level: of the finest from the sums of its nodes, of any other from its cells' children.
layout(local_size_x = 64) in;

#include "layout/grid.glsl"

layout(std430, binding = 2) readonly buffer Fine { uint fine[]; };
layout(std430, binding = 3) buffer Cells { vec4 cells[]; }; // x, y, z, nodes

uniform int level;

void main() {
	int k = int(gl_GlobalInvocationID.x);
	int count = 1 << DIM * level;
	if (k >= count) return;
	int mask = (1 << level) - 1;
	ivec3 c = ivec3(k & mask, k >> level & mask, DIM == 3 ? k >> 2 * level : 0);
	vec4 sum = vec4(0.0);
	if (level == LEVELS) {
		uint n = fine[5 * k];
		if (n > 0u) {
			vec3 within = vec3(fine[5 * k + 1], fine[5 * k + 2], fine[5 * k + 3]) / (float(n) * float((1 << BITS) - 1));
			vec3 x = corner() + (vec3(c) + within) * (side() / float(1 << LEVELS));
			if (DIM == 2) x.z = 0.0;
			sum = vec4(x, float(n));
		}
	} else {
		int first = levelStart(level + 1);
		for (int child = 0; child < 1 << DIM; child++) {
			ivec3 at = 2 * c + ivec3(child & 1, child >> 1 & 1, child >> 2);
			vec4 part = cells[first + cellIndex(at, level + 1)];
			sum += vec4(part.xyz * part.w, part.w);
		}
		if (sum.w > 0.0) sum.xyz /= sum.w;
	}
	cells[levelStart(level) + k] = sum;
}

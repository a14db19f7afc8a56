// The forces on each node, and its new velocity. What they are says package host/graphio/layout.
layout(local_size_x = 64) in;

#include "layout/grid.glsl"

layout(std430, binding = 2) readonly buffer Fine { uint fine[]; };
layout(std430, binding = 3) readonly buffer Cells { vec4 cells[]; };
layout(std430, binding = 4) readonly buffer Rows { int row[]; };
layout(std430, binding = 5) readonly buffer Links { uvec2 link[]; }; // neighbour, strength
layout(std430, binding = 6) buffer Velocities { float vel[]; };
layout(std430, binding = 7) readonly buffer Nodes { uint node[]; }; // whether it is pinned, next node of its cell + 1

uniform float alpha;     // 0: velocities become the forces
uniform float repulsion;
uniform float gravity;

vec3 push(vec3 r, float n) {
	float q = dot(r, r) + SOFTENING;
	return r * (n * (DIM == 3 ? 1.0 / (q * q) : 1.0 / (q * sqrt(q))));
}

// Where two nodes coincide they part along directions that differ.
vec3 anyway(int k) {
	float a = float(uint(k) * 2654435769u >> 8) * 3.7450703e-7; // 2 pi / 2^24
	return vec3(cos(a), sin(a), 0.0);
}

// Forces of single nodes are added as integers, so that their order is free.
const float FIX = 16384.0;

// Cells with more nodes than this act as one mass even nearby.
const uint CROWD = 64u;

vec3 repel(int k, vec3 x) {
	ivec3 cell;
	uvec3 within;
	locate(x, cell, within);
	vec3 f = vec3(0.0);
	ivec3 near = ivec3(0);
	for (int level = 2; level <= LEVELS; level++) {
		ivec3 mine = cell >> (LEVELS - level);
		ivec3 lo = max(2 * (mine / 2) - 2, ivec3(0)), hi = min(2 * (mine / 2) + 3, ivec3((1 << level) - 1));
		if (DIM == 2) { lo.z = 0; hi.z = 0; }
		int first = levelStart(level);
		for (int z = lo.z; z <= hi.z; z++) {
			for (int y = lo.y; y <= hi.y; y++) {
				for (int cx = lo.x; cx <= hi.x; cx++) {
					ivec3 at = ivec3(cx, y, z), d = abs(at - mine);
					int far = max(d.x, max(d.y, d.z));
					if (far <= 1 && level < LEVELS) continue;
					int index = cellIndex(at, level);
					vec4 c = cells[first + index];
					if (c.w == 0.0) continue;
					if (far > 1) {
						f += push(x - c.xyz, c.w);
					} else if (fine[5 * index] <= CROWD) {
						for (uint j = fine[5 * index + 4]; j != 0u; j = node[2u * (j - 1u) + 1u]) {
							if (int(j) - 1 == k) continue;
							vec3 r = x - place(int(j) - 1);
							if (dot(r, r) < 1e-10) r = 0.05 * anyway(k);
							near += ivec3(round(push(r, 1.0) * FIX));
						}
					} else if (far == 1) {
						f += push(x - c.xyz, c.w);
					} else {
						// Without the node itself.
						float others = float(fine[5 * index] - 1u);
						uvec3 sum = uvec3(fine[5 * index + 1], fine[5 * index + 2], fine[5 * index + 3]) - within;
						vec3 r = (vec3(within) - vec3(sum) / others) * (side() / float(1 << LEVELS) / float((1 << BITS) - 1));
						if (DIM == 2) r.z = 0.0;
						if (dot(r, r) < 1e-10) r = 0.05 * anyway(k);
						f += push(r, others);
					}
				}
			}
		}
	}
	return f + vec3(near) / FIX;
}

void main() {
	int k = int(gl_GlobalInvocationID.x);
	if (k >= nodes) return;
	vec3 x = place(k);
	vec3 f = repulsion * repel(k, x) - gravity * x;
	for (int e = row[k], end = row[k + 1]; e < end; e++) {
		uvec2 l = link[e];
		vec3 r = x - place(int(l.x));
		float d = length(r);
		if (d > 0.0) f -= r * (uintBitsToFloat(l.y) * (1.0 - 1.0 / d));
	}
	vec3 v = f;
	if (alpha > 0.0) {
		v = DECAY * (vec3(vel[3 * k], vel[3 * k + 1], vel[3 * k + 2]) + alpha * f);
		float s = dot(v, v);
		if (s > MAX_STEP * MAX_STEP) v *= MAX_STEP * inversesqrt(s);
		if (node[2 * k] != 0u) v = vec3(0.0);
	}
	vel[3 * k] = v.x;
	vel[3 * k + 1] = v.y;
	vel[3 * k + 2] = DIM == 3 ? v.z : 0.0;
}

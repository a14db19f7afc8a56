// The grid of cells that a layout's far forces are summed on: levels 0 (one cell) to LEVELS, each 2^level cells a side.
// DIM is 2 or 3, BITS the fixed-point bits of a place in a cell.

layout(std430, binding = 0) buffer Positions { float pos[]; };
layout(std430, binding = 1) buffer Bounds { uint bounds[]; }; // ordered minima of x, y, z, then maxima

uniform int nodes;

// Floats in an order that unsigned integers keep, and back.
uint ordered(float v) {
	uint u = floatBitsToUint(v);
	return (u & 0x80000000u) != 0u ? ~u : u | 0x80000000u;
}

float unordered(uint u) { return uintBitsToFloat((u & 0x80000000u) != 0u ? u ^ 0x80000000u : ~u); }

vec3 place(int k) { return vec3(pos[3 * k], pos[3 * k + 1], pos[3 * k + 2]); }

vec3 corner() { return vec3(unordered(bounds[0]), unordered(bounds[1]), unordered(bounds[2])); }

float side() {
	vec3 d = vec3(unordered(bounds[3]), unordered(bounds[4]), unordered(bounds[5])) - corner();
	return max(max(d.x, max(d.y, d.z)), 1e-6);
}

// The cell of the finest level, and the place within it in fixed point.
void locate(vec3 x, out ivec3 cell, out uvec3 within) {
	precise vec3 at = (x - corner()) * (float(1 << LEVELS) / side());
	cell = clamp(ivec3(floor(at)), ivec3(0), ivec3((1 << LEVELS) - 1));
	precise vec3 rest = clamp(at - vec3(cell), 0.0, 1.0);
	within = uvec3(rest * float((1 << BITS) - 1));
	if (DIM == 2) { cell.z = 0; within.z = 0u; }
}

int cellIndex(ivec3 c, int level) { return DIM == 3 ? ((c.z << level) + c.y << level) + c.x : (c.y << level) + c.x; }

// Cells of all levels before this one.
int levelStart(int level) { return DIM == 3 ? ((1 << 3 * level) - 1) / 7 : ((1 << 2 * level) - 1) / 3; }

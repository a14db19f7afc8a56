// Each node counts in its cell of the finest level, with its place in fixed point: the order of additions is free. It also joins the
// list of the cell's nodes, in any order.
layout(local_size_x = 128) in;

#include "layout/grid.glsl"

layout(std430, binding = 2) buffer Fine { uint fine[]; }; // count, sums of x, y, z, first node + 1
layout(std430, binding = 7) buffer Nodes { uint node[]; };  // whether it is pinned, next node of its cell + 1

void main() {
	int k = int(gl_GlobalInvocationID.x);
	if (k >= nodes) return;
	ivec3 cell;
	uvec3 within;
	locate(place(k), cell, within);
	int c = 5 * cellIndex(cell, LEVELS);
	atomicAdd(fine[c], 1u);
	atomicAdd(fine[c + 1], within.x);
	atomicAdd(fine[c + 2], within.y);
	if (DIM == 3) atomicAdd(fine[c + 3], within.z);
	node[2 * k + 1] = atomicExchange(fine[c + 4], uint(k + 1));
}

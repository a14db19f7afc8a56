// What drawing needs to know of the edges as a whole, found once per set of edges. STEP is one of the stages below.
layout(local_size_x = 64) in;

#include "render/graph.glsl"

layout(std430, binding = 0) readonly buffer PreIndex { int preIndex[]; };
layout(std430, binding = 1) readonly buffer PostIndex { int postIndex[]; };
uniform ivec2 preAt, postAt; // first element, stride
uniform int total;           // edges
uniform int nodesCount;
uniform int begin;           // edge of the first invocation: a dispatch takes only so many

int pre(int e) { return preIndex[preAt.x + e * preAt.y]; }
int post(int e) { return postIndex[postAt.x + e * postAt.y]; }

#if STEP == 0
// From row starts (in preIndex) to the source of each edge.
layout(std430, binding = 2) writeonly buffer Sources { int sources[]; };

void main() {
	int e = begin + int(gl_GlobalInvocationID.x);
	if (e >= total) return;
	int lo = 0, hi = nodesCount; // row lo starts at or before e, row hi behind it
	while (hi - lo > 1) {
		int mid = (lo + hi) / 2;
		if (pre(mid) <= e) lo = mid;
		else hi = mid;
	}
	sources[e] = lo;
}

#elif STEP == 1
layout(std430, binding = 2) buffer Degrees { uint degrees[]; };

void main() {
	int e = begin + int(gl_GlobalInvocationID.x);
	if (e >= total) return;
	int i = pre(e), j = post(e);
	if (i < 0 || j < 0 || i >= nodesCount || j >= nodesCount) return;
	atomicAdd(degrees[i], 1u);
	atomicAdd(degrees[j], 1u);
}

#elif STEP == 5
// Edges from a node to itself: a bit for each edge.
layout(std430, binding = 3) buffer Loops { uint loops[]; };

void main() {
	int e = begin + int(gl_GlobalInvocationID.x);
	if (e < total && pre(e) >= 0 && pre(e) == post(e)) atomicOr(loops[e >> 5], 1u << (e & 31));
}

#elif STEP == 4 || STEP == 6
// The numbers of the bent edges or loops, ascending, and the commands that draw them: behind a bit for each edge.
layout(std430, binding = 3) buffer Bent { uint bent[]; };
const int PIECES = STEP == 4 ? BENT_PIECES : LOOP_PIECES;

void main() {
	if (gl_GlobalInvocationID.x != 0u) return;
	int words = (total + 31) / 32, n = 0;
	for (int k = 0; k < words; k++) {
		for (uint bits = bent[k]; bits != 0u; bits &= bits - 1u) bent[words + 8 + n++] = uint(32 * k + findLSB(bits));
	}
	for (int c = 0; c < 2; c++) {
		bent[words + 4 * c] = uint(n * (c == 0 ? 2 * PIECES : 6 * PIECES));
		bent[words + 4 * c + 1] = 1u;
		bent[words + 4 * c + 2] = bent[words + 4 * c + 3] = 0u;
	}
}

#else
// Edges that have a reverse, by a table of edges with open addressing: filled first (STEP 2), then asked (STEP 3).
layout(std430, binding = 2) buffer Table { uint table[]; }; // edge + 1; 0: free
layout(std430, binding = 3) buffer Bent { uint bent[]; };
uniform uint mask;

uint place(int i, int j) {
	uint h = uint(i) * 0x9e3779b1u ^ uint(j) * 0x85ebca77u;
	h ^= h >> 15;
	h *= 0x2c1b3c6du;
	return (h ^ h >> 13) & mask;
}

void main() {
	int e = begin + int(gl_GlobalInvocationID.x);
	if (e >= total) return;
	int i = pre(e), j = post(e);
	if (i < 0 || j < 0 || i == j) return;
#if STEP == 2
	for (uint k = place(i, j);; k = (k + 1u) & mask)
		if (atomicCompSwap(table[k], 0u, uint(e) + 1u) == 0u) return;
#else
	for (uint k = place(j, i); table[k] != 0u; k = (k + 1u) & mask) {
		int o = int(table[k]) - 1;
		if (pre(o) == j && post(o) == i) {
			atomicOr(bent[e >> 5], 1u << (e & 31));
			return;
		}
	}
#endif
}
#endif

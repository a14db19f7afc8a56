// What follows from how many synapses a row has: with FULL their columns, which are all of the span or all but the row's own; with NEAR the row; else their
// numbers in the order of creation.
#define HAS_AT
#define HAS_COUNTS
#include "connect/rows.glsl"
#include "connect/entries.glsl"

#if !defined(FULL) && !defined(NEAR)
layout(std430, binding = 3) readonly buffer Firsts { uint firsts[]; }; // number of a row's first synapse
#endif

uniform uint no_self; // 1: none from an element to itself

uint entry(uint k) {
#if defined(FULL)
	return col_from + k + (no_self & uint(k >= row));
#elif defined(NEAR)
	return row_from + row;
#else
	return firsts[row] + k;
#endif
}

void main() {
	begin();
	if (row < rows.y) put_all(at[row], counts[row]);
}

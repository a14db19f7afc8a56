// Rows of synapses by delay: with SURVEY how many of each row, and of those that end in each column, have which delay; else each synapse goes to its place in the
// set of its delay, behind those of its row that were made before it.
#define HAS_AT
#define HAS_COUNTS
#define HAS_ENDS
#include "connect/rows.glsl"

// at[] is where rows begin, and behind the last one where that ends.
layout(std430, binding = 3) readonly buffer Steps { uint steps[]; };   // delay of each synapse
#ifndef IN_ORDER
layout(std430, binding = 4) readonly buffer Numbers { uint numbers[]; };
#endif
layout(std430, binding = 6) readonly buffer Fars { uint fars[]; };

uniform uint row_count;
uniform uint col_count;

uint number_of(uint k) {
#ifdef IN_ORDER
	return k;
#else
	return numbers[k];
#endif
}

#ifdef SURVEY
void main() {
	begin();
	if (row >= rows.y) return;
	for (uint k = at[row] + me; k < at[row + 1u]; k += uint(WIDE)) {
		uint lag = steps[number_of(k)];
		atomicAdd(counts[lag * row_count + row], 1u);
		atomicAdd(ends[lag * col_count + fars[k]], 1u);
	}
}
#else
// counts[] is the place of a row's first synapse in each set; ends[] the set of each delay, and from sets_at on where the far ends and the numbers of each set go: words
// of the slab, or NOWHERE where another dispatch writes them.
uniform uint sets_at;
uniform uint set_count;

const uint NOWHERE = 0xffffffffu;

shared uint next[ROWS][SETS]; // place of the next synapse of a set
shared uint of_set[ROWS][WIDE];

void main() {
	begin();
	uint from = 0u, n = 0u;
	if (row < rows.y) {
		from = at[row];
		n = at[row + 1u] - from;
		for (uint s = me; s < set_count; s += uint(WIDE)) next[tile][s] = counts[s * row_count + row];
	}
	for (uint base = 0u; any_going(base < n); base += uint(WIDE)) {
		uint k = base + me, number = 0u, set = NOWHERE;
		if (k < n) {
			number = number_of(from + k);
			set = ends[steps[number]];
		}
		of_set[tile][me] = set;
		barrier();
		uint before = 0u, after = 0u;
		for (uint j = 0u; j < uint(WIDE); ++j) {
			uint same = uint(of_set[tile][j] == set);
			before += j < me ? same : 0u;
			after += j > me ? same : 0u;
		}
		uint place = set == NOWHERE ? 0u : next[tile][set] + before;
		barrier();
		if (set != NOWHERE) {
			if (after == 0u) next[tile][set] = place + 1u;
			uint far_at = ends[sets_at + 2u * set], number_at = ends[sets_at + 2u * set + 1u];
			if (number_at != NOWHERE) put(number_at + place, number);
			if (far_at != NOWHERE) {
#ifdef NARROW
				put_bits(far_at + (place >> 1), fars[from + k] << 16u * (place & 1u));
#else
				put(far_at + place, fars[from + k]);
#endif
			}
		}
	}
}
#endif

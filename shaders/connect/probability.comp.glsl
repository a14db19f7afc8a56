// Rows in which each pair is a synapse with one probability: connect.Drawing says how they are drawn. Draws are independent of each other, and where a synapse ends
// follows from the sum of the gaps before it: each invocation takes BLOCKS blocks of Philox in a row, two draws each, and adds up what those before it took.
// With SURVEY the synapses are counted, else written.
#ifdef SURVEY
#define HAS_COUNTS
#define HAS_ENDS
#else
#define HAS_AT
#endif
#include "connect/rows.glsl"
#ifndef SURVEY
#include "connect/entries.glsl"
#endif
#include "lib/philox.glsl"

layout(std430, binding = 3) readonly buffer Table { uint table[]; }; // the more and the less significant half of each entry
layout(std430, binding = 4) readonly buffer Guide { uint guide[]; };

uniform uvec2 key;
uniform uint stream;
uniform uint shift;      // of the upper half of a draw, for the guide
uniform uint last_gap;   // behind which no synapse follows
uniform uint candidates;
uniform uint no_self; // 1: none from an element to itself

shared uint gaps[ROWS][BLOCKS * WIDE];
shared uvec2 sums[ROWS][WIDE]; // how far the draws go, and how many synapses they are
shared uint inside[ROWS];      // synapses of this round that are among the candidates
#ifndef SURVEY
shared uint found[ROWS][2 * BLOCKS * WIDE];
uint entry(uint k) { return found[tile][k]; }
#endif

// The largest gap whose entry of the table is not above 64 random bits.
uint gap_of(uint hi, uint lo) {
	uint g = guide[hi >> shift], k = g & 0xffffu, end = k + (g >> 16);
	while (k < end) {
		uint mid = (k + end + 1u) / 2u, t = table[2u * mid];
		if (t < hi || t == hi && table[2u * mid + 1u] <= lo) { k = mid; } else { end = mid - 1u; }
	}
	return k;
}

void main() {
	begin();
	bool mine = row < rows.y;
	uint base = 0u, number = 0u, first = 0u;
#ifndef SURVEY
	if (mine) first = at[row];
#endif
	for (uint block = me * uint(BLOCKS); any_going(mine && base < candidates); block += uint(BLOCKS * WIDE)) {
		uvec2 own = uvec2(0u);
		if (me == 0u) inside[tile] = 0u;
		for (uint b = 0u; b < uint(BLOCKS); ++b) {
			uvec4 w = philox(uvec4(block + b, row, stream, 0u), key);
			uvec2 gap = uvec2(gap_of(w.x, w.y), gap_of(w.z, w.w));
			gaps[tile][b * uint(WIDE) + me] = gap.x | gap.y << 16;
			uint ends_here = uint(gap.x < last_gap) + uint(gap.y < last_gap);
			own += uvec2(gap.x + gap.y + ends_here, ends_here);
		}
		sums[tile][me] = own;
		barrier();
		for (uint by = 1u; by < uint(WIDE); by *= 2u) {
			uvec2 s = me < by ? uvec2(0u) : sums[tile][me - by];
			barrier();
			sums[tile][me] += s;
			barrier();
		}
		uvec2 all = sums[tile][WIDE - 1], before = sums[tile][me] - own;
		uint pos = base + before.x, k = before.y, in_reach = 0u, two = 0u;
		if (!mine) pos = candidates;
		for (uint b = 0u; b < uint(2 * BLOCKS) && pos < candidates; ++b) {
			two = (b & 1u) == 0u ? gaps[tile][(b >> 1) * uint(WIDE) + me] : two >> 16;
			uint gap = two & 0xffffu;
			pos += gap;
			if (gap == last_gap) continue;
			if (pos < candidates) {
				uint col = pos + (no_self & uint(pos >= row)) + col_from;
#ifdef SURVEY
				atomicAdd(ends[col], 1u);
#else
				found[tile][k] = col;
#endif
				++in_reach;
			}
			++pos;
			++k;
		}
		if (in_reach > 0u) atomicAdd(inside[tile], in_reach);
		barrier();
#ifndef SURVEY
		if (mine) put_all(first + number, inside[tile]);
#endif
		base = min(base + all.x, 0x40000000u); // beyond all candidates; other rows may go on
		number += inside[tile];
	}
#ifdef SURVEY
	if (mine && me == 0u) counts[row] = number;
#endif
}

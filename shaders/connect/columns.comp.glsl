// Rows of a given number of synapses whose columns are drawn. With SURVEY they are counted; else they are sorted and written: with SORTED by comparing, in
// shared memory for as many; else by counting how often each of BINS columns was drawn, for one range of columns after another, which takes rows of any length.
#define HAS_COUNTS
#ifdef SURVEY
#define HAS_ENDS
#else
#define HAS_AT
#endif
#include "connect/rows.glsl"
#ifndef SURVEY
#include "connect/entries.glsl"
#endif
#include "connect/fixed.glsl"

layout(std430, binding = 3) readonly buffer Picked { uint picked[]; }; // columns, counted in the span

uniform uint stream_from; // number of the stream of row 0

#if defined(SORTED)
shared uint drawn[ROWS][SORTED];

uint entry(uint k) { return picked[drawn[tile][k]] + col_from; }
#elif !defined(SURVEY)
shared uint bins[ROWS][BINS]; // in the end how many draws are in a bin and those before it
shared uint bin_sums[ROWS][WIDE];

uint range; // the draw of the first bin

uint entry(uint k) {
	uint lo = 0u, hi = uint(BINS - 1);
	while (lo < hi) {
		uint mid = (lo + hi) / 2u;
		if (bins[tile][mid] > k) { hi = mid; } else { lo = mid + 1u; }
	}
	return picked[range + lo] + col_from;
}
#endif

void main() {
	begin();
	uint n = row < rows.y ? counts[row] : 0u, number = stream_from + row;
#if defined(SURVEY)
	uint done = 0u;
	for (uint block = me; any_going(done < n); block += uint(WIDE)) {
		Draws d = draw(block, number);
		for (uint k = 0u; k < d.n; ++k) {
			if (done + d.before + k < n) atomicAdd(ends[picked[d.value[k]] + col_from], 1u);
		}
		done += d.all;
	}
#elif defined(SORTED)
	for (uint k = me; k < uint(SORTED); k += uint(WIDE)) drawn[tile][k] = 0xffffffffu;
	uint done = 0u;
	for (uint block = me; any_going(done < n); block += uint(WIDE)) {
		Draws d = draw(block, number);
		for (uint k = 0u; k < d.n; ++k) {
			if (done + d.before + k < n) drawn[tile][done + d.before + k] = d.value[k];
		}
		done += d.all;
	}
	// Batcher's bitonic sort.
	for (uint size = 2u; size <= uint(SORTED); size *= 2u) {
		for (uint by = size / 2u; by > 0u; by /= 2u) {
			barrier();
			for (uint k = me; k < uint(SORTED / 2); k += uint(WIDE)) {
				uint a = 2u * k - (k & (by - 1u)), b = a + by;
				uint s = drawn[tile][a], t = drawn[tile][b];
				if ((s > t) == ((a & size) == 0u)) {
					drawn[tile][a] = t;
					drawn[tile][b] = s;
				}
			}
		}
	}
	barrier();
	if (n > 0u) put_all(at[row], n);
#else
	const uint each = uint(BINS / WIDE);
	uint written = n > 0u ? at[row] : 0u;
	for (range = 0u; range < below; range += uint(BINS)) {
		for (uint k = me; k < uint(BINS); k += uint(WIDE)) bins[tile][k] = 0u;
		uint done = 0u;
		for (uint block = me; any_going(done < n); block += uint(WIDE)) {
			Draws d = draw(block, number);
			for (uint k = 0u; k < d.n; ++k) {
				uint bin = d.value[k] - range; // beyond BINS, too, where it is below the range
				if (done + d.before + k < n && bin < uint(BINS)) atomicAdd(bins[tile][bin], 1u);
			}
			done += d.all;
		}
		uint sum = 0u;
		for (uint k = me * each; k < (me + 1u) * each; ++k) sum += bins[tile][k];
		bin_sums[tile][me] = sum;
		barrier();
		for (uint by = 1u; by < uint(WIDE); by *= 2u) {
			uint s = me < by ? 0u : bin_sums[tile][me - by];
			barrier();
			bin_sums[tile][me] += s;
			barrier();
		}
		uint before = bin_sums[tile][me] - sum, all = bin_sums[tile][WIDE - 1];
		for (uint k = me * each; k < (me + 1u) * each; ++k) {
			before += bins[tile][k];
			bins[tile][k] = before;
		}
		barrier();
		put_all(written, all);
		written += all;
		barrier(); // the bins are free again
	}
#endif
}

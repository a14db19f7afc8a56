// Draws of numbers below one bound, as connect.Fixed says: words in the order of a stream, of which a few do not count.
#include "lib/philox.glsl"

uniform uvec2 key;
uniform uint stream;
uniform uint below; // the bound
uniform uint least; // 2^32 mod below: words whose product with below has less in its lower half do not count

shared uint accepted[ROWS][WIDE];

// The words of a block, and how many of them count.
struct Draws {
	uvec4 value; // those that count first
	uint n;
	uint before; // how many count of the blocks of invocations before, in this round
	uint all;    // of all blocks of this round
};

// All invocations draw together, a block each. They come to a barrier before they draw again.
Draws draw(uint block, uint number) {
	Draws d;
	d.value = uvec4(0u);
	d.n = 0u;
	uvec4 w = philox(uvec4(block, number, stream, 0u), key);
	for (uint k = 0u; k < 4u; ++k) {
		uint hi, lo;
		umulExtended(w[k], below, hi, lo);
		if (lo >= least) {
			d.value[d.n] = hi;
			++d.n;
		}
	}
	accepted[tile][me] = d.n;
	barrier();
	for (uint by = 1u; by < uint(WIDE); by *= 2u) {
		uint s = me < by ? 0u : accepted[tile][me - by];
		barrier();
		accepted[tile][me] += s;
		barrier();
	}
	d.before = accepted[tile][me] - d.n;
	d.all = accepted[tile][WIDE - 1];
	return d;
}

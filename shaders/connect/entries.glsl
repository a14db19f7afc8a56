// Entries of a row that its invocations write side by side. The program says what entry k is.
uint entry(uint k);

// Writes entries first to first+n-1.
void put_all(uint first, uint n) {
#ifdef NARROW // two to a word, of which others may write one
	if (n == 0u) return;
	for (uint word = (first >> 1) + me; word <= (first + n - 1u) >> 1; word += uint(WIDE)) {
		uint even = 2u * word;
		if (even >= first && even + 1u < first + n) {
			put(word, entry(even - first) | entry(even + 1u - first) << 16);
		} else {
			put_bits(word, even >= first ? entry(even - first) : entry(even + 1u - first) << 16);
		}
	}
#else
	for (uint k = me; k < n; k += uint(WIDE)) put(first + k, entry(k));
#endif
}

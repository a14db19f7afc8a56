// Reduction of huge angles by integers (Payne and Hanek, "Radian reduction for trigonometric functions", 1983).

// Two zero words, then the bits of 2/pi behind the point.
const uint two_over_pi[46] = uint[46](0u, 0u,
	0xA2F9836Eu, 0x4E441529u, 0xFC2757D1u, 0xF534DDC0u, 0xDB629599u, 0x3C439041u, 0xFE5163ABu, 0xDEBBC561u, 0xB7246E3Au, 0x424DD2E0u, 0x06492EEAu,
	0x09D1921Cu, 0xFE1DEB1Cu, 0xB129A73Eu, 0xE88235F5u, 0x2EBB4484u, 0xE99C7026u, 0xB45F7E41u, 0x3991D639u, 0x835339F4u, 0x9C845F8Bu, 0xBDF9283Bu,
	0x1FF897FFu, 0xDE05980Fu, 0xEF2F118Bu, 0x5A0A6D1Fu, 0x6D367ECFu, 0x27CB09B7u, 0x4F463F66u, 0x9E5FEA2Du, 0x7527BAC7u, 0xEBE5F17Bu, 0x3D0739F7u,
	0x8A5292EAu, 0x6BFB5FB1u, 0x1F8D5D08u, 0x56033046u, 0xFC7B6BABu, 0xF0CFBC20u, 0x9AF4361Du, 0xA9E39161u, 0x5EE61B08u, 0u, 0u);

// The quadrant (mod 4) nearest to the angle m * 2^e, e > -60, and the magnitude of what is left of it: the top
// 64 bits of a fraction of a quadrant, at most 1/2, shifted left by `shift` so that its first bit is set.
int huge_quadrant(uvec2 m, int e, out uvec2 left, out int shift, out bool negative) {
	int bit = e - 2 + 64;
	int word = bit >> 5, sh = bit & 31;
	uint w[6], p[6];
	for (int j = 0; j < 6; j++)
		w[j] = sh == 0 ? two_over_pi[word + j] : two_over_pi[word + j] << sh | two_over_pi[word + j + 1] >> (32 - sh);
	uint hi, lo, c1, c2, carry = 0u;
	for (int j = 5; j >= 0; j--) {
		umulExtended(w[j], m.x, hi, lo);
		p[j] = uaddCarry(lo, carry, c1);
		carry = hi + c1;
	}
	carry = 0u;
	for (int j = 5; j >= 1; j--) {
		umulExtended(w[j], m.y, hi, lo);
		lo = uaddCarry(lo, carry, c1);
		p[j - 1] = uaddCarry(p[j - 1], lo, c2);
		carry = hi + c1 + c2;
	}
	int q = int(p[0] >> 30);
	uvec4 f = uvec4(p[0] << 2 | p[1] >> 30, p[1] << 2 | p[2] >> 30, p[2] << 2 | p[3] >> 30, p[3] << 2 | p[4] >> 30);
	negative = f.x >= 0x80000000u;
	if (negative) {
		q++;
		f = ~f; // one unit of 2^-128 off
	}
	shift = 0;
	for (int j = 0; j < 3 && f.x == 0u; j++) {
		f = uvec4(f.yzw, 0u);
		shift += 32;
	}
	int n = 31 - findMSB(f.x);
	if (n > 0 && n < 32) {
		f.xy = uvec2(f.x << n | f.y >> (32 - n), f.y << n | f.z >> (32 - n));
		shift += n;
	}
	left = f.xy;
	return q & 3;
}

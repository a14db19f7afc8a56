// Elementary functions in double, of which GLSL has none; same names and conventions as math.glsl.
// After fdlibm, which is: Copyright (C) 1993, 2004 by Sun Microsystems, Inc. All rights reserved. Permission to use, copy, modify,
// and distribute this software is freely granted, provided that this notice is preserved.
// Within two units in the last place (see testdata/accuracy.txt). Arguments and results below 2^-1022 may count as zero.

#include "lib/common.glsl"

double m_bits(uint high, uint low) { return packDouble2x32(uvec2(low, high)); }
uint m_high32(double x) { return unpackDouble2x32(x).y; }

bool m_isnan(double x) {
	uvec2 b = unpackDouble2x32(x);
	b.y &= 0x7fffffffu;
	return b.y > 0x7ff00000u || b.y == 0x7ff00000u && b.x != 0u;
}
bool m_isinf(double x) {
	uvec2 b = unpackDouble2x32(x);
	return (b.y & 0x7fffffffu) == 0x7ff00000u && b.x == 0u;
}

double m_inf64() { return m_bits(0x7ff00000u, 0u); }
double m_nan64() { return m_bits(0x7ff80000u, 0u); }

// x without its low 32 bits.
#define m_cut(x) packDouble2x32(unpackDouble2x32(x) & uvec2(0u, 0xffffffffu))

// 2^k for -1022 <= k <= 1023.
double m_exp2i64(int k) { return m_bits(uint(k + 1023) << 20, 0u); }

// y * 2^k, for |k| below 2044, rounded at most once.
double m_scale(double y, int k) {
	precise double a = y * m_exp2i64(k >> 1);
	precise double r = a * m_exp2i64(k - (k >> 1));
	return r;
}

double m_copysign(double x, double sign) {
	uvec2 b = unpackDouble2x32(x);
	return m_bits(b.y & 0x7fffffffu | m_high32(sign) & 0x80000000u, b.x);
}

double m_exp(double x) {
	double v = m_if(x < -746.0lf, -746.0lf, m_if(x > 710.0lf, 710.0lf, m_if(m_isnan(x), 0.0lf, x)));
	precise double k = floor(v * 1.44269504088896338700lf + 0.5lf);
	precise double hi = v - k * 6.93147180369123816490e-01lf;
	precise double lo = k * 1.90821492927058770002e-10lf;
	precise double r = hi - lo;
	precise double t = r * r;
	precise double c = r - t * (1.66666666666666019037e-01lf + t * (-2.77777777770155933842e-03lf + t * (6.61375632143793436117e-05lf + t * (-1.65339022054652515390e-06lf + t * 4.13813679705723846039e-08lf))));
	precise double y = 1.0lf - ((lo - (r * c) / (2.0lf - c)) - hi);
	return m_if(m_isnan(x), x, m_scale(y, int(k)));
}

double m_expm1(double x) {
	double v = m_if(x < -40.0lf, -40.0lf, m_if(x > 710.0lf, 710.0lf, m_if(m_isnan(x), 0.0lf, x)));
	precise double k = m_if(abs(v) > 0.34657359027997264lf, floor(v * 1.44269504088896338700lf + 0.5lf), 0.0lf);
	precise double hi = v - k * 6.93147180369123816490e-01lf;
	precise double lo = k * 1.90821492927058770002e-10lf;
	precise double r = hi - lo;
	precise double c = (hi - r) - lo;
	precise double h = 0.5lf * r;
	precise double z = r * h;
	precise double r1 = 1.0lf + z * (-3.33333333333331316428e-02lf + z * (1.58730158725481460165e-03lf + z * (-7.93650757867487942473e-05lf + z * (4.00821782732936239552e-06lf + z * -2.01099218183624371326e-07lf))));
	precise double t = 3.0lf - r1 * h;
	precise double e = z * ((r1 - t) / (6.0lf - r * t));
	int n = int(k);
	precise double e0 = r * e - z;
	precise double ek = (r * (e - c) - c) - z;
	// Up to k = 51, 1 - 2^-k is exact; beyond, 2^-k is the small term.
	precise double near = (1.0lf - m_exp2i64(-n)) - (ek - r);
	precise double far = (r - (ek + m_exp2i64(-min(n, 1022)))) + 1.0lf;
	precise double y = m_if(n == 0, r - e0, m_scale(m_if(n <= 51, near, far), n));
	y = m_if(v <= -40.0lf, -1.0lf, y);
	return m_if(m_isnan(x) || abs(x) < 5e-17lf, x, y);
}

double m_exprel(double x) {
	double v = m_if(x > 720.0lf, 720.0lf, x);
	precise double h = m_exp(0.5lf * m_if(v > 709.0lf, v, 0.0lf));
	precise double q = m_if(v > 709.0lf, h / v * h, m_expm1(v) / v);
	return m_if(abs(x) < 1e-16lf, 1.0lf, q);
}

// x = 2^k (1 + f) with 1 + f in [sqrt(1/2), sqrt(2)), to the last bit, for positive finite x.
double m_split(double x, out int k) {
	bool small = x < 2.2250738585072014e-308lf;
	precise double s = m_if(small, x * 18014398509481984.0lf, x);
	uvec2 b = unpackDouble2x32(s);
	uint half_ = 0x3fe6a09eu + uint(b.x < 0x667f3bcdu); // upper word of the smallest 1 + f with this lower word
	uint u = b.y + (0x3ff00000u - half_);
	k = int(u >> 20) - m_pick(small, 1023 + 54, 1023);
	precise double f = m_bits((u & 0x000fffffu) + half_, b.x) - 1.0lf;
	return f;
}

double m_log_tail(double f, double hfsq) {
	precise double s = f / (2.0lf + f);
	precise double z = s * s;
	precise double w = z * z;
	precise double t1 = w * (3.999999999940941908e-01lf + w * (2.222219843214978396e-01lf + w * 1.531383769920937332e-01lf));
	precise double t2 = z * (6.666666666666735130e-01lf + w * (2.857142874366239149e-01lf + w * (1.818357216161805012e-01lf + w * 1.479819860511658591e-01lf)));
	precise double r = s * (hfsq + (t2 + t1));
	return r;
}

double m_log_special(double x, double y) {
	return m_if(x > 0.0lf && m_high32(x) < 0x7ff00000u, y, m_if(x == 0.0lf, -m_inf64(), m_if(x < 0.0lf, m_nan64(), x)));
}

double m_log(double x) {
	int k;
	double f = m_split(x, k);
	precise double d = double(k), hfsq = 0.5lf * f * f;
	precise double y = d * 6.93147180369123816490e-01lf - ((hfsq - (m_log_tail(f, hfsq) + d * 1.90821492927058770002e-10lf)) - f);
	return m_log_special(x, y);
}

double m_log10(double x) {
	int k;
	double f = m_split(x, k);
	precise double d = double(k), hfsq = 0.5lf * f * f;
	precise double hi = m_cut(f - hfsq);
	precise double lo = (f - hi) - hfsq + m_log_tail(f, hfsq);
	precise double y2 = d * 3.01029995663611771306e-01lf, v = hi * 4.34294481878168880939e-01lf;
	precise double w = y2 + v;
	precise double low = (y2 - w) + v;
	low = m_if(abs(v) > abs(y2), (v - w) + y2, low);
	precise double y = d * 3.69423907715893078616e-13lf + (lo + hi) * 2.50829467116452752298e-11lf + lo * 4.34294481878168880939e-01lf + low + w;
	return m_log_special(x, y);
}

double m_log1p(double x) {
	precise double u = 1.0lf + x;
	int k;
	precise double f = m_split(u, k);
	precise double c = m_if(k >= 2, 1.0lf - (u - x), x - (u - 1.0lf)) / u;
	c = m_if(abs(x) > 18014398509481984.0lf, 0.0lf, c);
	bool near = x > -0.2928932188134524lf && x < 0.4142135623730950lf;
	f = m_if(near, x, f);
	c = m_if(near, 0.0lf, c);
	precise double d = m_if(near, 0.0lf, double(k)), hfsq = 0.5lf * f * f;
	precise double y = d * 6.93147180369123816490e-01lf - ((hfsq - (m_log_tail(f, hfsq) + (d * 1.90821492927058770002e-10lf + c))) - f);
	y = m_if(abs(x) < 1e-16lf, x, y);
	return m_if(x > -1.0lf && (m_high32(x) & 0x7fffffffu) < 0x7ff00000u, y, m_if(x == -1.0lf, -m_inf64(), m_if(x < 0.0lf, m_nan64(), x)));
}

// Two zero words, then the bits of 2/pi behind the point. It is never set; as a constant, some drivers would write it to
// local memory at every call.
uniform uint two_over_pi[46] = uint[46](0u, 0u,
	0xA2F9836Eu, 0x4E441529u, 0xFC2757D1u, 0xF534DDC0u, 0xDB629599u, 0x3C439041u, 0xFE5163ABu, 0xDEBBC561u, 0xB7246E3Au, 0x424DD2E0u, 0x06492EEAu,
	0x09D1921Cu, 0xFE1DEB1Cu, 0xB129A73Eu, 0xE88235F5u, 0x2EBB4484u, 0xE99C7026u, 0xB45F7E41u, 0x3991D639u, 0x835339F4u, 0x9C845F8Bu, 0xBDF9283Bu,
	0x1FF897FFu, 0xDE05980Fu, 0xEF2F118Bu, 0x5A0A6D1Fu, 0x6D367ECFu, 0x27CB09B7u, 0x4F463F66u, 0x9E5FEA2Du, 0x7527BAC7u, 0xEBE5F17Bu, 0x3D0739F7u,
	0x8A5292EAu, 0x6BFB5FB1u, 0x1F8D5D08u, 0x56033046u, 0xFC7B6BABu, 0xF0CFBC20u, 0x9AF4361Du, 0xA9E39161u, 0x5EE61B08u, 0u, 0u);

// As in math.glsl, for m * 2^e with e > -60. The result has no meaning where `wanted` is false. Compilers for processors take
// both sides of every branch; the loop makes that cheap, since it ends at once when no neighbour wants more.
int m_huge_quadrant(bool wanted, uvec2 m, int e, bool negate, out double r, out double t) {
	int bit = max(e, -60) - 2 + 64;
	int word = bit >> 5, up = bit & 31, down = 31 - up;
	uvec3 acc = uvec3(0u);
	uvec4 p = uvec4(0u); // the top words of m times a window of 192 bits, without the whole turns
	for (int j = m_pick(wanted, 5, -1); j >= 0; j--) {
		uint w = two_over_pi[word + j] << up | two_over_pi[word + j + 1] >> 1 >> down;
		uint hi, lo, c;
		umulExtended(w, m.x, hi, lo);
		acc.x = uaddCarry(acc.x, lo, c);
		hi += c; // cannot overflow: hi is below 2^32 - 1
		acc.y = uaddCarry(acc.y, hi, c);
		acc.z += c;
		umulExtended(w, m.y, hi, lo);
		acc.y = uaddCarry(acc.y, lo, c);
		acc.z += hi + c;
		p = uvec4(acc.x, p.xyz);
		acc = uvec3(acc.yz, 0u);
	}
	int q = int(p.x >> 30);
	uvec4 f = uvec4(p.x << 2 | p.y >> 30, p.y << 2 | p.z >> 30, p.z << 2 | p.w >> 30, p.w << 2);
	bool above = f.x >= 0x80000000u;
	q += int(above);
	f ^= uvec4(-int(above));
	// The first 27 bits have exact products with the first 26 of pi/2. No double is nearer to a multiple than 2^-62.
	double unit = m_if(above != negate, -1.0lf, 1.0lf);
	precise double f1 = double(f.x >> 5) * (unit / 134217728.0lf);
	precise double f2 = (double(f.x & 31u) + double(f.y) / 4294967296.0lf) * (unit / 4294967296.0lf);
	f2 += (double(f.z) + double(f.w) / 4294967296.0lf) * (unit / 79228162514264337593543950336.0lf);
	precise double big = f1 * 1.570796310901641845703125lf;
	precise double rest = f2 * 1.570796310901641845703125lf + (f1 + f2) * 1.5893254773528196e-08lf;
	precise double y = big + rest;
	precise double ty = rest - (y - big);
	r = y;
	t = ty;
	return m_pick(negate, 4 - q, q) & 3;
}

// x - q * pi/2 = r + t with the nearest q; returns q mod 4.
int m_quadrant(double x, out double r, out double t) {
	double a = abs(x);
	uvec2 b32 = unpackDouble2x32(a);
	bool finite = b32.y < 0x7ff00000u;
	bool huge = finite && a >= 16777216.0lf;
	// Parts of pi/2 with 29 bits each: the products are exact.
	precise double q = floor(m_if(huge, 0.0lf, x) * 6.36619772367581382433e-01lf + 0.5lf);
	precise double h = x - q * 1.570796325802803039550781lf;
	precise double b = q * 9.920935774287986674835338e-10lf;
	precise double r1 = h - b;
	precise double t1 = (h - r1) - b;
	precise double c = q * 2.2517417741562176e-18lf - t1;
	precise double r2 = r1 - c;
	precise double t2 = (r1 - r2) - c;
	double y, ty;
	int n = m_huge_quadrant(huge, uvec2(b32.x, b32.y & 0x000fffffu | 0x00100000u), int(b32.y >> 20) - 1075, x < 0.0lf, y, ty);
	r = m_if(huge, y, m_if(finite, r2, m_nan64()));
	t = m_if(huge, ty, m_if(finite, t2, 0.0lf));
	return m_pick(huge, n, m_pick(finite, int(q) & 3, 0));
}

double m_sin_poly(double r, double t) {
	precise double z = r * r;
	precise double p = 8.33333333332248946124e-03lf + z * (-1.98412698298579493134e-04lf + z * 2.75573137070700676789e-06lf) + z * (z * z) * (-2.50507602534068634195e-08lf + z * 1.58969099521155010221e-10lf);
	precise double v = z * r;
	precise double y = r - ((z * (0.5lf * t - v * p) - t) - v * -1.66666666666666324348e-01lf);
	return y;
}

double m_cos_poly(double r, double t) {
	precise double z = r * r;
	precise double w = z * z;
	precise double p = z * (4.16666666666666019037e-02lf + z * (-1.38888888888741095749e-03lf + z * 2.48015872894767294178e-05lf)) + w * w * (-2.75573143513906633035e-07lf + z * (2.08757232129817482790e-09lf + z * -1.13596475577881948265e-11lf));
	precise double h = 0.5lf * z;
	precise double u = 1.0lf - h;
	precise double y = u + (((1.0lf - u) - h) + (z * p - r * t));
	return y;
}

double m_sin(double x) {
	double r, t;
	int q = m_quadrant(x, r, t);
	double y = m_if((q & 1) == 0, m_sin_poly(r, t), m_cos_poly(r, t));
	return m_if(x == 0.0lf, x, m_if((q & 2) == 0, y, -y));
}

double m_cos(double x) {
	double r, t;
	int q = m_quadrant(x, r, t);
	double y = m_if((q & 1) == 0, m_cos_poly(r, t), m_sin_poly(r, t));
	return m_if((q + 1 & 2) == 0, y, -y);
}

double m_tan(double x) {
	double x0, t0;
	int q = m_quadrant(x, x0, t0);
	// Above 0.6744, tan(pi/4 - u) = 1 - 2 tan(u) / (1 + tan(u)).
	bool large = abs(x0) >= 0.6744lf, minus = x0 < 0.0lf;
	precise double a = m_if(minus && large, -x0, x0), t = m_if(minus && large, -t0, t0);
	precise double r = m_if(large, (7.85398163397448278999e-01lf - a) + (3.06161699786838301793e-17lf - t), a);
	t = m_if(large, 0.0lf, t);
	precise double z = r * r;
	precise double w = z * z;
	precise double p = 1.33333333333201242699e-01lf + w * (2.18694882948595424599e-02lf + w * (3.59207910759131235356e-03lf + w * (5.88041240820264096874e-04lf + w * (7.81794442939557092300e-05lf + w * -1.85586374855275456654e-05lf))));
	precise double v = z * (5.39682539762260521377e-02lf + w * (8.86323982359930005737e-03lf + w * (1.45620945432529025516e-03lf + w * (2.46463134818469906812e-04lf + w * (7.14072491382608190305e-05lf + w * 2.59073051863633712884e-05lf)))));
	precise double s = z * r;
	precise double e = t + z * (s * (p + v) + t);
	e += 3.33333333333334091986e-01lf * s;
	precise double y = r + e;
	bool odd = (q & 1) != 0;
	precise double g = m_if(odd, -1.0lf, 1.0lf);
	precise double big = g - 2.0lf * (r - (y * y / (y + g) - e));
	// -1 / (r + e), with what y lost put back.
	precise double i = -1.0lf / y;
	double yh = m_cut(y), ih = m_cut(i);
	precise double lost = e - (yh - r);
	precise double c = ih + i * ((1.0lf + ih * yh) + ih * lost);
	return m_if(x == 0.0lf, x, m_if(large, m_if(minus, -big, big), m_if(odd, c, y)));
}

double m_sinh(double x) {
	double a = abs(x);
	precise double t = m_expm1(m_if(a > 22.0lf, 22.0lf, a));
	precise double small = 0.5lf * m_if(a < 1.0lf, 2.0lf * t - t * t / (t + 1.0lf), t + t / (t + 1.0lf));
	precise double e = m_exp(m_if(a < 709.0lf, a, 0.5lf * a));
	precise double big = m_if(a < 709.0lf, 0.5lf * e, 0.5lf * e * e);
	return m_if(m_isnan(x) || a < 1e-9lf, x, m_copysign(m_if(a > 22.0lf, big, small), x));
}

double m_cosh(double x) {
	double a = abs(x);
	precise double t = m_expm1(m_if(a < 1.0lf, a, 1.0lf));
	precise double w = 1.0lf + t;
	precise double small = 1.0lf + t * t / (w + w);
	precise double e = m_exp(m_if(a < 709.0lf, a, 0.5lf * a));
	precise double big = m_if(a < 709.0lf, 0.5lf * e + 0.5lf / e, 0.5lf * e * e);
	return m_if(m_isnan(x), x, m_if(a < 0.34657359027997264lf, small, big));
}

double m_tanh(double x) {
	double a = abs(x);
	precise double t = m_expm1(m_if(a >= 1.0lf, 2.0lf * m_if(a > 22.0lf, 22.0lf, a), -2.0lf * a));
	precise double y = m_if(a >= 1.0lf, 1.0lf - 2.0lf / (t + 2.0lf), -t / (t + 2.0lf));
	return m_if(m_isnan(x) || a < 1e-9lf, x, m_copysign(y, x));
}

// (asin(s) - s) / s for z = s*s, |s| <= 1/2.
double m_asin_poly(double z) {
	precise double p = z * (1.66666666666666657415e-01lf + z * (-3.25565818622400915405e-01lf + z * (2.01212532134862925881e-01lf + z * (-4.00555345006794114027e-02lf + z * (7.91534994289814532176e-04lf + z * 3.47933107596021167570e-05lf)))));
	precise double q = 1.0lf + z * (-2.40339491173441421878e+00lf + z * (2.02094576023350569471e+00lf + z * (-6.88283971605453293030e-01lf + z * 7.70381505559019352791e-02lf)));
	precise double r = p / q;
	return r;
}

// asin of sqrt(z) for 0 <= z <= 1/4, as a sum: what it returns plus tail.
double m_asin_root(double z, out double tail) {
	precise double s = sqrt(z);
	precise double h = m_cut(s);
	precise double c = m_if(z > 0.0lf, (z - h * h) / (s + h), 0.0lf);
	precise double w = m_asin_poly(z) * s + c;
	tail = w;
	return h;
}

double m_asin(double x) {
	double a = abs(x);
	precise double small = a + a * m_asin_poly(m_if(a < 0.5lf, a * a, 0.0lf));
	precise double z = (1.0lf - a) * 0.5lf;
	double tail;
	precise double h = m_asin_root(m_if(a < 0.5lf || a > 1.0lf, 0.0lf, z), tail);
	precise double big = (1.57079632679489655800lf - 2.0lf * h) - (2.0lf * tail - 6.12323399573676603587e-17lf);
	return m_if(m_isnan(x) || a < 1e-9lf, x, m_if(a > 1.0lf, m_nan64(), m_copysign(m_if(a < 0.5lf, small, big), x)));
}

double m_acos(double x) {
	double a = abs(x);
	precise double small = 1.57079632679489655800lf - (x - (6.12323399573676603587e-17lf - x * m_asin_poly(m_if(a < 0.5lf, x * x, 0.0lf))));
	precise double z = (1.0lf - a) * 0.5lf;
	double tail;
	precise double h = m_asin_root(m_if(a < 0.5lf || a > 1.0lf, 0.0lf, z), tail);
	precise double right = 2.0lf * (h + tail);
	precise double left = (3.14159265358979311600lf - 2.0lf * h) - (2.0lf * tail - 1.22464679914735320717e-16lf);
	return m_if(m_isnan(x), x, m_if(a > 1.0lf, m_nan64(), m_if(a < 0.5lf, small, m_if(x > 0.0lf, right, left))));
}

double m_atan(double x) {
	double a = abs(x);
	bool b1 = a >= 0.4375lf, b2 = a >= 0.6875lf, b3 = a >= 1.1875lf, b4 = a >= 2.4375lf;
	precise double num = m_if(b4, -1.0lf, m_if(b3, a - 1.5lf, m_if(b2, a - 1.0lf, m_if(b1, 2.0lf * a - 1.0lf, a))));
	precise double den = m_if(b4, a, m_if(b3, 1.0lf + 1.5lf * a, m_if(b2, a + 1.0lf, m_if(b1, 2.0lf + a, 1.0lf))));
	double hi = m_if(b4, 1.57079632679489655800e+00lf, m_if(b3, 9.82793723247329054082e-01lf, m_if(b2, 7.85398163397448278999e-01lf, m_if(b1, 4.63647609000806093515e-01lf, 0.0lf))));
	double lo = m_if(b4, 6.12323399573676603587e-17lf, m_if(b3, 1.39033110312309984516e-17lf, m_if(b2, 3.06161699786838301793e-17lf, m_if(b1, 2.26987774529616870924e-17lf, 0.0lf))));
	precise double v = num / den;
	precise double z = v * v, w = z * z;
	precise double s1 = z * (3.33333333333329318027e-01lf + w * (1.42857142725034663711e-01lf + w * (9.09088713343650656196e-02lf + w * (6.66107313738753120669e-02lf + w * (4.97687799461593236017e-02lf + w * 1.62858201153657823623e-02lf)))));
	precise double s2 = w * (-1.99999999998764832476e-01lf + w * (-1.11111104054623557880e-01lf + w * (-7.69187620504482999495e-02lf + w * (-5.83357013379057348645e-02lf + w * -3.65315727442169155270e-02lf))));
	precise double y = hi - ((v * (s1 + s2) - lo) - v);
	return m_if(m_isnan(x) || a < 1e-9lf, x, m_copysign(y, x));
}

double m_pow(double x, double y) {
	double a = abs(x), ay = abs(y);
	bool small = a < 2.2250738585072014e-308lf;
	precise double as = m_if(small, a * 9007199254740992.0lf, a);
	uvec2 bits = unpackDouble2x32(as);
	int n = int(bits.y >> 20) - m_pick(small, 1023 + 53, 1023);
	uint j = bits.y & 0x000fffffu;
	bool k = j > 0x3988Eu && j < 0xBB67Au;
	bool up = j >= 0xBB67Au;
	n += m_pick(up, 1, 0);
	precise double m = m_bits((j | 0x3ff00000u) - m_pick(up, 0x00100000u, 0u), bits.x);
	precise double bp = m_if(k, 1.5lf, 1.0lf);
	precise double du = m - bp, v = 1.0lf / (m + bp);
	precise double ss = du * v;
	precise double sh = m_cut(ss);
	precise double th = m_cut(m + bp);
	precise double tl = m - (th - bp);
	precise double sl = v * ((du - sh * th) - sh * tl);
	precise double s2 = ss * ss;
	precise double r = s2 * s2 * (5.99999999999994648725e-01lf + s2 * (4.28571428578550184252e-01lf + s2 * (3.33333329818377432918e-01lf + s2 * (2.72728123808534006489e-01lf + s2 * (2.30660745775561754067e-01lf + s2 * 2.06975017800338417784e-01lf)))));
	r += sl * (sh + ss);
	s2 = sh * sh;
	th = m_cut(3.0lf + s2 + r);
	tl = r - ((th - 3.0lf) - s2);
	du = sh * th;
	v = sl * th + tl * ss;
	precise double ph = m_cut(du + v);
	precise double pl = v - (ph - du);
	precise double zh = 9.61796700954437255859e-01lf * ph;
	precise double zl = -7.02846165095275826516e-09lf * ph + pl * 9.61796693925975554329e-01lf + m_if(k, 1.35003920212974897128e-08lf, 0.0lf);
	precise double dh = m_if(k, 5.84962487220764160156e-01lf, 0.0lf), d = double(n);
	precise double t1 = m_cut(((zh + zl) + dh) + d);
	precise double t2 = zl - (((t1 - d) - dh) - zh);
	double yc = m_if(ay > 1e22lf, m_copysign(1e22lf, y), y); // 2^-53 is about the smallest nonzero |log2(a)|
	precise double y1 = m_cut(yc);
	pl = (yc - y1) * t1 + yc * t2;
	ph = y1 * t1;
	precise double z = pl + ph;
	bool over = z > 1025.0lf, under = z < -1076.0lf;
	ph = m_if(over || under, 0.0lf, ph);
	pl = m_if(over || under, 0.0lf, pl);
	precise double e = floor(ph + pl + 0.5lf);
	ph -= e;
	precise double t = m_cut(pl + ph);
	precise double q = t * 6.93147182464599609375e-01lf;
	precise double w = (pl - (t - ph)) * 6.93147180559945286227e-01lf + t * -1.90465429995776804525e-09lf;
	z = q + w;
	w = w - (z - q);
	t = z * z;
	t1 = z - t * (1.66666666666666019037e-01lf + t * (-2.77777777770155933842e-03lf + t * (6.61375632143793436117e-05lf + t * (-1.65339022054652515390e-06lf + t * 4.13813679705723846039e-08lf))));
	r = (z * t1) / (t1 - 2.0lf) - (w + z * w);
	z = 1.0lf - (r - z);
	precise double result = m_if(over, m_inf64(), m_if(under, 0.0lf, m_scale(z, int(e))));
	// zero, infinity and one
	bool whole = ay >= 4503599627370496.0lf || floor(ay) == ay;
	precise double half_y = 0.5lf * m_if(ay < 9007199254740992.0lf, ay, 0.0lf);
	bool odd = whole && floor(half_y) != half_y;
	bool zero = a == 0.0lf, infinite = m_isinf(x);
	result = m_if(zero || infinite, m_if((y > 0.0lf) == zero, 0.0lf, m_inf64()), result);
	result = m_if(m_isinf(y), m_if((a > 1.0lf) == (y > 0.0lf), m_inf64(), 0.0lf), result);
	result = m_if(a == 1.0lf, 1.0lf, result);
	result = m_if((m_high32(x) >> 31) != 0u && odd, -result, result);
	result = m_if(x < 0.0lf && !whole && !infinite || m_isnan(x) || m_isnan(y), m_nan64(), result);
	return m_if(y == 0.0lf || x == 1.0lf, 1.0lf, m_if(y == 1.0lf, x, result));
}

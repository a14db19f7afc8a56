// Elementary functions in float. OpenGL leaves the accuracy of the built-in ones to the driver (sin may be off by 2^-11);
// these give the same values on every driver, within about one unit in the last place, sinh and tanh two (see testdata/accuracy.txt),
// where division is rounded correctly; OpenGL lets graphics cards be off by 2.5 units there.
// Most follow FreeBSD's msun, which is: Copyright (C) 1993 by Sun Microsystems, Inc. All rights reserved. Permission to use,
// copy, modify, and distribute this software is freely granted, provided that this notice is preserved.
// exp, sin, cos and tan use the polynomials of Cephes (S. L. Moshier). Arguments and results below 2^-126 may count as zero.
// `precise` keeps compilers from fusing and reordering. Branches are few: neighbours in a work group rarely agree on one.

#include "lib/common.glsl"

// Macros: not every compiler takes the call for a constant.
#define m_inf uintBitsToFloat(0x7f800000u)
#define m_nan uintBitsToFloat(0x7fc00000u)

bool m_isnan(float x) { return (floatBitsToUint(x) & 0x7fffffffu) > 0x7f800000u; }

// 2^k for -126 <= k <= 127.
float m_exp2i(int k) { return uintBitsToFloat(uint(k + 127) << 23); }

// y * 2^k, for |k| below 252, rounded at most once.
float m_scale(float y, int k) {
	precise float a = y * m_exp2i(k >> 1);
	precise float r = a * m_exp2i(k - (k >> 1));
	return r;
}

float m_copysign(float x, float sign) {
	return uintBitsToFloat(floatBitsToUint(x) & 0x7fffffffu | floatBitsToUint(sign) & 0x80000000u);
}

// exp(c) = 2^k (1 + r + rest), for c from -104 to 94. r is rounded; rest makes up for that.
void m_reduce(float c, out float k, out float r, out float rest) {
	precise float n = floor(c * 1.4426950216 + 0.5);
	precise float hi = c - n * 0.693145752;
	precise float b = n * 1.42860677e-6;
	precise float x = hi - b;
	precise float p = ((((1.9875691500e-4 * x + 1.3981999507e-3) * x + 8.3334519073e-3) * x + 4.1665795894e-2) * x + 1.6666665459e-1) * x + 5.0000001201e-1;
	precise float lo = (hi - x) - b;
	precise float y = x * x * p + lo;
	k = n;
	r = x;
	rest = y;
}

float m_exp(float x) {
	float k, r, rest;
	m_reduce(min(max(x, -104.0), 89.0), k, r, rest);
	precise float y = 1.0 + (r + rest);
	return m_if(m_isnan(x), x, m_scale(y, int(k)));
}

// s (1 + r + rest) - one, where s is a power of 2 and one is less than s or |s r| is less than |s - one|: what the first sum rounds
// off is carried along.
float m_less_one(float s, float one, float r, float rest) {
	precise float a = s * r, b = s - one;
	precise float sum = a + b;
	precise float off = a - (sum - b);
	precise float y = sum + (off + s * rest);
	return y;
}

// Half of 2^k stays in range where the result does.
float m_expm1(float x) {
	float k, r, rest;
	m_reduce(min(max(x, -18.0), 89.0), k, r, rest);
	precise float y = m_less_one(m_exp2i(int(k) - 1), 0.5, r, rest);
	precise float v = y + y;
	return m_if(m_isnan(x) || abs(x) < 3e-8, x, v);
}

// (exp(x) - 1) / x, 1 at 0. It stays in range beyond exp, which a smaller part of 2^k allows for.
float m_exprel(float x) {
	float k, r, rest, v = min(x, 94.0);
	m_reduce(max(v, -104.0), k, r, rest);
	precise float q = m_less_one(m_exp2i(max(int(k) - 16, -126)), 1.52587890625e-5, r, rest) / v * 65536.0;
	return m_if(m_isnan(x), x, m_if(abs(x) < 1e-8, 1.0, q));
}

// x = 2^k (1 + f) with 1 + f in [sqrt(1/2), sqrt(2)), for positive finite x.
float m_split(float x, out int k) {
	bool small = x < 1.17549435e-38;
	uint u = floatBitsToUint(m_if(small, x * 33554432.0, x)) + (0x3f800000u - 0x3f3504f3u);
	k = int(u >> 23) - m_pick(small, 127 + 25, 127);
	precise float f = uintBitsToFloat((u & 0x007fffffu) + 0x3f3504f3u) - 1.0;
	return f;
}

// log(1 + f) - f + f*f/2.
float m_log_tail(float f, float hfsq) {
	precise float s = f / (2.0 + f);
	precise float z = s * s;
	precise float w = z * z;
	precise float t1 = w * (0.40000972152 + w * 0.24279078841);
	precise float t2 = z * (0.66666662693 + w * 0.28498786688);
	precise float r = s * (hfsq + (t2 + t1));
	return r;
}

float m_log_special(float x, float y) {
	return m_if(x > 0.0 && floatBitsToUint(x) < 0x7f800000u, y, m_if(x == 0.0, -m_inf, m_if(x < 0.0, m_nan, x)));
}

float m_log(float x) {
	int k;
	float f = m_split(x, k);
	precise float d = float(k), hfsq = 0.5 * f * f;
	precise float y = d * 6.9313812256e-1 - ((hfsq - (m_log_tail(f, hfsq) + d * 9.0580006145e-6)) - f);
	return m_log_special(x, y);
}

float m_log10(float x) {
	int k;
	float f = m_split(x, k);
	precise float d = float(k), hfsq = 0.5 * f * f;
	precise float hi = uintBitsToFloat(floatBitsToUint(f - hfsq) & 0xfffff000u);
	precise float lo = (f - hi) - hfsq + m_log_tail(f, hfsq);
	precise float y2 = d * 3.0102920532e-1, v = hi * 4.3432617188e-1;
	precise float w = y2 + v;
	precise float low = (y2 - w) + v;
	low = m_if(abs(v) > abs(y2), (v - w) + y2, low);
	precise float y = d * 7.9034151668e-7 + (lo + hi) * -3.1689971365e-5 + lo * 4.3432617188e-1 + low + w;
	return m_log_special(x, y);
}

float m_log1p(float x) {
	precise float u = 1.0 + x;
	int k;
	precise float f = m_split(u, k);
	precise float c = m_if(k >= 2, 1.0 - (u - x), x - (u - 1.0)) / u;
	c = m_if(abs(x) > 33554432.0, 0.0, c);
	bool near = x > -0.29289323 && x < 0.41421354;
	f = m_if(near, x, f);
	c = m_if(near, 0.0, c);
	precise float d = m_if(near, 0.0, float(k)), hfsq = 0.5 * f * f;
	precise float y = d * 6.9313812256e-1 - ((hfsq - (m_log_tail(f, hfsq) + (d * 9.0580006145e-6 + c))) - f);
	y = m_if(abs(x) < 6e-8, x, y);
	return m_if(x > -1.0 && floatBitsToUint(abs(x)) < 0x7f800000u, y, m_if(x == -1.0, -m_inf, m_if(x < 0.0, m_nan, x)));
}

// x - q * pi/2 = r + t with the nearest q; returns q mod 4. This one is for huge angles x = m * 2^e (or -m * 2^e), and works by integers (Payne and Hanek, "Radian reduction for trigonometric functions", 1983):
// m times the bits of 2/pi that neither make whole turns nor are too small to matter. Straight code, since compilers for
// processors compute it in every case.
int m_huge_quadrant(uint m, int e, bool negate, out float r, out float t) {
	int bit = clamp(e - 2 + 32, 0, 159);
	int k = bit >> 5;
	bool k1 = k >= 1, k2 = k >= 2, k3 = k >= 3, k4 = k >= 4;
	uint a0 = m_pick(k4, 0xF534DDC0u, m_pick(k3, 0xFC2757D1u, m_pick(k2, 0x4E441529u, m_pick(k1, 0xA2F9836Eu, 0u))));
	uint a1 = m_pick(k4, 0xDB629599u, m_pick(k3, 0xF534DDC0u, m_pick(k2, 0xFC2757D1u, m_pick(k1, 0x4E441529u, 0xA2F9836Eu))));
	uint a2 = m_pick(k4, 0x3C439041u, m_pick(k3, 0xDB629599u, m_pick(k2, 0xF534DDC0u, m_pick(k1, 0xFC2757D1u, 0x4E441529u))));
	uint a3 = m_pick(k4, 0xFE5163ABu, m_pick(k3, 0x3C439041u, m_pick(k2, 0xDB629599u, m_pick(k1, 0xF534DDC0u, 0xFC2757D1u))));
	int up = bit & 31, down = 31 - up;
	uint hi, lo, hi2, lo2, c, c2;
	umulExtended(a2 << up | a3 >> 1 >> down, m, hi, lo);
	umulExtended(a1 << up | a2 >> 1 >> down, m, hi2, lo2);
	uint p2 = uaddCarry(lo2, hi, c);
	uint p1 = (a0 << up | a1 >> 1 >> down) * m + hi2 + c;
	int q = int(p1 >> 30);
	uvec2 f = uvec2(p1 << 2 | p2 >> 30, p2 << 2 | lo >> 30);
	bool above = f.x >= 0x80000000u;
	q += int(above);
	f ^= uvec2(-int(above));
	// In parts so short that the products with the first parts of pi/2 are exact. No float is nearer to a multiple than 2^-31.
	float unit = m_if(above != negate, -1.0 / 4096.0, 1.0 / 4096.0);
	precise float f1 = float(int(f.x >> 20)) * unit, f2 = float(int(f.x >> 8 & 0xfffu)) * (unit / 4096.0);
	precise float f3 = float(int(f.x & 0xffu)) * (unit / 1048576.0), f4 = float(int(f.y >> 8)) * (unit / 17592186044416.0);
	precise float big = f1 * 1.5703125;
	precise float rest = f2 * 1.5703125 + (f1 * 4.837512969970703125e-4 + ((f3 + f4) * 1.5703125 + f2 * 4.837512969970703125e-4 + f1 * 7.5495336204767227173e-8 + (f3 + f4) * 4.837512969970703125e-4));
	precise float y = big + rest;
	precise float ty = rest - (y - big);
	r = y;
	t = ty;
	return m_pick(negate, 4 - q, q) & 3;
}

int m_quadrant(float x, out float r, out float t) {
	float a = abs(x);
	bool huge = a >= 6400.0 && a < m_inf;
	// Three parts of pi/2 with 11 bits each: the products are exact, and so are the first two differences.
	precise float q = floor(m_if(huge, 0.0, x) * 0.636619747 + 0.5);
	precise float h = (x - q * 1.5703125) - q * 4.837512969970703125e-4;
	precise float b = q * 7.5495336204767227173e-8;
	precise float r1 = h - b;
	precise float t1 = (h - r1) - b;
	precise float c = q * 2.563344068257089603e-12 - t1;
	precise float r2 = r1 - c;
	precise float t2 = (r1 - r2) - c;
	uint u = floatBitsToUint(a);
	float y, ty;
	int n = m_huge_quadrant(u & 0x007fffffu | 0x00800000u, int(u >> 23) - 150, x < 0.0, y, ty);
	bool finite = a < m_inf; // false for NaN too
	r = m_if(huge, y, m_if(finite, r2, m_nan));
	t = m_if(huge, ty, m_if(finite, t2, 0.0));
	return m_pick(huge, n, int(q) & 3);
}

float m_sin_poly(float r, float t) {
	precise float z = r * r;
	precise float p = z * (r * (-1.6666654611e-1 + z * (8.3321608736e-3 + z * -1.9515295891e-4)) - 0.5 * t) + t;
	precise float y = r + p;
	return y;
}

float m_cos_poly(float r, float t) {
	precise float z = r * r;
	precise float h = 0.5 * z;
	precise float w = 1.0 - h;
	precise float y = w + (((1.0 - w) - h) + (z * z * (4.166664568298827e-2 + z * (-1.388731625493765e-3 + z * 2.443315711809948e-5)) - r * t));
	return y;
}

float m_sin(float x) {
	float r, t;
	int q = m_quadrant(x, r, t);
	float y = m_if((q & 1) == 0, m_sin_poly(r, t), m_cos_poly(r, t));
	return m_if(x == 0.0, x, m_if((q & 2) == 0, y, -y));
}

float m_cos(float x) {
	float r, t;
	int q = m_quadrant(x, r, t);
	float y = m_if((q & 1) == 0, m_cos_poly(r, t), m_sin_poly(r, t));
	return m_if((q + 1 & 2) == 0, y, -y);
}

float m_tan(float x) {
	float r, t;
	int q = m_quadrant(x, r, t);
	precise float z = r * r;
	precise float p = (((((9.38540185543e-3 * z + 3.11992232697e-3) * z + 2.44301354525e-2) * z + 5.34112807005e-2) * z + 1.33387994085e-1) * z + 3.33331568548e-1) * z;
	precise float s = p * r + (t + t * z);
	precise float y = r + s;
	// -1 / (r + s): the part of y that got lost is put back, with y cut so that its product with the quotient is exact.
	precise float i = -1.0 / y;
	float yh = uintBitsToFloat(floatBitsToUint(y) & 0xfffff000u), ih = uintBitsToFloat(floatBitsToUint(i) & 0xfffff000u);
	precise float v = s - (yh - r);
	precise float c = ih + i * ((1.0 + ih * yh) + ih * v);
	return m_if(x == 0.0, x, m_if((q & 1) == 0, y, c));
}

float m_sinh(float x) {
	float a = abs(x);
	precise float t = m_expm1(m_if(a > 9.0, 9.0, a));
	precise float small = 0.5 * m_if(a < 1.0, 2.0 * t - t * t / (t + 1.0), t + t / (t + 1.0));
	precise float h = m_exp(0.5 * a);
	precise float big = m_if(a < 88.0, 0.5 * m_exp(a), 0.5 * h * h);
	return m_if(m_isnan(x) || a < 1e-4, x, m_copysign(m_if(a > 9.0, big, small), x));
}

float m_cosh(float x) {
	float a = abs(x);
	precise float t = m_expm1(m_if(a < 1.0, a, 1.0));
	precise float w = 1.0 + t;
	precise float small = 1.0 + t * t / (w + w);
	precise float e = m_exp(m_if(a < 88.0, a, 0.5 * a));
	precise float big = m_if(a < 88.0, 0.5 * e + 0.5 / e, 0.5 * e * e);
	return m_if(m_isnan(x), x, m_if(a < 0.34657359, small, big));
}

float m_tanh(float x) {
	float a = abs(x);
	precise float t = m_expm1(2.0 * m_if(a > 10.0, 10.0, a));
	precise float y = m_if(a >= 1.0, 1.0 - 2.0 / (t + 2.0), t / (t + 2.0));
	return m_if(m_isnan(x) || a < 1e-4, x, m_copysign(y, x));
}

// (asin(s) - s) / s for z = s*s, |s| <= 1/2.
float m_asin_poly(float z) {
	precise float p = z * (1.6666586697e-1 + z * (-4.2743422091e-2 + z * -8.6563630030e-3));
	precise float q = 1.0 + z * -7.0662963390e-1;
	precise float r = p / q;
	return r;
}

// asin of sqrt(z) for 0 <= z <= 1/4, as a sum: what it returns plus tail.
float m_asin_root(float z, out float tail) {
	precise float s = sqrt(z);
	precise float h = uintBitsToFloat(floatBitsToUint(s) & 0xfffff000u);
	precise float c = m_if(z > 0.0, (z - h * h) / (s + h), 0.0);
	precise float w = m_asin_poly(z) * s + c;
	tail = w;
	return h;
}

float m_asin(float x) {
	float a = abs(x);
	precise float small = a + a * m_asin_poly(m_if(a < 0.5, a * a, 0.0));
	precise float z = (1.0 - a) * 0.5;
	float tail;
	precise float h = m_asin_root(m_if(a < 0.5 || a > 1.0, 0.0, z), tail);
	precise float big = (1.57079637 - 2.0 * h) - (2.0 * tail + 4.37113883e-8);
	return m_if(m_isnan(x) || a < 1e-4, x, m_if(a > 1.0, m_nan, m_copysign(m_if(a < 0.5, small, big), x)));
}

float m_acos(float x) {
	float a = abs(x);
	precise float small = 1.57079637 - (x - (-4.37113883e-8 - x * m_asin_poly(m_if(a < 0.5, x * x, 0.0))));
	precise float z = (1.0 - a) * 0.5;
	float tail;
	precise float h = m_asin_root(m_if(a < 0.5 || a > 1.0, 0.0, z), tail);
	precise float right = 2.0 * (h + tail);
	precise float left = (3.14159274 - 2.0 * h) - (2.0 * tail + 8.74227766e-8);
	return m_if(m_isnan(x), x, m_if(a > 1.0, m_nan, m_if(a < 0.5, small, m_if(x > 0.0, right, left))));
}

float m_atan(float x) {
	float a = abs(x);
	// atan(a) = atan(b) + atan((a - b) / (1 + a b)) with b = 0, 1/2, 1, 3/2, infinity
	bool b1 = a >= 0.4375, b2 = a >= 0.6875, b3 = a >= 1.1875, b4 = a >= 2.4375;
	precise float num = m_if(b4, -1.0, m_if(b3, a - 1.5, m_if(b2, a - 1.0, m_if(b1, 2.0 * a - 1.0, a))));
	precise float den = m_if(b4, a, m_if(b3, 1.0 + 1.5 * a, m_if(b2, a + 1.0, m_if(b1, 2.0 + a, 1.0))));
	float hi = m_if(b4, 1.5707962513, m_if(b3, 9.8279368877e-1, m_if(b2, 7.8539812565e-1, m_if(b1, 4.6364760399e-1, 0.0))));
	float lo = m_if(b4, 7.5497894159e-8, m_if(b3, 3.4473217170e-8, m_if(b2, 3.7748947079e-8, m_if(b1, 5.0121582440e-9, 0.0))));
	precise float v = num / den;
	precise float z = v * v, w = z * z;
	precise float s = z * (3.3333328366e-1 + w * (1.4253635705e-1 + w * 6.1687607318e-2)) + w * (-1.9999158382e-1 + w * -1.0648017377e-1);
	precise float y = hi - ((v * s - lo) - v);
	return m_if(m_isnan(x) || a < 1e-4, x, m_copysign(y, x));
}

#define m_high(x) uintBitsToFloat(floatBitsToUint(x) & 0xfffff000u)

// As C's pow: pow(x, 0) = pow(1, y) = 1 for every x and y, negative x for whole y only.
float m_pow(float x, float y) {
	float a = abs(x), ay = abs(y);
	// log2(a) = t1 + t2, t1 short
	bool small = a < 1.17549435e-38;
	uint u = floatBitsToUint(m_if(small, a * 33554432.0, a));
	int n = int(u >> 23) - m_pick(small, 127 + 25, 127);
	uint j = u & 0x007fffffu;
	bool k = j > 0x1cc471u && j < 0x5db3d7u;
	bool up = j >= 0x5db3d7u;
	n += m_pick(up, 1, 0);
	precise float m = uintBitsToFloat((j | 0x3f800000u) - m_pick(up, 0x00800000u, 0u));
	precise float bp = m_if(k, 1.5, 1.0);
	precise float du = m - bp, v = 1.0 / (m + bp);
	precise float ss = du * v;
	precise float sh = m_high(ss);
	precise float th = m_high(m + bp);
	precise float tl = m - (th - bp);
	precise float sl = v * ((du - sh * th) - sh * tl);
	precise float s2 = ss * ss;
	precise float r = s2 * s2 * (6.0000002384e-1 + s2 * (4.2857143283e-1 + s2 * (3.3333334327e-1 + s2 * (2.7272811532e-1 + s2 * (2.3066075146e-1 + s2 * 2.0697501302e-1)))));
	r += sl * (sh + ss);
	s2 = sh * sh;
	th = m_high(3.0 + s2 + r);
	tl = r - ((th - 3.0) - s2);
	du = sh * th;
	v = sl * th + tl * ss;
	precise float ph = m_high(du + v);
	precise float pl = v - (ph - du);
	precise float zh = 9.6191406250e-1 * ph;
	precise float zl = -1.1736857402e-4 * ph + pl * 9.6179670095e-1 + m_if(k, 1.56322085e-6, 0.0);
	precise float dh = m_if(k, 5.84960938e-1, 0.0), d = float(n);
	precise float t1 = m_high(((zh + zl) + dh) + d);
	precise float t2 = zl - (((t1 - d) - dh) - zh);
	// y log2(a) = ph + pl, kept where 2^it is 0 or infinite at most
	float yc = m_if(ay > 1e12, m_copysign(1e12, y), y); // 2^-24 is the smallest nonzero |log2(a)|
	precise float y1 = m_high(yc);
	pl = (yc - y1) * t1 + yc * t2;
	ph = y1 * t1;
	precise float z = pl + ph;
	bool over = z > 129.0, under = z < -151.0;
	ph = m_if(over || under, 0.0, ph);
	pl = m_if(over || under, 0.0, pl);
	precise float e = floor(ph + pl + 0.5);
	ph -= e;
	precise float t = uintBitsToFloat(floatBitsToUint(pl + ph) & 0xffff8000u);
	precise float q = t * 6.93145752e-1;
	precise float w = (pl - (t - ph)) * 6.9314718246e-1 + t * 1.42860654e-6;
	z = q + w;
	w = w - (z - q);
	t = z * z;
	t1 = z - t * (1.6666667163e-1 + t * (-2.7777778450e-3 + t * (6.6137559770e-5 + t * (-1.6533901999e-6 + t * 4.1381369442e-8))));
	r = (z * t1) / (t1 - 2.0) - (w + z * w);
	z = 1.0 - (r - z);
	precise float result = m_if(over, m_inf, m_if(under, 0.0, m_scale(z, int(e))));
	// zero, infinity and one
	bool whole = ay >= 8388608.0 || floor(ay) == ay;
	precise float half_y = 0.5 * m_if(ay < 16777216.0, ay, 0.0);
	bool odd = whole && floor(half_y) != half_y;
	result = m_if(a == 0.0 || a == m_inf, m_if((y > 0.0) == (a == 0.0), 0.0, m_inf), result);
	result = m_if(ay == m_inf, m_if((a > 1.0) == (y > 0.0), m_inf, 0.0), result);
	result = m_if(a == 1.0, 1.0, result);
	result = m_if((floatBitsToUint(x) >> 31) != 0u && odd, -result, result);
	result = m_if(x < 0.0 && !whole && a != m_inf || m_isnan(x) || m_isnan(y), m_nan, result);
	return m_if(y == 0.0 || x == 1.0, 1.0, m_if(y == 1.0, x, result));
}

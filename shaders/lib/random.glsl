// Random numbers of the generated kernels in float; package rng defines each formula, and the bits are the same there.
// The program declares uvec2 key and uvec2 clock_step before it includes this.

#include "lib/philox.glsl"
#include "lib/math.glsl"

// Key and step of the draws, which a program may say by itself.
#ifndef DRAWS_AT
#define DRAWS_AT uvec3(key, clock_step.x)
#endif

uvec4 draw_words(uint elem, uint stream, uint draw, uint attempt) {
	uvec3 at = DRAWS_AT;
	return philox(uvec4(elem, at.z, stream, draw | attempt << 16), at.xy);
}

float draw_unit(uint a) { return float(a >> 8) * (1.0 / 16777216.0); }

float draw_uniform(uint elem, uint stream, uint draw) { return draw_unit(draw_words(elem, stream, draw, 0u).x); }

// -log(1 - u); 1 - u is exact.
float draw_log(float u) {
	precise float v = 1.0 - u;
	return -m_log(v);
}

float draw_exponential(uint elem, uint stream, uint draw) { return draw_log(draw_unit(draw_words(elem, stream, draw, 0u).x)); }

// Box and Muller. The angle is reduced in turns, where that is exact.
float draw_box_muller(uvec4 w) {
	float v = draw_unit(w.z);
	precise float q = floor(4.0 * v + 0.5);
	precise float f = v - 0.25 * q;
	precise float x = f * 6.28318531;
	int n = int(q) & 3;
	float c = m_if((n & 1) == 0, m_cos_poly(x, 0.0), m_sin_poly(x, 0.0));
	precise float l = 2.0 * draw_log(draw_unit(w.x));
	precise float r = sqrt(l) * (n == 1 || n == 2 ? -c : c);
	return r;
}

float draw_normal(uint elem, uint stream, uint draw) { return draw_box_muller(draw_words(elem, stream, draw, 0u)); }

// The logarithm of the probability of k for a mean m = k + diff.
float draw_log_poisson(int k, float m, float diff) {
	if (k < 10) {
		precise float s = float(k) * m_log(m) - m;
		for (int i = 2; i <= k; i++) s -= m_log(float(i));
		return s;
	}
	precise float kf = float(k);
	precise float d = diff / kf;
	precise float s = d / (2.0 + d);
	precise float z = s * s;
	precise float near = -s * d + 2.0 * s * z * (1.0 / 3.0 + z * (1.0 / 5.0 + z * (1.0 / 7.0 + z * (1.0 / 9.0 + z * (1.0 / 11.0 + z / 13.0)))));
	precise float g = abs(d) < 0.5 ? near : m_log1p(d) - d;
	precise float r = 1.0 / kf;
	precise float r3 = r * r * r;
	precise float y = kf * g - m_log(6.28318531 * kf) * 0.5 - r / 12.0 + r3 / 360.0 - r3 * r * r / 1260.0;
	return y;
}

int draw_poisson(uint elem, uint stream, uint draw, float m) {
	if (m <= 0.0 || m_isnan(m)) return 0;
	if (m >= 2147483648.0) return 0x7fffffff;
	uvec4 w = draw_words(elem, stream, draw, 0u);
	if (m < 10.0) {
		precise float p = m_exp(-m), s = p;
		float u = draw_unit(w.x);
		int k = 0;
		while (u >= s && k < 200) {
			k++;
			p = p * m / float(k);
			s += p;
		}
		return k;
	}
	precise float root = sqrt(m);
	precise float b = 0.931 + 2.53 * root;
	precise float a = -0.059 + 0.02483 * b;
	precise float inv = 1.1239 + 1.1328 / (b - 3.4);
	precise float vr = 0.9277 - 3.6224 / (b - 2.0);
	// k is counted from the whole part of m: beyond 2^20 or so float has no room for both.
	precise float whole = floor(m);
	precise float part = m - whole;
	int base = int(whole);
	for (uint attempt = 0u; attempt < 64u; attempt++) {
		if (attempt > 0u) w = draw_words(elem, stream, draw, attempt);
		precise float u = draw_unit(w.x) - 0.5;
		float v = draw_unit(w.z);
		precise float us = 0.5 - abs(u);
		if (us == 0.0) continue;
		precise float step = floor((2.0 * a / us + b) * u + part + 0.43);
		int up = int(min(step, 2147483520.0 - whole));
		int k = step < -whole ? -1 : base + up;
		if (us >= 0.07 && v <= vr) return k;
		if (k < 0 || us < 0.013 && v > us) continue;
		precise float q = v * inv / (a / (us * us) + b);
		if (m_log(q) <= draw_log_poisson(k, m, part - float(up))) return k;
	}
	return base;
}

// Shape a >= 1 (Marsaglia and Tsang).
float draw_gamma_large(uint elem, uint stream, uint draw, float a) {
	precise float d = a - 1.0 / 3.0;
	precise float root = sqrt(9.0 * d);
	precise float c = 1.0 / root;
	for (uint n = 0u; n < 64u; n++) {
		precise float x = draw_box_muller(draw_words(elem, stream, draw, 2u * n));
		uvec4 w = draw_words(elem, stream, draw, 2u * n + 1u);
		precise float t = c * x;
		precise float v = 1.0 + t;
		if (v <= 0.0) continue;
		precise float l = m_log1p(t);
		v = v * v * v;
		// d - d v + d log(v), in which the terms of first order cancel
		precise float g = 3.0 * d * (l - t - t * t - t * t * t / 3.0);
		if (-draw_log(draw_unit(w.x)) < x * x * 0.5 + g) {
			precise float r = d * v;
			return r;
		}
	}
	return d;
}

float draw_gamma(uint elem, uint stream, uint draw, float a) {
	if (a == 0.0) return 0.0;
	if (a < 0.0 || a == m_inf || m_isnan(a)) return m_nan;
	if (a >= 1.0) return draw_gamma_large(elem, stream, draw, a);
	float u = draw_unit(draw_words(elem, stream, draw, 65535u).x);
	precise float r = draw_gamma_large(elem, stream, draw, a + 1.0) * m_exp(-draw_log(u) / a);
	return r;
}

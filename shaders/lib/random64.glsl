// random.glsl in double.
// The program declares uvec2 key and uvec2 clock_step before it includes this.

#include "lib/philox.glsl"
#include "lib/math64.glsl"

// Key and step of the draws, which a program may say by itself.
#ifndef DRAWS_AT
#define DRAWS_AT uvec3(key, clock_step.x)
#endif

uvec4 draw_words(uint elem, uint stream, uint draw, uint attempt) {
	uvec3 at = DRAWS_AT;
	return philox(uvec4(elem, at.z, stream, draw | attempt << 16), at.xy);
}

double draw_unit(uint a, uint b) { return (double(a >> 5) * 67108864.0lf + double(b >> 6)) * (1.0lf / 9007199254740992.0lf); }

double draw_unit_xy(uvec4 w) { return draw_unit(w.x, w.y); }

double draw_uniform64(uint elem, uint stream, uint draw) { return draw_unit_xy(draw_words(elem, stream, draw, 0u)); }

// -log(1 - u); 1 - u is exact.
double draw_log(double u) {
	precise double v = 1.0lf - u;
	return -m_log(v);
}

double draw_exponential64(uint elem, uint stream, uint draw) { return draw_log(draw_unit_xy(draw_words(elem, stream, draw, 0u))); }

// fdlibm's polynomials on [-pi/4, pi/4], in the order of operations of package rng.
double draw_sin(double x) {
	precise double z = x * x;
	precise double s = z * (z * (z * (z * (z * 1.58969099521155010221e-10lf - 2.50507602534068634195e-08lf) + 2.75573137070700676789e-06lf) - 1.98412698298579493134e-04lf) + 8.33333333332248946124e-03lf) - 1.66666666666666324348e-01lf;
	precise double y = x + x * z * s;
	return y;
}

double draw_cos(double x) {
	precise double z = x * x;
	precise double c = z * (z * (z * (z * (z * -1.13596475577881948265e-11lf + 2.08757232129817482790e-09lf) - 2.75573143513906633035e-07lf) + 2.48015872894767294178e-05lf) - 1.38888888888741095749e-03lf) + 4.16666666666666019037e-02lf;
	precise double h = 0.5lf * z;
	precise double w = 1.0lf - h;
	precise double y = w + (((1.0lf - w) - h) + z * z * c);
	return y;
}

// Box and Muller. The angle is reduced in turns, where that is exact. The bits are those of package rng, which delays depend on.
double draw_box_muller(uvec4 w) {
	double v = draw_unit(w.z, w.w);
	precise double q = floor(4.0lf * v + 0.5lf);
	precise double f = v - 0.25lf * q;
	precise double x = f * 6.283185307179586lf;
	int n = int(q) & 3;
	double c = m_if((n & 1) == 0, draw_cos(x), draw_sin(x));
	precise double l = 2.0lf * draw_log(draw_unit(w.x, w.y));
	precise double r = sqrt(l) * (n == 1 || n == 2 ? -c : c);
	return r;
}

double draw_normal64(uint elem, uint stream, uint draw) { return draw_box_muller(draw_words(elem, stream, draw, 0u)); }

// The logarithm of the probability of k for a mean m = k + diff.
double draw_log_poisson(int k, double m, double diff) {
	if (k < 10) {
		precise double s = double(k) * m_log(m) - m;
		for (int i = 2; i <= k; i++) s -= m_log(double(i));
		return s;
	}
	precise double kf = double(k);
	precise double d = diff / kf;
	precise double s = d / (2.0lf + d);
	precise double z = s * s;
	precise double near = -s * d + 2.0lf * s * z * (1.0lf / 3.0lf + z * (1.0lf / 5.0lf + z * (1.0lf / 7.0lf + z * (1.0lf / 9.0lf + z * (1.0lf / 11.0lf + z / 13.0lf)))));
	precise double g = abs(d) < 0.5lf ? near : m_log1p(d) - d;
	precise double r = 1.0lf / kf;
	precise double r3 = r * r * r;
	precise double y = kf * g - m_log(6.283185307179586lf * kf) * 0.5lf - r / 12.0lf + r3 / 360.0lf - r3 * r * r / 1260.0lf;
	return y;
}

int draw_poisson64(uint elem, uint stream, uint draw, double m) {
	if (m <= 0.0lf || m_isnan(m)) return 0;
	if (m >= 2147483648.0lf) return 0x7fffffff;
	uvec4 w = draw_words(elem, stream, draw, 0u);
	if (m < 10.0lf) {
		precise double p = m_exp(-m), s = p;
		double u = draw_unit(w.x, w.y);
		int k = 0;
		while (u >= s && k < 200) {
			k++;
			p = p * m / double(k);
			s += p;
		}
		return k;
	}
	precise double root = sqrt(m);
	precise double b = 0.931lf + 2.53lf * root;
	precise double a = -0.059lf + 0.02483lf * b;
	precise double inv = 1.1239lf + 1.1328lf / (b - 3.4lf);
	precise double vr = 0.9277lf - 3.6224lf / (b - 2.0lf);
	// k is counted from the whole part of m: beyond 2^20 or so float has no room for both.
	precise double whole = floor(m);
	precise double part = m - whole;
	int base = int(whole);
	for (uint attempt = 0u; attempt < 64u; attempt++) {
		if (attempt > 0u) w = draw_words(elem, stream, draw, attempt);
		precise double u = draw_unit(w.x, w.y) - 0.5lf;
		double v = draw_unit(w.z, w.w);
		precise double us = 0.5lf - abs(u);
		if (us == 0.0lf) continue;
		precise double step = floor((2.0lf * a / us + b) * u + part + 0.43lf);
		int up = int(min(step, 2147483647.0lf - whole));
		int k = step < -whole ? -1 : base + up;
		if (us >= 0.07lf && v <= vr) return k;
		if (k < 0 || us < 0.013lf && v > us) continue;
		precise double q = v * inv / (a / (us * us) + b);
		if (m_log(q) <= draw_log_poisson(k, m, part - double(up))) return k;
	}
	return base;
}

// Shape a >= 1 (Marsaglia and Tsang).
double draw_gamma_large(uint elem, uint stream, uint draw, double a) {
	precise double d = a - 1.0lf / 3.0lf;
	precise double root = sqrt(9.0lf * d);
	precise double c = 1.0lf / root;
	for (uint n = 0u; n < 64u; n++) {
		precise double x = draw_box_muller(draw_words(elem, stream, draw, 2u * n));
		uvec4 w = draw_words(elem, stream, draw, 2u * n + 1u);
		precise double t = c * x;
		precise double v = 1.0lf + t;
		if (v <= 0.0lf) continue;
		precise double l = m_log1p(t);
		v = v * v * v;
		// d - d v + d log(v), in which the terms of first order cancel
		precise double g = 3.0lf * d * (l - t - t * t - t * t * t / 3.0lf);
		if (-draw_log(draw_unit(w.x, w.y)) < x * x * 0.5lf + g) {
			precise double r = d * v;
			return r;
		}
	}
	return d;
}

double draw_gamma64(uint elem, uint stream, uint draw, double a) {
	if (a == 0.0lf) return 0.0lf;
	if (a < 0.0lf || a == m_inf64() || m_isnan(a)) return m_nan64();
	if (a >= 1.0lf) return draw_gamma_large(elem, stream, draw, a);
	double u = draw_unit_xy(draw_words(elem, stream, draw, 65535u));
	precise double r = draw_gamma_large(elem, stream, draw, a + 1.0lf) * m_exp(-draw_log(u) / a);
	return r;
}

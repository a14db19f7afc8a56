// ops.glsl for double.
// Tests for NaN look at the bits: a compiler may assume that there is none.

uint op_high(double x) { return unpackDouble2x32(x).y; }

bool op_isnan(double x) {
	uvec2 b = unpackDouble2x32(x);
	return (b.y & 0x7fffffffu) > 0x7ff00000u || (b.y & 0x7fffffffu) == 0x7ff00000u && b.x != 0u;
}
bool op_finite(double x) { return (op_high(x) & 0x7ff00000u) != 0x7ff00000u; }

uint op_kind(double x) { return op_isnan(x) ? 0u : op_high(x) >> 31 == 0u ? 1u : 2u; }

double op_min(double a, double b) {
	return a < b ? a : b < a ? b : packDouble2x32(unpackDouble2x32(a) | unpackDouble2x32(b));
}
double op_max(double a, double b) { return -op_min(-a, -b); }

double op_sign(double x) { return x > 0.0lf ? 1.0lf : x < 0.0lf ? -1.0lf : x; }

double op_floordiv(double x, double y) { precise double q = x / y; return floor(q); }

// x times 2^shift for a result that is normal.
double op_scale(double x, int shift) {
	uvec2 b = unpackDouble2x32(x);
	return packDouble2x32(uvec2(b.x, b.y + (uint(shift) << 20)));
}

// The loop carries bits, which compare as the numbers do: llvmpipe (Mesa 22.3) loses lanes of a double that a loop carries.
double op_mod(double x, double y) {
	uvec2 r = unpackDouble2x32(abs(x)), d = unpackDouble2x32(abs(y));
	if (r.y >= 0x7ff00000u || op_isnan(y) || (d.x | d.y) == 0u) return packDouble2x32(uvec2(0u, 0x7ff80000u));
	while (r.y > d.y || r.y == d.y && r.x >= d.x) {
		precise double have = packDouble2x32(r), m = op_scale(packDouble2x32(d), int(r.y >> 20) - int(d.y >> 20));
		if (m > have) m = m * 0.5lf;
		have = have - m;
		r = unpackDouble2x32(have);
	}
	r.y |= unpackDouble2x32(x).y & 0x80000000u;
	precise double rest = packDouble2x32(r);
	if (rest != 0.0lf && (rest < 0.0lf) != (y < 0.0lf)) rest = rest + y;
	return rest;
}

// Some drivers give 0 for what should be -0.
double op_ceil(double x) { return -floor(-x); }

int op_to_int(double x) {
	if (op_isnan(x)) return 0;
	return x >= 2147483648.0lf ? 0x7fffffff : x <= -2147483649.0lf ? int(0x80000000u) : int(x);
}

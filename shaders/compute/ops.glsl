// Operations of the IR that GLSL lacks or leaves undefined, for float and int. Names start with op_.
// Tests for NaN look at the bits: a compiler may assume that there is none.

bool op_isnan(float x) { return (floatBitsToUint(x) & 0x7fffffffu) > 0x7f800000u; }
bool op_finite(vec4 v) {
	uvec4 u = floatBitsToUint(v) & 0x7f800000u;
	return max(max(u.x, u.y), max(u.z, u.w)) != 0x7f800000u;
}
bool op_finite(float x) { return (floatBitsToUint(x) & 0x7f800000u) != 0x7f800000u; }

// 0 NaN, 1 infinity, 2 minus infinity.
uint op_kind(float x) { return op_isnan(x) ? 0u : floatBitsToUint(x) >> 31 == 0u ? 1u : 2u; }

// Where neither is smaller the operands are equal, or zeros of both signs, or one is NaN: the union of the bits is right each time.
float op_min(float a, float b) {
	return a < b ? a : b < a ? b : uintBitsToFloat(floatBitsToUint(a) | floatBitsToUint(b));
}
float op_max(float a, float b) { return -op_min(-a, -b); }

float op_sign(float x) { return x > 0.0 ? 1.0 : x < 0.0 ? -1.0 : x; }
int op_sign(int x) { return sign(x); }

float op_ceil(float x) { return ceil(x); }

// OpenGL lets a division of floats be off by 2.5 units, and so miss a whole number. That of doubles is rounded correctly, and rounding it again gives what
// rounding once does.
float op_floordiv(float x, float y) {
	precise double q = double(x) / double(y);
	return floor(float(q));
}

// The remainder with the sign of y, exact: multiples of y are taken off by binary long division, each difference without rounding. A subnormal y is 0,
// which it counts as on many devices: there the loop would not end.
float op_mod(float x, float y) {
	uint ux = floatBitsToUint(x) & 0x7fffffffu, uy = floatBitsToUint(y) & 0x7fffffffu;
	if (ux >= 0x7f800000u || uy > 0x7f800000u || uy < 0x00800000u) return uintBitsToFloat(0x7fc00000u);
	precise float r = uintBitsToFloat(ux), d = uintBitsToFloat(uy);
	while (r >= d) {
		precise float m = uintBitsToFloat(uy & 0x007fffffu | floatBitsToUint(r) & 0x7f800000u); // d times a power of 2
		if (m > r) m = m * 0.5;
		r = r - m;
	}
	r = uintBitsToFloat(floatBitsToUint(r) | floatBitsToUint(x) & 0x80000000u);
	if (r != 0.0 && (r < 0.0) != (y < 0.0)) r = r + y;
	return r;
}

int op_floordiv(int x, int y) {
	if (y == 0) return 0;
	if (y == -1) return -x; // also where the quotient does not fit
	int q = x / y;
	return q * y != x && (x < 0) != (y < 0) ? q - 1 : q;
}
int op_mod(int x, int y) {
	if (y == 0 || y == -1) return 0;
	int r = x - x / y * y;
	return r != 0 && (r < 0) != (y < 0) ? r + y : r;
}

// Towards zero; what does not fit goes to the nearest end, NaN to 0.
int op_to_int(float x) {
	if (op_isnan(x)) return 0;
	return x >= 2147483648.0 ? 0x7fffffff : x < -2147483648.0 ? int(0x80000000u) : int(x);
}

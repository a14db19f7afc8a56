// Data of charts: KIND is DOTS (spikes), LINE (a trace), SPECTRA (a spectrum), BARS (a histogram), CURVE and CURVEBARS (numbers of the caller), CIRCLE
// (phases), VECTOR (their mean) or IMAGE (a matrix).
layout(std430, binding = 0) readonly buffer Values { VALUE values[]; };
uniform ivec2 valuesAt; // first element, stride
uniform vec4 limits;    // x low, y low, 1 / width, 1 / height
uniform vec2 viewport;  // pixels
uniform float size;     // pixels
#if KIND == LINE
layout(std430, binding = 1) readonly buffer Times { float times[]; };
uniform ivec2 timesAt;
#endif
#if KIND == LINE
#include "render/tone.glsl"
uniform vec3 tones;     // see tone.glsl
#endif
#if KIND == LINE || KIND == SPECTRA
uniform float perUnit;  // SPECTRA: Hz from a value to the next
#endif
#if KIND == LINE || KIND == DOTS
uniform ivec4 ring;     // capacity, elements, first row, element drawn
#endif
#if KIND == BARS
uniform int bins;
#endif

out vec2 at;            // IMAGE: cell; lines: distance from the middle and half width; points: nothing
flat out float radius;

float value(int k) { return float(values[valuesAt.x + k * valuesAt.y]); }

#if KIND == SPECTRA || KIND == CURVE
uniform int logarithmic; // the vertical axis has exponents of ten
float height(int k) { return logarithmic == 0 ? value(k) : log2(max(value(k), 1e-37)) * 0.30103; }
#endif

vec2 place(vec2 p) { return 2.0 * (p - limits.xy) * limits.zw - 1.0; }

const vec4 nowhere = vec4(2.0, 2.0, 2.0, 1.0);

// A corner of a thin quad between two places in clip space.
void segment(vec2 a, vec2 b, int corner) {
	vec2 u = vec2(corner == 1 || corner == 2 || corner == 4, corner == 2 || corner == 4 || corner == 5);
	vec2 p = 0.5 * viewport * a, q = 0.5 * viewport * b, d = q - p;
	float l = length(d);
	d = l > 0.0 ? d / l : vec2(1.0, 0.0);
	float w = 0.5 * size + 0.5;
	float side = mix(-w, w, u.y);
	at = vec2(side, 0.5 * size);
	vec2 r = mix(p - 0.3 * size * d, q + 0.3 * size * d, u.x) + side * vec2(-d.y, d.x);
	gl_Position = vec4(2.0 * r / viewport, 0.0, 1.0);
}

bool finite(float v) { return (floatBitsToUint(v) & 0x7f800000u) != 0x7f800000u; }

void main() {
	int corner = gl_VertexID % 6, k = gl_VertexID / 6;
	vec2 u = vec2(corner == 1 || corner == 2 || corner == 4, corner == 2 || corner == 4 || corner == 5);
	at = vec2(0.0);
	radius = 0.5 * size;
	gl_Position = nowhere;
	gl_PointSize = size;
#if KIND == DOTS
	int spike = (ring.z + gl_VertexID) % ring.x;
	gl_Position = vec4(place(vec2(value(2 * spike), value(2 * spike + 1))), 0.0, 1.0);
#elif KIND == CIRCLE
	float a = value(gl_VertexID);
	if (finite(a)) gl_Position = vec4(place(vec2(cos(a), sin(a))), 0.0, 1.0);
	gl_PointSize = size + 1.0;
#elif KIND == LINE
	int i = (ring.z + k) % ring.x, j = (ring.z + k + 1) % ring.x;
	float v = value(i * ring.y + ring.w), w = value(j * ring.y + ring.w);
	bool whole = finite(v) && finite(w);
	if (tones.z > 0.0) {
		// A line ends where it leaves the period, and begins again at the other side.
		float s = onScale(v, tones), t = onScale(w, tones);
		whole = whole && abs(t - s) <= 0.5;
		v = tones.x + s / tones.y;
		w = tones.x + t / tones.y;
	}
	if (whole) segment(place(vec2(times[timesAt.x + i * timesAt.y], v / perUnit)), place(vec2(times[timesAt.x + j * timesAt.y], w / perUnit)), corner);
#elif KIND == SPECTRA
	segment(place(vec2(float(k + 1) * perUnit, height(k))), place(vec2(float(k + 2) * perUnit, height(k + 1))), corner);
#elif KIND == CURVE
	segment(place(vec2(value(2 * k), height(2 * k + 1))), place(vec2(value(2 * k + 2), height(2 * k + 3))), corner);
#elif KIND == CURVEBARS
	vec2 p = vec2(value(2 * k), value(2 * k + 1));
	gl_Position = vec4(place(vec2(p.x + (u.x - 0.5) * size, p.y * u.y)), 0.0, 1.0);
	at = vec2(0.0, 1.0);
#elif KIND == BARS
	gl_Position = vec4(2.0 * (float(k) + u.x) / float(bins) - 1.0, place(vec2(0.0, value(k) * u.y)).y, 0.0, 1.0);
	if (u.x > 0.5) gl_Position.x -= 2.0 / viewport.x; // a gap between bars
	at = vec2(0.0, 1.0);
#elif KIND == VECTOR
	vec2 m = vec2(value(0), value(1));
	if (gl_VertexID < 6) segment(place(vec2(0.0)), place(m * max(0.0, 1.0 - 0.04 / max(length(m), 1e-6))), corner);
	else {
		float l = length(m);
		vec2 d = l > 0.0 ? m / l : vec2(1.0, 0.0), n = vec2(-d.y, d.x);
		int c = gl_VertexID - 6;
		gl_Position = vec4(place(c == 0 ? m : m - 0.09 * d + (c == 1 ? 0.045 : -0.045) * n), 0.0, 1.0);
		at = vec2(0.0, 1.0);
	}
#elif KIND == IMAGE
	gl_Position = vec4(2.0 * u - 1.0, 0.0, 1.0);
	at = vec2(u.x, 1.0 - u.y);
#endif
}

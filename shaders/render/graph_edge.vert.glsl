// Edges of a graph: a thin quad each, and with HEAD a triangle at its end. With LINE two vertices of a line.
#include "render/graph.glsl"

layout(std430, binding = 0) readonly buffer Nodes { Node nodes[]; };
layout(std430, binding = 1) readonly buffer PreIndex { int preIndex[]; };
layout(std430, binding = 2) readonly buffer PostIndex { int postIndex[]; };
uniform ivec2 preAt, postAt; // first element, stride
#ifdef WEIGHT
layout(std430, binding = 3) readonly buffer WeightValues { WEIGHT weightValues[]; };
uniform ivec2 weightAt;
uniform vec2 tones;  // least weight, 1 / (greatest - least)
uniform vec2 widths; // likewise for the width; second 0: all the same
uniform int map;     // -1: weight is not shown as color
uniform sampler2D maps;
#endif
#ifdef BENT
layout(std430, binding = 4) readonly buffer Bent { uint bent[]; }; // a bit per edge that has a reverse
#endif

uniform int nodesCount;
uniform int total;      // edges
uniform ivec2 order;    // edge k is block k & order.x, place k >> order.y in it: any first part is spread over all blocks
uniform int blockSize;
uniform int start;      // first k
uniform vec2 viewport;  // pixels
uniform float width;    // pixels
uniform float head;     // length of an arrow's head, pixels
uniform vec4 plain;

#ifdef PICK
flat out uint element;
#else
flat out vec4 color;
#endif
#ifdef BENT
flat out vec2 bow;  // length, height
out vec2 along;     // along and across the chord
#endif
out vec2 profile;   // distance from the middle, half width

// A bent edge is a strip of quads that follow it: one quad over all of the bow would mostly be empty.
#ifdef BENT
const int pieces = 3;
#else
const int pieces = 1;
#endif
#if defined(LINE)
const int corners = 2;
#elif defined(HEAD)
const int corners = 6 * pieces + 3;
#else
const int corners = 6 * pieces;
#endif

void skip() {
	gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
	profile = vec2(0.0);
#ifdef BENT
	bow = along = vec2(0.0);
#endif
#ifdef PICK
	element = 0u;
#else
	color = vec4(0.0);
#endif
}

void main() {
	int k = start + gl_VertexID / corners, corner = gl_VertexID % corners;
	int e = (k & order.x) * blockSize + (k >> order.y);
	if (e >= total || (k >> order.y) >= blockSize) { skip(); return; }
#ifdef BENT
	bool bows = (bent[e >> 5] >> (e & 31) & 1u) != 0u;
	if (!bows && corner >= 6 && corner < 6 * pieces) { skip(); return; }
#endif
	int from = preIndex[preAt.x + e * preAt.y], to = postIndex[postAt.x + e * postAt.y];
	if (from < 0 || to < 0 || from >= nodesCount || to >= nodesCount || from == to) { skip(); return; }
	vec4 a = nodes[from].clip, b = nodes[to].clip;
	const float near = 1e-3;
	if (a.w < near && b.w < near) { skip(); return; }
	if (a.w < near) a = mix(b, a, (b.w - near) / (b.w - a.w));
	else if (b.w < near) b = mix(a, b, (a.w - near) / (a.w - b.w));
	vec2 p = 0.5 * viewport * a.xy / a.w, q = 0.5 * viewport * b.xy / b.w, d = q - p;
	float l = length(d);
	if (l < 0.01) { skip(); return; }
	d /= l;
	float w = width;
	vec4 c = plain;
#ifdef WEIGHT
	float v = float(weightValues[weightAt.x + e * weightAt.y]);
	if (map >= 0) {
		float t = finite(v) ? clamp((v - tones.x) * tones.y, 0.0, 1.0) : 0.0;
		c.rgb = texelFetch(maps, ivec2(int(t * 255.0 + 0.5), map), 0).rgb;
	}
	if (widths.y > 0.0) w *= mix(0.35, 2.5, clamp((abs(v) - widths.x) * widths.y, 0.0, 1.0));
#endif
#ifdef PICK
	element = uint(e) | 0x80000000u;
#else
	// A line thinner than a pixel is drawn fainter: it cannot be drawn narrower.
	c.a *= min(w, 1.0);
	color = c;
#endif
	w = max(w, 1.0);
	float height = 0.0;
#ifdef BENT
	if (bows) height = min(0.10 * l, 0.08 * viewport.y);
	bow = vec2(l, height);
#endif
	vec2 n = vec2(-d.y, d.x);
	vec2 at;
#ifdef LINE
	at = vec2(corner == 0 ? 0.0 : l, 0.0);
	profile = vec2(0.0, 1.0);
#else
	float reach = 0.5 * w + 0.5;
	// The body ends within the head, at the rim of the node.
	float end = l;
#ifdef HEAD
	float tip = nodes[to].radius + 0.5, size = min(head, 0.4 * l);
	bool headed = l > tip + 2.0;
	if (headed && corner < 6 * pieces) end = max(l - tip - size + 0.5, 0.0);
#endif
	if (corner < 6 * pieces) {
		int c6 = corner % 6;
		vec2 u = vec2(c6 == 1 || c6 == 2 || c6 == 4, c6 == 2 || c6 == 4 || c6 == 5);
#ifdef BENT
		if (bows) {
			float t = (float(corner / 6) + u.x) / float(pieces);
			float sag = height / float(pieces * pieces); // of the curve over a piece's chord
			at = vec2(t * end, 0.0);
			t = at.x / l;
			at.y = 4.0 * height * t * (1.0 - t) + mix(-1.1 * reach, sag + 1.1 * reach, u.y);
		} else
#endif
		at = vec2(u.x * end, mix(-reach, reach, u.y));
		profile = vec2(at.y, 0.5 * w);
#ifdef BENT
		along = at;
#endif
	}
#ifdef HEAD
	else {
		if (!headed) { skip(); return; }
		// At its end a bent edge points down the slope of its parabola.
		vec2 way = normalize(vec2(l, -4.0 * height));
		int c3 = corner - 6 * pieces;
		float back = c3 == 2 ? tip - 0.5 : tip + size, side = c3 == 0 ? 1.0 : c3 == 1 ? -1.0 : 0.0;
		float half_ = 0.38 * size;
		at = vec2(l, 0.0) - back * way + side * (half_ + 0.5) * vec2(-way.y, way.x);
		profile = vec2(side * (half_ + 0.5), c3 == 2 ? 0.0 : half_);
#ifdef BENT
		along = vec2(-1.0); // the head has its own profile
#endif
	}
#endif
#endif
	vec2 place = p + at.x * d + at.y * n;
	gl_Position = vec4(2.0 * place / viewport, 0.0, 1.0);
}

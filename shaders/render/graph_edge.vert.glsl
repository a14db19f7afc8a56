// Edges of a graph, in parts that are drawn one after the other: straight bodies, with BOW the bent ones, with LOOP those from a node to
// itself, and with HEAD the arrows' heads. A body is a line, with QUAD two triangles; a bent one and a loop are strips of pieces; a head is a
// triangle.
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
layout(std430, binding = 4) readonly buffer Bent { uint bent[]; }; // see graph_prepare.comp.glsl
uniform int bentList; // where the numbers of the bent edges begin
#endif

uniform int nodesCount;
uniform int total;      // edges
uniform ivec2 order;    // edge k is block k & order.x, place k >> order.y in it: any first part is spread over all blocks
uniform int blockSize;
uniform int start;      // first k
uniform vec2 viewport;  // pixels
uniform vec2 middle;    // of the viewport, in pixels of the target as gl_FragCoord counts them
uniform float up;       // -1 where they are counted from the top
uniform float width;    // pixels
uniform float head;     // length of an arrow's head, pixels; 0: there are none
uniform float share;    // of the edges that is drawn
uniform vec2 hub;       // middle of the graph, pixels from that of the viewport
uniform float loop;     // least radius of a loop, pixels
uniform vec4 plain;

#ifdef PICK
flat out uint element;
#else
flat out vec4 color;    // multiplied by its opacity: blending is then cheaper
#endif
#ifdef HEAD
out vec2 profile;       // distance from the middle, half width
#elif !defined(THIN)
flat out vec4 stroke;   // distance from the middle is stroke.xy . place + stroke.z; half width
#endif

#if defined(HEAD)
const int corners = 3;
#else
#ifdef QUAD
const int ends = 6;
#else
const int ends = 2;
#endif
#if defined(BOW)
const int pieces = BENT_PIECES;
#elif defined(LOOP)
const int pieces = LOOP_PIECES;
#else
const int pieces = 1;
#endif
const int corners = ends * pieces;
#endif

// A place in the picture without any extent: llvmpipe sends all primitives of a draw through its slow clipper when one vertex of
// them lies outside.
void skip() {
	gl_Position = vec4(0.0, 0.0, 0.0, 1.0);
#ifdef PICK
	element = 0u;
#else
	color = vec4(0.0);
#endif
#ifdef HEAD
	profile = vec2(0.0);
#elif !defined(THIN)
	stroke = vec4(0.0);
#endif
}

// The curve of a bent edge over its chord: a parabola.
float bow(float t, float height) { return 4.0 * height * t * (1.0 - t); }

void main() {
	int k = start + gl_VertexID / corners, corner = gl_VertexID % corners;
#if defined(BOW) || defined(LOOP)
	int e = int(bent[bentList + k]);
	const bool bows = true;
#else
	int e = (k & order.x) * blockSize + (k >> order.y);
	if (e >= total || (k >> order.y) >= blockSize) { skip(); return; }
#ifdef BENT
	bool bows = (bent[e >> 5] >> (e & 31) & 1u) != 0u;
#ifndef HEAD
	if (bows) { skip(); return; }
#endif
#else
	const bool bows = false;
#endif
#endif
	int from = preIndex[preAt.x + e * preAt.y], to = postIndex[postAt.x + e * postAt.y];
	if (from < 0 || to < 0 || from >= nodesCount || to >= nodesCount || !chosen(from, to, share)) { skip(); return; }
#ifdef LOOP
	const bool self = true;
#else
	bool self = from == to;
#ifndef HEAD
	if (self) { skip(); return; }
#endif
#endif
	vec4 a = nodes[from].clip, b = nodes[to].clip;
	const float near = 1e-3;
	if (a.w < near && b.w < near) { skip(); return; }
	if (a.w < near) a = mix(b, a, (b.w - near) / (b.w - a.w));
	else if (b.w < near) b = mix(a, b, (a.w - near) / (a.w - b.w));
	vec2 p = 0.5 * viewport * a.xy / a.w, q = 0.5 * viewport * b.xy / b.w, d = q - p;
	float l = length(d);
	if (l < 0.01 && !self) { skip(); return; }
	d = self ? vec2(1.0, 0.0) : d / l;
	vec2 n = vec2(-d.y, d.x);
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
	color = vec4(c.rgb * c.a, c.a);
#endif
	w = max(w, 1.0);
	float height = bows ? min(0.10 * l, 0.08 * viewport.y) : 0.0;
	float tip = nodes[to].radius + 0.5, size = min(head, 0.4 * l);
	bool headed = head > 0.0 && l > tip + 2.0;
	vec2 place;
	Loop o;
	if (self) {
		o = loopOf(p, tip, hub, loop);
		size = min(head, 0.9 * o.radius);
		headed = head > 0.0;
	}
#ifdef HEAD
	if (!headed) { skip(); return; }
	// At its end a bent edge points down the slope of its parabola.
	vec2 way = normalize(vec2(l, -4.0 * height));
	if (self) {
		// A loop's head lies on the chord of its last piece.
		vec2 last = onLoop(o, -o.from), before = onLoop(o, -o.from - size / o.radius);
		way = normalize(last - before);
		l = tip = 0.0;
		p = last;
		n = vec2(0.0, 1.0);
	}
	float back = corner == 2 ? tip - 0.5 : tip + size, side = corner == 0 ? 1.0 : corner == 1 ? -1.0 : 0.0;
	float reach = 0.38 * size;
	vec2 at = vec2(l, 0.0) - back * way + side * (reach + 0.5) * vec2(-way.y, way.x);
	profile = vec2(side * (reach + 0.5), corner == 2 ? 0.0 : reach);
	place = p + at.x * d + at.y * n;
#else
	// The body ends within the head, at the rim of the node.
	float end = headed ? max(1.0 - (tip + size - 0.5) / l, 0.0) : 1.0, begin = 0.0;
#ifdef BOW
	int piece = corner / ends, used = clamp(int(ceil(sqrt(1.5 * height))), 2, pieces);
	if (piece >= used) { skip(); return; }
	begin = end * float(piece) / float(used);
	end *= float(piece + 1) / float(used);
#endif
#ifdef LOOP
	int piece = corner / ends;
	float arc = 6.2831853 - 2.0 * o.from - (headed ? (size - 0.5) / o.radius : 0.0);
	begin = o.from + arc * float(piece) / float(pieces);
	end = o.from + arc * float(piece + 1) / float(pieces);
	vec2 s = onLoop(o, begin) - p, u = onLoop(o, end) - p;
	n = vec2(0.0, 1.0);
#else
	vec2 s = vec2(begin * l, bow(begin, height)), u = vec2(end * l, bow(end, height));
#endif
	vec2 along = normalize(u - s), across = vec2(-along.y, along.x);
#ifdef QUAD
	bool last = corner % 6 == 1 || corner % 6 == 2 || corner % 6 == 4, upper = corner % 6 == 2 || corner % 6 == 4 || corner % 6 == 5;
	vec2 at = last ? u : s, out_ = across;
#ifdef BOW
	// Neighbouring pieces meet on the normal of the curve, without a gap and without covering anything twice.
	out_ = normalize(vec2(-4.0 * height / l * (1.0 - 2.0 * (last ? end : begin)), 1.0));
#elif defined(LOOP)
	out_ = normalize(onLoop(o, last ? end : begin) - o.middle);
	if (dot(out_, across) < 0.0) out_ = -out_;
#endif
	at += (upper ? 1.0 : -1.0) * (0.5 * w + 0.55) * out_;
#else
	vec2 at = corner % 2 == 1 ? u : s;
#endif
	place = p + at.x * d + at.y * n;
#ifndef THIN
	vec2 normal = across.x * d + across.y * n;
	stroke = vec4(normal.x, up * normal.y, 0.0, 0.5 * w + 0.5);
	stroke.z = -dot(stroke.xy, middle) - dot(normal, p + s.x * d + s.y * n);
#endif
#endif
	gl_Position = vec4(2.0 * place / viewport, 0.0, 1.0);
}

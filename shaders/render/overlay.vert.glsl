// Flat shapes and glyphs, six vertices each. The layout is prim in gpu/render/overlay.go; KIND is one of its kinds, and one
// draw takes a run of them: a program of its own spares each pixel the other kinds' work.
struct Prim {
	vec4 rect;
	vec4 a;
	vec4 b;
	uint color, color2, kind, unused;
};
layout(std430, binding = 0) readonly buffer Prims { Prim prims[]; };
uniform vec2 pixel; // 2 / framebuffer size
uniform int start;

flat out vec4 color;
out vec2 at; // pixels, y down; for a glyph texels; for a segment along and across
#if KIND == BOX
flat out vec4 a, color2;
flat out vec2 b;
#elif KIND == SEGMENT
flat out vec2 extent; // length, half width
#elif KIND == QUAD
flat out vec4 a, b;
#elif KIND == GRADIENT
flat out float row;
#endif

void main() {
	Prim p = prims[start + gl_VertexID / 6];
	int corner = gl_VertexID % 6;
	vec2 u = vec2(corner == 1 || corner == 2 || corner == 4, corner == 2 || corner == 4 || corner == 5);
	vec2 place = mix(p.rect.xy, p.rect.zw, u);
	at = place;
	color = unpackUnorm4x8(p.color);
#if KIND == BOX
	a = p.a;
	b = p.b.xy;
	color2 = unpackUnorm4x8(p.color2);
#elif KIND == GLYPH
	at = mix(p.a.xy, p.a.zw, u);
#elif KIND == SEGMENT
	// A slanted line fills little of its rectangle: the instance follows it.
	vec2 d = p.a.zw - p.a.xy;
	float l = length(d), w = p.b.x + 0.5;
	d = l > 0.0 ? d / l : vec2(1.0, 0.0);
	at = vec2(mix(-w, l + w, u.x), mix(-w, w, u.y));
	place = p.a.xy + at.x * d + at.y * vec2(-d.y, d.x);
	extent = vec2(l, p.b.x);
#elif KIND == QUAD || KIND == SOLID
	place = u.y < 0.5 ? (u.x < 0.5 ? p.a.xy : p.a.zw) : (u.x < 0.5 ? p.b.zw : p.b.xy);
#if KIND == QUAD
	// Room for the smoothed edge.
	vec2 away = place - 0.25 * (p.a.xy + p.a.zw + p.b.xy + p.b.zw);
	place += 1.5 * away / max(length(away), 1e-6);
	a = p.a;
	b = p.b;
#endif
	at = place;
#elif KIND == GRADIENT
	at = vec2(0.0, (255.0 * (p.b.y > 0.0 ? u.x : 1.0 - u.y) + 0.5) / 256.0);
	row = p.b.x;
#endif
	gl_Position = vec4(place.x * pixel.x - 1.0, 1.0 - place.y * pixel.y, 0.0, 1.0);
}

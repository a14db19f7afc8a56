// Flat shapes and glyphs, one instance of six vertices each. The layout is prim in gpu/render/overlay.go.
struct Prim {
	vec4 rect;
	vec4 a;
	vec4 b;
	uint color, color2, kind, unused;
};
layout(std430, binding = 0) readonly buffer Prims { Prim prims[]; };
uniform vec2 pixel; // 2 / framebuffer size
uniform int start;

flat out vec4 a, b, color, color2;
flat out uint kind;
out vec2 at; // pixels, y down; for a glyph texels

void main() {
	Prim p = prims[start + gl_VertexID / 6];
	int corner = gl_VertexID % 6;
	vec2 u = vec2(corner == 1 || corner == 2 || corner == 4, corner == 2 || corner == 4 || corner == 5);
	at = mix(p.rect.xy, p.rect.zw, u);
	gl_Position = vec4(at.x * pixel.x - 1.0, 1.0 - at.y * pixel.y, 0.0, 1.0);
	if (p.kind == 1u) at = mix(p.a.xy, p.a.zw, u);
	a = p.a;
	b = p.b;
	color = unpackUnorm4x8(p.color);
	color2 = unpackUnorm4x8(p.color2);
	kind = p.kind;
}

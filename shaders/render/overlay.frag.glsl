// Signed distances give every edge one pixel of smoothing, whatever the number of samples.
flat in vec4 color;
in vec2 at;
layout(location = 0) out vec4 result;

#if KIND == BOX
flat in vec4 a, color2;
flat in vec2 b; // radius, stroke

void main() {
	vec2 extent = 0.5 * (a.zw - a.xy);
	vec2 q = abs(at - 0.5 * (a.xy + a.zw)) - extent + b.x;
	float d = length(max(q, 0.0)) + min(max(q.x, q.y), 0.0) - b.x;
	float inner = clamp(0.5 - d - b.y, 0.0, 1.0);
	float edge = b.y > 0.0 ? color2.a * (1.0 - inner) : 0.0;
	float alpha = edge + color.a * (1.0 - edge);
	result = vec4((color2.rgb * edge + color.rgb * color.a * (1.0 - edge)) / max(alpha, 1e-6), alpha * clamp(0.5 - d, 0.0, 1.0));
}

#elif KIND == GLYPH
uniform sampler2D atlas;

void main() { result = vec4(color.rgb, color.a * texelFetch(atlas, ivec2(at), 0).r); }

#elif KIND == SEGMENT
flat in vec2 extent;

void main() {
	float past = max(max(-at.x, at.x - extent.x), 0.0);
	result = vec4(color.rgb, color.a * clamp(extent.y + 0.5 - length(vec2(past, at.y)), 0.0, 1.0));
}

#elif KIND == QUAD
flat in vec4 a, b;

float cross2(vec2 p, vec2 q) { return p.x * q.y - p.y * q.x; }

// Distance to the line through p and q, positive outside; turn is the way round.
float edge(vec2 p, vec2 q, float turn) {
	vec2 d = q - p;
	float l = length(d);
	return l > 0.0 ? -turn * cross2(d, at - p) / l : -1e9;
}

void main() {
	float turn = cross2(a.zw - a.xy, b.xy - a.xy) + cross2(b.xy - a.xy, b.zw - a.xy) > 0.0 ? 1.0 : -1.0;
	float d = max(max(edge(a.xy, a.zw, turn), edge(a.zw, b.xy, turn)), max(edge(b.xy, b.zw, turn), edge(b.zw, a.xy, turn)));
	result = vec4(color.rgb, color.a * clamp(0.5 - d, 0.0, 1.0));
}

#elif KIND == GRADIENT
flat in float row;
uniform sampler2D maps;

void main() { result = vec4(texture(maps, vec2(at.y, row)).rgb, 1.0); }

#else
void main() { result = color; }
#endif

// Signed distances give every edge one pixel of smoothing, whatever the number of samples.
flat in vec4 a, b, color, color2;
flat in uint kind;
in vec2 at;
uniform sampler2D atlas, maps;
layout(location = 0) out vec4 result;

float boxDistance(vec2 p, vec2 extent, float r) {
	vec2 q = abs(p) - extent + r;
	return length(max(q, 0.0)) + min(max(q.x, q.y), 0.0) - r;
}

// Distance to the line through p and q, positive on its right in a picture with y down.
float edge(vec2 p, vec2 q, float turn) {
	vec2 d = q - p, v = at - p;
	float l = length(d);
	return l > 0.0 ? turn * (d.y * v.x - d.x * v.y) / l : -1e9;
}

float cross2(vec2 p, vec2 q) { return p.x * q.y - p.y * q.x; }

void main() {
	vec4 c = color;
	if (kind == 1u) {
		c.a *= texelFetch(atlas, ivec2(at), 0).r;
	} else if (kind == 0u) {
		float d = boxDistance(at - 0.5 * (a.xy + a.zw), 0.5 * (a.zw - a.xy), b.x);
		float cover = clamp(0.5 - d, 0.0, 1.0);
		if (b.y > 0.0) {
			float inner = clamp(0.5 - d - b.y, 0.0, 1.0);
			vec4 e = color2;
			e.a *= 1.0 - inner;
			float alpha = e.a + c.a * (1.0 - e.a);
			c = alpha > 0.0 ? vec4((e.rgb * e.a + c.rgb * c.a * (1.0 - e.a)) / alpha, alpha) : vec4(0.0);
		}
		c.a *= cover;
	} else if (kind == 2u) {
		vec2 p = at - a.xy, d = a.zw - a.xy;
		float along = clamp(dot(p, d) / max(dot(d, d), 1e-12), 0.0, 1.0);
		c.a *= clamp(b.x + 0.5 - length(p - along * d), 0.0, 1.0);
	} else if (kind == 3u) {
		float turn = cross2(a.zw - a.xy, b.xy - a.xy) + cross2(b.xy - a.xy, b.zw - a.xy) > 0.0 ? 1.0 : -1.0;
		float d = max(max(edge(a.xy, a.zw, turn), edge(a.zw, b.xy, turn)), max(edge(b.xy, b.zw, turn), edge(b.zw, a.xy, turn)));
		c.a *= clamp(0.5 - d, 0.0, 1.0);
	} else {
		float v = (a.w - at.y) / (a.w - a.y);
		c = vec4(texture(maps, vec2((v * 255.0 + 0.5) / 256.0, b.x)).rgb, 1.0);
	}
	result = c;
}

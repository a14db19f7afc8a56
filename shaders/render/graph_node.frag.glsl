// A node: a disc, or a square for a state that is on, with a rim, the marks of selection, and the needle of an angle.
flat in vec4 shape;
#ifdef PICK
flat in uint element;
uniform uint item;
layout(location = 0) out uvec2 found;
#else
flat in vec3 base;
#ifdef MARKS
flat in uint mark;
#endif
uniform vec3 edge;     // rim
uniform vec3 accent, ink, ground;
uniform float rim;
layout(location = 0) out vec4 color;
#endif

float square(vec2 p, float r) {
	vec2 q = abs(p) - r;
	return length(max(q, 0.0)) + min(max(q.x, q.y), 0.0);
}

float segment(vec2 p, vec2 a, vec2 b) {
	vec2 d = b - a;
	return length(p - a - d * clamp(dot(p - a, d) / dot(d, d), 0.0, 1.0));
}

void main() {
#ifdef DOT
	color = vec4(base, 1.0);
#else
	vec2 p = (2.0 * gl_PointCoord - 1.0) * shape.y;
	float r = shape.x;
#ifdef SHAPES
	float d = shape.w > 0.5 ? square(p, 0.86 * r) : length(p) - r;
#else
	float d = length(p) - r;
#endif
#ifdef PICK
	if (d > max(1.0, 3.0 - r)) discard;
	found = uvec2(item, element);
#else
	float cover = clamp(0.5 - d, 0.0, 1.0);
	vec3 c = mix(base, edge, clamp(d + min(rim, 0.2 * r) + 0.5, 0.0, 1.0));
#ifdef NEEDLE
	if (r > 4.0) {
		// The needle stands out from both ends of the map: dark on light colors, light on dark ones.
		float light = dot(base, vec3(0.299, 0.587, 0.114));
		vec3 pen = light > 0.5 ? vec3(0.06, 0.07, 0.09) : vec3(1.0);
		float w = max(0.13 * r, 0.8);
		vec2 tip = vec2(cos(shape.z), -sin(shape.z)) * 0.78 * r;
		c = mix(c, pen, clamp(0.5 + w - segment(p, vec2(0.0), tip), 0.0, 1.0));
		c = mix(c, pen, clamp(0.5 + 1.8 * w - length(p), 0.0, 1.0));
	}
#endif
#ifdef MARKS
	if (mark != 0u) {
		if ((mark & 3u) != 0u) {
			float ring = clamp(1.75 - abs(d - 2.75), 0.0, 1.0);
			c = mix(c, (mark & 1u) != 0u ? accent : ink, ring * (1.0 - cover) + 0.0);
			cover = max(cover, ring);
		}
		if ((mark & 4u) != 0u) {
			float s = max(0.3 * r, 2.5);
			float pin = length(p - 0.75 * vec2(r, -r)) - s;
			float halo = clamp(0.5 - pin + 1.0, 0.0, 1.0);
			c = mix(c, mix(ground, ink, clamp(0.5 - pin, 0.0, 1.0)), halo);
			cover = max(cover, halo);
		}
	}
#endif
#ifdef SOLID
	if (cover <= 0.02) discard; // or it would hide what lies behind
#endif
	color = vec4(c * cover, cover);
#endif
#endif
}

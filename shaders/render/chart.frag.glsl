in vec2 at;
flat in float radius;
uniform vec4 tint;
layout(location = 0) out vec4 color;

#if KIND == IMAGE
layout(std430, binding = 0) readonly buffer Values { VALUE values[]; };
uniform ivec2 valuesAt, shape; // columns, rows
uniform sampler2D maps;
uniform int map;
uniform vec2 tones;

void main() {
	ivec2 cell = clamp(ivec2(at * vec2(shape)), ivec2(0), shape - 1);
	float v = float(values[valuesAt.x + (cell.y * shape.x + cell.x) * valuesAt.y]);
	float t = clamp((v - tones.x) * tones.y, 0.0, 1.0);
	color = vec4(texelFetch(maps, ivec2(int(t * 255.0 + 0.5), map), 0).rgb, 1.0);
}
#elif KIND == DOTS
void main() { color = tint; }
#elif KIND == CIRCLE
void main() {
	float d = length((2.0 * gl_PointCoord - 1.0) * (radius + 0.5)) - radius;
	color = vec4(tint.rgb, tint.a * clamp(0.5 - d, 0.0, 1.0));
}
#else
void main() { color = vec4(tint.rgb, tint.a * clamp(at.y + 0.5 - abs(at.x), 0.0, 1.0)); }
#endif

#include "render/light.glsl"

in vec3 slopeAndTone;
#if defined(WIRE) || defined(PICK)
in vec2 index;
#endif
#ifdef CYCLIC
in vec2 turn;
#endif

#ifdef PICK
uniform uint item;
uniform ivec2 size;
layout(location = 0) out uvec2 found;

void main() {
	ivec2 p = clamp(ivec2(index + 0.5), ivec2(0), size - 1);
	found = uvec2(item, uint(p.y * size.x + p.x));
}
#else
uniform sampler2D maps;
uniform int map;
uniform vec3 bad;
layout(location = 0) out vec4 color;

void main() {
	float t = slopeAndTone.z, tone = clamp(t, 0.0, 1.0);
#ifdef CYCLIC
	tone = fract(atan(turn.y, turn.x) / 6.2831853);
#endif
	vec3 base = texelFetch(maps, ivec2(int(tone * 255.0 + 0.5), map), 0).rgb;
	if (t < -0.01) base = bad;
	vec3 n = normalize(vec3(-slopeAndTone.xy, 1.0));
#ifdef WIRE
	vec2 away = abs(fract(index - 0.5) - 0.5) / fwidth(index);
	base *= 1.0 - 0.16 * clamp(1.2 - min(away.x, away.y), 0.0, 1.0);
#endif
	// From below the surface is in its own shadow.
	color = vec4(gl_FrontFacing ? lit(base, n) : 0.65 * base, 1.0);
}
#endif

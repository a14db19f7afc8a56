// A ball seen from outside: its normal and depth follow from where in the point's square the pixel lies. With DOT the balls are
// a few pixels small, and depth across them does not matter.
#include "render/light.glsl"

flat in float tone;
flat in vec4 ball;
#ifdef PICK
flat in uint element;
uniform uint item;
layout(location = 0) out uvec2 found;
#else
uniform sampler2D maps;
uniform int map;
uniform vec3 bad, plain;
uniform mat3 toScene; // directions from view space
layout(location = 0) out vec4 color;
#endif
#ifndef DOT
uniform vec4 depth; // clip z and w of a view z: z * depth.x + depth.y, z * depth.z + depth.w

layout(depth_less) out float gl_FragDepth;
#endif

void main() {
	vec2 p = 2.0 * gl_PointCoord - 1.0;
	float r2 = dot(p, p);
	if (r2 > 1.0) discard;
	vec3 n = vec3(p.x, -p.y, sqrt(1.0 - r2));
#ifndef DOT
	float z = ball.z + ball.w * n.z;
	gl_FragDepth = clamp(0.5 + 0.5 * (z * depth.x + depth.y) / (z * depth.z + depth.w), 0.0, gl_FragCoord.z);
#endif
#ifdef PICK
	found = uvec2(item, element);
#else
	vec3 base = texelFetch(maps, ivec2(int(clamp(tone, 0.0, 1.0) * 255.0 + 0.5), map), 0).rgb;
	if (tone < -4.0) base = bad;
	else if (tone < -0.5) base = plain;
	// The rim is darkened a little: balls of one color stay apart where they overlap.
	color = vec4(lit(base, toScene * n) * mix(0.6, 1.0, smoothstep(0.0, 0.35, n.z)), 1.0);
#endif
}

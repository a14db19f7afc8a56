flat in float strength;
flat in float side;
uniform vec3 glow, core;
layout(location = 0) out vec4 color;

void main() {
	vec2 p = 2.0 * gl_PointCoord - 1.0;
	float r = length(p);
	if (r > 1.0) discard;
	float inner = clamp((0.42 - r) * side + 0.5, 0.0, 1.0);
	float halo = (1.0 - r) * (1.0 - r) * 0.8;
	color = vec4(mix(glow, core, inner), mix(halo, 1.0, inner) * mix(0.35, 1.0, strength));
}

// Draws of normal numbers in double, to see whether this device has the bits of package rng.
layout(local_size_x = 64) in;

layout(std430, binding = 0) writeonly buffer Out { double drawn[]; };

uniform uvec2 key;
uvec2 clock_step = uvec2(0u);

#include "lib/random64.glsl"

void main() {
	uint i = gl_GlobalInvocationID.x;
	precise double x = 1.5lf * (1.0lf + 0.5lf * draw_normal64(i, 1u, 0u)) / 3.7lf;
	drawn[i] = x;
}

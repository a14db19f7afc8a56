// input
layout(local_size_x = 64) in;

layout(std430, binding = 1) buffer Slab0 { float slab0[]; };

uniform uvec2 key; // of the random numbers
uniform uint stream_0; // of random numbers
uniform uint tick;       // since the batch began, from 1
uniform uvec2 clock_step; // of the clock: low and high word
float own_0_0;

#include "compute/run.glsl"
#include "compute/ops.glsl"
#include "lib/random.glsl"

#define neurons_v(i) slab0[0u + uint(i)]

// input: 100 elements, reads 1 buffers, writes 1.
void run_input(uint e) {
	precise float t1 = own_0_0;
	precise float t2 = draw_uniform(uint(e), stream_0, 0u);
	precise float t3 = 20 <= int(e) && int(e) < 60 ? t1 + t2 : t1;
	own_0_0 = t3;
}

void main() {
	if (halted()) return;
	uint e = gl_GlobalInvocationID.x;
	{
		if (e < 100u) {
			own_0_0 = neurons_v(e);
			if (e - 20u < 40u) run_input(e);
			neurons_v(e) = own_0_0;
		}
	}
}

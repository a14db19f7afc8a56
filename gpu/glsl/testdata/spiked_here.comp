// neurons threshold
// neurons reset
layout(local_size_x = 64) in;

layout(std430, binding = 1) buffer Slab0 { float slab0[]; };
layout(std430, binding = 2) buffer Slab1 { int slab1[]; };

uniform uint tick;       // since the batch began, from 1
uniform uvec2 clock_step; // of the clock: low and high word
float own_0_0;
uint emit_23 = 0u;

#include "compute/run.glsl"
#include "compute/ops.glsl"

#define neurons_v(i) slab0[0u + uint(i)]
#define fired_13(i) slab1[133568u + uint(i)]

// neurons threshold: 100 elements, reads 1 buffers, writes 1.
void run_neurons_threshold(uint e) {
	precise bool t1 = 1.0 < own_0_0;
	if (t1) emit_23 |= 1u << (e & 31u);
}

// neurons reset: 0 elements, reads 0 buffers, writes 1.
void run_neurons_reset(uint e) {
	own_0_0 = 0.0;
}

void main() {
	if (halted()) return;
	uint e = gl_GlobalInvocationID.x;
	{
		if (e < 100u) {
			float was_0_0 = neurons_v(e);
			own_0_0 = was_0_0;
			run_neurons_threshold(e);
			if ((emit_23 >> (e & 31u) & 1u) != 0u) run_neurons_reset(e);
			if (floatBitsToInt(own_0_0) != floatBitsToInt(was_0_0)) neurons_v(e) = own_0_0;
			if (emit_23 != 0u) atomicOr(fired_13((clock_step.x & 1u) * 4u + (e >> 5)), int(emit_23));
			emit_23 = 0u;
		}
	}
}

// sample_trace
layout(local_size_x = 64) in;

layout(std430, binding = 1) buffer Slab0 { float slab0[]; };
layout(std430, binding = 2) buffer Slab1 { int slab1[]; };

uniform uint row_0;
uniform uint tick;       // since the batch began, from 1
uniform uvec2 clock_step; // of the clock: low and high word

#include "compute/run.glsl"
#include "compute/ops.glsl"

#define neurons_v(i) slab0[0u + uint(i)]
#define neurons_on(i) slab1[0u + uint(i)]
#define ring_0_0(i) slab0[1408u + uint(i)]
#define ring_0_0_elements(i) slab1[832u + uint(i)]
#define ring_0_1(i) slab1[896u + uint(i)]

// Samples of monitor trace.
void run_sample_trace(uint e, uint row) {
	if (e < 2u) ring_0_0(row * 2u + e) = neurons_v(ring_0_0_elements(e));
	ring_0_1(row * 100u + e) = neurons_on(e);
}

void main() {
	if (halted()) return;
	uint e = gl_GlobalInvocationID.x;
	{
		if (e < 100u) {
			run_sample_trace(e, row_0);
		}
	}
}

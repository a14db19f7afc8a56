// neurons threshold
// add the sum to neurons_g
layout(local_size_x = 64) in;

layout(std430, binding = 1) buffer Slab0 { float slab0[]; };
layout(std430, binding = 2) buffer Slab1 { int slab1[]; };

uniform vec3 scale_0; // of a fixed-point sum: scale, its inverse, the largest value
uniform uint tick;       // since the batch began, from 1
uniform uvec2 clock_step; // of the clock: low and high word
float own_0_0;
int own_24_0;
float own_12_0;

#include "compute/run.glsl"
#include "compute/ops.glsl"

#define neurons_v(i) slab0[0u + uint(i)]
#define neurons_g(i) slab0[1408u + uint(i)]
#define fired_13(i) slab1[133760u + uint(i)]
#define sum_0(i) slab1[133824u + uint(i)]

// neurons threshold: 100 elements, reads 1 buffers, writes 1.
void run_neurons_threshold(uint e) {
	precise bool t1 = 1.0 < own_0_0;
	if (t1) atomicOr(fired_13(e >> 5), int(1u << (e & 31u)));
}

void run_add_the_sum_to_neurons_g(uint e) {
	int w = own_24_0;
	if (w == 0) return;
	precise double total = double(w) * double(scale_0.y);
	total = double(own_12_0) + total;
	own_12_0 = float(total);
	own_24_0 = 0;
}

void main() {
	if (halted()) return;
	uint e = gl_GlobalInvocationID.x;
	{
		if (e < 100u) {
			own_0_0 = neurons_v(e);
			int was_24_0 = sum_0(e);
			own_24_0 = was_24_0;
			float was_12_0 = neurons_g(e);
			own_12_0 = was_12_0;
			run_neurons_threshold(e);
			run_add_the_sum_to_neurons_g(e);
			if (own_24_0 != was_24_0) sum_0(e) = own_24_0;
			if (floatBitsToInt(own_12_0) != floatBitsToInt(was_12_0)) neurons_g(e) = own_12_0;
		}
	}
}

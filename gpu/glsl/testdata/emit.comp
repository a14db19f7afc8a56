// neurons threshold
// add the sum to neurons_g
layout(local_size_x = 64) in;

layout(std430, binding = 1) buffer Slab0 { float slab0[]; };
layout(std430, binding = 2) buffer Slab1 { int slab1[]; };

uniform vec3 scale_0; // of a fixed-point sum: scale, its inverse, the largest value
uniform uint tick;       // since the batch began, from 1
uniform uvec2 clock_step; // of the clock: low and high word

#include "compute/run.glsl"
#include "compute/ops.glsl"

#define neurons_v(i) slab0[0u + uint(i)]
#define neurons_g(i) slab0[1408u + uint(i)]
#define fired_13(i) slab1[133696u + uint(i)]
#define sum_0(i) slab1[133760u + uint(i)]

// neurons threshold: 100 elements, reads 1 buffers, writes 1.
void run_neurons_threshold(uint e) {
	precise bool t1 = 1.0 < neurons_v(e);
	if (t1) atomicOr(fired_13(e >> 5), int(1u << (e & 31u)));
}

void run_add_the_sum_to_neurons_g(uint e) {
	uint w0 = uint(sum_0(1u * e + 0u));
	if ((w0) == 0u) return;
	bool negative = int(w0) < 0;
	if (negative) {
		w0 = ~w0 + 1u;
	}
	precise double total = double(w0);
	total = total * double(scale_0.y);
	total = double(neurons_g(e)) + (negative ? -total : total);
	neurons_g(e) = float(total);
	sum_0(1u * e + 0u) = 0;
}

void main() {
	if (halted()) return;
	uint e = gl_GlobalInvocationID.x;
	{
		if (e < 100u) run_neurons_threshold(e);
		if (e < 100u) run_add_the_sum_to_neurons_g(e);
	}
}

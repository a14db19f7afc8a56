// syn pre
// neurons reset
layout(local_size_x = 64) in;

layout(std430, binding = 1) buffer Slab0 { float slab0[]; };
layout(std430, binding = 2) buffer Slab1 { int slab1[]; };

uniform vec3 scale_0; // of a fixed-point sum: scale, its inverse, the largest value
uniform uint tick;       // since the batch began, from 1
uniform uvec2 clock_step; // of the clock: low and high word

#include "compute/run.glsl"
#include "compute/ops.glsl"

#define neurons_v(i) slab0[0u + uint(i)]
#define syn_rowptr(i) slab1[128u + uint(i)]
#define syn_w(i) slab0[576u + uint(i)]
#define neurons_spikes(i) slab1[832u + uint(i)]
#define sum_0(i) slab1[133824u + uint(i)]

// Adds x to neurons_g[i] in fixed point: the order of additions changes nothing.
void run_add_to_neurons_g(uint i, float x) {
	if ((floatBitsToUint(x) & 0x7fffffffu) > floatBitsToUint(scale_0.z)) { report_fault(0u, i, op_finite(x) ? 3u : op_kind(x)); return; }
	precise float q = roundEven(x * scale_0.x);
	atomicAdd(sum_0(i), int(q));
}

// syn pre: 500 elements, reads 1 buffers, writes 1.
void run_syn_pre(uint k, uint row) {
	uint e = k;
	precise float t1 = syn_w(e);
	run_add_to_neurons_g(uint(int(row)), t1);
}

// neurons reset: 0 elements, reads 0 buffers, writes 1.
void run_neurons_reset(uint e) {
	neurons_v(e) = 0.0;
}

void main() {
	if (halted()) return;
	if (clock_step.y != 0u || clock_step.x >= 2u) { uint at = (clock_step.x - 2u) % 3u * 101u; uint count = min(uint(neurons_spikes(at)), 100u); for (uint s = gl_WorkGroupID.x; s < count; s += gl_NumWorkGroups.x) { uint source = uint(neurons_spikes(at + 1u + s)); { uint end = uint(syn_rowptr(source + 1u)); for (uint k = uint(syn_rowptr(source)) + gl_LocalInvocationIndex; k < end; k += 64u) { run_syn_pre(k, source); } } if (gl_LocalInvocationIndex == 0u && gl_WorkGroupID.y == 0u) run_neurons_reset(source); } }
}

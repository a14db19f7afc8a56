// syn pre
layout(local_size_x = 64) in;

layout(std430, binding = 1) buffer Slab0 { double slab0[]; };
layout(std430, binding = 2) buffer Slab1 { int slab1[]; };

uniform vec3 scale_0; // of a fixed-point sum: scale, its inverse, the largest value
uniform uint tick;       // since the batch began, from 1
uniform uvec2 clock_step; // of the clock: low and high word

#include "compute/run.glsl"
#include "compute/ops.glsl"
#include "compute/ops64.glsl"

#define syn_rowptr(i) slab1[128u + uint(i)]
#define syn_w(i) slab0[512u + uint(i)]
#define neurons_spikes(i) slab1[832u + uint(i)]
#define sum_0(i) slab1[133632u + uint(i)]

// Adds x to neurons_g[i] in fixed point: the order of additions changes nothing.
void run_add_to_neurons_g(uint i, double x) {
	if (!op_finite(x) || abs(x) > double(scale_0.z)) { report_fault(0u, i, op_finite(x) ? 3u : op_kind(x)); return; }
	precise double rest = abs(x) * double(scale_0.x);
	uint w2 = uint(rest);
	rest = (rest - double(w2)) * 4294967296.0lf;
	uint w1 = uint(rest);
	rest = (rest - double(w1)) * 4294967296.0lf;
	uint w0 = uint(rest);
	if (x < 0.0lf) { // two's complement
		w0 = ~w0 + 1u;
		w1 = ~w1 + (w0 == 0u ? 1u : 0u);
		w2 = ~w2 + (w0 == 0u && w1 == 0u ? 1u : 0u);
	}
	uint carry = 0u;
	if (w0 != 0u && uint(atomicAdd(sum_0(3u * i + 0u), int(w0))) > ~w0) carry = 1u;
	w1 += carry;
	carry = carry != 0u && w1 == 0u ? 1u : 0u;
	if (w1 != 0u && uint(atomicAdd(sum_0(3u * i + 1u), int(w1))) > ~w1) carry = 1u;
	w2 += carry;
	carry = carry != 0u && w2 == 0u ? 1u : 0u;
	if (w2 != 0u) atomicAdd(sum_0(3u * i + 2u), int(w2));
}

// syn pre: 500 elements, reads 1 buffers, writes 1.
void run_syn_pre(uint k, uint row) {
	uint e = k;
	precise double t1 = syn_w(e);
	run_add_to_neurons_g(uint(int(row)), t1);
}

void main() {
	if (halted()) return;
	{ uint at = 0u; uint count = min(uint(neurons_spikes(at)), 100u); for (uint s = gl_WorkGroupID.x; s < count; s += gl_NumWorkGroups.x) { uint source = uint(neurons_spikes(at + 1u + s)); { uint end = uint(syn_rowptr(source + 1u)); for (uint k = uint(syn_rowptr(source)) + gl_LocalInvocationIndex; k < end; k += 64u) { run_syn_pre(k, source); } } } }
}

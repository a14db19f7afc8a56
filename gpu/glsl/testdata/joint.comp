// learn syn
// learn by post
layout(local_size_x = 64) in;

layout(std430, binding = 1) buffer Slab0 { float slab0[]; };
layout(std430, binding = 2) buffer Slab1 { int slab1[]; };

uniform uint tick;       // since the batch began, from 1
uniform uvec2 clock_step; // of the clock: low and high word

#include "compute/run.glsl"
#include "compute/ops.glsl"

#define syn_rowptr(i) slab1[128u + uint(i)]
#define syn_index(i) slab1[256u + uint(i)]
#define syn_w(i) slab0[576u + uint(i)]
#define neurons_spikes(i) slab1[832u + uint(i)]
#define syn_rows(i) slab1[1152u + uint(i)]
#define syn_pres(i) slab1[1280u + uint(i)]
#define syn_order(i) slab1[1792u + uint(i)]
#define others_spikes(i) slab1[2304u + uint(i)]

// learn syn: 500 elements, reads 1 buffers, writes 1.
void run_learn_syn(uint e, int pre, int post) {
	precise float t1 = syn_w(e);
	precise float t2 = t1 * t1;
	syn_w(e) = t2;
}

// learn by post: 500 elements, reads 1 buffers, writes 1.
void run_learn_by_post(uint e, int pre, int post) {
	precise float t1 = syn_w(e);
	precise float t2 = t1 * t1;
	syn_w(e) = t2;
}

bool run_among_17_2(int i) {
	if (clock_step.y == 0u && clock_step.x < 2u) return false;
	uint row = (clock_step.x - 2u) % 3u * 101u;
	uint low = 0u, count = min(uint(others_spikes(row)), 100u), top = count;
	while (low < top) {
		uint mid = (low + top) / 2u;
		if (others_spikes(row + 1u + mid) < i) { low = mid + 1u; } else { top = mid; }
	}
	return low < count && others_spikes(row + 1u + low) == i;
}

bool run_among_13_0(int i) {
	uint row = clock_step.x % 3u * 101u;
	uint low = 0u, count = min(uint(neurons_spikes(row)), 100u), top = count;
	while (low < top) {
		uint mid = (low + top) / 2u;
		if (neurons_spikes(row + 1u + mid) < i) { low = mid + 1u; } else { top = mid; }
	}
	return low < count && neurons_spikes(row + 1u + low) == i;
}

void main() {
	if (halted()) return;
	{ uint at = clock_step.x % 3u * 101u; uint count = min(uint(neurons_spikes(at)), 100u); for (uint s = gl_WorkGroupID.x; s < count; s += gl_NumWorkGroups.x) { uint source = uint(neurons_spikes(at + 1u + s)); { uint end = uint(syn_rowptr(source + 1u)); for (uint k = uint(syn_rowptr(source)) + gl_LocalInvocationIndex; k < end; k += 64u) { 
			uint e = k; int pre = syn_index(k), post = int(source);
			run_learn_syn(e, pre, post);
			for (bool also = run_among_17_2(post); also; also = false) run_learn_by_post(e, pre, post);
		} } } }
	if (clock_step.y != 0u || clock_step.x >= 2u) { uint at = (clock_step.x - 2u) % 3u * 101u; uint count = min(uint(others_spikes(at)), 100u); for (uint s = gl_WorkGroupID.x; s < count; s += gl_NumWorkGroups.x) { uint source = uint(others_spikes(at + 1u + s)); { uint end = uint(syn_rows(source + 1u)); for (uint k = uint(syn_rows(source)) + gl_LocalInvocationIndex; k < end; k += 64u) { 
			uint e = uint(syn_order(k)); int pre = syn_pres(k), post = int(source);
			if (run_among_13_0(post)) continue;
			run_learn_by_post(e, pre, post);
		} } } }
}

// syn pre
// neurons reset
layout(local_size_x = 64) in;

layout(std430, binding = 1) coherent buffer Slab0 { int slab0[]; };
layout(std430, binding = 2) coherent buffer Slab1 { float slab1[]; };
layout(std430, binding = 3) readonly buffer Fixed0 { int fixed0[]; };
layout(std430, binding = 4) readonly buffer Fixed1 { float fixed1[]; };

uniform vec3 scale_0; // of a fixed-point sum: scale, its inverse, the largest value
uniform uint first_tick;
uniform uint ticks;
uniform uvec3 clock_0; // low and high word of its step, ticks until it is due
uniform uint patience; // rounds of waiting at a barrier
uint segment_ends, segment_synapses, segment_values, segment_slabs; // of the delay whose synapses are gone through
shared uint segment_starts_0[4];
uint tick = 0u; // since the batch began, from 1
uvec2 clock_step = uvec2(0u); // of the operation's clock: low and high word
shared uint group_open, group_leave; // what the first invocation of a work group has seen
uint barriers = 0u; // that this invocation has come to
uint waited = 0u; // rounds

#include "compute/run.glsl"
#include "compute/ops.glsl"

#define neurons_v(i) slab1[0u + uint(i)]
#define neurons_spikes(i) fixed0[1792u + uint(i)]
#define delays_0_table(i) fixed0[3776u + uint(i)]
#define delays_0_starts(i) fixed0[3840u + uint(i)]
#define packed_0_0(i) fixed1[1600u + uint(i)]
#define sum_0(i) slab0[135488u + uint(i)]

uint run_end_of_0(uint i) {
	return uint(fixed0[segment_ends + i]);
}

// Adds x to neurons_g[i] in fixed point: the order of additions changes nothing.
void run_add_to_neurons_g(uint i, float x) {
	if ((floatBitsToUint(x) & 0x7fffffffu) > floatBitsToUint(scale_0.z)) { report_fault(0u, i, op_finite(x) ? 3u : op_kind(x)); return; }
	precise float q = roundEven(x * scale_0.x);
	atomicAdd(sum_0(i), int(q));
}

// syn pre: 500 elements, reads 1 buffers, writes 1.
void run_syn_pre(uint k, uint row) {
	int other = int(run_end_of_0(k));
	precise float t1 = packed_0_0(segment_values + k);
	run_add_to_neurons_g(uint(int(other)), t1);
}

// neurons reset: 0 elements, reads 0 buffers, writes 1.
void run_neurons_reset(uint e) {
	neurons_v(e) = 0.0;
}

uint run_row_of_0(uint i) {
	return uint(fixed0[i]);
}

// The delay of which segment q is.
uint run_delay_of_0(uint q) {
	uint d = 0u;
	for (uint end = 3u; end - d > 1u;) {
		uint mid = (d + end) / 2u;
		if (segment_starts_0[mid] <= q) { d = mid; } else { end = mid; }
	}
	return d;
}

void sync_group() { memoryBarrierBuffer(); barrier(); }

// False: given up.
bool sync_wait() {
	uint me = gl_LocalInvocationIndex;
	if (me < 1u) {
		uint open = atomicOr(grid_open, 0u);
		for (uint w = 0u; open < barriers && w < patience; ++w, ++waited) {
			open = atomicOr(grid_open, 0u);
		}
		if (me == 0u) {
			if (open < barriers) open = max(atomicMax(grid_open, 4294967295u), 4294967295u);
			group_open = open;
		}
	}
	barrier();
	memoryBarrierBuffer();
	return group_open != 4294967295u;
}

bool sync_grid() {
	sync_group();
	if (gl_LocalInvocationIndex < 1u) {
		memoryBarrierBuffer();
		++barriers;
		if (gl_LocalInvocationIndex == 0u && atomicAdd(grid_arrived, 1u) + 1u == barriers * gl_NumWorkGroups.x) atomicMax(grid_open, barriers);
	}
	return sync_wait();
}

void main() {
	uint me = gl_LocalInvocationIndex;
	if (!sync_grid()) return;
	uvec2 step_0 = clock_0.xy;
	uint k = 0u;
	while (k < ticks) {
		tick = first_tick + k;
		if (halted()) break;
		clock_step = step_0;
		{
			{
		for (uint d = gl_LocalInvocationIndex; d <= 3u; d += 64u) segment_starts_0[d] = uint(delays_0_starts(d));
		barrier();
		uint total = segment_starts_0[3u];
		uint sharing = max((gl_NumWorkGroups.x * 16u) / max(total, 1u), 1u);
		for (uint q = (gl_WorkGroupID.x * 16u + me / 4u) / sharing; q < total; q += (gl_NumWorkGroups.x * 16u) / sharing) {
			uint d = run_delay_of_0(q), of = 8u * d, parts = uint(delays_0_table(of + 7u)), part = q - segment_starts_0[d];
			uint source = uint(neurons_spikes((clock_step.x - uint(delays_0_table(of))) % 3u * 101u + 1u + part / parts));
			segment_ends = uint(delays_0_table(of + 2u));
			segment_synapses = uint(delays_0_table(of + 3u));
			segment_values = uint(delays_0_table(of + 4u));
			uint row = uint(delays_0_table(of + 1u)) + source;
			uint from = run_row_of_0(row), end = run_row_of_0(row + 1u), first = part % parts * (4u * sharing) + me % 4u + (gl_WorkGroupID.x * 16u + me / 4u) % sharing * 4u, by = parts * (4u * sharing);
			for (uint k = from + first; k < end; k += by) run_syn_pre(k, source);
		}
	}
			{ uint at = clock_step.x % 3u * 101u; uint count = min(uint(neurons_spikes(at)), 100u); uint sharing = max(gl_NumWorkGroups.x / max(count, 1u), 1u); for (uint s = gl_WorkGroupID.x / sharing; s < count; s += gl_NumWorkGroups.x / sharing) { uint source = uint(neurons_spikes(at + 1u + s)); if (me == 0u && gl_WorkGroupID.x % sharing == 0u) run_neurons_reset(source); } }
		}
		step_0 = next_step(step_0);
		++k;
		if (!sync_grid()) return;
	}
	if (gl_GlobalInvocationID.x == 0u) grid_done = k;
}

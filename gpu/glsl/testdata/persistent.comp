// sample_trace
// taps
// neurons update
// neurons update
layout(local_size_x = 64) in;

layout(std430, binding = 1) coherent buffer Slab0 { float slab0[]; };
layout(std430, binding = 2) coherent buffer Slab1 { int slab1[]; };
layout(std430, binding = 3) readonly buffer Fixed0 { float fixed0[]; };
layout(std430, binding = 4) readonly buffer Fixed1 { int fixed1[]; };

uniform uvec2 key; // of the random numbers
uniform uint stream_0; // of random numbers
uniform uint first_tick;
uniform uint ticks;
uniform uint first_row_0;
uniform uvec3 clock_0; // low and high word of its step, ticks until it is due
uniform uvec3 clock_1; // low and high word of its step, ticks until it is due
uniform uint patience; // rounds of waiting at a barrier
float own_0_0;
int own_1_0;
uint tick = 0u; // since the batch began, from 1
uvec2 clock_step = uvec2(0u); // of the operation's clock: low and high word
shared uint group_open, group_leave; // what the first invocation of a work group has seen
uint barriers = 0u; // that this invocation has come to
uint waited = 0u; // rounds

#include "compute/run.glsl"
#include "compute/ops.glsl"
#include "lib/math.glsl"
#include "lib/random.glsl"

#define neurons_v(i) slab0[0u + uint(i)]
#define neurons_on(i) slab1[0u + uint(i)]
#define neurons_v_history(i) slab0[128u + uint(i)]
#define neurons_gain(i) fixed0[448u + uint(i)]
#define stimulus_values(i) fixed0[512u + uint(i)]
#define neurons_sum_lat(i) slab0[1088u + uint(i)]
#define taps_offsets(i) fixed1[768u + uint(i)]
#define taps_weights(i) fixed0[1344u + uint(i)]
#define ring_0_0(i) slab0[1408u + uint(i)]
#define ring_0_0_elements(i) fixed1[832u + uint(i)]
#define ring_0_1(i) slab1[896u + uint(i)]

// Samples of monitor trace.
void run_sample_trace(uint e, uint row) {
	if (e < 2u) ring_0_0(row * 2u + e) = neurons_v(ring_0_0_elements(e));
	ring_0_1(row * 100u + e) = neurons_on(e);
}

// taps: 2 taps on a grid of 1 x 10 x 10 cells, 1 per call.
void run_taps(uint e) {
	uint src_at = (clock_step.y == 0u && clock_step.x < 1u ? 0u : (clock_step.x - 1u) % 3u) * 100u;
	int x = int(e % 10u) * 1, y = int(e / 10u % 10u), z = int(e / 100u);
	precise float sum0 = 0.0;
	for (uint k = 0u; k < 2u; ++k) {
		int sz = z + taps_offsets(3u * k), sy = y + taps_offsets(3u * k + 1u), sx = x + taps_offsets(3u * k + 2u);
		bool inside = uint(sz) < 1u && uint(sy) < 10u;
		int row = inside ? (sz * 10 + sy) * 10 : 0;
		float weight = taps_weights(k);
		precise float p0 = weight * neurons_v_history(src_at + uint(row + clamp(sx + 0, 0, 9)));
		sum0 = inside && uint(sx + 0) < 10u ? sum0 + p0 : sum0;
	}
	uint at = uint((z * 10 + y) * 10 + x);
	precise float total0 = sum0;
	{ total0 = neurons_sum_lat(at + 0u) + sum0; neurons_sum_lat(at + 0u) = total0; }
}

// neurons update: 100 elements, reads 4 buffers, writes 3.
float u1;
int u2;
void once_neurons_update() {
	precise float t1 = float(clock_time(0.1lf));
	precise float t2 = t1 * 6.2831855;
	precise float t3 = t1 * 0.5;
	precise int t4 = op_to_int(t3);
	precise float t5 = neurons_gain(0) * m_sin(t2) + (uint(t4) < 7u ? stimulus_values(t4) : 0.0);
	u1 = t5;
	precise int t6 = int(clock_step.x) + 1;
	precise int t7 = op_mod(t6, 3) * 100;
	u2 = t7;
}
void run_neurons_update(uint e) {
	precise float t8 = own_0_0;
	precise float t9 = draw_normal(uint(e), stream_0, 2u);
	precise float t10 = t8 + 0.05 * (u1 - t8 * (t8 * t8)) + 0.01 * t9;
	precise float t11 = op_min(t10, uintBitsToFloat(0x7f800000u));
	precise bool t12 = bool(own_1_0) && int(e) % 3 < 2;
	precise int t13 = u2 + int(e);
	precise bool t14 = !(1.0 <= t11);
	if (t12) own_0_0 = t11;
	neurons_v_history(t13) = t11;
	own_1_0 = int(t14);
	if (!op_finite(t11)) report_fault(0u, e, op_kind(t11));
}

// neurons update: 100 elements, reads 4 buffers, writes 3.
float u3;
int u4;
void once_neurons_update_2() {
	precise float t1 = float(clock_time(0.1lf));
	precise float t2 = t1 * 6.2831855;
	precise float t3 = t1 * 0.5;
	precise int t4 = op_to_int(t3);
	precise float t5 = neurons_gain(0) * m_sin(t2) + (uint(t4) < 7u ? stimulus_values(t4) : 0.0);
	u3 = t5;
	precise int t6 = int(clock_step.x) + 1;
	precise int t7 = op_mod(t6, 3) * 100;
	u4 = t7;
}
void run_neurons_update_2(uint e) {
	precise float t8 = own_0_0;
	precise float t9 = draw_normal(uint(e), stream_0, 2u);
	precise float t10 = t8 + 0.05 * (u3 - t8 * (t8 * t8)) + 0.01 * t9;
	precise float t11 = op_min(t10, uintBitsToFloat(0x7f800000u));
	precise bool t12 = bool(own_1_0) && int(e) % 3 < 2;
	precise int t13 = u4 + int(e);
	precise bool t14 = !(1.0 <= t11);
	if (t12) own_0_0 = t11;
	neurons_v_history(t13) = t11;
	own_1_0 = int(t14);
	if (!op_finite(t11)) report_fault(0u, e, op_kind(t11));
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
	uvec2 step_1 = clock_1.xy;
	uint wait_1 = clock_1.z;
	uint row_0 = first_row_0;
	uint k = 0u;
	while (k < ticks) {
		tick = first_tick + k;
		if (halted()) break;
		clock_step = step_1;
		if (wait_1 == 0u) {
			for (uint e = gl_GlobalInvocationID.x; e < 100u; e += gl_NumWorkGroups.x * 64u) {
		if (e < 100u) {
			run_sample_trace(e, row_0);
		}
			}
			++row_0;
		}
		clock_step = step_0;
		{
			for (uint e = gl_GlobalInvocationID.x; e < 100u; e += gl_NumWorkGroups.x * 64u) {
		if (e < 100u) {
			run_taps(e);
		}
			}
		}
		if (!sync_grid()) return;
		{
			once_neurons_update();
			for (uint e = gl_GlobalInvocationID.x; e < 100u; e += gl_NumWorkGroups.x * 64u) {
		if (e < 100u) {
			float was_0_0 = neurons_v(e);
			own_0_0 = was_0_0;
			own_1_0 = neurons_on(e);
			run_neurons_update(e);
			if (floatBitsToInt(own_0_0) != floatBitsToInt(was_0_0)) neurons_v(e) = own_0_0;
			neurons_on(e) = own_1_0;
		}
			}
		}
		if (wait_1 == 0u && (wait_1 == 0u)) if (!sync_grid()) return;
		clock_step = step_1;
		if (wait_1 == 0u) {
			once_neurons_update_2();
			for (uint e = gl_GlobalInvocationID.x; e < 100u; e += gl_NumWorkGroups.x * 64u) {
		if (e < 100u) {
			float was_0_0 = neurons_v(e);
			own_0_0 = was_0_0;
			own_1_0 = neurons_on(e);
			run_neurons_update_2(e);
			if (floatBitsToInt(own_0_0) != floatBitsToInt(was_0_0)) neurons_v(e) = own_0_0;
			neurons_on(e) = own_1_0;
		}
			}
		}
		step_0 = next_step(step_0);
		if (wait_1 == 0u) { step_1 = next_step(step_1); wait_1 = 4u; }
		--wait_1;
		++k;
		if (!sync_grid()) return;
	}
	if (gl_GlobalInvocationID.x == 0u) grid_done = k;
}

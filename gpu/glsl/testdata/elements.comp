// neurons update
layout(local_size_x = 64) in;

layout(std430, binding = 1) buffer Slab0 { float slab0[]; };
layout(std430, binding = 2) buffer Slab1 { int slab1[]; };

uniform uvec2 key; // of the random numbers
uniform uint stream_0; // of random numbers
uniform uint tick;       // since the batch began, from 1
uniform uvec2 clock_step; // of the clock: low and high word
float own_0_0;
int own_1_0;
uint fault_0 = 0xffffffffu, fault_kind_0;

#include "compute/run.glsl"
#include "compute/ops.glsl"
#include "lib/math.glsl"
#include "lib/random.glsl"

#define neurons_v(i) slab0[0u + uint(i)]
#define neurons_on(i) slab1[0u + uint(i)]
#define neurons_v_history(i) slab0[128u + uint(i)]
#define neurons_gain(i) slab0[448u + uint(i)]
#define stimulus_values(i) slab0[512u + uint(i)]

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
	uint fault = 0xffffffffu, kind = 0u;
	if (!op_finite(t11)) { fault = 0u; kind = op_kind(t11); }
	if (fault == 0u && e < fault_0) { fault_0 = e; fault_kind_0 = kind; }
}

void main() {
	if (halted()) return;
	once_neurons_update();
	uint e = gl_GlobalInvocationID.x;
	{
		if (e < 100u) {
			float was_0_0 = neurons_v(e);
			own_0_0 = was_0_0;
			own_1_0 = neurons_on(e);
			run_neurons_update(e);
			if (floatBitsToInt(own_0_0) != floatBitsToInt(was_0_0)) neurons_v(e) = own_0_0;
			neurons_on(e) = own_1_0;
		}
	}
	if (fault_0 != 0xffffffffu) report_fault(0u, fault_0, fault_kind_0);
}

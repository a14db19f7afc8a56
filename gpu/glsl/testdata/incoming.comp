// lateral
layout(local_size_x = 64) in;

layout(std430, binding = 1) buffer Slab0 { float slab0[]; };
layout(std430, binding = 2) buffer Slab1 { int slab1[]; };

uniform uint tick;       // since the batch began, from 1
uniform uvec2 clock_step; // of the clock: low and high word

#include "compute/run.glsl"
#include "compute/ops.glsl"
#include "lib/math.glsl"

#define neurons_v(i) slab0[0u + uint(i)]
#define syn_rowptr(i) slab1[128u + uint(i)]
#define syn_index(i) slab1[256u + uint(i)]
#define syn_w(i) slab0[576u + uint(i)]
#define neurons_sum_lat(i) slab0[1088u + uint(i)]

// lateral: 100 elements, reads 3 buffers, writes 1.
void run_lateral(uint e) {
	precise float sum0 = 0.0;
	uint row_end = uint(syn_rowptr(e + 1u));
	for (uint s = uint(syn_rowptr(e)); s < row_end; ++s) {
		int other = syn_index(s);
		precise float term0 = syn_w(s) * m_tanh(neurons_v(int(other)));
		sum0 = sum0 + term0;
	}
	precise float total0 = neurons_sum_lat(e) + sum0;
	neurons_sum_lat(e) = total0;
}

void main() {
	if (halted()) return;
	uint e = gl_GlobalInvocationID.x;
	{
		if (e < 100u) {
			run_lateral(e);
		}
	}
}

// taps
layout(local_size_x = 64) in;

layout(std430, binding = 1) buffer Slab0 { float slab0[]; };
layout(std430, binding = 2) buffer Slab1 { int slab1[]; };

uniform uint tick;       // since the batch began, from 1
uniform uvec2 clock_step; // of the clock: low and high word

#include "compute/run.glsl"
#include "compute/ops.glsl"

#define neurons_v_history(i) slab0[128u + uint(i)]
#define neurons_sum_lat(i) slab0[1088u + uint(i)]
#define taps_offsets(i) slab1[768u + uint(i)]
#define taps_weights(i) slab0[1344u + uint(i)]

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

void main() {
	if (halted()) return;
	uint e = gl_GlobalInvocationID.x;
	{
		if (e < 100u) {
			run_taps(e);
		}
	}
}

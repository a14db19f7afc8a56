// S pre
// S set0 w
layout(local_size_x = 128) in;

layout(std430, binding = 1) buffer Slab0 { float slab0[]; };
layout(std430, binding = 2) buffer Slab1 { int slab1[]; };

shared uint drawn_gap[128];
uniform uvec2 key; // of the random numbers
uniform uint stream_0; // of random numbers
uniform uint stream_1; // of random numbers
uniform uint stream_2; // of random numbers
uniform uint stream_3; // of random numbers
uniform uint stream_4; // of random numbers
uniform vec3 scale_0; // of a fixed-point sum: scale, its inverse, the largest value
uniform uint tick;       // since the batch began, from 1
uniform uvec2 clock_step; // of the clock: low and high word
float own_4_0;
shared uvec2 drawn_sum[128];
bool draws_past = false;
uvec2 draws_key;
#define DRAWS_AT (draws_past ? uvec3(draws_key, 0u) : uvec3(key, clock_step.x))

#include "compute/run.glsl"
#include "compute/ops.glsl"
#include "lib/math.glsl"
#include "lib/philox.glsl"
#include "lib/random.glsl"

#define cells_spike_events(i) slab1[0u + uint(i)]
#define S_first_synapses(i) slab1[4032u + uint(i)]
#define S_cells_x_set0(i) slab0[8064u + uint(i)]
#define gaps_0(i) slab1[8448u + uint(i)]
#define guide_0(i) slab1[8576u + uint(i)]
#define sum_0(i) slab1[9600u + uint(i)]

// Adds x to cells_v[i] in fixed point: the order of additions changes nothing.
void run_add_to_cells_v(uint i, float x) {
	if ((floatBitsToUint(x) & 0x7fffffffu) > floatBitsToUint(scale_0.z)) { report_fault(0u, i, op_finite(x) ? 3u : op_kind(x)); return; }
	precise float q = roundEven(x * scale_0.x);
	atomicAdd(sum_0(i), int(q));
}

// S pre: 399464 elements, reads 1 buffers, writes 1.
void run_S_pre(uint e, uint row, uint other) {
	precise float t1 = draw_uniform(uint(e), stream_0, 0u);
	precise float t2 = own_4_0 * t1;
	run_add_to_cells_v(uint(int(other)), t2);
}

// S set0 w: 399464 elements, reads 1 buffers, writes 1.
void run_S_set0_w(uint e, uint row, uint other) {
	draws_past = true;
	draws_key = uvec2(stream_2, stream_3);
	precise float t1 = draw_uniform(uint(e), stream_1, 0u);
	precise float t2 = -S_cells_x_set0(int(row));
	precise float t3 = t1 * m_exp(t2);
	own_4_0 = t3;
	draws_past = false;
}

// The largest gap whose entry of the table is not above 64 random bits.
uint run_gap_of_S_pre(uint hi, uint lo) {
	uint at = uint(guide_0(hi >> 22u)), k = at & 0xffffu, end = k + (at >> 16);
	while (k < end) {
		uint mid = (k + end + 1u) / 2u, t = uint(gaps_0(2u * mid));
		if (t < hi || t == hi && uint(gaps_0(2u * mid + 1u)) <= lo) { k = mid; } else { end = mid - 1u; }
	}
	return k;
}

// All invocations draw the row together, 2 draws each at a time.
void run_rows_of_S_pre(uint row, uint me) {
	uint i = row - 1000u;
	if (i >= 2000u) return;
	uint base = 0u, number = uint(S_first_synapses(row));
	for (uint block = me * 1u; base < 1999u; block += 128u) {
		uvec2 own = uvec2(0u); // how far the draws go, and how many synapses they are
		for (uint b = 0u; b < 1u; ++b) {
			uvec4 w = philox(uvec4(block + b, i, stream_4, 0u), uvec2(stream_2, stream_3));
			uvec2 gap = uvec2(run_gap_of_S_pre(w.x, w.y), run_gap_of_S_pre(w.z, w.w));
			drawn_gap[b * 128u + me] = gap.x | gap.y << 16;
			uint found = uint(gap.x < 53u) + uint(gap.y < 53u);
			own += uvec2(gap.x + gap.y + found, found);
		}
		drawn_sum[me] = own;
		barrier();
		for (uint by = 1u; by < 128u; by *= 2u) {
			uvec2 s = me < by ? uvec2(0u) : drawn_sum[me - by];
			barrier();
			drawn_sum[me] += s;
			barrier();
		}
		uvec2 before = drawn_sum[me] - own, all = drawn_sum[127u];
		uint pos = base + before.x, e = number + before.y;
		uint two = 0u;
		for (uint b = 0u; b < 2u && pos < 1999u; ++b) {
			two = (b & 1u) == 0u ? drawn_gap[(b >> 1) * 128u + me] : two >> 16;
			uint gap = two & 0xffffu;
			pos += gap;
			if (gap == 53u) continue; // and no synapse behind it
			if (pos < 1999u) {
				uint other = pos + uint(pos >= i) + 1000u;
				own_4_0 = 0.0;
				run_S_set0_w(e, row, other);
				run_S_pre(e, row, other);
			}
			++pos;
			++e;
		}
		base += all.x;
		number += all.y;
		barrier(); // the sums are free again
	}
}

void main() {
	if (halted()) return;
	{ uint at = 0u; uint count = min(uint(cells_spike_events(at)), 4000u); for (uint s = gl_WorkGroupID.x; s < count; s += gl_NumWorkGroups.x) { uint source = uint(cells_spike_events(at + 1u + s)); if (gl_WorkGroupID.y == 0u) run_rows_of_S_pre(source, gl_LocalInvocationIndex); } }
}

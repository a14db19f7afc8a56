// One pass over a grid of values: blocks become one value each (level of detail), and the extremes are kept.
layout(local_size_x = 8, local_size_y = 8) in;

#include "render/values.glsl"

layout(std430, binding = 1) writeonly buffer Cells { float cells[]; };
layout(std430, binding = 2) buffer Range { uint extremes[]; };

uniform ivec2 size;    // columns, rows of values
uniform ivec2 block;   // values per cell
uniform ivec2 dims;    // columns, rows of cells
uniform bool store;    // write cells
uniform vec2 cycle;    // least value and period of a cyclic scale; second 0: it is none
uniform int range;     // index of the minimum in extremes; -1: not wanted

// Floats in an order that unsigned integers keep.
uint ordered(float v) {
	uint u = floatBitsToUint(v);
	return (u & 0x80000000u) != 0u ? ~u : u | 0x80000000u;
}

void main() {
	ivec2 c = ivec2(gl_GlobalInvocationID.xy);
	if (c.x >= dims.x || c.y >= dims.y) return;
	ivec2 lo = c * block, hi = min(lo + block, size);
	float least = uintBitsToFloat(0x7f800000u), most = -least, sum = 0.0, bad = 0.0;
	vec2 turn = vec2(0.0); // sum of the values as points on a circle
	int good = 0;
	for (int y = lo.y; y < hi.y; y++) {
		for (int x = lo.x; x < hi.x; x++) {
			float v = value(y * size.x + x);
			if (finite(v)) {
				least = min(least, v);
				most = max(most, v);
				sum += v;
				if (cycle.y > 0.0) {
					float a = 6.2831853 * fract((v - cycle.x) / cycle.y);
					turn += vec2(cos(a), sin(a));
				}
				good++;
			} else {
				bad = v;
			}
		}
	}
	if (store) {
		ivec2 n = hi - lo;
		float v = uintBitsToFloat(0x7fc00000u); // one value that is not finite must not hide among its neighbours
		if (good == n.x * n.y && cycle.y > 0.0) {
			v = cycle.x + cycle.y * fract(atan(turn.y, turn.x) / 6.2831853 + 1.0);
		} else if (good == n.x * n.y) {
			float mean = sum / float(good);
			float up = most - mean, down = mean - least, all = most - least;
			// A slope has its extremes in the corners, equally far from the mean: the mean stands for it. A peak lies to one
			// side of the mean or inside the block: it is kept whole.
			float a = value(lo.y * size.x + lo.x), b = value(lo.y * size.x + hi.x - 1);
			float d = value((hi.y - 1) * size.x + lo.x), e = value((hi.y - 1) * size.x + hi.x - 1);
			float corners = max(max(a, b), max(d, e)) - min(min(a, b), min(d, e));
			float skew = all > 0.0 ? abs(up - down) / all : 0.0, inner = all > 0.0 ? 1.0 - corners / all : 0.0;
			float keep = max(smoothstep(0.2, 0.45, skew), smoothstep(0.25, 0.5, inner));
			v = mix(mean, up >= down ? most : least, keep);
		}
		cells[c.y * dims.x + c.x] = v;
	}
	if (range >= 0 && good > 0) {
		// Most blocks change nothing: looking first spares the atomic operation.
		uint l = ordered(least), m = ordered(most);
		if (l < extremes[range]) atomicMin(extremes[range], l);
		if (m > extremes[range + 1]) atomicMax(extremes[range + 1], m);
	}
}

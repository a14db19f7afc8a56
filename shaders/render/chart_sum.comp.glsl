// Small sums for charts, by one work group. KIND is BARS (counts of values in bins), CIRCLE (mean of points on the unit circle), SPECTRA
// (power spectral densities of a ring of samples) or SAMPLE (a row of a ring of traces).
layout(local_size_x = 256) in;

layout(std430, binding = 0) readonly buffer Values { VALUE values[]; };
uniform ivec2 valuesAt; // first element, stride
uniform int count;

float value(int k) { return float(values[valuesAt.x + k * valuesAt.y]); }
bool finite(float v) { return (floatBitsToUint(v) & 0x7f800000u) != 0x7f800000u; }

#if KIND == BARS
#include "render/tone.glsl"

layout(std430, binding = 1) buffer Counts { uint counts[]; };
uniform int bins;
uniform vec3 tones; // see tone.glsl

void main() {
	for (int k = int(gl_GlobalInvocationID.x); k < count; k += int(gl_NumWorkGroups.x) * 256) {
		float v = value(k);
		if (!finite(v)) continue;
		float t = onScale(v, tones);
		if (t >= 0.0 && t <= 1.0) atomicAdd(counts[min(int(t * float(bins)), bins - 1)], 1u);
	}
}

#elif KIND == CIRCLE
layout(std430, binding = 1) writeonly buffer Mean { float mean[]; };
shared vec3 parts[256];

void main() {
	int me = int(gl_LocalInvocationID.x);
	vec3 sum = vec3(0.0);
	for (int k = me; k < count; k += 256) {
		float v = value(k);
		if (finite(v)) sum += vec3(cos(v), sin(v), 1.0);
	}
	parts[me] = sum;
	for (int s = 128; s > 0; s /= 2) {
		barrier();
		if (me < s) parts[me] += parts[me + s];
	}
	if (me == 0) {
		mean[0] = parts[0].x / max(parts[0].z, 1.0);
		mean[1] = parts[0].y / max(parts[0].z, 1.0);
	}
}

#elif KIND == SPECTRA
layout(std430, binding = 1) writeonly buffer Powers { float powers[]; };
layout(std430, binding = 2) readonly buffer Turns { vec2 turns[]; }; // cosines and sines of one turn in as many parts as a segment has samples
uniform ivec4 ring;  // capacity, elements, first row, samples of a segment
uniform int parts;   // segments
uniform vec2 scale;  // of samples, of powers

void main() {
	int me = int(gl_GlobalInvocationID.x), n = ring.w;
	if (me >= count) return;
	int element = me / (n / 2), f = me % (n / 2) + 1;
	float sum = 0.0;
	for (int s = 0; s < parts; s++) {
		int first = (ring.z + s * (n / 2)) % ring.x;
		float mean = 0.0;
		for (int j = 0, row = first; j < n; j++) {
			mean += value(row * ring.y + element) * scale.x;
			row = row + 1 == ring.x ? 0 : row + 1;
		}
		mean /= float(n);
		vec2 c = vec2(0.0);
		for (int j = 0, row = first, turn = 0; j < n; j++) {
			c += (value(row * ring.y + element) * scale.x - mean) * (0.5 - 0.5 * turns[j].x) * turns[turn];
			row = row + 1 == ring.x ? 0 : row + 1;
			turn += f;
			turn = turn >= n ? turn - n : turn;
		}
		sum += dot(c, c);
	}
	powers[me] = sum * scale.y * (2 * f == n ? 0.5 : 1.0); // the highest frequency has no other half
}

#else
layout(std430, binding = 1) readonly buffer Elements { int elements[]; };
layout(std430, binding = 2) writeonly buffer Ring { float ring[]; };
uniform int row; // first element of the row

void main() {
	int k = int(gl_GlobalInvocationID.x);
	if (k < count) ring[row + k] = value(elements[k]);
}
#endif

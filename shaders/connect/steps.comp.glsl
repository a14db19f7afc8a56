// Delays of synapses in steps, from seconds.
layout(local_size_x = 128) in;

layout(std430, binding = 0) writeonly buffer Steps { uint steps[]; };
layout(std430, binding = 2) buffer Found { uint found[3]; }; // the first that is no delay, the longest in steps, and whether one differs from the first
layout(std430, binding = 3) readonly buffer Delays { double delays[]; };

uniform uvec2 part;   // the first of the dispatch, and the one behind its last
uniform uint delay_0; // where the first of all would be in what is bound
uniform double dt;
uniform double limit;
uniform double first; // the delay of the first synapse

void main() {
	uint k = part.x + gl_GlobalInvocationID.x;
	if (k >= part.y) return;
	double d = delays[k + delay_0];
	bool finite = (unpackDouble2x32(d).y & 0x7ff00000u) != 0x7ff00000u; // by its bits: a compiler may assume that there is no NaN
	if (!finite || d < 0.0lf || d >= limit) {
		atomicMin(found[0], k);
		return;
	}
	precise double whole = d / dt + 0.5lf;
	uint n = uint(int(whole));
	steps[k] = n;
	if (found[1] < n) atomicMax(found[1], n);
	if (d != first && found[2] == 0u) found[2] = 1u;
}

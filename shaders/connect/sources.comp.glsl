// Counts the sources of synapses whose ends are drawn: a row here is a stream of CHUNK of them.
#define HAS_COUNTS
#include "connect/rows.glsl"
#include "connect/fixed.glsl"

layout(std430, binding = 3) readonly buffer Picked { uint picked[]; }; // rows, counted from the first that is picked

uniform uint total;

void main() {
	begin();
	uint n = row < rows.y ? min(uint(CHUNK), total - row * uint(CHUNK)) : 0u, done = 0u;
	for (uint block = me; any_going(done < n); block += uint(WIDE)) {
		Draws d = draw(block, row);
		for (uint k = 0u; k < d.n; ++k) {
			if (done + d.before + k < n) atomicAdd(counts[picked[d.value[k]]], 1u);
		}
		done += d.all;
	}
}

// product 10 x 10 x 10
layout(local_size_x = 64) in;

layout(std430, binding = 1) buffer Slab0 { float slab0[]; };
layout(std430, binding = 2) readonly buffer Pairs0 { double pairs0[]; };

uniform uvec4 at;
uniform uint tick;       // since the batch began, from 1
uniform uvec2 clock_step; // of the clock: low and high word

#include "compute/run.glsl"
#include "compute/ops.glsl"


// C[10 x 10] = or += A[10 x 10] B[10 x 10], 2 x 2 elements of C per call.
// at: where A, B and C begin, and whether to add.
void run_product_10_x_10_x_10(uint e, uvec4 at) {
	uint i = e / 5u * 2u, j = e % 5u * 2u;
	precise float c0_0 = 0.0;
	precise float c0_1 = 0.0;
	precise float c1_0 = 0.0;
	precise float c1_1 = 0.0;
	for (uint k = 0u; k < 10u; k += 2u) {
		vec2 a0 = uintBitsToFloat(unpackDouble2x32(pairs0[(at.x + i * 10u + k) >> 1]));
		vec2 a1 = uintBitsToFloat(unpackDouble2x32(pairs0[(at.x + (i + 1u) * 10u + k) >> 1]));
		{
			vec2 b0 = uintBitsToFloat(unpackDouble2x32(pairs0[(at.y + k * 10u + j) >> 1]));
			precise float p0_0 = a0.x * b0.x; c0_0 = c0_0 + p0_0;
			precise float p0_1 = a0.x * b0.y; c0_1 = c0_1 + p0_1;
			precise float p1_0 = a1.x * b0.x; c1_0 = c1_0 + p1_0;
			precise float p1_1 = a1.x * b0.y; c1_1 = c1_1 + p1_1;
		}
		{
			vec2 b0 = uintBitsToFloat(unpackDouble2x32(pairs0[(at.y + (k + 1u) * 10u + j) >> 1]));
			precise float p0_0 = a0.y * b0.x; c0_0 = c0_0 + p0_0;
			precise float p0_1 = a0.y * b0.y; c0_1 = c0_1 + p0_1;
			precise float p1_0 = a1.y * b0.x; c1_0 = c1_0 + p1_0;
			precise float p1_1 = a1.y * b0.y; c1_1 = c1_1 + p1_1;
		}
	}
	if (at.w != 0u) c0_0 = slab0[at.z + i * 10u + j] + c0_0;
	slab0[at.z + i * 10u + j] = c0_0;
	if (at.w != 0u) c0_1 = slab0[at.z + i * 10u + (j + 1u)] + c0_1;
	slab0[at.z + i * 10u + (j + 1u)] = c0_1;
	if (at.w != 0u) c1_0 = slab0[at.z + (i + 1u) * 10u + j] + c1_0;
	slab0[at.z + (i + 1u) * 10u + j] = c1_0;
	if (at.w != 0u) c1_1 = slab0[at.z + (i + 1u) * 10u + (j + 1u)] + c1_1;
	slab0[at.z + (i + 1u) * 10u + (j + 1u)] = c1_1;
}

void main() {
	if (halted()) return;
	uint e = gl_GlobalInvocationID.x;
	{
		if (e < 25u) {
			run_product_10_x_10_x_10(e, at);
		}
	}
}

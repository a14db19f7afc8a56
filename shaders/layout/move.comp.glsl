// All nodes move at once, when every force is known.
layout(local_size_x = 128) in;

layout(std430, binding = 0) buffer Positions { float pos[]; };
layout(std430, binding = 6) readonly buffer Velocities { float vel[]; };

uniform int nodes;

void main() {
	int k = int(gl_GlobalInvocationID.x);
	if (k < 3 * nodes) pos[k] += vel[k];
}

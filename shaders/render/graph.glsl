// A node of a graph as this frame's camera sees it, written by graph_project.comp.glsl.
struct Node {
	vec4 clip;
	float radius; // pixels
	float pad0, pad1, pad2;
};

bool finite(float v) { return (floatBitsToUint(v) & 0x7f800000u) != 0x7f800000u; }

// A bent edge is a strip of at most so many pieces.
const int BENT_PIECES = 6;

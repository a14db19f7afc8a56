// A node of a graph as this frame's camera sees it, written by graph_project.comp.glsl.
struct Node {
	vec4 clip;
	float radius; // pixels
	float pad0, pad1, pad2;
};

bool finite(float v) { return (floatBitsToUint(v) & 0x7f800000u) != 0x7f800000u; }

// A bent edge is a strip of at most so many pieces.
const int BENT_PIECES = 6;
const int LOOP_PIECES = 14;

// Whether an edge is among those that are drawn where only a share of them is: an edge and its reverse are or are not together.
bool chosen(int i, int j, float share) {
	uint h = uint(min(i, j)) * 0x9e3779b1u ^ uint(max(i, j)) * 0x85ebca77u;
	h ^= h >> 15;
	h *= 0x2c1b3c6du;
	h ^= h >> 12;
	h *= 0x297a2d39u;
	h ^= h >> 15;
	return float(h >> 8) < share * 16777216.0;
}

// An edge from a node to itself is an arc over its rim, away from the middle of the graph. All in pixels.
struct Loop {
	vec2 middle, out_;  // of its circle; direction from the node
	float radius, from; // angle where it leaves the rim; it comes back at 2 pi - from
};

Loop loopOf(vec2 node, float rim, vec2 hub, float least) {
	Loop o;
	vec2 d = node - hub;
	o.out_ = dot(d, d) > 1.0 ? normalize(d) : vec2(0.0, 1.0);
	o.radius = max(0.85 * rim, least);
	float away = rim + 0.6 * o.radius;
	o.middle = node + away * o.out_;
	o.from = acos(clamp((away * away + o.radius * o.radius - rim * rim) / (2.0 * away * o.radius), -1.0, 1.0));
	return o;
}

vec2 onLoop(Loop o, float a) { return o.middle + o.radius * (-cos(a) * o.out_ + sin(a) * vec2(-o.out_.y, o.out_.x)); }

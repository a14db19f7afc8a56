// Places every node of a graph in clip space and finds its radius in pixels, once per camera and layout: each edge reads
// two of these rather than computing them.
layout(local_size_x = 64) in;

#include "render/graph.glsl"

layout(std430, binding = 0) readonly buffer Positions { float positions[]; };
uniform ivec2 positionsAt; // first element, stride
#ifdef SIZE
layout(std430, binding = 1) readonly buffer SizeValues { SIZE sizeValues[]; };
uniform ivec2 sizeAt;
uniform vec2 sizes; // least value, 1 / (greatest - least)
#endif
layout(std430, binding = 2) writeonly buffer Nodes { Node nodes[]; };

uniform int count;
uniform int begin;     // node of the first invocation
uniform mat4 toClip;
uniform vec3 low, scale, boxLow; // scene = boxLow + (data - low) * scale
uniform float radius;  // scene units
uniform float pixels;  // of a length 1 at w = 1
uniform vec2 bounds;   // least and greatest radius in pixels

void main() {
	int i = begin + int(gl_GlobalInvocationID.x);
	if (i >= count) return;
	int at = positionsAt.x + 3 * i * positionsAt.y;
	vec3 p = vec3(positions[at], positions[at + positionsAt.y], positions[at + 2 * positionsAt.y]);
	vec3 q = boxLow + (p - low) * scale;
	float r = radius;
#ifdef SIZE
	float s = float(sizeValues[sizeAt.x + i * sizeAt.y]);
	// Areas follow the value: a node of twice the degree looks twice as large.
	r *= finite(s) ? mix(0.45, 1.6, sqrt(clamp((s - sizes.x) * sizes.y, 0.0, 1.0))) : 1.0;
#endif
	Node n;
	n.clip = toClip * vec4(q, 1.0);
	// A node without a place lies behind the eye, where nothing is drawn.
	if (!finite(q.x + q.y + q.z)) n.clip = vec4(0.0, 0.0, 0.0, -1.0);
	n.radius = n.clip.w > 0.0 ? clamp(pixels * r / n.clip.w, bounds.x, bounds.y) : 0.0;
	n.pad0 = n.pad1 = n.pad2 = 0.0;
	nodes[i] = n;
}

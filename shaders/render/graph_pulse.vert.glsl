// Signals on their way along edges: a glowing point each.
#include "render/graph.glsl"

layout(std430, binding = 0) readonly buffer Nodes { Node nodes[]; };
layout(std430, binding = 1) readonly buffer PreIndex { int preIndex[]; };
layout(std430, binding = 2) readonly buffer PostIndex { int postIndex[]; };
uniform ivec2 preAt, postAt;
#ifdef BENT
layout(std430, binding = 3) readonly buffer Bent { uint bent[]; };
#endif
layout(std430, binding = 4) readonly buffer Pulses { float pulses[]; }; // edge (as bits), fraction, strength
uniform int total, nodesCount;
uniform vec2 viewport;
uniform float size; // radius of a full pulse, pixels
uniform float share, loop; // as in graph_edge.vert.glsl
uniform vec2 hub;

flat out float strength;
flat out float side;

void main() {
	int e = floatBitsToInt(pulses[3 * gl_VertexID]);
	float t = pulses[3 * gl_VertexID + 1];
	strength = clamp(pulses[3 * gl_VertexID + 2], 0.0, 1.0);
	gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
	side = size * mix(0.5, 1.0, strength);
	gl_PointSize = 2.0 * side;
	if (e < 0 || e >= total) return;
	int from = preIndex[preAt.x + e * preAt.y], to = postIndex[postAt.x + e * postAt.y];
	if (from < 0 || to < 0 || from >= nodesCount || to >= nodesCount || !chosen(from, to, share)) return;
	vec4 a = nodes[from].clip, b = nodes[to].clip;
	if (a.w < 1e-3 || b.w < 1e-3) return;
	vec2 p = 0.5 * viewport * a.xy / a.w, q = 0.5 * viewport * b.xy / b.w, d = q - p;
	float l = length(d);
	// The signal runs from rim to rim.
	float start = l > 0.0 ? nodes[from].radius / l : 0.0, end = l > 0.0 ? 1.0 - nodes[to].radius / l : 1.0;
	t = start < end ? mix(start, end, t) : t;
	vec2 at = p + t * d;
#ifdef BENT
	if ((bent[e >> 5] >> (e & 31) & 1u) != 0u && l > 0.0) at += 4.0 * min(0.10 * l, 0.08 * viewport.y) * t * (1.0 - t) * vec2(-d.y, d.x) / l;
#endif
	if (from == to) {
		Loop o = loopOf(p, nodes[to].radius, hub, loop);
		at = onLoop(o, mix(o.from, 6.2831853 - o.from, t));
	}
	gl_Position = vec4(2.0 * at / viewport, 0.0, 1.0);
}

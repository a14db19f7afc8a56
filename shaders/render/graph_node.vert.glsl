// Nodes of a graph, one point each.
#include "render/graph.glsl"
#include "render/tone.glsl"

layout(std430, binding = 0) readonly buffer Nodes { Node nodes[]; };
#ifdef COLOR
layout(std430, binding = 1) readonly buffer ColorValues { COLOR colorValues[]; };
uniform ivec2 colorAt; // first element, stride
#endif
#ifdef NEXT
layout(std430, binding = 2) readonly buffer NextValues { NEXT nextValues[]; };
uniform ivec2 nextAt;
uniform float mixed;  // 0: color, 1: next
uniform float period; // of a cyclic scale, else 0
#endif
#ifdef MARKS
layout(std430, binding = 3) readonly buffer Marks { uint marks[]; };
uniform ivec2 marksAt;
#endif
uniform vec3 tones;    // see tone.glsl
uniform sampler2D maps;
uniform int map;
uniform vec3 bad, plain;

flat out vec4 shape;   // radius, half the point's side, angle, 1 for a square
#ifdef PICK
flat out uint element;
#else
flat out vec3 base;
#ifdef MARKS
flat out uint mark;
#endif
#endif

void main() {
	Node n = nodes[gl_VertexID];
	float tone = -1.0, v = 0.0;
#ifdef COLOR
	v = float(colorValues[colorAt.x + gl_VertexID * colorAt.y]);
#ifdef NEXT
	float step_ = float(nextValues[nextAt.x + gl_VertexID * nextAt.y]) - v;
	if (period > 0.0) step_ -= period * round(step_ / period); // the short way round
	v += mixed * step_;
#endif
	tone = finite(v) ? clamp(onScale(v, tones), 0.0, 1.0) : -8.0;
#endif
	uint m = 0u;
#ifdef MARKS
	m = marks[marksAt.x + gl_VertexID * marksAt.y];
#endif
	float room = n.radius + ((m & 3u) != 0u ? 5.0 : 0.0) + ((m & 4u) != 0u ? 3.0 : 0.0) + 0.6;
	shape = vec4(n.radius, room, tones.z > 0.0 ? 6.2831853 * tones.y * v : v, 0.0); // one period is one turn
#ifdef SHAPES
	if (tone > 0.5) shape.w = 1.0;
#endif
#ifdef PICK
	element = uint(gl_VertexID);
	room = max(room, 3.0);
	shape.y = room;
#else
	base = tone < -4.0 ? bad : tone < -0.5 ? plain : texelFetch(maps, ivec2(int(tone * 255.0 + 0.5), map), 0).rgb;
#ifdef MARKS
	mark = m;
#endif
#endif
	gl_PointSize = 2.0 * room;
#ifdef DOT
	gl_PointSize = max(2.0 * n.radius, 1.0);
#endif
	gl_Position = n.clip.w > 1e-3 ? n.clip : vec4(2.0, 2.0, 2.0, 1.0);
#ifdef PLANE
	gl_Position.z = 0.0;
#endif
}

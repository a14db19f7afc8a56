// Vertices of a height field, pulled from the simulation's buffer or from its decimated cells.
#ifdef CELLS
layout(std430, binding = 0) readonly buffer Cells { float cells[]; };
float value(int k) { return cells[k]; }
bool finite(float v) { return (floatBitsToUint(v) & 0x7f800000u) != 0x7f800000u; }
#else
#include "render/values.glsl"
#endif
#include "render/tone.glsl"

uniform mat4 toClip;
uniform ivec3 window; // first column, first row, columns drawn
uniform ivec4 grid;   // vertices: columns, rows; values per vertex along columns, rows
uniform ivec2 size;   // values: columns, rows
uniform vec4 place;   // scene x, y = place.xy + index * place.zw
uniform vec3 tones;   // see tone.glsl
uniform float height; // of the box

out vec3 slopeAndTone; // dz/dx, dz/dy; value in [0, 1], or far below 0 when it is not finite
#if defined(WIRE) || defined(PICK)
out vec2 index;
#endif
#ifdef CYCLIC
out vec2 turn; // the value as an angle: between neighbours colors go the short way round
#endif

ivec2 inside(ivec2 p) { return clamp(p, ivec2(0), min(grid.xy, size) - 1); }

float tone(ivec2 p) {
	float v = value(p.y * grid.x + p.x);
	return finite(v) ? clamp(onScale(v, tones), 0.0, 1.0) : -8.0;
}

float level(float t) { return max(t, 0.0) * height; }

// The value index at a vertex: the middle of its block, but the outermost vertices lie on the edge.
vec2 at(ivec2 p) {
	vec2 v = vec2(p * grid.zw) + 0.5 * vec2(grid.zw - 1);
	if (p.x <= 0) v.x = 0.0;
	if (p.y <= 0) v.y = 0.0;
	if (p.x >= grid.x - 1) v.x = float(max(size.x, 2) - 1);
	if (p.y >= grid.y - 1) v.y = float(max(size.y, 2) - 1);
	return v;
}

void main() {
	// Division by reciprocal is cheap on processors; where it is not exact, the row is one off.
	int row = int((float(gl_VertexID) + 0.5) / float(window.z));
	row -= int(row * window.z > gl_VertexID);
	row += int((row + 1) * window.z <= gl_VertexID);
	ivec2 p = window.xy + ivec2(gl_VertexID - row * window.z, row);
	ivec2 q = inside(p);
	float t = tone(q);
	ivec2 w = inside(p - ivec2(1, 0)), e = inside(p + ivec2(1, 0)), s = inside(p - ivec2(0, 1)), n = inside(p + ivec2(0, 1));
	vec2 here = at(p);
	vec2 run = vec2(at(e).x - at(w).x, at(n).y - at(s).y) * place.zw;
	vec2 rise = vec2(level(tone(e)) - level(tone(w)), level(tone(n)) - level(tone(s)));
	slopeAndTone = vec3(run.x > 0.0 ? rise.x / run.x : 0.0, run.y > 0.0 ? rise.y / run.y : 0.0, t);
#if defined(WIRE) || defined(PICK)
	index = here;
#endif
#ifdef CYCLIC
	turn = vec2(cos(6.2831853 * t), sin(6.2831853 * t));
#endif
	gl_Position = toClip * vec4(place.xy + here * place.zw, level(t), 1.0);
}

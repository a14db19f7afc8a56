// Points of a scatter: one vertex each, drawn as a ball. Every coordinate comes from a buffer or from the index on a grid.
#include "render/tone.glsl"

#ifdef X
layout(std430, binding = 0) readonly buffer XValues { X xValues[]; };
uniform ivec2 xAt; // first element, stride
#endif
#ifdef Y
layout(std430, binding = 1) readonly buffer YValues { Y yValues[]; };
uniform ivec2 yAt; // first element, stride
#endif
#ifdef Z
layout(std430, binding = 2) readonly buffer ZValues { Z zValues[]; };
uniform ivec2 zAt; // first element, stride
#endif
#ifdef COLOR
layout(std430, binding = 3) readonly buffer ColorValues { COLOR colorValues[]; };
uniform ivec2 colorAt; // first element, stride
#endif
#ifdef SIZE
layout(std430, binding = 4) readonly buffer SizeValues { SIZE sizeValues[]; };
uniform ivec2 sizeAt; // first element, stride
#endif

uniform mat4 toView, toClip;
uniform ivec2 shape;    // columns, rows of the grid
uniform vec3 low, high; // of the coordinates, mapped to the box
uniform vec3 boxLow, boxHigh;
uniform vec3 tones;     // see tone.glsl
uniform vec3 sizes;     // likewise for the radius
uniform float radius;   // scene units
uniform float pixels;   // diameter in pixels of a ball of radius 1 at w = 1

flat out float tone;
flat out vec4 ball;     // centre and radius in view space
#ifdef PICK
flat out uint element;
#endif

bool finite(float v) { return (floatBitsToUint(v) & 0x7f800000u) != 0x7f800000u; }

void main() {
	int column = gl_VertexID % shape.x, line = gl_VertexID / shape.x;
	vec3 p = vec3(column, line % shape.y, line / shape.y);
#ifdef X
	p.x = float(xValues[xAt.x + gl_VertexID * xAt.y]);
#endif
#ifdef Y
	p.y = float(yValues[yAt.x + gl_VertexID * yAt.y]);
#endif
#ifdef Z
	p.z = float(zValues[zAt.x + gl_VertexID * zAt.y]);
#endif
	tone = -1.0; // no variable: the plain color
#ifdef COLOR
	float v = float(colorValues[colorAt.x + gl_VertexID * colorAt.y]);
	tone = finite(v) ? clamp(onScale(v, tones), 0.0, 1.0) : -8.0;
#endif
	float r = radius;
#ifdef SIZE
	float s = float(sizeValues[sizeAt.x + gl_VertexID * sizeAt.y]);
	r *= finite(s) ? mix(0.25, 1.0, clamp(onScale(s, sizes), 0.0, 1.0)) : 1.0;
#endif
	vec3 span = max(high - low, vec3(1e-30));
	vec3 q = boxLow + (p - low) / span * (boxHigh - boxLow);
	if (!finite(q.x + q.y + q.z)) q = vec3(1e6); // a point without a place is not drawn
	vec4 view = toView * vec4(q, 1.0);
	ball = vec4(view.xyz, r);
	gl_Position = toClip * vec4(q, 1.0);
	gl_PointSize = max(pixels * r / gl_Position.w, 1.5);
#ifdef PICK
	gl_PointSize = max(gl_PointSize, 3.0);
	element = uint(gl_VertexID);
#endif
}

// Across an edge its coverage falls off over one pixel, whatever the number of samples.
#ifdef HEAD
in vec2 profile;
#elif !defined(THIN)
flat in vec4 stroke;
#endif
#ifdef PICK
flat in uint element;
uniform uint item;
layout(location = 0) out uvec2 found;
#else
flat in vec4 color; // multiplied by its opacity
layout(location = 0) out vec4 result;
#endif

void main() {
#ifdef HEAD
	float cover = clamp(profile.y + 0.5 - abs(profile.x), 0.0, 1.0);
#elif defined(THIN)
	const float cover = 1.0;
#else
	float cover = clamp(stroke.w - abs(dot(stroke.xy, gl_FragCoord.xy) + stroke.z), 0.0, 1.0);
#endif
#ifdef PICK
	if (cover < 0.5) discard;
	found = uvec2(item, element);
#else
	result = color * cover;
#endif
}

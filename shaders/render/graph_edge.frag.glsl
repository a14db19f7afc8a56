// Across an edge its coverage falls off over one pixel, whatever the number of samples.
in vec2 profile;
#ifdef BENT
flat in vec2 bow;
in vec2 along;
#endif
#ifdef PICK
flat in uint element;
uniform uint item;
layout(location = 0) out uvec2 found;
#else
flat in vec4 color;
layout(location = 0) out vec4 result;
#endif

void main() {
	float y = profile.x;
#ifdef BENT
	if (along.x >= 0.0 && bow.y > 0.0) {
		// A parabola over the chord; the slope turns the vertical distance into the perpendicular one.
		float t = along.x / bow.x;
		float slope = 4.0 * bow.y / bow.x * (1.0 - 2.0 * t);
		y = (along.y - 4.0 * bow.y * t * (1.0 - t)) * inversesqrt(1.0 + slope * slope);
	}
#endif
	float cover = clamp(profile.y + 0.5 - abs(y), 0.0, 1.0);
#ifdef PICK
	if (cover < 0.5) discard;
	found = uvec2(item, element);
#else
	result = vec4(color.rgb, color.a * cover);
#endif
}

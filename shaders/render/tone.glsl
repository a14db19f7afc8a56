// Where a value lies on a scale: 0 at its least value, 1 at its greatest. tones: least value, 1 / (greatest - least), 1 where the scale is cyclic.
// On a cyclic scale, which spans one period, values outside come back in.
float onScale(float v, vec3 tones) {
	float t = (v - tones.x) * tones.y;
	return tones.z > 0.0 && (t < 0.0 || t > 1.0) ? fract(t) : t;
}

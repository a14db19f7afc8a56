// Light fixed to the camera: a sky, its reflection from below, one key light and its soft highlight. A level patch of white
// comes out white, so that colors agree with the colorbar.
uniform vec3 toLight;   // unit vectors in scene axes
uniform vec3 halfway;   // between the light and the eye
uniform vec4 light;     // strength of sky, ground and key light; highlight of a level patch

vec3 lit(vec3 base, vec3 n) {
	float key = max(dot(n, toLight), 0.0);
	float shade = mix(light.y, light.x, 0.5 + 0.5 * n.z) + light.z * key;
	float s = max(dot(n, halfway), 0.0);
	s *= s; s *= s; s *= s; s *= s; // to the 16th
	return base * shade + 0.10 * max(s * s * key - light.w, 0.0);
}

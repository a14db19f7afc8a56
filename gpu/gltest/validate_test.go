package gltest

import "testing"

// What is wrong is found, also where only the SPIR-V made of it shows: a precise variable outside of functions is not the same in two of them.
func TestValidate(t *testing.T) {
	const head = "#version 450 core\nlayout(local_size_x = 1) in;\nlayout(std430, binding = 0) buffer B { float v[]; };\n"
	for text, good := range map[string]bool{
		"void main() { v[0] = 1.0; }": true,
		"void main() { v[0] = w; }":   false,
		"precise float u;\nvoid f() { u = v[0] * 2.0 + 1.0; }\nvoid g() { v[0] = u; }\nvoid main() { f(); g(); }": false,
		"float u;\nvoid f() { u = v[0] * 2.0 + 1.0; }\nvoid g() { v[0] = u; }\nvoid main() { f(); g(); }":         true,
	} {
		if said := validate(t, "comp", head+text); wrong.MatchString(said) == good {
			t.Errorf("%s\nvalid: want %v, but it says: %s", text, good, said)
		}
	}
}

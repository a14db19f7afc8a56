package gltest

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
)

// Validator is a compiler of GLSL that belongs to no driver: what it refuses, some driver may refuse, too.
const validator = "glslangValidator"

// wrong begins a line of what the validator says about a text, or the checker of what it made of the text.
var wrong = regexp.MustCompile(`(?m)^(ERROR:|error:)`)

// Validate compiles the text of a shader, whose stage is comp, vert or frag, to SPIR-V for OpenGL and checks that. It skips where there is no validator,
// unless CI=true.
func Validate(t testing.TB, name, stage, text string) {
	t.Helper()
	if said := validate(t, stage, text); wrong.MatchString(said) {
		t.Errorf("%s is not valid:\n%s\n%s", name, said, text)
	}
}

var found = sync.OnceValue(func() string {
	path, _ := exec.LookPath(validator)
	return path
})

// validate is what the validator says about a text.
func validate(t testing.TB, stage, text string) string {
	t.Helper()
	if found() == "" {
		if os.Getenv("CI") == "true" {
			t.Fatalf("%s is missing: apt-get install glslang-tools", validator)
		}
		t.Skipf("SKIPPED: %s is not installed", validator)
	}
	dir := t.TempDir()
	in, out := filepath.Join(dir, "shader."+stage), filepath.Join(dir, "spv")
	if err := os.WriteFile(in, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	said, err := exec.Command(found(), "-G", "--target-env", "opengl", "--auto-map-locations", "--auto-map-bindings", "--spirv-val", in, "-o", out).CombinedOutput()
	if err != nil && !wrong.Match(said) {
		return "error: " + strings.TrimSpace(err.Error()+" "+string(said))
	}
	return string(said)
}

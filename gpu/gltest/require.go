package gltest

import (
	"bufio"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// Required reports whether tests must fail, not skip, where there is no OpenGL.
func Required() bool {
	return os.Getenv("CI") == "true" || os.Getenv("GALVANI_REQUIRE_GL") == "1"
}

// Tool returns the path of a program that tests of windows use. Without it the test is skipped, or fails where GL is required.
func Tool(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	switch {
	case err == nil:
	case Required():
		t.Fatalf("%s is needed: %v", name, err)
	default:
		t.Skipf("SKIPPED, no window tests: %s is not installed", name)
	}
	return path
}

// Display starts an X server with a screen of 1280x1024 for the test and points DISPLAY at it.
func Display(t testing.TB) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	// Without -noreset the server starts anew when its last client leaves, and the next one may find it away.
	cmd := exec.Command(Tool(t, "Xvfb"), "-displayfd", "3", "-screen", "0", "1280x1024x24", "-nolisten", "tcp", "-noreset")
	cmd.ExtraFiles = []*os.File{w}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	w.Close()
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	number, err := bufio.NewReader(r).ReadString('\n')
	if err != nil {
		t.Fatalf("Xvfb did not start: %v", err)
	}
	t.Setenv("DISPLAY", ":"+strings.TrimSpace(number))
}

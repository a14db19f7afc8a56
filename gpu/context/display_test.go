//go:build cgo && linux

package context

import (
	"bufio"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// xServer starts an X server and returns its display.
func xServer(t *testing.T, options ...string) string {
	t.Helper()
	if _, err := exec.LookPath("Xvfb"); err != nil {
		t.Skip("SKIPPED: Xvfb is not installed")
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	cmd := exec.Command("Xvfb", append([]string{"-displayfd", "3", "-nolisten", "tcp", "-noreset"}, options...)...)
	cmd.ExtraFiles = []*os.File{w}
	err = cmd.Start()
	w.Close()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	n, err := bufio.NewReader(r).ReadString('\n')
	if err != nil {
		t.Fatal("Xvfb does not say its display: ", err)
	}
	return ":" + strings.TrimSpace(n)
}

// A display without GLX has windows through EGL; one whose screen OpenGL cannot draw on is refused with the reason. Neither lets GLFW's binding print that
// its authors should hear of it.
func TestOtherDisplays(t *testing.T) {
	if v := os.Getenv("GALVANI_TEST_DISPLAY"); v != "" {
		c, err := NewWindow(WindowOptions{Width: 64, Height: 64})
		if err == nil {
			err = c.Close()
		}
		switch {
		case v == "no GLX" && err != nil && !strings.Contains(err.Error(), "no OpenGL through GLX"): // where EGL has none either
			t.Error(err)
		case v == "8 bits" && (!errors.Is(err, ErrNoDriver) || !strings.Contains(err.Error(), "has colours of 8 bits")):
			t.Errorf("a screen of 8 bits: %v", err)
		}
		return
	}
	for name, options := range map[string][]string{"no GLX": {"-screen", "0", "320x200x24", "-extension", "GLX"}, "8 bits": {"-screen", "0", "320x200x8"}} {
		cmd := exec.Command(os.Args[0], "-test.run=^TestOtherDisplays$")
		cmd.Env = append(os.Environ(), "DISPLAY="+xServer(t, options...), "GALVANI_TEST_DISPLAY="+name)
		out, err := cmd.CombinedOutput()
		if err != nil || strings.Contains(string(out), "go-gl") {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
	}
}

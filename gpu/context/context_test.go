//go:build cgo && linux

package context

import (
	"debug/elf"
	"errors"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"testing"
)

// required makes a missing context a failure rather than a skip.
func required() bool { return os.Getenv("CI") == "true" || os.Getenv("GALVANI_REQUIRE_GL") == "1" }

func headless(t *testing.T, o HeadlessOptions) *Context {
	t.Helper()
	c, err := NewHeadless(o)
	if err != nil {
		if required() {
			t.Fatal(err)
		}
		t.Skip("SKIPPED, no OpenGL here: ", err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

func TestHeadless(t *testing.T) {
	for _, o := range []HeadlessOptions{{}, {Device: PreferSoftware}, {Platform: "surfaceless"}, {Debug: true}} {
		if o.Platform != "" {
			if _, err := NewHeadless(o); errors.Is(err, ErrNoDriver) && strings.Contains(err.Error(), "not offered") {
				t.Logf("%+v: %v", o, err) // NVIDIA's driver alone has devices only
				continue
			}
		}
		c := headless(t, o)
		i := c.Info()
		if i.Major*10+i.Minor < 43 || i.Renderer == "" || i.GLSL == "" || !strings.HasPrefix(i.Platform, "egl ") {
			t.Errorf("%+v: implausible context %+v", o, i)
		}
		t.Log(i)
	}
}

func TestHeadlessErrors(t *testing.T) {
	_, err := NewHeadless(HeadlessOptions{Platform: "wayland"})
	if !errors.Is(err, ErrNoDriver) || !strings.Contains(err.Error(), "device, surfaceless or default") {
		t.Errorf("unknown platform: %v", err)
	}
	t.Setenv("GALVANI_GL_DEVICE", "4711")
	if _, err := NewHeadless(HeadlessOptions{}); !errors.Is(err, ErrNoDriver) {
		t.Errorf("absent device: %v", err)
	}
	t.Setenv("GALVANI_GL_DEVICE", "fast")
	if _, err := NewHeadless(HeadlessOptions{}); err == nil || !strings.Contains(err.Error(), "hardware, software or") {
		t.Errorf("bad device: %v", err)
	}
}

// An old driver is told apart from a missing one. Mesa pretends when asked, but reads the variable once per process.
func TestOldVersion(t *testing.T) {
	if v := os.Getenv("GALVANI_TEST_PRETEND"); v != "" {
		c, err := NewHeadless(HeadlessOptions{})
		switch {
		case v == "4.1" && (!errors.Is(err, ErrOldVersion) || !strings.Contains(err.Error(), "4.3")):
			t.Fatalf("want ErrOldVersion, got %v", err)
		case v == "4.3" && (err != nil || c.Info().Major != 4 || c.Info().Minor != 3):
			t.Fatalf("want a 4.3 context, got %v", err)
		}
		return
	}
	c := headless(t, HeadlessOptions{})
	if !strings.Contains(c.Info().Version, "Mesa") {
		t.Skip("SKIPPED: only Mesa can be made to look old")
	}
	for _, v := range []string{"4.1", "4.3"} {
		cmd := exec.Command(os.Args[0], "-test.run=^TestOldVersion$")
		cmd.Env = append(os.Environ(), "MESA_GL_VERSION_OVERRIDE="+v, "GALVANI_TEST_PRETEND="+v)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", v, err, out)
		}
	}
}

func TestDo(t *testing.T) {
	c := headless(t, HeadlessOptions{})
	n := 0
	c.Do(func() {
		if !c.OnThread() {
			t.Error("Do runs off the context's thread")
		}
		c.Do(func() { n++ })
		n++
	})
	if n != 2 || c.OnThread() {
		t.Errorf("n = %d, OnThread outside = %v", n, c.OnThread())
	}
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() { c.Do(func() { n++ }) })
	}
	wg.Wait()
	if n != 52 {
		t.Errorf("concurrent calls: n = %d, want 52", n)
	}
}

func TestDoPanicReachesTheCaller(t *testing.T) {
	c := headless(t, HeadlessOptions{})
	defer func() {
		v, _ := recover().(string)
		if !strings.Contains(v, "boom") || !strings.Contains(v, "context_test.go") {
			t.Errorf("panic lost its message or place: %q", v)
		}
		c.Do(func() {})
	}()
	c.Do(func() { panic("boom") })
}

func TestRunPending(t *testing.T) {
	c := headless(t, HeadlessOptions{})
	served := false
	entered := make(chan struct{})
	finished := make(chan struct{})
	go func() {
		<-entered
		c.Do(func() { served = true })
		close(finished)
	}()
	c.Do(func() {
		close(entered)
		for !served {
			c.RunPending()
		}
	})
	<-finished
}

func TestCloseTwiceAndAfter(t *testing.T) {
	c := headless(t, HeadlessOptions{})
	c.Do(func() {
		if c.Close() == nil {
			t.Error("Close inside Do must be refused")
		}
	})
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if recover() == nil {
			t.Error("Do after Close must not pass in silence")
		}
	}()
	c.Do(func() {})
}

// A program must start without the graphics libraries, for its cpu backend.
func TestLinkedLibraries(t *testing.T) {
	if runtime.GOARCH != "amd64" && runtime.GOARCH != "arm64" {
		t.Skip("SKIPPED: libX11 is linked on " + runtime.GOARCH)
	}
	f, err := elf.Open(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	libs, err := f.ImportedLibraries()
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range libs {
		switch strings.SplitN(l, ".so", 2)[0] {
		case "libc", "libm", "libdl", "libpthread", "librt", "ld-linux-x86-64", "ld-linux-aarch64", "libresolv":
		default:
			t.Errorf("the program cannot start without %s", l)
		}
	}
}

func TestWindow(t *testing.T) {
	if os.Getenv("DISPLAY") == "" {
		_, err := NewWindow(WindowOptions{})
		if !errors.Is(err, ErrNoDisplay) || !strings.Contains(err.Error(), "DISPLAY") {
			t.Errorf("without a display: %v", err)
		}
		t.Skip("SKIPPED the rest: no DISPLAY (the Makefile runs this test under Xvfb)")
	}
	for range 2 { // GLFW must start again after the last window has gone
		c, err := NewWindow(WindowOptions{Width: 320, Height: 200, Samples: 4, Title: "test"})
		if err != nil {
			t.Fatal(err)
		}
		var w, h int
		c.Do(func() { w, h = c.Window().GetSize(); c.Window().SwapBuffers() })
		if w != 320 || h != 200 || c.Info().Platform != "window" {
			t.Errorf("%dx%d, %v", w, h, c.Info())
		}
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}
	t.Setenv("DISPLAY", ":4711")
	if _, err := NewWindow(WindowOptions{}); !errors.Is(err, ErrNoDisplay) {
		t.Errorf("dead display: %v", err)
	}
}

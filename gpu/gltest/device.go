//go:build cgo

package gltest

import (
	"sync"
	"testing"

	"github.com/galvani-sim/galvani/gpu/context"
	"github.com/galvani-sim/galvani/gpu/device"
)

var shared struct {
	once sync.Once
	c    *context.Context
	err  error
}

// Context returns the test binary's headless context. Without one the test is skipped or failed.
func Context(t testing.TB) *context.Context {
	t.Helper()
	shared.once.Do(func() { shared.c, shared.err = context.NewHeadless(context.HeadlessOptions{Debug: true}) })
	if shared.err != nil {
		if Required() {
			t.Fatalf("no OpenGL, and CI or GALVANI_REQUIRE_GL asks for it: %v", shared.err)
		}
		t.Skipf("SKIPPED: no OpenGL on this machine: %v", shared.err)
	}
	return shared.c
}

// Device returns a device in the shared context that checks every call. When the test ends, objects that were not closed
// and OpenGL errors fail it.
func Device(t testing.TB) *device.Device {
	t.Helper()
	return DeviceWith(t, device.Options{Debug: true, Log: func(m string) { t.Log(m) }})
}

// DeviceWith is Device with options.
func DeviceWith(t testing.TB, o device.Options) *device.Device {
	t.Helper()
	d, err := device.New(Context(t), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

// Do runs f on the GL thread and comes back to the test; t.Fatal inside f ends the test.
func Do(t testing.TB, d *device.Device, f func(t testing.TB)) {
	t.Helper()
	g := &guard{TB: t}
	d.Do(func() {
		defer func() {
			if v := recover(); v != nil && v != (stop{}) {
				panic(v)
			}
		}()
		f(g)
	})
	switch {
	case g.failed:
		t.FailNow()
	case g.skipped:
		t.SkipNow()
	}
}

// guard replaces the calls that end a test's goroutine, which must not happen to the GL thread.
type guard struct {
	testing.TB
	failed, skipped bool
}

type stop struct{}

func (g *guard) FailNow() { g.failed = true; panic(stop{}) }
func (g *guard) SkipNow() { g.skipped = true; panic(stop{}) }

func (g *guard) Fatal(a ...any) {
	g.Helper()
	g.Error(a...)
	g.FailNow()
}

func (g *guard) Fatalf(format string, a ...any) {
	g.Helper()
	g.Errorf(format, a...)
	g.FailNow()
}

func (g *guard) Skip(a ...any) {
	g.Helper()
	g.Log(a...)
	g.SkipNow()
}

func (g *guard) Skipf(format string, a ...any) {
	g.Helper()
	g.Logf(format, a...)
	g.SkipNow()
}

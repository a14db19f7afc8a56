//go:build cgo && linux

package context

import (
	"errors"
	"strings"
	"testing"

	"github.com/go-gl/glfw/v3.3/glfw"
)

// An X server that goes away while a window is opened is a display that is missing, not a panic; what else goes wrong is not hidden.
func TestServerGoesAway(t *testing.T) {
	t.Setenv("DISPLAY", ":4711")
	c, err := start(func(*Context) error {
		return serverAlive(func() error {
			glfw.DefaultWindowHints() // GLFW is not initialised, as when the server is gone: the binding panics
			return nil
		})
	})
	if c != nil || !errors.Is(err, ErrNoDisplay) || !strings.Contains(err.Error(), `":4711" went away`) {
		t.Errorf("%v: %v", c, err)
	}
	defer func() {
		if p := recover(); p != "mistake" {
			t.Errorf("recovered %v", p)
		}
	}()
	_ = serverAlive(func() error { panic("mistake") })
}

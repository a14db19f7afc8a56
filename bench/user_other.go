//go:build !unix

package bench

import "os/exec"

// userTime is not known here.
func userTime() float64 { return 0 }

// apart does nothing here.
func apart(*exec.Cmd) {}

// stop ends a program.
func stop(c *exec.Cmd) error { return c.Process.Kill() }

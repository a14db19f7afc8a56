//go:build unix

package bench

import (
	"os/exec"
	"syscall"
)

// userTime is the processor time that this process has spent in its own code, of all threads, in seconds.
func userTime() float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return float64(u.Utime.Sec) + float64(u.Utime.Usec)*1e-6
}

// apart keeps Ctrl-C in a terminal, which goes to all processes of its group, from a program that is started: the context ends it.
func apart(c *exec.Cmd) {
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	c.Cancel = func() error { return stop(c) }
}

// stop ends a program that apart was called for, and what it has started: that would hold its output open.
func stop(c *exec.Cmd) error { return syscall.Kill(-c.Process.Pid, syscall.SIGKILL) }

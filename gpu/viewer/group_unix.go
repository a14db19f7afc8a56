//go:build unix

package viewer

import (
	"os/exec"
	"syscall"
)

// ownGroup keeps Ctrl-C, which a terminal sends to its whole foreground group, from ending a helper before its work is done.
func ownGroup(c *exec.Cmd) { c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

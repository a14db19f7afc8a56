package compute

import "golang.org/x/sys/unix"

// hostMemory is the machine's memory in bytes, which is where a software renderer keeps its buffers; 0 when unknown.
func hostMemory() int64 {
	var s unix.Sysinfo_t
	if unix.Sysinfo(&s) != nil {
		return 0
	}
	return int64(s.Totalram) * int64(s.Unit)
}

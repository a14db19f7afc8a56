package bench

import (
	"os"
	"strconv"
	"strings"
)

// watchPeak begins to watch how much memory the process holds; the function that it returns gives the growth until the most that was held at
// one time, in bytes. 0 where the system does not let itself be asked.
func watchPeak() func() int64 {
	// 5 forgets the peak of before, see proc(5).
	if os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) != nil {
		return func() int64 { return 0 }
	}
	before := resident("VmRSS")
	return func() int64 { return max(0, resident("VmHWM")-before) }
}

// resident is a figure of /proc/self/status in bytes.
func resident(field string) int64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, field+":"); ok {
			kb, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
			if err != nil {
				return 0
			}
			return kb << 10
		}
	}
	return 0
}

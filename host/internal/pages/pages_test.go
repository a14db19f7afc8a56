package pages

import (
	"bufio"
	"os"
	"regexp"
	"runtime"
	"strconv"
	"testing"
	"unsafe"
)

// An array is one of zeros, of any length; a large one may lie in large pages.
func TestMake(t *testing.T) {
	for _, n := range []int{0, 1, least/8 - 1, least / 8, 3*least/8 + 5} {
		v := Make[float64](n)
		if len(v) != n {
			t.Fatalf("%d elements of %d", len(v), n)
		}
		for i, x := range v {
			if x != 0 {
				t.Fatalf("element %d of %d is %v", i, n, x)
			}
		}
	}
}

// The advice reaches the system: it says of the array's memory that large pages were asked for.
func TestAdvised(t *testing.T) {
	v := Make[float64](64 << 20 / 8)
	f, err := os.Open("/proc/self/smaps")
	if err != nil {
		t.Skip("SKIPPED: this system does not tell of its memory's pages")
	}
	defer f.Close()
	middle := uint64(uintptr(unsafe.Pointer(&v[len(v)/2])))
	span, flags := regexp.MustCompile(`^([0-9a-f]+)-([0-9a-f]+) `), regexp.MustCompile(`^VmFlags:.*\bhg\b`)
	inside, found := false, false
	for s := bufio.NewScanner(f); s.Scan(); {
		if m := span.FindStringSubmatch(s.Text()); m != nil {
			lo, _ := strconv.ParseUint(m[1], 16, 64)
			hi, _ := strconv.ParseUint(m[2], 16, 64)
			inside = lo <= middle && middle < hi
		}
		found = found || inside && flags.MatchString(s.Text())
	}
	if _, err := os.Stat("/sys/kernel/mm/transparent_hugepage"); err == nil && !found {
		t.Error("no large pages were asked for")
	}
	runtime.KeepAlive(v)
}

package context

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func touch(t *testing.T, path string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, nil, 0o644); err != nil {
		t.Fatal(err)
	}
}

// A driver that is mounted as a whole is found beside those of the system, unless the user says where drivers are.
func TestMoreVendorDirs(t *testing.T) {
	root := t.TempDir()
	none := func(string) string { return "" }
	if got := moreVendorDirs(root, none); got != "" {
		t.Errorf("without any driver: %q", got)
	}
	dir := filepath.Join(root, mountedVendorDirs[0])
	touch(t, filepath.Join(dir, "10_nvidia.json"))
	if got, want := moreVendorDirs(root, none), dir+":"+strings.Join(usualVendorDirs, ":"); got != want {
		t.Errorf("%q, want %q", got, want)
	}
	for _, name := range []string{vendorDirs, vendorFiles} {
		asked := func(v string) string {
			if v == name {
				return "/somewhere"
			}
			return ""
		}
		if got := moreVendorDirs(root, asked); got != "" {
			t.Errorf("%s is set, but %q", name, got)
		}
	}
}

// What to do depends on whether a card is there.
func TestDriverHint(t *testing.T) {
	root := t.TempDir()
	if got := driverHint(root); got != hintDriver {
		t.Errorf("no card: %q", got)
	}
	touch(t, filepath.Join(root, "dev/nvidiactl"))
	if got := driverHint(root); !strings.Contains(got, "NVIDIA_DRIVER_CAPABILITIES") {
		t.Errorf("a card: %q", got)
	}
}

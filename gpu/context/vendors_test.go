package context

import (
	"errors"
	"io/fs"
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

// Why a card is not used: it may not be opened, or its OpenGL is not there.
func TestCardHint(t *testing.T) {
	root := t.TempDir()
	denied := ""
	open := func(path string) error {
		if path == denied {
			return &fs.PathError{Op: "open", Path: path, Err: fs.ErrPermission}
		}
		return nil
	}
	hint := func(want string) {
		t.Helper()
		if got := cardHint(root, open); want == "" && got != "" || !strings.Contains(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
	}
	hint("")
	node := filepath.Join(root, "dev/dri/renderD128")
	touch(t, node)
	hint("") // a card of another kind, whose driver the system has
	denied = node
	hint("may not open " + node + ": join the group")
	denied = ""
	touch(t, filepath.Join(root, "dev/nvidiactl"))
	hint("NVIDIA_DRIVER_CAPABILITIES")
	denied = filepath.Join(root, "dev/nvidiactl")
	hint("may not open " + denied)
	if err := openBoth(filepath.Join(root, "absent")); err == nil || errors.Is(err, fs.ErrPermission) {
		t.Error(err)
	}
}

package context

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// EGL's loader (libglvnd) finds drivers by the files in two folders of the system, unless one of these variables says otherwise.
const (
	vendorDirs  = "__EGL_VENDOR_LIBRARY_DIRS"
	vendorFiles = "__EGL_VENDOR_LIBRARY_FILENAMES"
)

var (
	usualVendorDirs = []string{"/etc/glvnd/egl_vendor.d", "/usr/share/glvnd/egl_vendor.d"}
	// Where hosts of containers mount NVIDIA's driver as a whole.
	mountedVendorDirs = []string{"/usr/local/nvidia/share/glvnd/egl_vendor.d"}
)

// moreVendorDirs is the value of vendorDirs with which the loader also finds drivers that are mounted elsewhere, "" where nothing is to be added. root is
// put before all folders.
func moreVendorDirs(root string, getenv func(string) string) string {
	if getenv(vendorDirs) != "" || getenv(vendorFiles) != "" {
		return ""
	}
	var more []string
	for _, dir := range mountedVendorDirs {
		if files, _ := filepath.Glob(filepath.Join(root, dir, "*.json")); len(files) > 0 {
			more = append(more, filepath.Join(root, dir))
		}
	}
	if more == nil {
		return ""
	}
	return strings.Join(append(more, usualVendorDirs...), ":")
}

// hidesNVIDIA reports whether NVIDIA's kernel driver is here, as in a container that was started for computing only. root is put before all paths.
func hidesNVIDIA(root string) bool {
	for _, f := range []string{"/dev/nvidiactl", "/dev/nvidia0", "/proc/driver/nvidia/version"} {
		if _, err := os.Stat(filepath.Join(root, f)); err == nil {
			return true
		}
	}
	return false
}

// hintNVIDIA is for machines with NVIDIA's kernel driver whose OpenGL is not found.
const hintNVIDIA = "there is an NVIDIA driver, but EGL does not find its OpenGL: a container needs NVIDIA_DRIVER_CAPABILITIES=all (or graphics), " +
	"and EGL's loader libegl1 a file such as 10_nvidia.json, which " + vendorFiles + " may name"

// cards are the files through which programs reach graphics cards.
var cards = []string{"/dev/nvidiactl", "/dev/nvidia[0-9]*", "/dev/dri/renderD*"}

// shut is the first of cards that this user may not open, "" where there is none. root is put before all paths.
func shut(root string, open func(path string) error) string {
	for _, pattern := range cards {
		files, _ := filepath.Glob(filepath.Join(root, pattern))
		for _, f := range files {
			if errors.Is(open(f), fs.ErrPermission) {
				return f
			}
		}
	}
	return ""
}

// openBoth opens a file to read and write, as drivers do.
func openBoth(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err == nil {
		err = f.Close()
	}
	return err
}

// hintShut is for machines with a card that this user may not open.
const hintShut = "there is a graphics card, but this user may not open %s: join the group that it belongs to, as in sudo usermod -aG render $USER, and log in again"

// cardHint says why a graphics card that seems to be here is not used, "" where there is none. root is put before all paths.
func cardHint(root string, open func(path string) error) string {
	switch f := shut(root, open); {
	case f != "":
		return fmt.Sprintf(hintShut, f)
	case hidesNVIDIA(root):
		return hintNVIDIA
	}
	return ""
}

// driverHint says what to do where no driver was found.
func driverHint() string {
	if why := cardHint("/", openBoth); why != "" {
		return why
	}
	return hintDriver
}

// Hidden says why a graphics card that seems to be here is not used, given what OpenGL was found; "" where there is nothing to say.
func Hidden(i Info) string {
	if i.Software {
		return cardHint("/", openBoth)
	}
	return ""
}

package context

import (
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

// driverHint says what to do where no driver, or only a software renderer, was found. root is put before all paths.
func driverHint(root string) string {
	if hidesNVIDIA(root) {
		return hintNVIDIA
	}
	return hintDriver
}

// Hidden says why a graphics card that seems to be here is not used, given what OpenGL was found; "" where there is nothing to say.
func Hidden(i Info) string {
	if i.Software && hidesNVIDIA("/") {
		return hintNVIDIA
	}
	return ""
}

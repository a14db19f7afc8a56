//go:build !linux

package pages

import "unsafe"

// advise does nothing: this system has no such advice.
func advise(unsafe.Pointer, uintptr) {}

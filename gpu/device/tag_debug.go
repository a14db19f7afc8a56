//go:build cgo && gldebug

package device

const debugBuild = true

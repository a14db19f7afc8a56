//go:build !unix

package bench

// userTime is not known here.
func userTime() float64 { return 0 }

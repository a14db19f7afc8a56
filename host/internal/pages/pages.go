// Package pages makes large arrays of large memory pages. A spike reaches neurons all over an array, and with small pages each of these
// accesses looks up an address first: at millions of neurons that costs more than the addition.
//
// What belongs here: how memory is asked for. What does not: what is kept in it.
package pages

import "unsafe"

// least is the size in bytes from which on an array is worth asking for.
const least = 4 << 20

// Make is make([]E, n). The elements of E hold no pointers.
func Make[E uint8 | uint16 | int32 | int64 | float32 | float64](n int) []E {
	v := make([]E, n)
	if bytes := uintptr(n) * unsafe.Sizeof(*new(E)); bytes >= least {
		advise(unsafe.Pointer(unsafe.SliceData(v)), bytes)
	}
	return v
}

package cpu

import (
	"golang.org/x/sys/cpu"

	"github.com/galvani-sim/galvani/host/ir"
)

//go:noescape
func addInts(d, a, b *int32, n int)

//go:noescape
func subInts(d, a, b *int32, n int)

//go:noescape
func andInts(d, a, b *int32, n int)

//go:noescape
func orInts(d, a, b *int32, n int)

//go:noescape
func ltInts(d, a, b *int32, n int)

//go:noescape
func leInts(d, a, b *int32, n int)

//go:noescape
func eqInts(d, a, b *int32, n int)

//go:noescape
func neInts(d, a, b *int32, n int)

//go:noescape
func notInts(d, a, b *int32, n int)

// Refractory periods, thresholds and delays are integer work of every step: the common operations run eight elements at a time.
func init() {
	if !cpu.X86.HasAVX2 {
		return
	}
	for op, f := range map[uint8]func(d, a, b *int32, n int){
		iAdd: addInts, iSub: subInts, iAnd: andInts, iOr: orInts, iLt: ltInts, iLe: leInts, iEq: eqInts, iNe: neInts,
	} {
		intVV[op] = eightWise(f, intVV[op])
	}
	not := eightWise(notInts, func(d, a, _ []int32) { plainNot(d, a) })
	intUnary[ir.OpNot] = func(d, a []int32) { not(d, a, a) }
}

var plainNot = intUnary[ir.OpNot]

// eightWise does whole eights by f and the rest by the plain loop.
func eightWise(f func(d, a, b *int32, n int), plain func(d, a, b []int32)) func(d, a, b []int32) {
	return func(d, a, b []int32) {
		n := len(d) &^ 7
		if n == 0 || n > len(a) || n > len(b) {
			plain(d, a, b)
			return
		}
		f(&d[0], &a[0], &b[0], n)
		if n < len(d) {
			plain(d[n:], a[n:], b[n:])
		}
	}
}

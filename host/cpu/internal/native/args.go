package native

import "unsafe"

// Args is what a call of Code works on. It holds addresses as numbers: the caller keeps what they point to alive. It is
// large; one per thread is enough.
type Args struct {
	// Vectors lie in a line of the cache each, see NewArgs.
	spill [maxSpill][64]byte

	whole int64 // elements in whole vectors
	tail  int64 // a bit for each of the lanes behind them
	first int64 // index of the first element
	reals uintptr
	ints  uintptr
	list  uintptr
	Count int64 // elements appended to the list
	// Bail is the number of elements done when an operation met an argument that it is not made for; -1: all were done. What is
	// left is as if it had not been begun.
	Bail   int64
	Ptr    [MaxSlots]uintptr // arrays, at the first element; those of gathers at index 0
	Len    [MaxSlots]int32   // lengths, for gathers
	Faults [MaxChecks]Fault
	n      int
	// The lanes behind the whole vectors, as masks that are vectors; the second half of lanes64 is that of a vector of float32.
	lanes32 [8]int32
	lanes64 [8]int64
}

// NewArgs returns an Args whose vectors begin at lines of the cache: a store that crosses one costs several, and so does a load behind it.
func NewArgs() *Args {
	const line = 64
	room := make([]byte, unsafe.Sizeof(Args{})+line)
	at := unsafe.Pointer(unsafe.SliceData(room))
	return (*Args)(unsafe.Add(at, -uintptr(at)&(line-1))) // there are no pointers in it
}

// Fault is the first vector in which a check failed.
type Fault struct {
	Hit   int64 // 0: none
	Base  int64 // index of the vector's first element
	Lanes int64 // mask of the lanes that are not finite
	Value [64]byte
}

// Real is the value of a lane of a vector of float64 or float32.
func (f *Fault) Real(lane int, wide bool) float64 {
	if wide {
		return *(*float64)(unsafe.Pointer(&f.Value[8*lane]))
	}
	return float64(*(*float32)(unsafe.Pointer(&f.Value[4*lane])))
}

// Range sets the elements to work on and the tables of scalars.
func (a *Args) Range(first, n int, reals, ints uintptr) {
	a.first, a.n, a.Bail = int64(first), n, -1
	a.reals, a.ints = reals, ints
}

// cut divides the range into whole vectors and the lanes behind them.
func (a *Args) cut(lanes int) {
	rest := a.n & (lanes - 1)
	a.whole = int64(a.n - rest)
	a.tail = int64(1)<<rest - 1
	for i := range a.lanes32 {
		a.lanes32[i] = 0
		if i < rest {
			a.lanes32[i] = -1
		}
		a.lanes64[i] = int64(a.lanes32[i])
	}
}

// Slack is how many more elements than emitted a list must have room for.
const Slack = 16

// List sets where emitted elements go: room for as many as there are in the range, and Slack.
func (a *Args) List(to uintptr) { a.list, a.Count = to, 0 }

const (
	offWhole   = int32(unsafe.Offsetof(Args{}.whole))
	offTail    = int32(unsafe.Offsetof(Args{}.tail))
	offFirst   = int32(unsafe.Offsetof(Args{}.first))
	offReals   = int32(unsafe.Offsetof(Args{}.reals))
	offInts    = int32(unsafe.Offsetof(Args{}.ints))
	offList    = int32(unsafe.Offsetof(Args{}.list))
	offCount   = int32(unsafe.Offsetof(Args{}.Count))
	offBail    = int32(unsafe.Offsetof(Args{}.Bail))
	offPtr     = int32(unsafe.Offsetof(Args{}.Ptr))
	offLen     = int32(unsafe.Offsetof(Args{}.Len))
	offLanes32 = int32(unsafe.Offsetof(Args{}.lanes32))
	offLanes64 = int32(unsafe.Offsetof(Args{}.lanes64))
	offFaults  = int32(unsafe.Offsetof(Args{}.Faults))
	offSpill   = int32(unsafe.Offsetof(Args{}.spill))

	sizeFault = int32(unsafe.Sizeof(Fault{}))
	offHit    = int32(unsafe.Offsetof(Fault{}.Hit))
	offBase   = int32(unsafe.Offsetof(Fault{}.Base))
	offLanes  = int32(unsafe.Offsetof(Fault{}.Lanes))
	offValue  = int32(unsafe.Offsetof(Fault{}.Value))
)

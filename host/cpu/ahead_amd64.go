package cpu

import "unsafe"

// rowsAhead describes the rows of a step's spikes to prefetchRows, which asks the memory for those of spikes 8 places on and for where those 16
// places on begin. A place beyond the spikes, and a spike without a row, ask for nothing.
type rowsAhead struct {
	spikes, rowPtr, index, weights unsafe.Pointer // weights nil: none are read
	count, rows                    int
	most                           int // entries of a row; memory that is read in order is fetched ahead by the processor
	scale                          int // log2 of the size of a weight
	indexScale                     int // log2 of the size of an entry of index
}

// mostAhead is where a long row's reading has begun to be foreseen.
const mostAhead = 512

// leastAhead is the number of entries, of all connections, from which on they are not all in the second-level cache.
const leastAhead = 1 << 18

// lookAhead readies a for the rows of spikes; false when there is nothing to gain.
func (l *listOp[T]) lookAhead(a *rowsAhead, spikes []int32) bool {
	c := l.conn
	if l.x.portable || c.drawn != nil || l.x.entries < leastAhead || l.x.replicas() > 1 {
		return false
	}
	*a = rowsAhead{
		spikes: unsafe.Pointer(unsafe.SliceData(spikes)), rowPtr: unsafe.Pointer(unsafe.SliceData(c.rowPtr)), index: unsafe.Pointer(unsafe.SliceData(c.index.Long)), indexScale: 2,
		count: len(spikes), rows: c.rows, most: mostAhead,
	}
	if c.index.Short != nil {
		a.index, a.indexScale = unsafe.Pointer(unsafe.SliceData(c.index.Short)), 1
	}
	switch {
	case c.syn != nil && !(len(l.reals) == 1 && l.reals[0].packed):
		a.weights, a.scale = unsafe.Pointer(unsafe.SliceData(c.syn)), 2
	case len(l.reals) == 1 && l.reals[0].weights != nil:
		a.weights, a.scale = unsafe.Pointer(unsafe.SliceData(l.reals[0].weights)), 2
		if wide[T]() {
			a.scale = 3
		}
	}
	for k := -16; k < 0; k++ {
		prefetchRows(a, k)
	}
	return true
}

// fetchLen is the number of a batch's synapses whose values the memory is asked for at once.
const fetchLen = 32

// fetching reports whether the values of synapses in batches come from farther than the second-level cache, so that asking for them ahead gains something.
func (l *listOp[T]) fetching() bool {
	if l.x.portable || l.batch == nil || l.x.replicas() > 1 {
		return false
	}
	bytes := 0
	for _, v := range l.batch.values {
		bytes += 4*len(l.x.m.int[v]) + int(unsafe.Sizeof(T(0)))*len(l.x.m.real[v])
	}
	return bytes >= 4*leastAhead
}

// fetch asks the memory for the values of synapses.
func (l *listOp[T]) fetch(synapses []int32) {
	scale := 2
	if wide[T]() {
		scale = 3
	}
	for _, v := range l.batch.values {
		if r := l.x.m.real[v]; len(r) > 0 {
			prefetchEntries(synapses, (*byte)(unsafe.Pointer(unsafe.SliceData(r))), scale)
		} else {
			prefetchEntries(synapses, (*byte)(unsafe.Pointer(unsafe.SliceData(l.x.m.int[v]))), 2)
		}
	}
}

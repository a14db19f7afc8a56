package cpu

import (
	"slices"
	"unsafe"
)

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

// fetching are the buffers of which the program reads a synapse's own entry; nil where batches are none, or where all lies in the second-level cache.
func (l *listOp[T]) fetching() (buffers []int) {
	if l.x.portable || l.batch == nil || l.x.replicas() > 1 {
		return nil
	}
	own, bytes := map[int32]bool{}, 0
	for _, e := range l.p.eff {
		if e.own {
			own[e.index] = true
		}
	}
	for _, in := range l.p.body {
		if v := int(in.b); (in.kind == kGather || in.kind == kGatherInt) && own[in.a] && !slices.Contains(buffers, v) {
			buffers = append(buffers, v)
			bytes += 4*len(l.x.m.int[v]) + int(unsafe.Sizeof(T(0)))*len(l.x.m.real[v])
		}
	}
	if bytes < 4*leastAhead {
		return nil
	}
	return buffers
}

// fetch asks the memory for the values of synapses.
func (l *listOp[T]) fetch(synapses []int32) {
	scale := 2
	if wide[T]() {
		scale = 3
	}
	for _, v := range l.fetched {
		if r := l.x.m.real[v]; len(r) > 0 {
			prefetchEntries(synapses, (*byte)(unsafe.Pointer(unsafe.SliceData(r))), scale)
		} else {
			prefetchEntries(synapses, (*byte)(unsafe.Pointer(unsafe.SliceData(l.x.m.int[v]))), 2)
		}
	}
}

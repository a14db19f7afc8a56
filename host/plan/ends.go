package plan

import (
	"math"
	"slices"
	"sort"

	"github.com/galvani-sim/galvani/host/internal/pages"
	"github.com/galvani-sim/galvani/host/net"
)

// Index lists elements of a group, in 16 bits each where all are below 65,536. One of the slices is nil, or both are: then the entries are made when
// they are asked for.
type Index struct {
	Long  []int32
	Short []uint16
	later *Recipe
}

// made is the index with its entries.
func (x Index) made() Index {
	if x.later != nil {
		return x.later.Index()
	}
	return x
}

// Len is the number of entries.
func (x Index) Len() int {
	if x.later != nil {
		return x.later.Len
	}
	return len(x.Long) + len(x.Short)
}

// At returns entry k of an index whose entries are made.
func (x Index) At(k int) int32 {
	if x.Short != nil {
		return int32(x.Short[k])
	}
	return x.Long[k]
}

// Part returns entries lo to hi-1: those of x, or what they are in buf, which has room for them.
func (x Index) Part(lo, hi int, buf []int32) []int32 {
	if x.later != nil {
		if part := x.later.window(lo, hi, buf); part != nil {
			return part
		}
	}
	x = x.made()
	if x.Short == nil {
		return x.Long[lo:hi]
	}
	buf = buf[:hi-lo]
	short := x.Short[lo:hi]
	for len(short) >= 8 { // without looking at the bounds each time
		b, s := (*[8]int32)(buf[len(buf)-len(short):]), (*[8]uint16)(short)
		b[0], b[1], b[2], b[3] = int32(s[0]), int32(s[1]), int32(s[2]), int32(s[3])
		b[4], b[5], b[6], b[7] = int32(s[4]), int32(s[5]), int32(s[6]), int32(s[7])
		short = short[8:]
	}
	for k, e := range short {
		buf[len(buf)-len(short)+k] = int32(e)
	}
	return buf
}

// List returns all entries in 32 bits: those of x, or a copy.
func (x Index) List() []int32 {
	x = x.made()
	if x.Short == nil {
		return x.Long
	}
	return x.Part(0, len(x.Short), pages.Make[int32](len(x.Short)))
}

// makeIndex makes room for entries below elements.
func makeIndex(entries, elements int) Index { return emptyIndex(entries, indexBytes(elements) == 2) }

// indexBytes is the size of an entry of a list of so many elements' numbers.
func indexBytes(elements int) int64 {
	if elements <= math.MaxUint16+1 {
		return 2
	}
	return 4
}

func emptyIndex(entries int, short bool) Index {
	if short {
		return Index{Short: pages.Make[uint16](entries)}
	}
	return Index{Long: pages.Make[int32](entries)}
}

func (x *Index) set(k int, e int32) {
	if x.Short != nil {
		x.Short[k] = uint16(e)
	} else {
		x.Long[k] = e
	}
}

func (x *Index) add(e int32) {
	if x.Short != nil {
		x.Short = append(x.Short, uint16(e))
	} else {
		x.Long = append(x.Long, e)
	}
}

// Ends are one end of each synapse in order of creation, as elements of the group, in as little memory as tells them.
type Ends struct {
	n int
	// first, where the ends ascend and it is shorter than a list of them, has the number of synapses that end in elements below e, for each
	// e and for the number of elements.
	first []int32
	list  Index // else
}

// Len is the number of synapses.
func (e *Ends) Len() int { return e.n }

// At returns the end of synapse k.
func (e *Ends) At(k int) int32 {
	if e.first == nil {
		var one [1]int32
		return e.list.Part(k, k+1, one[:])[0]
	}
	return int32(sort.Search(len(e.first), func(i int) bool { return int(e.first[i]) > k }) - 1)
}

// Head returns the ends of the first n synapses, all of them where there are fewer.
func (e *Ends) Head(n int) *Ends {
	if n >= e.n {
		return e
	}
	head, list := &Ends{n: n}, e.list.made()
	switch {
	case e.first != nil:
		head.first = make([]int32, len(e.first))
		for i, k := range e.first {
			head.first[i] = min(k, int32(n))
		}
	case list.Short != nil:
		head.list.Short = list.Short[:n:n]
	default:
		head.list.Long = list.Long[:n:n]
	}
	return head
}

// partLen is the number of ends that are looked at together.
const partLen = 4096

// Parts yields all ends in parts, each with the place of its first. A part is good until the next one.
func (e *Ends) Parts(yield func(at int, part []int32) bool) {
	r := e.reader()
	for at := 0; at < e.n; at += partLen {
		if !yield(at, r.part(at, min(at+partLen, e.n))) {
			return
		}
	}
}

// Part returns the ends of synapses lo to hi-1: those kept, or what they are in buf, which has room for them.
func (e *Ends) Part(lo, hi int, buf []int32) []int32 {
	if e.first == nil {
		return e.list.Part(lo, hi, buf)
	}
	buf = buf[:hi-lo]
	if len(buf) > 0 {
		(&reader{ends: e, at: e.At(lo)}).fill(buf, lo)
	}
	return buf
}

// List returns all ends: those kept, or a copy.
func (e *Ends) List() []int32 {
	if e.first == nil {
		return e.list.List()
	}
	out := pages.Make[int32](e.n)
	(&reader{ends: e}).fill(out, 0)
	return out
}

// Entries returns the ends as an index: that which is kept, or one that is made.
func (e *Ends) Entries() Index { return e.index().made() }

// index returns the ends as the entries of rows.
func (e *Ends) index() Index {
	if e.first == nil {
		return e.list
	}
	x := makeIndex(e.n, len(e.first)-1)
	for at, part := range e.Parts {
		for k, end := range part {
			x.set(at+k, end)
		}
	}
	return x
}

// pointers says where the synapses of each of so many elements begin, nil where the ends do not ascend.
func (e *Ends) pointers(elements int) []int32 {
	if e.first != nil {
		if len(e.first) > elements {
			return e.first[:elements+1]
		}
		// Elements may have been added to the group since.
		return append(slices.Clone(e.first), slices.Repeat([]int32{int32(e.n)}, elements+1-len(e.first))...)
	}
	if e.list.later != nil { // else they would be first
		return nil
	}
	last, ptr := int32(0), make([]int32, elements+1)
	for _, part := range e.Parts {
		for _, end := range part {
			if end < last {
				return nil
			}
			ptr[end+1]++
			last = end
		}
	}
	for r := range elements {
		ptr[r+1] += ptr[r]
	}
	return ptr
}

// reader goes through ends in parts that follow each other.
type reader struct {
	ends *Ends
	at   int32 // element of the last end read
	buf  []int32
}

func (e *Ends) reader() *reader { return &reader{ends: e} }

// share calls f with the ends of the synapses that are the share of one of several workers, in parts as Parts yields them.
func (e *Ends) share(worker, workers int, f func(at int, part []int32)) {
	lo, hi := e.n*worker/workers, e.n*(worker+1)/workers
	r := e.reader()
	if e.first != nil && lo < hi {
		r.at = e.At(lo)
	}
	for at := lo; at < hi; at += partLen {
		f(at, r.part(at, min(at+partLen, hi)))
	}
}

// part returns the ends of synapses lo to hi-1, good until the next call; lo does not go back.
func (r *reader) part(lo, hi int) []int32 {
	list := r.ends.list
	if list.Long != nil {
		return list.Long[lo:hi]
	}
	if cap(r.buf) < hi-lo {
		r.buf = make([]int32, hi-lo)
	}
	if r.ends.first == nil {
		return list.Part(lo, hi, r.buf[:cap(r.buf)])
	}
	r.fill(r.buf[:hi-lo], lo)
	return r.buf[:hi-lo]
}

func (r *reader) fill(out []int32, lo int) {
	first := r.ends.first
	for len(out) > 0 {
		for int(first[r.at+1]) <= lo {
			r.at++
		}
		same := out[:min(len(out), int(first[r.at+1])-lo)]
		for k := range same {
			same[k] = r.at
		}
		out, lo = out[len(same):], lo+len(same)
	}
}

// endsMaker makes ends that are added in order.
type endsMaker struct {
	elements int
	room     int // ends that may come
	n        int
	last     int32
	first    []int32 // while they ascend: number of ends at each element, one place on
	list     Index
}

// makeEnds begins ends among so many elements, of which room may come.
func makeEnds(elements, room int) *endsMaker {
	return &endsMaker{elements: elements, room: room, first: make([]int32, elements+1)}
}

// add appends times ends at element e.
func (m *endsMaker) add(e, times int32) {
	if m.first != nil {
		if e >= m.last {
			m.first[e+1] += times
			m.n, m.last = m.n+int(times), e
			return
		}
		m.write()
	}
	for range times {
		m.list.add(e)
	}
	m.n += int(times)
}

// addList appends ends, each so many times, at elements that are larger by shift.
func (m *endsMaker) addList(list []int32, shift int32, times int) {
	for m.first != nil && len(list) > 0 {
		m.add(list[0]+shift, int32(times))
		list = list[1:]
	}
	m.n += len(list) * times
	switch {
	case times != 1:
		for _, e := range list {
			for range times {
				m.list.add(e + shift)
			}
		}
	case m.list.Short != nil:
		for _, e := range list {
			m.list.Short = append(m.list.Short, uint16(e+shift))
		}
	case shift == 0:
		m.list.Long = append(m.list.Long, list...)
	default:
		for _, e := range list {
			m.list.Long = append(m.list.Long, e+shift)
		}
	}
}

// adopt is addList for ends that come alone, in a list that nobody else needs: it is kept where it is as good as one of our own.
func (m *endsMaker) adopt(list []int32, shift int32) {
	if m.n > 0 || m.elements <= math.MaxUint16+1 || cap(list)-len(list) > len(list)/20 || slices.IsSorted(list) {
		m.addList(list, shift, 1)
		return
	}
	if shift != 0 {
		for k := range list {
			list[k] += shift
		}
	}
	m.first, m.list.Long, m.n = nil, list, len(list)
}

// extend makes the list, which ends no longer ascend in, one of n ends.
func (m *endsMaker) extend(n int) {
	if m.list.Short != nil {
		m.list.Short = slices.Grow(m.list.Short, n-m.n)[:n]
	} else {
		m.list.Long = slices.Grow(m.list.Long, n-m.n)[:n]
	}
	m.n = n
}

// within adds ends to places lo to hi-1 of the list.
func (m *endsMaker) within(lo, hi int) *endsMaker {
	part := &endsMaker{elements: m.elements}
	if m.list.Short != nil {
		part.list.Short = m.list.Short[lo:lo:hi]
	} else {
		part.list.Long = m.list.Long[lo:lo:hi]
	}
	return part
}

// write makes a list of what ascended so far.
func (m *endsMaker) write() {
	m.list = makeIndex(max(m.room, m.n), m.elements)
	if m.list.Short != nil {
		m.list.Short = m.list.Short[:0]
	} else {
		m.list.Long = m.list.Long[:0]
	}
	for e, n := range m.first[1:] {
		for range n {
			m.list.add(int32(e))
		}
	}
	m.first = nil
}

// end returns the ends.
func (m *endsMaker) end() *Ends {
	width := 4
	if m.elements <= math.MaxUint16+1 {
		width = 2
	}
	if m.first != nil && 4*len(m.first) > width*m.n {
		m.write()
	}
	for e := range max(0, len(m.first)-1) {
		m.first[e+1] += m.first[e]
	}
	return &Ends{n: m.n, first: m.first, list: m.list}
}

// with returns the ends with others behind them, which are elements of a span.
func (e *Ends) with(s net.Span, more []int32) *Ends {
	m := makeEnds(s.Group.N, e.n+len(more))
	for _, part := range e.Parts {
		m.addList(part, 0, 1)
	}
	m.addList(more, int32(s.Start), 1)
	return m.end()
}

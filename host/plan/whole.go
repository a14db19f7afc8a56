package plan

import (
	"fmt"
	"slices"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/connect"
	"github.com/galvani-sim/galvani/host/lower"
	"github.com/galvani-sim/galvani/host/net"
)

// Synapses of all pairs of two spans that are only summed over need no lists: their sums are made over all neurons, see splitSums. So they are not listed
// before something turns out to read a list, an operation of the plan or whoever asks for the ends of the synapses.

// wholePairs are the synapses of s where these are all pairs by what the script says, and are summed over; nil: they are others.
func (b *builder) wholePairs(s *net.Synapses) *pairs {
	m := b.synModels[s]
	if m == nil || s.Dialect != check.Brian || len(s.Connect) != 1 || s.Connect[0].Total != 0 || len(s.Pathways) > 0 || len(s.Code) > 0 || s.Multi != "" || s.Transmit != nil ||
		!slices.ContainsFunc(m.Vars, func(v *check.Variable) bool { return v.Summed }) {
		return nil
	}
	before := len(b.diags)
	source, _ := b.sourceOf(&call{s: s, c: s.Connect[0]})
	b.diags = b.diags[:before] // reported when they are connected in the usual way
	all, ok := source.(*connect.Full)
	if !ok || !wide(synapsesIn(all), s) {
		return nil
	}
	n, pre, post := synapsesIn(all), s.Pre.Group.N, s.Post.Group.N
	w := &full{pre: stretch{all.Pre, all.Pre + all.PreLen}, post: stretch{all.Post, all.Post + all.PostLen}, self: !all.NoSelf}
	if n > maxSynapses {
		end := func(what Content, elements int) *Ends {
			return &Ends{n: n, list: Index{later: &Recipe{What: what, Parts: []*RecipePart{{Source: all}}, Len: n, Short: indexBytes(elements) == 2}}}
		}
		return &pairs{pre: end(Near, pre), post: end(Far, post), made: newMade(), whole: w}
	}
	in := make([]int32, post)
	p := newDrawnPairs([]connect.Source{all}, [][]int32{all.Survey(in)}, in, pre).pairs(pre, post)
	p.drawn, p.whole = nil, w
	return p
}

// synapsesIn is the number of synapses of all pairs.
func synapsesIn(f *connect.Full) int {
	if f.NoSelf {
		return f.PreLen * (f.PostLen - 1)
	}
	return f.PreLen * f.PostLen
}

// wide reports whether there are so many synapses of s that a list is worth being done without. splitSum asks the same.
func wide(n int, s *net.Synapses) bool { return n > s.Pre.Group.N+s.Post.Group.N }

// countsOf are the synapses of each of n elements that leave it, or with incoming enter it.
func (f *full) countsOf(incoming bool, n int) []int32 {
	near, far := f.pre, f.post
	if incoming {
		near, far = far, near
	}
	count := make([]int32, n)
	for e := near.from; e < min(near.to, n); e++ {
		count[e] = int32(far.len())
		if !f.self && far.from <= e && e < far.to {
			count[e]--
		}
	}
	return count
}

// all are the pairs that a recipe is of where these are all of two spans, nil where they are drawn or sorted.
func (r *Recipe) all() *connect.Full {
	if len(r.Parts) != 1 {
		return nil
	}
	f, _ := r.Parts[0].Source.(*connect.Full)
	return f
}

// window returns entries lo to hi-1 in buf where they follow from their numbers, so that nothing has to be made for them; else nil.
func (r *Recipe) window(lo, hi int, buf []int32) []int32 {
	f := r.all()
	if f == nil || r.What == Number {
		return nil
	}
	width := f.PostLen
	if f.NoSelf {
		width--
	}
	out := buf[:0]
	for lo < hi {
		row, col := lo/width, lo%width
		n := min(hi-lo, width-col)
		part := out[len(out) : len(out)+n]
		if out = out[:len(out)+n]; r.What == Near {
			for k := range part {
				part[k] = int32(f.Pre + row)
			}
		} else {
			for k := range part {
				part[k] = int32(f.Post + col + k)
			}
			if f.NoSelf {
				for k := max(0, row-col); k < n; k++ {
					part[k]++
				}
			}
		}
		lo += n
	}
	return out
}

// pending are rows that are in the plan by name only, until an operation is known to run over them.
type pending struct {
	w      *wiring
	key    string
	byPost bool
	full   *full
}

// knownFull is what is kept of rows that connect in full and that no operation ran over.
type knownFull struct {
	full   *full
	mapped bool
}

// fullBy is what the rows named by key connect in full, where that is known without them.
func (w *wiring) fullBy(key string, byPost bool) (known knownFull) {
	if w.p.removed != nil {
		return known
	}
	if w.p.whole != nil { // in order of the presynaptic, then the postsynaptic element
		return knownFull{w.p.whole, byPost}
	}
	w.p.made.mu.Lock()
	defer w.p.made.mu.Unlock()
	return w.p.made.known[w.rowsKey(key, byPost)]
}

// later adds rows to the plan whose contents wait.
func (w *wiring) later(key string, byPost bool, known knownFull, name string) int {
	c := w.add(byPost, &sorted{mapped: known.mapped}, name)
	conn := w.b.plan.Conns[c]
	conn.N = w.p.pre.Len()
	w.b.pending[conn] = &pending{w, key, byPost, known.full}
	return c
}

// fill makes the contents of rows that an operation runs over.
func (b *builder) fill(c *Conn) error {
	x := b.pending[c]
	if x == nil {
		return nil
	}
	if err := b.roomFor(x.w); err != nil {
		return err
	}
	delete(b.pending, c)
	r := x.w.kept(x.key, x.byPost, func() []*sorted {
		return x.w.p.sort(x.byPost, x.w.rowsOf(x.byPost), x.w.rowsOf(!x.byPost), Index{})
	})[0]
	set := func(id BufferID, x Index) {
		buf := b.plan.Buffers[id]
		buf.Len, buf.Ints, buf.Shorts, buf.Recipe = x.Len(), x.Long, x.Short, x.later
	}
	set(c.RowPtr, Index{Long: r.ptr})
	set(c.Index, r.index)
	if c.Mapped {
		set(c.Syn, r.syn)
		c.Pre, c.Post = x.w.p.pre, x.w.p.post
	}
	return nil
}

// roomFor refuses to list more synapses than can be.
func (b *builder) roomFor(w *wiring) error {
	if w.p.whole == nil {
		return nil // they are listed
	}
	n := int64(w.p.pre.Len())
	if n > maxSynapses {
		return tooManySynapses(n)
	}
	if bytes := 4 * n; b.opt.Memory > 0 && bytes > b.opt.Memory {
		return &TooLarge{What: fmt.Sprintf("connecting %q (%d synapses)", w.s.Name, n), Need: bytes, Available: b.opt.Memory}
	}
	return nil
}

func tooManySynapses(n int64) error {
	return fmt.Errorf("%d synapses are more than one Synapses object can hold (%d)", n, maxSynapses)
}

// lists fills in the connectivity that operations run over, and empties the other.
func (b *builder) lists() error {
	used, read := make([]bool, len(b.plan.Conns)), map[BufferID]bool{}
	for _, r := range b.plan.runs() {
		if r.Conn >= 0 {
			used[r.Conn] = true
		}
		for _, id := range r.Bind {
			read[id] = true
		}
	}
	for i, c := range b.plan.Conns {
		if !used[i] {
			continue
		}
		w := b.pending[c]
		if err := b.fill(c); err != nil {
			return b.notListed(w.w.s, err)
		}
		for _, id := range c.Buffers() {
			read[id] = true
		}
	}
	for _, w := range b.wires {
		for key, list := range w.conns {
			if len(list) == 1 && !used[list[0].conn] {
				w.forget(key, b.plan.Conns[list[0].conn], read)
			}
		}
	}
	for i, c := range b.plan.Conns { // of projections
		if !used[i] && !c.Unused && c.Drawn == nil {
			b.empty(c, read)
		}
	}
	clear(b.pending)
	return nil
}

// empty takes connectivity out of its buffers, but for those that something reads; what is kept of it elsewhere still counts.
func (b *builder) empty(c *Conn, read map[BufferID]bool) {
	for _, id := range c.Buffers() {
		if buf := b.plan.Buffers[id]; !read[id] {
			hold(b.plan, buf.Ints)
			hold(b.plan, buf.Shorts)
			buf.Len, buf.Ints, buf.Shorts, buf.Recipe = 0, nil, nil, nil
		}
	}
	c.Unused, c.Pre, c.Post = true, nil, nil
}

// forget empties connectivity that no operation runs over. Whoever needs it later makes it anew.
func (w *wiring) forget(key string, c *Conn, read map[BufferID]bool) {
	b := w.b
	delete(w.conns, key)
	if c.Unused {
		return // by another key
	}
	if own := fmt.Sprint(c.ByPost); !c.Listed && (key == own || key == allKey) {
		w.keepFull(own, c)
	}
	b.empty(c, read)
}

// keepFull keeps of rows that connect in full no more than that.
func (w *wiring) keepFull(key string, c *Conn) {
	m, rows := w.p.made, w.b.plan.Buffers[c.RowPtr].Ints
	m.mu.Lock()
	defer m.mu.Unlock()
	name := w.rowsKey(key, c.ByPost)
	if w.b.pending[c] != nil {
		delete(m.rows, name) // made for a question since
		return
	}
	if kept := m.rows[name]; w.p.removed == nil && len(kept) == 1 && !kept[0].each && len(rows) > 0 {
		if f := m.full[&rows[0]]; f != nil {
			m.known[name] = knownFull{f, kept[0].mapped}
			delete(m.rows, name)
			delete(m.full, &rows[0])
			w.b.plan.Buffers[c.RowPtr].Ints = nil
			if c.Mapped {
				w.b.plan.Buffers[c.Index].Shorts, w.b.plan.Buffers[c.Index].Ints, w.b.plan.Buffers[c.Syn].Ints = nil, nil, nil
			}
		}
	}
}

// notListed reports that synapses which a plan turned out to need lists of cannot be listed.
func (b *builder) notListed(s *net.Synapses, err error) error {
	if large, ok := err.(*TooLarge); ok {
		return large
	}
	place := s.Connect[0].Place
	if place.File == "" {
		place = s.Place
	}
	b.mistake(place, "", "%s: connect: %v", s.Name, err)
	return nil
}

// numbered says whether something of synapses that are too many to be numbered depends on their numbers, or has a value for each of them. Which kernels
// run over lists of them is seen when all are known.
func (b *builder) numbered(s *net.Synapses, p *pairs) bool {
	in := b.synapseInput(s, p.pre.Len())
	number := func(name string) bool { return name == "N" }
	for _, ref := range in.Model.Refs {
		if ref.Kind == check.RefCount && number(ref.Name) {
			return true
		}
	}
	return b.isEnd(s) || s.Sums != nil && (len(s.Sums.Delays) > 0 || len(s.Sums.Delay) > 1) ||
		slices.ContainsFunc(lower.SynapseStorage(in), func(st lower.Storage) bool { return st.Len == in.N }) ||
		slices.ContainsFunc(s.Initial, func(a net.Assignment) bool { return mentions(a, number) }) ||
		slices.ContainsFunc(b.net.Monitors, func(m *net.StateMonitor) bool { return m.Synapses == s }) ||
		slices.ContainsFunc(b.net.Views, func(v *net.View) bool { return v.Synapses == s })
}

package plan

import (
	"fmt"
	"sync"
	"unsafe"

	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/net"
)

// wiring is the connectivity of one Synapses object on the device.
type wiring struct {
	b     *builder
	s     *net.Synapses
	p     *pairs
	conns map[string][]lagged // by kind of rows and delays
	used  map[string]bool     // of the rows sorted by delays, see trim
}

// lagged is the part of the synapses whose spikes are delivered with one lag.
type lagged struct {
	conn, lag int
}

// delays are those of a pathway, in steps.
type delays struct {
	each    bool  // each synapse has its own; otherwise all have the longest
	steps   Index // with each; empty where the rows that they are for have been sorted by them before
	longest int
	sets    *Sorting              // with each, where the device sorts by them; nil: the host
	key     uint64                // differs between delays that differ
	list    func() (Index, error) // steps, one for all or one each; nil in what is kept for later plans
}

// made is what was sorted and evaluated for plans before: a plan is built anew for every run, and nothing of this changes with it. Runs of a sweep
// are built at once with the same pairs.
type made struct {
	mu     sync.Mutex
	rows   map[string][]*sorted
	delays map[uint64]delays // by key, without steps
	wide   map[*uint16][]int32
	counts map[bool][]int32     // of synapses by element that they leave, or enter (true)
	full   map[*int32]*full     // by where rows begin; nil: they do not connect in full
	known  map[string]knownFull // likewise, by what rows are kept by: no plan had an operation over these
}

func newMade() *made {
	return &made{rows: map[string][]*sorted{}, delays: map[uint64]delays{}, wide: map[*uint16][]int32{}, counts: map[bool][]int32{}, full: map[*int32]*full{}, known: map[string]knownFull{}}
}

// widened returns numbers in 32 bits.
func (m *made) widened(v []uint16) []int32 {
	m.mu.Lock()
	defer m.mu.Unlock()
	at := unsafe.SliceData(v)
	if m.wide[at] == nil {
		m.wide[at] = Index{Short: v}.List()
	}
	return m.wide[at]
}

// delaysBy returns delays that were found before.
func (m *made) delaysBy(key uint64) (delays, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	d, ok := m.delays[key]
	return d, ok
}

// keepDelays keeps delays but for their steps.
func (m *made) keepDelays(d delays) {
	m.mu.Lock()
	defer m.mu.Unlock()
	d.steps, d.sets, d.list = Index{}, nil, nil
	m.delays[d.key] = d
}

// sorted are synapses with one lag in rows.
type sorted struct {
	lag    int  // of synapses with delays of their own; other rows serve pathways with any delay
	each   bool // sorted by delays
	ptr    []int32
	index  Index
	mapped bool // entry k is synapse syn[k]; else synapse k
	syn    Index
}

// conn returns rows by one end. With several delays there is one set of rows for each, longest first: spikes that were sent earlier are
// delivered first, as in Brian2. d nil: none.
func (w *wiring) conn(byPost bool, d *delays) []lagged {
	each, lag := d != nil && d.each, 0
	if d != nil && !each {
		lag = d.longest
	}
	key := fmt.Sprint(byPost)
	if each {
		key = eachKey(byPost, d.key)
		w.used[w.rowsKey(key, byPost)] = true
	}
	if c, ok := w.conns[key]; ok && !each {
		return []lagged{{c[0].conn, lag}}
	}
	_, listed := w.conns[allKey]
	if known := w.fullBy(key, byPost); !each && !listed && known.full != nil && wide(w.p.pre.Len(), w.s) {
		c := []lagged{{w.later(key, byPost, known, w.rowsName(byPost)), lag}}
		w.conns[key] = c
		return c
	}
	rows := w.kept(key, byPost, func() []*sorted {
		if each {
			if d.sets != nil && !byPost && w.p.removed == nil {
				return d.sets.rows(w.rowsOf(false))
			}
			steps := d.steps
			if steps.Len() == 0 { // others have been sorted since
				var err error
				if steps, err = d.list(); err != nil {
					w.b.mistake(w.s.Place, "", "%s: %v", w.s.Name, err)
					return nil
				}
			}
			return w.p.sort(byPost, w.rowsOf(byPost), w.rowsOf(!byPost), steps)
		}
		return w.p.sort(byPost, w.rowsOf(byPost), w.rowsOf(!byPost), Index{})
	})
	if list, ok := w.conns[allKey]; ok && !byPost && !each && w.p.removed == nil {
		// The same synapses need no list beside rows.
		w.toRows(w.b.plan.Conns[list[0].conn], rows[0])
		w.conns[key] = list
		return []lagged{{list[0].conn, lag}}
	}
	var out []lagged
	division := 0
	if each {
		division = len(w.b.plan.Conns) + 1
	}
	for _, r := range rows {
		if each {
			lag = r.lag
		}
		c := w.add(byPost, r, w.rowsName(byPost))
		w.b.plan.Conns[c].Division = division
		out = append(out, lagged{c, lag})
	}
	w.conns[key] = out
	return out
}

// rowsName names rows that come next in the plan.
func (w *wiring) rowsName(byPost bool) string {
	return fmt.Sprintf("%v %d", map[bool]string{false: "pre", true: "post"}[byPost], len(w.b.plan.Conns))
}

// eachKey names rows of synapses with delays of their own.
func eachKey(byPost bool, delays uint64) string { return fmt.Sprint(byPost, " ", delays) }

// rowsKey names rows in what is kept. Elements may have been added to the group since they were sorted.
func (w *wiring) rowsKey(key string, byPost bool) string {
	return fmt.Sprint(w.rowsOf(byPost), " ", key)
}

// kept sorts synapses that have not been sorted so before.
func (w *wiring) kept(key string, byPost bool, sort func() []*sorted) []*sorted {
	m := w.p.made
	m.mu.Lock()
	defer m.mu.Unlock()
	key = w.rowsKey(key, byPost)
	rows, ok := m.rows[key]
	if !ok {
		if rows = sort(); rows != nil {
			m.rows[key] = rows
		}
	}
	return rows
}

// trim forgets rows sorted by delays that the plan does not have: those of a change of delays for which nothing is under way any more.
func (w *wiring) trim() {
	m := w.p.made
	m.mu.Lock()
	defer m.mu.Unlock()
	for key, rows := range m.rows {
		if len(rows) > 0 && rows[0].each && !w.used[key] {
			delete(m.rows, key)
		}
	}
}

// sortedBy reports whether the synapses have been sorted by delays of their own.
func (w *wiring) sortedBy(byPost bool, delays uint64) bool {
	m := w.p.made
	m.mu.Lock()
	defer m.mu.Unlock()
	_, ok := m.rows[w.rowsKey(eachKey(byPost, delays), byPost)]
	return ok
}

func (w *wiring) rowsOf(byPost bool) int {
	if byPost {
		return w.s.Post.Group.N
	}
	return w.s.Pre.Group.N
}

// allKey is what all synapses are kept by.
const allKey = "all"

// all returns connectivity with every synapse, also those that were removed: their variables go on, but nothing comes of it. It has rows by presynaptic
// element where synapses come in such rows, or where such rows are needed anyway; else it is Listed.
func (w *wiring) all() int {
	if c, ok := w.conns[allKey]; ok {
		return c[0].conn
	}
	_, made := w.conns[fmt.Sprint(false)]
	c := []lagged{{}}
	if w.p.removed == nil && (made || w.p.whole != nil || w.p.pre.pointers(w.rowsOf(false)) != nil) {
		c = w.conn(false, nil)
	} else {
		c[0].conn = w.list()
	}
	w.conns[allKey] = c
	return c[0].conn
}

// list adds a list of all synapses to the plan.
func (w *wiring) list() int {
	b, name := w.b, fmt.Sprintf("list %d", len(w.b.plan.Conns))
	c := &Conn{Name: w.s.Name + " " + name, NPre: w.rowsOf(false), NPost: w.rowsOf(true), N: w.p.pre.Len(), RowPtr: None, Syn: None, Listed: true}
	c.Near, c.Index = w.ints(name+" near", w.p.pre.index()), w.ints(name+" index", w.p.post.index())
	b.plan.Conns = append(b.plan.Conns, c)
	return len(b.plan.Conns) - 1
}

// toRows makes rows of a list, in the buffers that it has.
func (w *wiring) toRows(c *Conn, r *sorted) {
	c.Listed, c.Pre, c.Post, c.Mapped = false, w.p.pre, w.p.post, true
	set := func(id BufferID, x Index) {
		buf := w.b.plan.Buffers[id]
		buf.Ints, buf.Shorts, buf.Recipe = x.Long, x.Short, x.later
	}
	set(c.Index, r.index)
	set(c.Near, r.syn)
	c.RowPtr, c.Syn, c.Near = w.ints(c.Name[len(w.s.Name)+1:]+" rows", Index{Long: r.ptr}), c.Near, None
}

// ints adds a list of numbers to the plan.
func (w *wiring) ints(name string, x Index) BufferID {
	id := w.b.buffer(Buffer{Object: w.s.Name, Var: name, Type: ir.Int, Len: x.Len(), Ints: x.Long, Shorts: x.Short, Recipe: x.later, Role: Connectivity})
	w.b.madeOf[id] = w.p.made
	return id
}

// add adds rows to the plan.
func (w *wiring) add(byPost bool, r *sorted, name string) int {
	b := w.b
	c := &Conn{Name: w.s.Name + " " + name, NPre: w.s.Pre.Group.N, NPost: w.s.Post.Group.N, N: r.index.Len(), ByPost: byPost, RowPtr: w.ints(name+" rows", Index{Long: r.ptr})}
	c.Index = w.ints(name+" index", r.index)
	if r.mapped {
		c.Syn, c.Mapped = w.ints(name+" synapses", r.syn), true
		if r.syn.Len() == w.p.pre.Len() {
			c.Pre, c.Post = w.p.pre, w.p.post
		}
	}
	b.plan.Conns = append(b.plan.Conns, c)
	return len(b.plan.Conns) - 1
}

// widen makes an index one of 32 bits, for operations that go through it in their own way.
func (b *builder) widen(id BufferID) {
	switch buf := b.plan.Buffers[id]; {
	case buf.Recipe != nil:
		buf.Recipe = buf.Recipe.widened()
	case buf.Shorts != nil:
		hold(b.plan, buf.Shorts) // it stays in what is kept for later plans
		buf.Ints, buf.Shorts = b.madeOf[id].widened(buf.Shorts), nil
	}
}

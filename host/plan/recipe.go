package plan

import (
	"math"
	"runtime"
	"slices"
	"sort"
	"sync"

	"github.com/galvani-sim/galvani/host/connect"
)

// Recipe says how the contents of a buffer come about that says what is connected and that the plan does not hold: rows that are drawn, each to its place, or what
// sorting them by delays makes of them. Whoever needs the contents makes them: a backend that can in its own memory, and the host by Make, for everything else that
// asks. They are the same.
type Recipe struct {
	What  Content
	Len   int
	Short bool // in 16 bits each
	Parts []*RecipePart
	// Sort, when not nil, instead of Parts: the contents are those of one of its sets.
	Sort *Sorting
	Set  int

	most int // with Far: how many end in one column at the most
	once sync.Once
	mu   sync.Mutex
	made Index
	err  error
	wide *Recipe
}

// Content is what a recipe says of each synapse.
type Content uint8

const (
	Far    Content = iota // its column
	Near                  // its row
	Number                // its number in the order of creation
)

// RecipePart is the synapses of one call of connect. For each row of the span of Source: how many synapses it has, the number of the first of them, and the entry
// of the buffer in which that is; those of the others follow.
type RecipePart struct {
	Source          connect.Source
	Rows, First, At []int32
}

// Make makes the contents, once. There is an error only with Sort, where delays cannot be computed.
func (r *Recipe) Make() (Index, error) {
	r.once.Do(func() {
		index, err := r.contents()
		r.mu.Lock()
		defer r.mu.Unlock()
		r.made, r.err = index, err
	})
	return r.made, r.err
}

func (r *Recipe) contents() (Index, error) {
	if r.Sort != nil {
		return r.Sort.contents(r)
	}
	if r.Len > maxSynapses {
		return Index{}, tooManySynapses(int64(r.Len))
	}
	index := emptyIndex(r.Len, r.Short)
	for _, p := range r.Parts {
		p.fill(r.What, &index)
	}
	return index, nil
}

// Index is Make without the error: then it is empty.
func (r *Recipe) Index() Index {
	x, _ := r.Make()
	return x
}

// kept is what Make has made; empty before.
func (r *Recipe) kept() Index {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.made
}

// widened is the recipe for entries of 32 bits.
func (r *Recipe) widened() *Recipe {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.Short {
		return r
	}
	if r.wide == nil {
		r.wide = &Recipe{What: r.What, Len: r.Len, Parts: r.Parts, Sort: r.Sort, Set: r.Set, most: r.most}
	}
	return r.wide
}

// Same reports whether two recipes are known to make the same.
func (r *Recipe) Same(o *Recipe) bool {
	return r == o || r != nil && o != nil && r.What == o.What && r.Len == o.Len && r.Short == o.Short && slices.Equal(r.Parts, o.Parts) && r.Sort == o.Sort && r.Set == o.Set
}

// fill makes the entries of a part on all cores.
func (p *RecipePart) fill(what Content, out *Index) {
	if len(p.Rows) == 0 {
		return
	}
	from, _ := p.Source.Span()
	end := len(p.Rows) - 1
	synapses := int(p.First[end]-p.First[0]) + int(p.Rows[end])
	workers := 1
	if synapses > aloneBelow {
		workers = runtime.GOMAXPROCS(0)
	}
	cut := func(w int) int { // rows with about as many synapses for each worker
		if w == workers {
			return len(p.Rows)
		}
		return sort.Search(len(p.Rows), func(k int) bool { return int(p.First[k]-p.First[0]) >= synapses*w/workers })
	}
	together(workers, func(w int) {
		var row []int32
		for k := cut(w); k < cut(w+1); k++ {
			n, at := int(p.Rows[k]), int(p.At[k])
			switch what {
			case Far:
				row = p.Source.Row(row[:0], from+k, n)
				for i, e := range row {
					out.set(at+i, e)
				}
			case Near:
				for i := range n {
					out.set(at+i, int32(from+k))
				}
			case Number:
				for i := range n {
					out.set(at+i, p.First[k]+int32(i))
				}
			}
		}
	})
}

// drawnPairs are synapses that are drawn where they are needed: those of one call of connect after another, row by row.
type drawnPairs struct {
	parts []*RecipePart // at their places in the order of creation
	in    []int32       // how many end in each column
	most  int           // the largest of them
	first []int32       // of each row: how many synapses the rows before it have
	// ordered: synapses come in rows.
	ordered bool
}

// newDrawnPairs lays out the synapses of sources whose rows have been counted, nil where they are too many. in is how many end in each column.
func newDrawnPairs(sources []connect.Source, counts [][]int32, in []int32, rows int) *drawnPairs {
	d := &drawnPairs{in: in, first: make([]int32, rows+1), ordered: true}
	for _, n := range in {
		d.most = max(d.most, int(n))
	}
	n, last := int64(0), 0
	for k, s := range sources {
		from, _ := s.Span()
		p := &RecipePart{Source: s, Rows: counts[k], First: make([]int32, len(counts[k]))}
		p.At = p.First
		for i, c := range p.Rows {
			if n+int64(c) > maxSynapses {
				return nil
			}
			p.First[i] = int32(n)
			n += int64(c)
			d.first[from+i+1] += c
			if c > 0 {
				d.ordered = d.ordered && from+i >= last
				last = max(last, from+i)
			}
		}
		d.parts = append(d.parts, p)
	}
	for r := range rows {
		d.first[r+1] += d.first[r]
	}
	return d
}

// counts are how many synapses each row, or byPost each column, has.
func (d *drawnPairs) counts(byPost bool) []int32 {
	if byPost {
		return d.in
	}
	n := make([]int32, len(d.first)-1)
	for r := range n {
		n[r] = d.first[r+1] - d.first[r]
	}
	return n
}

// pairs are the synapses as any others, between so many elements.
func (d *drawnPairs) pairs(pre, post int) *pairs {
	n := int(d.first[len(d.first)-1])
	later := func(what Content, elements int) *Ends {
		return &Ends{n: n, list: Index{later: &Recipe{What: what, Parts: d.parts, Len: n, Short: elements <= math.MaxUint16+1, most: d.most}}}
	}
	p := &pairs{pre: later(Near, pre), post: later(Far, post), drawn: d, made: newMade()}
	if d.ordered {
		p.pre = &Ends{n: n, first: d.first}
	}
	return p
}

// rows are the synapses in so many presynaptic rows, whose far ends are among so many elements. A row has the synapses of one call after those of another.
func (d *drawnPairs) rows(rows, elements int) *sorted {
	at := slices.Clone(d.first)
	n := int(at[len(at)-1])
	parts := make([]*RecipePart, len(d.parts))
	for k, p := range d.parts {
		from, _ := p.Source.Span()
		own := *p
		own.At = make([]int32, len(p.Rows))
		for i, c := range p.Rows {
			own.At[i] = at[from+i]
			at[from+i] += c
		}
		parts[k] = &own
	}
	recipe := func(what Content, short bool) Index {
		return Index{later: &Recipe{What: what, Parts: parts, Len: n, Short: short, most: d.most}}
	}
	return &sorted{ptr: (&Ends{n: n, first: d.first}).pointers(rows), index: recipe(Far, elements <= math.MaxUint16+1), syn: recipe(Number, false), mapped: true}
}

// hold notes the arrays in what the plan says of memory.
func (d *drawnPairs) hold(p *Plan) {
	hold(p, d.in, d.first)
	for _, x := range d.parts {
		hold(p, x.Rows, x.First)
		if f, ok := x.Source.(*connect.Fixed); ok {
			hold(p, f.Rows, f.Cols)
		}
	}
}

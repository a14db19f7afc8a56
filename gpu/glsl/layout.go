package glsl

import (
	"fmt"
	"strings"

	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
)

// Buffer is one array as the shaders see it: Len elements from element Base of slab Slab.
type Buffer struct {
	Name string // identifier of the accessor macro
	Type ir.Type
	Len  int
	Slab int
	Base int
	// Narrow: an element holds two entries of 16 bits, the first in its low half.
	Narrow bool
}

// access is the expression for entry i of the buffer, where load is the one for its element at %s.
func (b *Buffer) access(load string) string {
	if !b.Narrow {
		return fmt.Sprintf(load, "uint(i)")
	}
	return "int(uint(" + fmt.Sprintf(load, "(uint(i) >> 1)") + ") >> 16u * (uint(i) & 1u) & 0xffffu)"
}

// Site is a place in a kernel that can stop the run.
type Site struct {
	// One of these is set: the variable that became NaN or infinite; a store that may miss its buffer, as "KERNEL into BUFFER"; the
	// variable that synapses add to, beyond what was known of their weights; the sequence in which elements were left waiting. Or Halt,
	// the condition at which the run stops, and nothing is wrong.
	Check, Store, Sum, Waits, Halt string
}

type siteKey struct {
	op     *plan.Run
	effect int
}

// site returns the fault word of an effect.
func (l *Layout) site(op *plan.Run, effect int, s Site) int {
	key := siteKey{op, effect}
	if w, ok := l.sites[key]; ok {
		return w
	}
	if l.sites == nil {
		l.sites = make(map[siteKey]int)
	}
	l.sites[key] = len(l.Sites)
	l.Sites = append(l.Sites, s)
	return len(l.Sites) - 1
}

// Ring is the device ring of one monitor: Capacity rows per variable.
type Ring struct {
	Vars []RingVar
}

// RingVar is one recorded variable. Rows and Elements index Layout.Buffers; Elements is -1 when all are recorded.
type RingVar struct {
	Source, Rows, Elements int
	Len                    int
}

// Slab is one storage buffer that holds many of the plan's buffers. Few slabs keep programs within the number of blocks
// that a shader stage may see.
type Slab struct {
	Type ir.Type // Int, or Real in the plan's precision
	Len  int
	// Piece, when positive, is the number of elements of a storage block: the slab holds one buffer that is larger than a block, and is bound
	// as several.
	Piece int
}

// Layout says where everything that the shaders touch lives.
type Layout struct {
	Plan *plan.Plan
	// Buffers holds the plan's buffers by BufferID, then those that the backend adds.
	Buffers []Buffer
	Slabs   []Slab
	Rings   []Ring // by monitor
	// Lists holds what goes with each spike list, Sums the accumulators of what synapses add to, SpikeRings those of spike monitors.
	Lists      map[plan.BufferID]*List
	Sums       []*Sum
	SpikeRings []*SpikeRing
	Together   int // indexes Buffers: arguments of dispatches over several lists, or over spikes that may be few, -1 without spikes
	Between    int // indexes Buffers: see BetweenWords; -1 without bounds
	bounded    []*plan.Run
	delayed    []*plan.Run           // that stand for kernels of several delays
	joined     map[*plan.Run]*Delays // by each of those kernels
	packed     map[*plan.Run][]Packed
	packers    []*plan.Run // that have packed values, in the order of the schedule
	guides     map[int]int // by connectivity: indexes Buffers
	sumOf      map[plan.BufferID]int
	ranges     *ranges
	addends    map[plan.BufferID][]addend
	// Drawn is what the rows of connectivity need that is not stored, by its place in the plan.
	Drawn map[int]*DrawnRows
	// Sites has an entry per fault word, in the order of the schedule; generating programs appends.
	Sites []Site
	sites map[siteKey]int
	ends  map[[2]int]bool // of two connectivities, see sameEnds
	Options
	// Groups is the largest number of work groups of a dispatch; beyond, invocations do several elements each. 0: what OpenGL guarantees.
	Groups int
	// Wide is the number of elements from which an invocation takes four at a time of what is kept per element, as vectors; 0: never.
	// Results do not depend on it.
	Wide int
	// Seldom is the number of rounds of the loop over blocks from which software notes what few elements store, see seldom.go; 0: never. Results do
	// not depend on it.
	Seldom int
	// FewSynapses is the number of synapses up to which the last work group of a dispatch on software does what spikes do, see Few; 0: never. Results do not
	// depend on it.
	FewSynapses int
	// Texels: whether slab s is also bound as texels of four words, through which vectors are loaded; nil: none is. Results do not depend on it.
	Texels func(s int) bool
	// Version of GLSL, 0: 450.
	Version int
	// Tile is the shape of the block of a matrix product that one invocation computes, 1 x 1 when nil. Results do not depend on it.
	Tile func(*plan.MatMul) (rows, cols int)
	// TapCells is the number of neighbouring cells that one invocation computes of a sum over taps, 1 when nil. Results do not depend on it.
	TapCells func(*plan.TapSum) int
	// Pairs allows matrix products to load two floats at a time, through a second binding of a slab as double.
	Pairs bool
}

// real is the GLSL type of Real.
func (l *Layout) real() string {
	if l.Plan.Precision == plan.Double {
		return "double"
	}
	return "float"
}

// zero is the Real constant 0.
func (l *Layout) zero() string {
	if l.Plan.Precision == plan.Double {
		return "0.0lf"
	}
	return "0.0"
}

func (l *Layout) typeName(t ir.Type) string {
	switch t {
	case ir.Bool:
		return "bool"
	case ir.Int:
		return "int"
	}
	return l.real()
}

// storedName is the GLSL type of what a buffer holds.
func (l *Layout) storedName(t ir.Type) string {
	if t == ir.Real {
		return l.real()
	}
	return "int"
}

// align is the alignment of a buffer within its slab in bytes: no driver asks more of a range's offset.
const align = 256

// Options of a layout.
type Options struct {
	// Software: the device is the processor, and its work groups are threads.
	Software bool
	// SpikeEntries, when positive, is the size of the spike monitors' rings: for tests.
	SpikeEntries int
	// Replica is that of a plan without replicas: values of synapses that are not stored depend on it.
	Replica uint32
	// OwnNoise: each replica draws random numbers of its own.
	OwnNoise bool
	// MarkWords is the number of words of bits from which a list keeps Marks; 0: none does. Results do not depend on it.
	MarkWords int
	// Apart: kernels that differ in their delays are operations of their own. Results do not depend on it.
	Apart bool
	// NoPacking: no values of synapses are kept a second time, see Packed. Results do not depend on it.
	NoPacking bool
	// NoGuides: kernels over synapses search among all rows. Results do not depend on it.
	NoGuides bool
	// Constants: the numbers of equations are uniforms, see UniformConstants. Results do not depend on it where the device divides as the processor does.
	Constants bool
	// Gather is the number of synapses from which work groups take sums over rows, see GatherOf: 0 where it pays, negative never. Results do not
	// depend on it.
	Gather int
	// Uncounted: rows that are drawn anew are not drawn to count their synapses, which can take minutes. The layout serves to estimate memory only.
	Uncounted bool
	// Piece, when not nil, is the most elements of a storage block that a buffer of n elements may take if it can be in pieces: for tests.
	Piece func(n int) int
}

// NewLayout places the plan's buffers and the monitors' rings. block is the size of a storage block in bytes; a buffer that is
// larger takes several, or is a *plan.TooLarge where it cannot be divided.
func NewLayout(p *plan.Plan, block int64, o Options) (*Layout, error) {
	l := &Layout{Plan: p, Pairs: true, Options: o}
	var fresh namer
	names := fresh.all(p.Buffers)
	for i, b := range p.Buffers {
		t := ir.Int
		if b.Type == ir.Real {
			t = ir.Real
		}
		n := b.Len
		if b.Narrow() {
			n = (n + 1) / 2
		}
		l.Buffers = append(l.Buffers, Buffer{Name: names[i], Type: t, Len: n, Narrow: b.Narrow()})
	}
	for mi, m := range p.Monitors {
		var ring Ring
		for vi, v := range m.Vars {
			src := l.Buffers[v.Buf]
			rv := RingVar{Source: int(v.Buf), Rows: len(l.Buffers), Elements: -1, Len: v.Len}
			l.Buffers = append(l.Buffers, Buffer{Name: fresh.unique(fmt.Sprintf("ring_%d_%d", mi, vi)), Type: src.Type, Len: v.Len * m.Capacity})
			if v.Elements != nil {
				rv.Elements = len(l.Buffers)
				l.Buffers = append(l.Buffers, Buffer{Name: fresh.unique(fmt.Sprintf("ring_%d_%d_elements", mi, vi)), Type: ir.Int, Len: v.Len})
			}
			ring.Vars = append(ring.Vars, rv)
		}
		l.Rings = append(l.Rings, ring)
	}

	l.findDelays(&fresh)
	l.findPacked(&fresh, block)
	l.addGuides(&fresh, block)
	if err := l.addLists(&fresh); err != nil {
		return nil, err
	}
	if err := l.addDrawn(&fresh); err != nil {
		return nil, err
	}
	l.addBounds(&fresh)
	l.addSums(&fresh)

	divisible := l.divisible()
	open := map[ir.Type]int{}
	for _, i := range l.placing() {
		b := &l.Buffers[i]
		size := l.Size(b.Type)
		most := int(min(block, 1<<33) / int64(size))
		if divisible[i] {
			piece := most
			if l.Piece != nil {
				piece = max(1, min(most, l.Piece(b.Len)))
			}
			if b.Len > piece {
				b.Slab, b.Base = len(l.Slabs), 0
				l.Slabs = append(l.Slabs, Slab{Type: b.Type, Len: b.Len, Piece: wholeRanges(piece, size)})
				continue
			}
		}
		if b.Len > most {
			return nil, &plan.TooLarge{What: l.What(i), Need: l.BytesOf(i), Available: block,
				Hint: "this is the largest storage block of the OpenGL driver; the cpu backend has no such limit"}
		}
		unit := align / size
		k, ok := open[b.Type]
		base := 0
		if ok {
			base = (l.Slabs[k].Len + unit - 1) / unit * unit
		}
		if !ok || base+b.Len > most {
			k, base = len(l.Slabs), 0
			l.Slabs = append(l.Slabs, Slab{Type: b.Type})
			open[b.Type] = k
		}
		b.Slab, b.Base = k, base
		l.Slabs[k].Len = min((base+b.Len+wide-1)/wide*wide, most) // whole vectors
	}
	if !l.delaysPlaced() {
		o.Apart = true
		return NewLayout(p, block, o)
	}
	return l, nil
}

// Size is the number of bytes of an element.
func (l *Layout) Size(t ir.Type) int {
	if t == ir.Real && l.Plan.Precision == plan.Double {
		return 8
	}
	return 4
}

// all makes identifiers of buffer names, all different and none a word of GLSL.
func (n *namer) all(bufs []*plan.Buffer) []string {
	out := make([]string, len(bufs))
	for i, b := range bufs {
		out[i] = n.fresh(b.Object + "_" + b.Var)
	}
	return out
}

// namer hands out identifiers that are valid in GLSL and not taken.
type namer struct{ taken map[string]bool }

func (n *namer) fresh(name string) string {
	return n.unique(identifier(name))
}

// unique is fresh for a name that is an identifier already.
func (n *namer) unique(base string) string {
	if n.taken == nil {
		n.taken = make(map[string]bool)
	}
	id := base
	for k := 2; n.taken[id]; k++ {
		id = fmt.Sprintf("%s_%d", base, k)
	}
	n.taken[id] = true
	return id
}

// identifier maps any text to an identifier. Two underscores in a row and the prefix gl_ are reserved by GLSL; a name without an
// underscore gets one at its end, which keeps it clear of keywords and built-in functions.
func identifier(name string) string {
	var b strings.Builder
	last := '_'
	for _, r := range name {
		switch {
		case r < 128 && (r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'):
		case r < 128:
			r = '_'
		default:
			fmt.Fprintf(&b, "u%x", r)
			last = 'u'
			continue
		}
		if r == '_' && last == '_' {
			continue
		}
		b.WriteRune(r)
		last = r
	}
	s := strings.TrimRight(b.String(), "_")
	switch {
	case s == "":
		s = "x_"
	case s[0] >= '0' && s[0] <= '9' || strings.HasPrefix(s, "gl_"):
		s = "n_" + s
	}
	if !strings.Contains(s, "_") {
		s += "_"
	}
	for _, p := range reserved {
		if strings.HasPrefix(s, p) {
			return "v_" + s
		}
	}
	return s
}

// reserved are the prefixes of names that the generated text itself uses.
var reserved = []string{"m_", "op_", "draw_", "run_", "once_", "row_", "step_", "wait_", "clock_", "first_", "report_", "sync_", "next_", "scale_", "pause_", "own_", "was_", "now_", "emit_", "fault_", "stream_", "spiked_", "drawn_", "draws_", "grid_", "note_", "noted_", "cleared_", "round_", "segment_"}

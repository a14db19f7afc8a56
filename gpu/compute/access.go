package compute

import (
	"github.com/galvani-sim/galvani/gpu/glsl"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
)

// access is how an operation touches a buffer of the layout.
type access struct {
	buf   int
	mode  mode
	align align
}

type mode uint8

const (
	read mode = iota
	write
	add // atomically; additions do not conflict with each other
)

// align says how the touched element follows from the invocation. Operations with the same align, unless that is anywhere, touch an
// element from the same invocation only.
type align struct {
	by              owner
	list, lag, conn int // of bySpike and bySynapse
	division        int // of conn
}

// apart reports whether no element is touched both ways: synapses of different delays.
func (x align) apart(y align) bool {
	return x.by == bySynapse && y.by == bySynapse && x.division != 0 && x.division == y.division && x.conn != y.conn
}

type owner uint8

const (
	other     owner = iota
	byElement       // invocation e touches element e
	bySpike         // the invocation that has a spike touches the element that spiked
	bySynapse       // the invocation that has an entry of some connectivity touches its synapse
)

var (
	anywhere = align{}
	own      = align{by: byElement}
)

// accesses lists what op touches.
func accesses(l *glsl.Layout, op glsl.Op) []access {
	var a []access
	touch := func(b int, m mode, al align) {
		if b >= 0 {
			a = append(a, access{b, m, al})
		}
	}
	reads := func(ids ...plan.BufferID) {
		for _, b := range ids {
			if b != plan.None {
				touch(int(b), read, anywhere)
			}
		}
	}
	switch op := op.(type) {
	case *plan.Run:
		return runAccesses(l, op)
	case *plan.MatMul:
		reads(op.A.Buf, op.B.Buf, op.Scale)
		if op.Add {
			reads(op.C)
		}
		touch(int(op.C), write, anywhere)
	case *plan.TapSum:
		reads(op.Src.Buf, op.Offsets, op.Weights)
		if op.Add {
			touch(int(op.Dst), read, anywhere)
		}
		touch(int(op.Dst), write, anywhere)
	case *plan.Sample:
		for _, v := range l.Plan.Monitors[op.Monitor].Vars {
			if v.Elements == nil {
				touch(int(v.Buf), read, own)
			} else {
				reads(v.Buf)
			}
		}
		// Each row of a ring is written once between two drains, so the ring itself never conflicts.
	case *glsl.SampleEach:
		for _, v := range l.Plan.Monitors[op.Monitor].Vars {
			touch(int(v.Buf), read, own)
		}
	case *plan.Generate:
		reads(op.Steps, op.First, op.Index)
		touch(int(op.List), write, anywhere)
		touch(l.Lists[op.List].Args, write, anywhere)
	case *plan.Sequence:
		for _, r := range op.Runs {
			for _, x := range runAccesses(l, r) {
				touch(x.buf, x.mode, anywhere)
			}
		}
		for _, b := range []plan.BufferID{op.Keys, op.Marks} {
			touch(int(b), read, anywhere)
			touch(int(b), write, anywhere)
		}
	case *plan.Halt:
		reads(op.List)
	case *plan.RecordSpikes:
		m, r := l.Plan.SpikeMonitors[op.Monitor], l.SpikeRings[op.Monitor]
		reads(m.List)
		for _, v := range m.Vars {
			reads(v.Buf)
		}
		touch(r.Counts, write, anywhere)
		touch(r.Fill, write, anywhere)
	case *glsl.Spiked:
		for _, x := range runAccesses(l, op.Run) {
			if x.align.by == bySpike {
				x.align = own
			}
			a = append(a, x)
		}
		if !op.Here {
			touch(l.Lists[op.Run.List].Bits, read, anywhere)
		}
	case *glsl.Compact:
		s := l.Lists[op.List]
		touch(s.Bits, write, anywhere)
		touch(int(op.List), write, anywhere)
		touch(s.Args, write, anywhere)
	case *glsl.Shares:
		d, _ := l.DelaysOf(op.Run)
		reads(op.Run.List)
		touch(d.Table, read, anywhere)
		touch(l.Between, read, anywhere)
		touch(d.Starts, write, anywhere)
	case *glsl.Apply:
		s := l.Sums[op.Sum]
		for _, b := range []int{s.Buffer, int(s.Target)} {
			touch(b, read, own)
			touch(b, write, own)
		}
	}
	return a
}

func runAccesses(l *glsl.Layout, op *plan.Run) []access {
	var a []access
	k, p := op.Kernel, l.Plan
	added := map[int]bool{} // slots that effects other than stores write
	for _, e := range k.Effects {
		switch e.Kind {
		case ir.Emit:
			added[e.Slot] = true
			a = append(a, access{l.Lists[op.Bind[e.Slot]].Bits, add, anywhere})
		case ir.Accumulate:
			added[e.Slot] = true
			b := int(op.Bind[e.Slot])
			if s := l.SumOf(plan.BufferID(b)); s >= 0 {
				b = l.Sums[s].Buffer
			}
			a = append(a, access{b, add, anywhere})
		}
	}
	element := own
	switch {
	case len(k.Reductions) > 0: // a per-element slot may be indexed by the synapse
		element = anywhere
	case k.Domain == ir.Active:
		element = align{by: bySpike, list: int(op.List), lag: op.Lag}
	case k.Domain == ir.Spiking:
		element = align{bySynapse, int(op.List), op.Lag, op.Conn, p.Conns[op.Conn].Division}
	case k.Domain == ir.Synapses:
		element = align{bySynapse, -1, 0, op.Conn, p.Conns[op.Conn].Division}
	}
	d, _ := l.DelaysOf(op)
	if k.InOrder || d != nil {
		element = anywhere // one invocation sees all, or which sees what follows from the spikes of all delays
	}
	for i, s := range k.Slots {
		if added[i] {
			continue
		}
		al := anywhere
		if s.Kind == ir.PerElement {
			al = element
		}
		if s.Access&ir.Read != 0 {
			a = append(a, access{int(op.Bind[i]), read, al})
		}
		if s.Access&ir.Write != 0 {
			a = append(a, access{int(op.Bind[i]), write, al})
		}
	}
	for _, r := range k.Reductions {
		a = append(a, access{int(op.Bind[r.Slot]), write, anywhere}, access{int(op.Bind[r.Slot]), read, anywhere})
	}
	for _, v := range l.Packed(op) {
		a = append(a, access{v.Buffer, read, anywhere})
	}
	if d != nil {
		for _, r := range d.Runs {
			for _, b := range p.Conns[r.Conn].Buffers() {
				a = append(a, access{int(b), read, anywhere})
			}
		}
		return append(a, access{d.Table, read, anywhere}, access{d.Starts, read, anywhere}, access{int(op.List), read, anywhere})
	}
	if op.Conn >= 0 && k.Domain != ir.Elements && k.Domain != ir.Active {
		c := p.Conns[op.Conn]
		var list []int
		for _, b := range c.Buffers() {
			list = append(list, int(b))
		}
		list = append(list, l.GuideOf(op))
		if d := l.Drawn[op.Conn]; d != nil {
			list = append(list, d.Table, d.Guide)
			for _, v := range c.ValuesFor(op) {
				for _, b := range v.Bind {
					list = append(list, int(b))
				}
			}
		}
		for _, b := range list {
			if b >= 0 {
				a = append(a, access{b, read, anywhere})
			}
		}
	}
	if k.Domain == ir.Active || k.Domain == ir.Spiking {
		a = append(a, access{int(op.List), read, anywhere}, access{l.Lists[op.List].Args, read, anywhere})
	}
	return a
}

// overlap reports whether the order of two accesses to one buffer matters.
func overlap(x, y access) bool {
	return x.buf == y.buf && (x.mode != read || y.mode != read) && !(x.mode == add && y.mode == add)
}

// ordered reports whether the order of two operations matters.
func ordered(a, b []access) bool {
	for _, x := range a {
		for _, y := range b {
			if overlap(x, y) {
				return true
			}
		}
	}
	return false
}

// conflict reports whether two operations may not run without a barrier between them.
func conflict(a, b []access) bool {
	for _, x := range a {
		for _, y := range b {
			if overlap(x, y) && (x.align == anywhere || x.align != y.align) && !x.align.apart(y.align) {
				return true
			}
		}
	}
	return false
}

// hazards tracks what has been touched since the last barrier.
type hazards struct {
	last  [3][]int64 // by mode and buffer: the barrier count at the last access
	epoch int64
}

func newHazards(buffers int) *hazards {
	h := &hazards{epoch: 1}
	for m := range h.last {
		h.last[m] = make([]int64, buffers)
	}
	return h
}

// need reports whether a barrier must stand before accesses a.
func (h *hazards) need(a []access) bool {
	for _, x := range a {
		for m := range h.last {
			if h.last[m][x.buf] == h.epoch && overlap(x, access{buf: x.buf, mode: mode(m)}) {
				return true
			}
		}
	}
	return false
}

// note records accesses a.
func (h *hazards) note(a []access) {
	for _, x := range a {
		h.last[x.mode][x.buf] = h.epoch
	}
}

// barrier forgets everything touched so far.
func (h *hazards) barrier() { h.epoch++ }

package sim

import (
	"cmp"
	"math"
	"strings"

	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
)

// State is everything that a later step of a network depends on, under names that outlive a plan: (object, variable), and the place in the
// step. It is a copy and does not change while the simulation goes on.
type State struct {
	precision plan.Precision
	baseDT    float64
	step      int64 // base steps
	place     place // within the step; the zero place is its beginning
	seconds   float64
	random    exec.Random
	restores  uint32 // ordinals of random streams used so far
	program   uint64
	evaluated int // expressions evaluated at this step
	vars      []*stored
	byName    map[[2]string]*stored
	monitors  []*storedRecord
	// sent are the delays of spikes that may be under way; none in a state from a file of earlier programs, which are then those of now.
	sent []sentBy
	// sources are the presynaptic elements of synapses that have lumped variables, by object; nil in a state from a file.
	sources map[string]*plan.Ends
	// wiring identifies the synapses of each object; filled only for files, since within one simulation they stay the same.
	wiring []wiringSum
}

// place is the schedule item that runs next.
type place struct {
	mid   bool // not at the beginning of the step
	slot  plan.Slot
	order int
	name  string
}

// stored is one variable, spike list or history.
type stored struct {
	object, name string
	typ          ir.Type
	role         plan.Role
	n            int // elements of one row
	ring         ring
	one          bool // one number for all synapses
	data         []byte
}

// ring says which rows of a list, history or ring hold what: row k mod rows holds the entry of step k, for the last rows steps up to newest.
// The zero ring is a plain variable.
type ring struct {
	rows   int64
	newest int64
	dt     float64 // seconds between two entries
}

// Time is the simulated time of the state in seconds.
func (st *State) Time() float64 { return float64(st.step) * st.baseDT }

// find returns a stored variable.
func (st *State) find(object, name string) *stored {
	if st.byName == nil {
		st.byName = make(map[[2]string]*stored, len(st.vars))
		for _, v := range st.vars {
			st.byName[[2]string{v.object, v.name}] = v
		}
	}
	return st.byName[[2]string{object, name}]
}

// capture copies the state of the instance in use, without what belongs to the simulation.
func (s *Sim) capture() (*State, error) {
	snap, err := s.inst.Snapshot()
	if err != nil {
		return nil, err
	}
	p := s.res.Plan
	if s.called != nil && snap.At == *s.called {
		snap.At.Item++ // the operation at this place has been called
	}
	st := &State{precision: p.Precision, baseDT: p.BaseDT, step: snap.At.Step, sources: s.sources(s.res.Lumped)}
	ones := map[plan.BufferID]bool{}
	for x, vars := range s.res.Ones {
		for _, name := range vars {
			if b, ok := p.Find(x.Name, name); ok {
				ones[b.ID] = true
			}
		}
	}
	st.place = placeOf(p, snap.At.Item)
	st.sent = s.sent(snap.At)
	for _, b := range p.Buffers {
		data, ok := snap.Data[b.ID]
		if !ok {
			continue
		}
		v := &stored{object: b.Object, name: b.Var, typ: b.Type, role: b.Role, n: b.Len, one: ones[b.ID], data: data}
		if r := ringOf(p, b, snap.At); r.rows > 0 {
			v.ring, v.n = r, b.Len/int(r.rows)
		}
		st.vars = append(st.vars, v)
	}
	return st, nil
}

// historySuffix ends the names of histories; what comes before it names the variable.
const historySuffix = "@history"

// ringOf finds the rows of a list or history, and the newest of them at a position.
func ringOf(p *plan.Plan, b *plan.Buffer, at exec.Position) ring {
	if b.Role != plan.History || b.Len == 0 {
		return ring{}
	}
	rows := max(b.Rows, b.Depth)
	list := rows > 0 // as opposed to a history, whose row 0 holds the initial value
	if !list {
		base, ok := p.Find(b.Object, strings.TrimSuffix(b.Var, historySuffix))
		if !ok || base.Len == 0 || b.Len%base.Len != 0 {
			return ring{}
		}
		rows = b.Len / base.Len
	}
	for k := range p.Schedule {
		it := &p.Schedule[k]
		if !writes(it, b.ID) {
			continue
		}
		c := &p.Clocks[it.Clock]
		done, due := int64(0), at.Step == c.Phase
		if at.Step > c.Phase {
			done = (at.Step - c.Phase + c.Period - 1) / c.Period
			due = (at.Step-c.Phase)%c.Period == 0
		}
		if due && k < at.Item {
			done++
		}
		if list {
			done--
		}
		return ring{rows: int64(rows), newest: done, dt: c.DT}
	}
	return ring{}
}

// writes reports whether an item writes a buffer.
func writes(it *plan.Item, id plan.BufferID) bool {
	for _, op := range it.Ops {
		switch op := op.(type) {
		case *plan.Generate:
			if op.List == id {
				return true
			}
		case *plan.Run:
			if runWrites(op, id) {
				return true
			}
		case *plan.Sequence:
			for _, r := range op.Runs {
				if runWrites(r, id) {
					return true
				}
			}
		}
	}
	return false
}

func runWrites(r *plan.Run, id plan.BufferID) bool {
	for k, buf := range r.Bind {
		if buf == id && k < len(r.Kernel.Slots) && r.Kernel.Slots[k].Access != ir.Read {
			return true
		}
	}
	return false
}

// placeOf is the place of an item, or the end of the step.
func placeOf(p *plan.Plan, item int) place {
	switch {
	case item <= 0:
		return place{}
	case item >= len(p.Schedule):
		return place{mid: true, slot: math.MaxUint8}
	}
	it := &p.Schedule[item]
	return place{mid: true, slot: it.Slot, order: it.Order, name: it.Name}
}

// item is the first item of a schedule that does not come before a place.
func (pl place) item(p *plan.Plan) int {
	if !pl.mid {
		return 0
	}
	for k := range p.Schedule {
		it := &p.Schedule[k]
		if cmp.Or(cmp.Compare(it.Slot, pl.slot), cmp.Compare(it.Order, pl.order), cmp.Compare(it.Name, pl.name)) >= 0 {
			return k
		}
	}
	return len(p.Schedule)
}

// width is the number of bytes of one element.
func width(t ir.Type, p plan.Precision) int {
	if t == ir.Real && p == plan.Double {
		return 8
	}
	return 4
}

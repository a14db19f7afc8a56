package plan

import (
	"errors"
	"fmt"
	"slices"

	"github.com/galvani-sim/galvani/host/ir"
)

// Evaluator is a loaded plan. Build computes with it what depends on expressions and has to be known beforehand: which synapses there
// are, and their delays.
type Evaluator interface {
	// Step runs the next step of the schedule.
	Step() error
	Write(buf BufferID, off int, src []float64) error
	Read(buf BufferID, off int, dst []float64) error
	Close() error
}

var errNoEvaluator = errors.New("expressions cannot be evaluated here: plan.Options.Evaluate is nil")

// evaluation is the part of a plan that computes some buffers, loaded.
type evaluation struct {
	Evaluator
	id map[BufferID]BufferID // of a buffer of the plan
	// slots names buffers that only the evaluation has.
	slots map[string]BufferID
}

// set writes to the buffer of a slot, unless the kernel has no use for it.
func (x *evaluation) set(slot string, v []float64) error {
	if id, ok := x.slots[slot]; ok {
		return x.Write(x.id[id], 0, v)
	}
	return nil
}

// get reads from the buffer of a slot.
func (x *evaluation) get(slot string, v []float64) error { return x.Read(x.id[x.slots[slot]], 0, v) }

// evaluation loads what the wanted buffers need before the first step, and step (may be nil) as the schedule of every step.
func (b *builder) evaluation(step *Run, wanted ...BufferID) (*evaluation, error) {
	part, id, err := b.partOf(step, wanted)
	if err != nil {
		return nil, err
	}
	x, err := b.load(part)
	if err != nil {
		return nil, err
	}
	return &evaluation{Evaluator: x, id: id}, nil
}

func (b *builder) load(part *Plan) (Evaluator, error) {
	if b.opt.Evaluate == nil {
		return nil, errNoEvaluator
	}
	if err := part.Verify(); err != nil {
		return nil, fmt.Errorf("internal error, please report it: %w", err)
	}
	return b.opt.Evaluate(part)
}

// partOf cuts a plan down to the operations before the first step that the wanted buffers and those of step depend on. The map gives the
// part's buffers by those of the plan.
func (b *builder) partOf(step *Run, wanted []BufferID) (part *Plan, to map[BufferID]BufferID, err error) {
	p := b.plan
	need := map[BufferID]bool{}
	for _, id := range wanted {
		need[id] = true
	}
	use := func(r *Run) {
		for _, id := range r.Bind {
			need[id] = true
		}
		if r.Conn >= 0 {
			err = errors.Join(err, b.fill(p.Conns[r.Conn]))
			for _, id := range p.Conns[r.Conn].Buffers() {
				need[id] = true
			}
		}
	}
	if step != nil {
		use(step)
	}
	var init []*Run
	for _, op := range slices.Backward(p.Init) {
		r, ok := op.(*Run)
		if !ok {
			continue // products and sums over projections have no part in initial values
		}
		for i, id := range r.Bind {
			if need[id] && r.Kernel.Slots[i].Access&ir.Write != 0 {
				use(r)
				init = append(init, r)
				break
			}
		}
	}
	if err != nil {
		return nil, nil, err
	}
	part = &Plan{Precision: Double, BaseDT: p.BaseDT, Clocks: []Clock{{Name: "candidates", Period: 1, DT: p.BaseDT}}, Fingerprint: "part"}
	conns := map[int]int{}
	to = map[BufferID]BufferID{None: None}
	for _, b := range p.Buffers {
		if need[b.ID] {
			c := *b
			c.ID = BufferID(len(part.Buffers))
			to[b.ID] = c.ID
			part.Buffers = append(part.Buffers, &c)
		}
	}
	moved := func(r *Run) *Run {
		c := *r
		c.Bind = make([]BufferID, len(r.Bind))
		for i, id := range r.Bind {
			c.Bind[i] = to[id]
		}
		if r.Conn >= 0 {
			at, ok := conns[r.Conn]
			if !ok {
				at = len(part.Conns)
				conns[r.Conn] = at
				conn := *p.Conns[r.Conn]
				conn.RowPtr, conn.Index, conn.Syn, conn.Near = to[conn.RowPtr], to[conn.Index], to[conn.Syn], to[conn.Near]
				part.Conns = append(part.Conns, &conn)
			}
			c.Conn = at
		}
		return &c
	}
	for _, r := range slices.Backward(init) {
		part.Init = append(part.Init, moved(r))
	}
	if step != nil {
		part.Schedule = []Item{{Name: step.Kernel.Name, Callback: -1, Ops: []Op{moved(step)}}}
	}
	return part, to, nil
}

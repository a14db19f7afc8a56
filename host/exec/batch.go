package exec

import (
	"context"
	"errors"
	"fmt"

	"github.com/galvani-sim/galvani/host/plan"
)

// Batch is a backend that advances the networks loaded into it side by side: those whose plans can be merged run as one plan on the backend
// behind it, the others on their own. Each instance looks like one of that backend, and has the same values bit for bit.
//
// Networks are merged at the first use of an instance, or by Seal; none can be loaded after that. One that advances takes the others along; they must
// be advanced to the same step before any of them is read, written or stored. A Batch is used from one goroutine.
type Batch struct {
	backend Backend
	members []*member
	groups  []Group
	sealed  bool
}

// Group are networks that run together.
type Group struct {
	Members []int  // in the order of loading
	Bytes   int64  // on the device
	Why     string // why a network runs on its own; else empty
}

// NewBatch returns an empty batch before a backend.
func NewBatch(b Backend) *Batch { return &Batch{backend: b} }

// Caps are those of the backend.
func (b *Batch) Caps() Caps { return b.backend.Caps() }

// Load takes a network in.
func (b *Batch) Load(p *plan.Plan, o Options) (Instance, error) {
	if b.sealed {
		return nil, errors.New("the batch is running; no network can be added")
	}
	m := &member{batch: b, index: len(b.members), part: p, opt: o}
	b.members = append(b.members, m)
	return m, nil
}

// Groups says which networks run together, and why others do not.
func (b *Batch) Groups() []Group { return b.groups }

// Seal merges the networks and loads them.
func (b *Batch) Seal() error {
	if b.sealed {
		return nil
	}
	b.sealed = true
	var order []string
	alike := map[string][]*member{}
	for _, m := range b.members {
		if m.closed {
			continue
		}
		key := fmt.Sprint(m.opt.Seed, m.opt.Run, " ", m.part.Shape())
		if alike[key] == nil {
			order = append(order, key)
		}
		alike[key] = append(alike[key], m)
	}
	for _, key := range order {
		if err := b.load(alike[key], len(order)); err != nil {
			return err
		}
	}
	return nil
}

// load loads networks of one shape, together if that can be done.
func (b *Batch) load(members []*member, shapes int) error {
	why := ""
	if len(members) > 1 {
		g, err := b.together(members)
		if err == nil {
			b.groups = append(b.groups, g)
			return nil
		}
		why = err.Error()
	} else if shapes > 1 {
		why = "no other network has equations of this form"
	}
	for _, m := range members {
		var err error
		if m.alone, err = b.backend.Load(m.part, m.opt); err != nil {
			return err
		}
		b.groups = append(b.groups, Group{Members: []int{m.index}, Bytes: m.part.Memory().Total, Why: why})
	}
	return nil
}

// together loads networks as one plan.
func (b *Batch) together(members []*member) (Group, error) {
	parts := make([]*plan.Plan, len(members))
	opt, own := members[0].opt, false
	for r, m := range members {
		parts[r] = m.part
		opt.Replicas = append(opt.Replicas, m.opt.Replica)
		own = own || m.opt.Replica != opt.Replica
	}
	if !own {
		opt.Replicas = nil
	}
	merged, err := plan.Merge(parts)
	if err != nil {
		return Group{}, err
	}
	inst, err := b.backend.Load(merged, opt)
	if err != nil {
		return Group{}, err
	}
	u := &union{plan: merged, inst: inst, members: members, open: len(members), random: opt.Random(), own: own}
	group := Group{Bytes: merged.Memory().Total}
	for r, m := range members {
		m.union, m.replica = u, r
		group.Members = append(group.Members, m.index)
	}
	u.forget()
	return group, nil
}

// union is several networks in one instance.
type union struct {
	plan    *plan.Plan
	inst    Instance
	members []*member
	open    int
	random  Random
	own     bool // each draws numbers of its own
	failed  error
	// snapshot is the state, as long as it is the present one; restored are states that members were put into and that the instance has not seen.
	snapshot *Snapshot
	restored map[*member]*Snapshot
	rated    []int64 // by spike monitor: steps that a rate has been taken of
}

// member is one network of a batch: an Instance.
type member struct {
	batch   *Batch
	index   int
	part    *plan.Plan
	opt     Options
	closed  bool
	alone   Instance // when it runs on its own
	union   *union
	replica int
	at      Position
	random  *Random // asked for, and not yet in force
	samples []samples
	spikes  []Spikes
}

// samples are those of one monitor that wait to be drained.
type samples struct {
	steps  []int64
	values [][]float64
}

var (
	_ Instance      = (*member)(nil)
	_ SpikeRecorder = (*member)(nil)
	_ Reseeder      = (*member)(nil)
)

func (m *member) ready() error {
	if m.closed {
		return errors.New("the instance is closed")
	}
	return m.batch.Seal()
}

// At is where the network is as far as its user has advanced it.
func (m *member) At() Position {
	if m.alone != nil {
		return m.alone.At()
	}
	return m.at
}

// Advance advances all networks of the union, unless another one of them has done so before.
func (m *member) Advance(ctx context.Context, step int64) (Stop, error) {
	if err := m.ready(); err != nil {
		return Stop{At: m.at}, err
	}
	if m.alone != nil {
		stop, err := m.alone.Advance(ctx, step)
		var f *Fault
		if errors.As(err, &f) {
			f.Replica = m.index
		}
		return stop, err
	}
	u := m.union
	if err := u.settle(); err != nil {
		return Stop{At: m.at}, err
	}
	if u.inst.At().Step < step {
		u.snapshot = nil
		stop, err := u.inst.Advance(ctx, step)
		if err != nil {
			u.failed = u.locate(err)
			return Stop{At: m.at}, u.failed
		}
		m.at = stop.At
		return stop, nil
	}
	m.at = Position{Step: step}
	if now := u.inst.At(); now.Step == step {
		m.at = now
	}
	return Stop{At: m.at, Reason: Reached}, nil
}

// settle puts what was asked for of single networks into force. An error lasts until all are restored.
func (u *union) settle() error {
	if err := u.restore(); err != nil {
		return err
	}
	if u.failed != nil {
		return u.failed
	}
	want := u.random
	for r, m := range u.members {
		if m.random == nil {
			continue
		}
		if r == 0 {
			want = *m.random
		}
		if got := *m.random; got.Seed != want.Seed || got.Run != want.Run || u.own && got.Replica != m.opt.Replica || !u.own && got.Replica != want.Replica {
			return errors.New("the networks of a batch have random numbers of one seed and run")
		}
	}
	if want == u.random {
		return nil
	}
	r, ok := u.inst.(Reseeder)
	if !ok {
		return errors.New("the random numbers of a loaded network cannot be changed on this backend")
	}
	if err := r.Reseed(want); err != nil {
		return err
	}
	u.random = want
	return nil
}

// locate says in which network a fault is.
func (u *union) locate(err error) error {
	var f *Fault
	if !errors.As(err, &f) {
		return err
	}
	own := *f
	for _, b := range u.members[0].part.Buffers {
		if b.Object+"."+b.Var == f.Variable && b.Len > 0 {
			own.Replica, own.Element = f.Element/b.Len, f.Element%b.Len
		}
	}
	if own.Replica < len(u.members) {
		own.Replica = u.members[own.Replica].index
	}
	return &own
}

// current makes sure that the network is where the union is, so that the state is its own.
func (m *member) current() error {
	if err := m.ready(); err != nil {
		return err
	}
	if m.alone == nil && m.at != m.union.inst.At() && m.union.restored[m] == nil {
		return fmt.Errorf("the network is at step %d, and others of its batch at step %d: advance it first", m.at.Step, m.union.inst.At().Step)
	}
	return nil
}

// place is where elements of a buffer of the network are in the plan of all.
func (m *member) place(buf plan.BufferID, off int) (int, error) {
	if buf < 0 || int(buf) >= len(m.part.Buffers) {
		return 0, fmt.Errorf("buffer %d does not exist: the plan has %d", buf, len(m.part.Buffers))
	}
	b := m.union.plan.Buffers[buf]
	if b.Rows > 0 {
		return 0, fmt.Errorf("%s.%s is a list of the elements of all networks of a batch", b.Object, b.Var)
	}
	return m.replica*b.Each + off, nil
}

// Read copies elements of a buffer.
func (m *member) Read(buf plan.BufferID, off int, dst []float64) error {
	if err := m.current(); err != nil {
		return err
	}
	if m.alone != nil {
		return m.alone.Read(buf, off, dst)
	}
	if err := m.union.restore(); err != nil {
		return err
	}
	at, err := m.place(buf, off)
	if err != nil {
		return err
	}
	return m.union.inst.Read(buf, at, dst)
}

// Write replaces elements of a buffer, which must not be one that all networks share.
func (m *member) Write(buf plan.BufferID, off int, src []float64) error {
	if err := m.current(); err != nil {
		return err
	}
	if m.alone != nil {
		return m.alone.Write(buf, off, src)
	}
	if err := m.union.restore(); err != nil {
		return err
	}
	at, err := m.place(buf, off)
	if err != nil {
		return err
	}
	if b := m.union.plan.Buffers[buf]; b.Each == 0 {
		return fmt.Errorf("%s.%s is shared by all networks of a batch", b.Object, b.Var)
	}
	m.union.snapshot = nil
	return m.union.inst.Write(buf, at, src)
}

// Reseed changes the random numbers; those of all networks in a batch must be of one seed and run.
func (m *member) Reseed(r Random) error {
	if err := m.ready(); err != nil {
		return err
	}
	if m.alone != nil {
		x, ok := m.alone.(Reseeder)
		if !ok {
			return errors.New("the random numbers of a loaded network cannot be changed on this backend")
		}
		return x.Reseed(r)
	}
	m.random = &r
	return nil
}

// Phases reports the time of the union, for its first network.
func (m *member) Phases() []Phase {
	switch {
	case m.alone != nil:
		return m.alone.Phases()
	case m.union != nil && m.replica == 0:
		return m.union.inst.Phases()
	}
	return nil
}

// Close closes the union with its last network.
func (m *member) Close() error {
	if m.closed {
		return nil
	}
	m.closed = true
	switch {
	case m.alone != nil:
		return m.alone.Close()
	case m.union != nil:
		if m.union.open--; m.union.open == 0 {
			return m.union.inst.Close()
		}
	}
	return nil
}

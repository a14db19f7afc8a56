package sim

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/plan"
)

// transfer is one way of putting a state into an instance, whose plan may be another one.
type transfer struct {
	// position takes the state's time over too; else the instance stays where it is, and lists and histories are moved to its steps.
	position bool
	// only are the objects whose state is taken; nil: all.
	only map[string]bool
	// grown are objects whose variables may have got more elements behind those they had: synapses, by another call of connect, and groups that
	// a person adds nodes to.
	grown map[string]bool
	// faulted says that the instance stopped and can only be restored: what the state does not have becomes zero.
	faulted bool
	// lost counts spikes under way that have no place in the instance: they were sent before its first step.
	lost int
}

// into puts the variables that both know into the instance, and leaves the others as they are.
func (t *transfer) into(st *State, to exec.Instance, p *plan.Plan) error {
	if st.precision != p.Precision {
		return fmt.Errorf("the state was stored in %s precision; this simulation runs in %s precision", precisionName(st.precision), precisionName(p.Precision))
	}
	st, err := st.expanded(p)
	if err != nil {
		return err
	}
	var snap *exec.Snapshot
	if t.faulted {
		snap = blank(p)
	} else if snap, err = to.Snapshot(); err != nil {
		return err
	}
	if t.position {
		if snap.At.Step, err = st.stepIn(p); err != nil {
			return err
		}
		snap.At.Item = st.place.item(p)
	}
	for _, b := range p.Buffers {
		data, ok := snap.Data[b.ID]
		if !ok || t.only != nil && !t.only[b.Object] || strings.HasSuffix(b.Var, plan.SinceSuffix) {
			continue
		}
		v, r := st.find(b.Object, b.Var), ringOf(p, b, snap.At)
		switch {
		case v == nil && r.rows > 0 && b.Rows == 0 && b.Depth == 0:
			begin(b, r, data, p, snap)
		case v == nil || v.typ != b.Type || (v.ring.rows == 0) != (r.rows == 0):
		case r.rows > 0:
			if n := b.Len / int(r.rows); v.n != n && !(v.n < n && t.grown[b.Object]) {
				continue
			}
			if snap.Data[b.ID], err = t.rotate(v, r, data, p.Precision); err != nil {
				return err
			}
		case v.n == b.Len:
			snap.Data[b.ID] = v.data
		case v.n < b.Len && t.grown[b.Object]:
			copy(data, v.data)
		}
	}
	for _, b := range p.Buffers {
		if b.Depth > 0 && (t.only == nil || t.only[b.Object]) {
			t.since(st, p, b, snap)
		}
	}
	return to.Restore(snap)
}

// since finds the first step that is known of each element in a ring that was put into a snapshot: those of the state, but for what the
// ring has no rows for, and the next step where the state has nothing.
func (t *transfer) since(st *State, p *plan.Plan, b *plan.Buffer, snap *exec.Snapshot) {
	variable := strings.TrimSuffix(b.Var, plan.RingSuffix)
	here, ok := p.Find(b.Object, variable+plan.SinceSuffix)
	r := ringOf(p, b, snap.At)
	if !ok || r.rows == 0 {
		return
	}
	data := snap.Data[here.ID]
	v, from := st.find(b.Object, b.Var), st.find(b.Object, variable+plan.SinceSuffix)
	have, shift, oldest := 0, int64(0), r.newest+1
	if v != nil && from != nil && v.typ == b.Type && v.ring.rows > 0 && v.n <= here.Len && from.n == v.n {
		have, shift = v.n, r.newest-v.ring.newest
		oldest = max(r.newest-min(r.rows, v.ring.rows, v.ring.newest+1)+1, 0)
	}
	for k := range here.Len {
		since := r.newest + 1
		if k < have {
			since = max(int64(int32(binary.LittleEndian.Uint32(from.data[4*k:])))+shift, oldest)
		}
		binary.LittleEndian.PutUint32(data[4*k:], uint32(max(since, 0)))
	}
}

// blank is a snapshot of zeros at step 0.
func blank(p *plan.Plan) *exec.Snapshot {
	snap := &exec.Snapshot{Fingerprint: p.Fingerprint, Data: map[plan.BufferID][]byte{}}
	for _, b := range p.Buffers {
		switch b.Role {
		case plan.State, plan.Param, plan.Scratch, plan.History:
			snap.Data[b.ID] = make([]byte, b.Len*width(b.Type, p.Precision))
		}
	}
	return snap
}

// stepIn is the base step of a plan at the state's time.
func (st *State) stepIn(p *plan.Plan) (int64, error) {
	if st.baseDT == p.BaseDT {
		return st.step, nil
	}
	q := st.Time() / p.BaseDT
	if n := math.Round(q); math.Abs(n-q) <= epsilonDT {
		return int64(n), nil
	}
	return 0, fmt.Errorf("the time step changed from %g s to %g s, and t = %g s is not a whole number of the new steps", st.baseDT, p.BaseDT, st.Time())
}

// rotate gives the newest entries of a list or history their rows in another one. Rows that have no entry are empty.
func (t *transfer) rotate(v *stored, to ring, fresh []byte, p plan.Precision) ([]byte, error) {
	from, bytes := v.ring, v.n*width(v.typ, p)
	if from == to && len(v.data) == len(fresh) {
		return v.data, nil
	}
	list := v.listed()
	out := make([]byte, len(fresh))
	row := len(fresh) / int(to.rows) // at least as long as that of from
	for age := range min(from.rows, from.newest+1) {
		src := v.data[int((from.newest-age)%from.rows)*bytes:][:bytes]
		if list && binary.LittleEndian.Uint32(src) == 0 {
			continue
		}
		if from.dt != to.dt {
			if !list || age < from.rows-1 { // else it has arrived
				return nil, fmt.Errorf("the time step of %q changed from %g s to %g s, while what it sent is under way with a delay", v.object, from.dt, to.dt)
			}
			continue
		}
		if age >= to.rows {
			break // longer ago than the longest delay
		}
		if to.newest-age < 0 {
			if list && age < to.rows-1 {
				t.lost += int(binary.LittleEndian.Uint32(src))
			}
			continue
		}
		copy(out[int((to.newest-age)%to.rows)*row:], src)
	}
	return out, nil
}

// begin starts a history in the middle of a run: its newest row is the present value.
func begin(b *plan.Buffer, r ring, data []byte, p *plan.Plan, snap *exec.Snapshot) {
	base, _ := p.Find(b.Object, strings.TrimSuffix(b.Var, historySuffix))
	now := snap.Data[base.ID]
	clear(data)
	copy(data[int(r.newest%r.rows)*len(now):], now)
}

func precisionName(p plan.Precision) string {
	if p == plan.Double {
		return "double"
	}
	return "single"
}

// kept reports whether a buffer is part of what a restored network must have, under the same name and of the same size.
func kept(r plan.Role, list bool) bool { return r == plan.State || r == plan.Param || list }

// differences says in what the network of a plan is not the one that was stored; empty when the state fits.
func (st *State) differences(p *plan.Plan) (out []string) {
	if st.precision != p.Precision {
		return []string{fmt.Sprintf("it was stored in %s precision, and this simulation runs in %s precision", precisionName(st.precision), precisionName(p.Precision))}
	}
	here, there := map[string]bool{}, map[string]bool{}
	for _, b := range p.Buffers {
		here[b.Object] = here[b.Object] || kept(b.Role, b.Rows > 0)
	}
	for _, v := range st.vars {
		there[v.object] = there[v.object] || v.mustFit()
	}
	said := map[string]bool{}
	say := func(format string, args ...any) {
		if text := fmt.Sprintf(format, args...); !said[text] {
			said[text] = true
			out = append(out, text)
		}
	}
	for _, b := range p.Buffers {
		if !kept(b.Role, b.Rows > 0) {
			continue
		}
		v := st.find(b.Object, b.Var)
		n := b.Len / max(b.Rows, 1)
		switch {
		case !there[b.Object]:
			say("it has no %q", b.Object)
		case v == nil:
			say("its %q has no variable %q", b.Object, b.Var)
		case v.typ != b.Type:
			say("%s.%s is of type %v in it and of type %v here", b.Object, b.Var, v.typ, b.Type)
		case v.n != n && v.listed():
			say("%q has %d elements in it and %d here", b.Object, v.n-1, n-1)
		case v.n != n:
			say("%s.%s has %d elements in it and %d here", b.Object, b.Var, v.n, n)
		}
	}
	for _, v := range st.vars {
		if !v.mustFit() {
			continue
		}
		b, ok := p.Find(v.object, v.name)
		switch {
		case !here[v.object]:
			say("it has %q, which this network does not have", v.object)
		case !ok || !kept(b.Role, b.Rows > 0):
			say("its %q has a variable %q, which %q does not have here", v.object, v.name, v.object)
		}
	}
	return out
}

func (v *stored) listed() bool {
	return v.role == plan.History && v.typ == ir.Int && !strings.HasSuffix(v.name, plan.RingSuffix) && !strings.HasSuffix(v.name, plan.SinceSuffix)
}
func (v *stored) mustFit() bool { return kept(v.role, v.listed()) }

// misfit is the error for a state of another network.
func misfit(name string, differences []string) error {
	const most = 6
	if n := len(differences) - most; n > 0 {
		differences = append(slices.Clone(differences[:most]), fmt.Sprintf("and %d more", n))
	}
	return fmt.Errorf("the state %q belongs to another network: %s", name, strings.Join(differences, "; "))
}

// sameProgram reports whether a loaded instance of one plan does what the other says: programs, and data that the network does not change.
// State is not compared.
func sameProgram(a, b *plan.Plan) bool {
	if a.Fingerprint != b.Fingerprint || len(a.Buffers) != len(b.Buffers) || len(a.Conns) != len(b.Conns) || len(a.Schedule) != len(b.Schedule) ||
		len(a.Monitors) != len(b.Monitors) || len(a.SpikeMonitors) != len(b.SpikeMonitors) || !slices.Equal(a.Clocks, b.Clocks) {
		return false
	}
	for i, x := range a.Buffers {
		y := b.Buffers[i]
		if x.Rows != y.Rows || x.Len != y.Len {
			return false
		}
		if x.Role != plan.Table && x.Role != plan.Connectivity {
			continue
		}
		if !plan.SameContents(x, y) {
			return false
		}
	}
	for i, x := range a.Monitors {
		if y := b.Monitors[i]; x.Clock != y.Clock || !sameRecorded(x.Vars, y.Vars) {
			return false
		}
	}
	for i, x := range a.SpikeMonitors {
		y := b.SpikeMonitors[i]
		if x.Clock != y.Clock || x.List != y.List || x.From != y.From || x.To != y.To || x.CountOnly != y.CountOnly || x.Rate != y.Rate || !sameRecorded(x.Vars, y.Vars) {
			return false
		}
	}
	for i := range a.Schedule {
		if !sameItem(&a.Schedule[i], &b.Schedule[i]) {
			return false
		}
	}
	return true
}

func sameRecorded(a, b []plan.MonitorVar) bool {
	return slices.EqualFunc(a, b, func(x, y plan.MonitorVar) bool {
		return x.Name == y.Name && x.Buf == y.Buf && x.Len == y.Len && slices.Equal(x.Elements, y.Elements)
	})
}

func sameRun(x, y *plan.Run) bool {
	return x.N == y.N && x.Conn == y.Conn && x.SameSpikes(y) && slices.Equal(x.Bind, y.Bind)
}

// sameItem compares what a fingerprint leaves out of operations.
func sameItem(a, b *plan.Item) bool {
	if a.Clock != b.Clock || a.Slot != b.Slot || a.Callback != b.Callback || len(a.Ops) != len(b.Ops) {
		return false
	}
	for i, x := range a.Ops {
		switch x := x.(type) {
		case *plan.Run:
			y, ok := b.Ops[i].(*plan.Run)
			if !ok || !sameRun(x, y) {
				return false
			}
		case *plan.Sequence:
			y, ok := b.Ops[i].(*plan.Sequence)
			if !ok || x.N != y.N || x.Keys != y.Keys || x.Marks != y.Marks || !slices.EqualFunc(x.Runs, y.Runs, sameRun) {
				return false
			}
		case *plan.Halt:
			y, ok := b.Ops[i].(*plan.Halt)
			if !ok || *x != *y {
				return false
			}
		case *plan.Generate:
			y, ok := b.Ops[i].(*plan.Generate)
			if !ok || *x != *y {
				return false
			}
		}
	}
	return true
}

// objectNames are the objects of a network that have state, with the names their variables have in plans.
func objectNames(n *net.Network) map[any]string {
	names := make(map[any]string, len(n.Groups)+len(n.Synapses))
	for _, g := range n.Groups {
		names[g] = g.Name
	}
	for _, s := range n.Synapses {
		names[s] = s.Name
	}
	return names
}

// growing are the objects that may have got more elements within one simulation.
func growing(n *net.Network) map[string]bool {
	names := synapseNames(n)
	for _, g := range n.Groups {
		names[g.Name] = true
	}
	return names
}

func synapseNames(n *net.Network) map[string]bool {
	names := make(map[string]bool, len(n.Synapses))
	for _, s := range n.Synapses {
		names[s.Name] = true
	}
	return names
}

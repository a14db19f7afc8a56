package lower

import (
	"slices"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/syntax"
)

// PathwayInOrder makes the kernel that runs code for one synapse after another, each seeing what those before it wrote: spikes that were
// sent earlier first, then by the neuron that spiked, then by the synapse's number. What Pathway refuses has one meaning so.
func PathwayInOrder(in SynapseInput, code *check.Code, name string, post bool) (k *ir.Kernel, ends Ends, err error) {
	defer recoverDefect(&err, in.Object)
	s := newSynScope(in, name)
	p := &ordered{pathway: pathway{synScope: s, code: code, post: post}, places: map[place]*ir.Expr{}, assigned: map[string]bool{}, seen: map[place]bool{}, ways: map[place]*way{}}
	p.findAssigned(code.Block.Stmts)
	s.at = p.at
	s.value = p.own
	if err := p.bringUpToDate(); err != nil {
		return nil, ends, err
	}
	s.model = code.Model
	p.statements(code.Block.Stmts, nil)
	ends = p.ends()
	for _, v := range p.changed {
		s.store(v.Name, v, s.env[v])
		p.check(SlotName(in.Object, v.Name), s.env[v])
	}
	for _, w := range p.stored {
		e := p.places[w.place]
		s.effects = append(s.effects, ir.Effect{Kind: ir.Store, Slot: p.slotOf(w.place, ir.Write), Index: p.index(w.place), Value: e})
		p.check(SlotName(in.Object, w.name), e)
	}
	if k = s.kernel(in.Object + " " + name); k != nil {
		k.Domain, k.InOrder = ir.Spiking, true
	}
	return k, ends, nil
}

// Ends says at which ends code of synapses changes variables. With one synapse at each element of these ends, no synapse sees what another
// did, whatever their order.
type Ends struct {
	Pre, Post bool
	// Shared: others see it nevertheless, for they read it at their other end, or it belongs to all synapses.
	Shared bool
	// Same: what several synapses of one neuron leave there does not depend on their order: they add to it, or all set it to one value, and none reads it.
	Same bool
}

func (p *ordered) ends() (e Ends) {
	e.Same = len(p.seen) == 0
	loop := p.syn.Pre.Object == p.syn.Post.Object
	for w, k := range p.ways {
		e.Pre, e.Post = e.Pre || w.ref == check.RefPre, e.Post || w.ref == check.RefPost
		other := place{check.RefPre + check.RefPost - w.ref, w.v}
		both := loop && p.ways[other] != nil
		read := p.read[SlotName(p.object(w), w.v.Name)]
		e.Shared = e.Shared || w.ref == check.RefVariable || w.v.Shared || both || loop && p.seen[other] || read
		e.Same = e.Same && !both && !read && k.alike()
	}
	return e
}

// ordered is a pathway in which synapses see what others wrote: values of shared variables and of the ends are kept with the place where they
// lie, and are stored there when the code of a synapse is over.
type ordered struct {
	pathway
	places   map[place]*ir.Expr // what was assigned so far
	stored   []storedPlace
	assigned map[string]bool // slots of variables that the code assigns
	seen     map[place]bool  // those of them that it reads
	ways     map[place]*way
}

// way is how the code of a synapse changes a variable.
type way struct {
	adds, sets int
	masked     bool // some of it under conditions
	fixed      bool // it is set to what is the same for all synapses of the neuron
}

// alike reports whether all synapses of a neuron change it in one way whose order does not matter.
func (k *way) alike() bool {
	return (k.sets == 0 || k.adds == 0) && k.fixed && (k.sets <= 1 || !k.masked)
}

// note notes a statement after which a variable of an end, or of all synapses, has the value x.
func (p *ordered) note(w place, op string, x, mask *ir.Expr) {
	k := p.ways[w]
	if k == nil {
		k = &way{fixed: w.ref != check.RefVariable}
		p.ways[w] = k
	}
	k.masked = k.masked || mask != nil
	if op == "+=" || op == "-=" {
		k.adds++
		return
	}
	k.sets++
	k.fixed = k.fixed && op == "=" && p.ofNeuron(x, w)
}

// ofNeuron reports whether a value is the same for all synapses that have a neuron at the end where w is.
func (p *ordered) ofNeuron(x *ir.Expr, w place) bool {
	at := ir.OpPost
	if w.ref == check.RefPre {
		at = ir.OpPre
	}
	switch x.Op {
	case ir.OpElem, ir.OpPre, ir.OpPost:
		return x.Op == at && !w.v.Shared
	case ir.OpUniform, ir.OpNormal, ir.OpPoisson, ir.OpExponential, ir.OpGamma:
		return false
	case ir.OpLoad:
		if k := p.b.Slots()[x.Slot].Kind; k != ir.Scalar && k != ir.Indexed {
			return false
		}
	}
	return !slices.ContainsFunc(x.Args, func(a *ir.Expr) bool { return !p.ofNeuron(a, w) })
}

// place is a variable at one end of a synapse, or shared by all synapses.
type place struct {
	ref check.RefKind // RefPre, RefPost or RefVariable
	v   *check.Variable
}

type storedPlace struct {
	place
	name string // as it stands in the code
}

func (p *ordered) findAssigned(list []*syntax.Stmt) {
	for _, st := range list {
		if st.Kind == syntax.StmtIf {
			p.findAssigned(st.Body)
			p.findAssigned(st.Else)
			continue
		}
		if w := p.placeOf(p.code.Target[st]); w.v.Kind != check.Local {
			p.assigned[p.object(w)+"."+w.v.Name] = true
		}
	}
}

func (p *ordered) placeOf(r check.Ref) place {
	if r.Kind == check.RefPre || r.Kind == check.RefPost {
		return place{r.Kind, r.Var}
	}
	return place{check.RefVariable, r.Var}
}

func (p *ordered) object(w place) string {
	switch w.ref {
	case check.RefPre:
		return p.syn.Pre.Object
	case check.RefPost:
		return p.syn.Post.Object
	}
	return p.syn.Object
}

// index is where a place lies. That of a shared variable is 0 for every synapse, but written so that no backend takes its value for one
// that is the same for all of them: it changes on the way.
func (p *ordered) index(w place) *ir.Expr {
	at := p.b.Leaf(ir.OpElem)
	switch w.ref {
	case check.RefPre:
		at = p.b.Leaf(ir.OpPre)
	case check.RefPost:
		at = p.b.Leaf(ir.OpPost)
	}
	if w.v.Shared {
		return p.b.Op(ir.OpMin, at, p.b.ConstInt(0))
	}
	return at
}

func (p *ordered) slotOf(w place, access ir.Access) int {
	return p.b.Slot(ir.Slot{Name: SlotName(p.object(w), w.v.Name), Type: irType(w.v.Type.Kind), Kind: ir.Indexed, Access: access})
}

// at is the value of a variable of one end.
func (p *ordered) at(e *End, v *check.Variable, at *ir.Expr) *ir.Expr {
	w := place{check.RefPost, v}
	if at.Op == ir.OpPre {
		w.ref = check.RefPre
	}
	if !p.assigned[p.object(w)+"."+v.Name] {
		return nil
	}
	p.seen[w] = true
	return p.placed(w)
}

func (p *ordered) placed(w place) *ir.Expr {
	if e, ok := p.places[w]; ok {
		return e
	}
	return p.b.LoadAt(p.slotOf(w, ir.Read), p.index(w))
}

// own is the value of a variable of the synapses.
func (p *ordered) own(v *check.Variable) *ir.Expr {
	if v.Shared && p.assigned[SlotName(p.syn.Object, v.Name)] {
		return p.placed(place{check.RefVariable, v})
	}
	return p.current(v)
}

func (p *ordered) check(name string, e *ir.Expr) {
	if e.Type == ir.Real {
		p.effects = append(p.effects, ir.Effect{Kind: ir.Check, Value: e, Name: name})
	}
}

func (p *ordered) statements(list []*syntax.Stmt, mask *ir.Expr) {
	for _, st := range list {
		if st.Kind != syntax.StmtIf {
			p.statement(st, mask)
			continue
		}
		then, els := p.branches(st, mask)
		p.statements(st.Body, then)
		p.statements(st.Else, els)
	}
}

func (p *ordered) statement(st *syntax.Stmt, mask *ir.Expr) {
	b, w := p.b, p.placeOf(p.code.Target[st])
	v := w.v
	old := func() *ir.Expr { return p.own(v) }
	seen := w.ref != check.RefVariable || v.Shared && v.Kind != check.Local // by other synapses
	if seen {
		old = func() *ir.Expr { return p.placed(w) }
	}
	e := as(b, p.augment(st, old), irType(v.Type.Kind))
	if seen {
		p.note(w, st.Op, e, mask)
	}
	end := &p.syn.Post
	if w.ref == check.RefPre {
		end = &p.syn.Pre
	}
	if w.ref != check.RefVariable && v.UnlessRefractory && end.Refractory != nil {
		free := p.endValue(end, end.Model.ByName[NotRefractory], p.index(place{w.ref, end.Model.ByName[NotRefractory]}))
		if mask != nil {
			free = b.Op(ir.OpAnd, mask, free)
		}
		mask = free
	}
	if mask != nil && v.Kind != check.Local {
		e = b.Select(mask, e, old())
	}
	if !seen {
		p.assign(v, e)
		if v.Kind != check.Local && !slices.Contains(p.changed, v) {
			p.changed = append(p.changed, v)
		}
		return
	}
	// A synapse may begin and end at one neuron, which then is seen from both ends.
	if other := (place{check.RefPre + check.RefPost - w.ref, v}); w.ref != check.RefVariable && p.syn.Pre.Object == p.syn.Post.Object {
		p.places[other] = b.Select(b.Op(ir.OpEq, p.index(w), p.index(other)), e, p.placed(other))
	}
	p.places[w] = e
	clear(p.memo)
	if x := (storedPlace{w, st.Name}); !slices.Contains(p.stored, x) {
		p.stored = append(p.stored, x)
	}
}

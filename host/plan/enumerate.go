package plan

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/connect"
	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/lower"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/syntax"
)

// pairChunk is how many candidates are looked at together. Candidate q is element q mod pairChunk of step q / pairChunk, which is what
// its random draws depend on.
const pairChunk = 1 << 18

// meaning checks expressions of one connect call.
type meaning struct {
	b     *builder
	model *check.Model
	ctx   check.Context
	// hidden is the end that an expression cannot see, because it is what is looked for.
	hidden string
}

func (b *builder) meaning(x *call) *meaning {
	m := &meaning{b: b, model: b.synModels[x.s], ctx: b.synapseContext(x.s)}
	m.ctx.Fixed, m.ctx.Used = true, nil
	if x.c.Namespace != nil {
		m.ctx.Scope = x.c.Namespace
	}
	return m
}

// with is the same with a loop variable.
func (m *meaning) with(v *check.Variable) *meaning {
	c := *m
	if v != nil {
		c.model = withVariable(m.model, v)
	}
	return &c
}

// truth checks a condition; nil is none.
func (m *meaning) truth(src *diag.Source) (lower.Checked, error) {
	return m.expr(src, func(e syntax.Expr) (*check.Model, diag.List) { return check.CheckCondition(e, src, m.model, m.ctx) })
}

// number checks a number without unit; nil is none.
func (m *meaning) number(src *diag.Source) (lower.Checked, error) {
	return m.expr(src, func(e syntax.Expr) (*check.Model, diag.List) {
		side, ds := check.CheckExpr(e, src, m.model, nil, m.ctx)
		if t, ok := side.Types[side.Expr]; ok && ds.Err() == nil && (t.Kind == check.Bool || !t.Dim.Dimensionless()) {
			ds.Add(diag.Errorf(src, e.Span(), "a number without unit is needed here, but this is %v", t))
		}
		return side, ds
	})
}

func (m *meaning) expr(src *diag.Source, f func(syntax.Expr) (*check.Model, diag.List)) (lower.Checked, error) {
	if src == nil {
		return lower.Checked{}, nil
	}
	e, ok := m.b.checked(src, m.ctx.Dialect, func(e syntax.Expr) (*check.Model, diag.List) {
		side, ds := f(e)
		if ds.Err() == nil {
			m.exists(e, side, src, &ds)
		}
		return side, ds
	})
	if !ok {
		return e, errReported
	}
	return e, nil
}

// exists refuses names that mean nothing before there are synapses, or before their other end is known.
func (m *meaning) exists(e syntax.Expr, side *check.Model, src *diag.Source, ds *diag.List) {
	syntax.Walk(e, func(e syntax.Expr) {
		id, ok := e.(*syntax.Ident)
		if !ok {
			return
		}
		ref := side.Refs[id]
		why := ""
		switch {
		case ref.Kind == check.RefVariable && slices.Contains(m.model.Vars, ref.Var),
			ref.Kind == check.RefExternal && ref.Name == "lastupdate",
			ref.Kind == check.RefIndex && ref.Name != "i" && ref.Name != "j",
			ref.Kind == check.RefCount && (ref.Name == lower.Incoming || ref.Name == lower.Outgoing || ref.Name == "N"):
			why = "%q is a property of synapses, which do not exist before they are connected"
		case m.hidden == "j" && (ref.Kind == check.RefPost || ref.Kind == check.RefIndex && ref.Name == "j"),
			m.hidden == "i" && (ref.Kind == check.RefPre || ref.Kind == check.RefIndex && ref.Name == "i"):
			why = "%q belongs to the neuron that this expression is to find"
		}
		if why != "" {
			ds.Add(diag.Errorf(src, id.Span(), why, id.Name))
		}
	})
}

// pairCode checks the condition, the probability and the number of a connect call.
func (b *builder) pairCode(x *call) (code lower.PairCode, err error) {
	m := b.meaning(x)
	code.Name = x.stream()
	var e1, e2, e3 error
	code.Cond, e1 = m.truth(x.c.Condition)
	code.P, e2 = m.number(x.c.P)
	code.Count, e3 = m.number(x.c.Count)
	return code, firstOf(e1, e2, e3)
}

func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// constantCount evaluates n where it is the same for all pairs.
func (b *builder) constantCount(x *call) (n int, ok bool, err error) {
	e, err := b.meaning(x).number(x.c.Count)
	if err != nil {
		return 0, false, err
	}
	v, ok := lower.Constant(b.synapseInput(x.s, 0), e)
	if ok && !(v >= 0 && v <= maxSynapses) {
		return 0, false, fmt.Errorf("n is %g; the number of synapses of a pair cannot be negative", v)
	}
	return int(v), ok, nil
}

// simplePairs connects by the rules of package connect: all, each with the same probability, i != j, i == j.
func (b *builder) simplePairs(x *call, code lower.PairCode) (done bool, err error) {
	s, c := x.s, x.c
	p := 1.0
	if code.P.Expr != nil {
		var ok bool
		if p, ok = lower.Constant(b.synapseInput(s, 0), code.P); !ok {
			return false, nil
		}
		if !(p >= 0 && p <= 1) {
			return true, fmt.Errorf("p is %g; a probability lies between 0 and 1", p)
		}
	}
	if code.Count.Expr != nil {
		return false, nil
	}
	self := true
	if c.Condition != nil {
		switch squeezed(c.Condition.Text) {
		case "True":
		case "i==j", "j==i":
			if p < 1 {
				return false, nil
			}
			seg := segment{toPre: int32(s.Pre.Start), toPost: int32(s.Post.Start), times: max(c.N, 1)}
			seg.pre, seg.post = diagonal(min(s.Pre.Len(), s.Post.Len()))
			x.out.segment(seg)
			return true, nil
		case "i!=j", "j!=i":
			if s.Pre != s.Post {
				return false, nil
			}
			self = false
		default:
			return false, nil
		}
	}
	if p == 1 {
		return true, b.connectRule(x, connect.AllToAll{Weight: connect.Constant(1), AllowSelf: self})
	}
	return true, b.connectRule(x, connect.FixedProbability{P: p, Weight: connect.Constant(1), AllowSelf: self})
}

// listedPairs takes or leaves the pairs of given arrays.
func (b *builder) listedPairs(x *call) error {
	code, err := b.pairCode(x)
	if err != nil {
		return err
	}
	at := 0
	return b.selectPairs(x, code, func(given, variable []float64) (int, error) {
		n := min(len(given), len(x.c.I)-at)
		for k := range n {
			given[k], variable[k] = float64(x.c.I[at+k]), float64(x.c.J[at+k])
		}
		at += n
		return n, nil
	})
}

// selectPairs runs the kernel that takes candidates over all of them, in order. List fills in the next given indices and values of the
// loop variable, and returns how many; nil is for candidates that the kernel finds itself.
func (b *builder) selectPairs(x *call, code lower.PairCode, list func(given, variable []float64) (int, error)) error {
	return b.thinnedPairs(x, code, list, nil)
}

// thinnedPairs hands what is taken to thin, when that is not nil, instead of connecting it.
func (b *builder) thinnedPairs(x *call, code lower.PairCode, list func(given, variable []float64) (int, error), thin *thinner) (err error) {
	s := x.s
	given, other := s.Pre, s.Post
	if code.Post {
		given, other = other, given
	}
	if given.Len() == 0 || other.Len() == 0 {
		return nil
	}
	total, chunk := int64(0), pairChunk
	if list == nil {
		total = int64(given.Len()) * int64(code.Cols)
		chunk = int(min(total, pairChunk))
	}
	if list == nil && total == 0 {
		return nil
	}
	k, err := lower.Pairs(b.synapseInput(s, 0), code)
	if err != nil {
		return err
	}
	ev, err := b.connecting(k, chunk)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, ev.Close()) }()

	t := &taker{x: x, code: code, given: given, other: other, thin: thin, taken: make([]float64, chunk+1)}
	if list != nil {
		t.givens, t.variables = make([]float64, chunk), make([]float64, chunk)
	}
	if code.Target.Expr != nil {
		t.targets = make([]float64, chunk)
	}
	if code.Count.Expr != nil {
		t.times = make([]float64, chunk)
	}
	set := func(slot string, v ...float64) {
		if err == nil {
			err = ev.set(slot, v)
		}
	}
	get := func(slot string, v []float64) {
		if err == nil {
			err = ev.get(slot, v)
		}
	}
	for q := int64(0); list != nil || q < total; q += int64(chunk) {
		n := int(min(int64(chunk), total-q))
		if list != nil {
			if n, err = list(t.givens, t.variables); err != nil || n == 0 {
				return err
			}
			set(lower.PairGiven, t.givens[:n]...)
			set(lower.PairVar, t.variables[:n]...)
		} else {
			t.row, t.col = q/int64(code.Cols), q%int64(code.Cols)
			set(lower.PairRow, float64(t.row))
			set(lower.PairCol, float64(t.col))
		}
		set(lower.PairCount, float64(n))
		if err == nil {
			err = ev.Step()
		}
		get(lower.PairTaken, t.taken[:1])
		count := int(t.taken[0])
		get(lower.PairTaken, t.taken[:1+count])
		if t.targets != nil {
			get(lower.PairTarget, t.targets[:n])
		}
		if t.times != nil {
			get(lower.PairTimes, t.times[:n])
		}
		if err != nil {
			return err
		}
		if err := t.take(t.taken[1 : 1+count]); err != nil {
			return err
		}
		if err := x.out.fits(); err != nil {
			return err
		}
	}
	return nil
}

// connecting loads a kernel over n candidates. Its own slots get buffers that no plan keeps.
func (b *builder) connecting(k *ir.Kernel, n int) (*evaluation, error) {
	own := *b
	own.plan = &Plan{Precision: Double, BaseDT: b.plan.BaseDT, Buffers: slices.Clip(b.plan.Buffers), Conns: b.plan.Conns, Init: b.plan.Init}
	r, ids := &Run{Kernel: k, N: n, Conn: -1, List: None}, map[string]BufferID{}
	for _, s := range k.Slots {
		id, ok := b.byName[s.Name]
		if name, found := strings.CutPrefix(s.Name, "connect."); found && !ok {
			buf := Buffer{ID: BufferID(len(own.plan.Buffers)), Object: "connect", Var: name, Type: s.Type, Len: n, Role: Scratch}
			switch {
			case s.Name == lower.PairTaken:
				buf.Len++
			case s.Kind == ir.Scalar:
				buf.Len = 1
			}
			own.plan.Buffers = append(own.plan.Buffers, &buf)
			id, ok, ids[s.Name] = buf.ID, true, buf.ID
		}
		if !ok {
			return nil, fmt.Errorf("%s has no value before the synapses exist", s.Name)
		}
		r.Bind = append(r.Bind, id)
	}
	ev, err := own.evaluation(r)
	if err != nil {
		return nil, err
	}
	ev.slots = ids
	return ev, nil
}

// taker turns taken candidates into pairs.
type taker struct {
	x                                        *call
	code                                     lower.PairCode
	given, other                             net.Span
	thin                                     *thinner // draws among those taken, when not nil
	taken, givens, variables, targets, times []float64
	row, col                                 int64
}

func (t *taker) take(taken []float64) error {
	c, limit := t.x.c, float64(t.other.Len())
	fixed := max(c.N, 1)
	cols := uint32(t.code.Cols)
	for _, e := range taken {
		k := int(e)
		var given, target float64
		if t.givens != nil {
			given, target = t.givens[k], t.variables[k]
		} else {
			place := uint32(t.col) + uint32(k)
			row := place / cols
			given, target = float64(t.row)+float64(row), float64(place-row*cols)
		}
		if t.targets != nil {
			target = t.targets[k]
		}
		if !(target >= 0 && target < limit) {
			if c.Each.SkipInvalid {
				continue
			}
			i, j, wrong := given, target, "j"
			if t.code.Post {
				i, j, wrong = target, given, "i"
			}
			return fmt.Errorf("the pair i = %.0f, j = %.0f: %s is outside of %q, which has elements 0 to %d (skip_if_invalid leaves such pairs out)",
				i, j, wrong, spanShape(t.other).Name, t.other.Len()-1)
		}
		times := fixed
		if t.times != nil {
			times = int(t.times[k])
		}
		from, to := int32(given)+int32(t.given.Start), int32(target)+int32(t.other.Start)
		if t.thin != nil {
			t.thin.add(int(given), to, times)
			continue
		}
		for range times {
			t.x.out.add(from, to, t.code.Post)
		}
	}
	return nil
}

// enumerate connects by an expression for the other index, for each value of a loop variable.
func (b *builder) enumerate(x *call) error {
	e := x.c.Each
	m := b.meaning(x)
	if m.hidden = "j"; e.Post {
		m.hidden = "i"
	}
	var v *check.Variable
	if e.Var != "" {
		v = &check.Variable{Name: e.Var, Kind: check.Parameter, Type: check.Type{Kind: check.Int}}
	}
	if e.Target == nil {
		return errors.New("no expression for the other index was given")
	}
	code := lower.PairCode{Post: e.Post, Var: v, Name: x.stream()}
	var errs [6]error
	code.Target, errs[0] = m.with(v).number(e.Target)
	open := *m
	open.hidden = ""
	code.Cond, errs[1] = open.with(v).truth(e.If)
	also, err := open.with(v).truth(x.c.Condition)
	errs[2] = err
	code.P, errs[3] = open.with(v).number(x.c.P)
	code.Count, errs[4] = open.with(v).number(x.c.Count)
	ranges, err := b.ranges(x, m)
	errs[5] = err
	if err := firstOf(errs[:]...); err != nil {
		return err
	}
	if also.Expr != nil {
		return errors.New("a condition, or an expression for the other index, not both; write the condition after `if`")
	}
	if ranges.sample == nil && ranges.same {
		if ranges.at(0).n == 0 {
			return nil
		}
		if r := ranges.at(0); fitsInt(r.low) && fitsInt(r.low+r.step*r.n) && fitsInt(r.n) {
			code.Candidates = lower.Candidates{Cols: int(r.n), Low: int(r.low), Step: int(r.step)}
			return b.selectPairs(x, code, nil)
		}
	}
	return b.selectPairs(x, code, ranges.list())
}

func fitsInt(v int64) bool { return v >= math.MinInt32 && v <= math.MaxInt32/2 }

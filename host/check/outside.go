package check

import (
	"maps"
	"sort"

	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/syntax"
)

// side returns a model with m's variables whose side tables can grow without changing m's.
func (m *Model) side(src *diag.Source) *Model {
	s := *m
	s.Source, s.Warnings = src, nil
	s.Refs, s.Calls, s.Types, s.Live, s.Expr = maps.Clone(m.Refs), maps.Clone(m.Calls), maps.Clone(m.Types), maps.Clone(m.Live), nil
	s.Targets, s.Noises = nil, nil
	return &s
}

// CheckExpr checks an expression from outside of the equations, such as an initial value, against the model it belongs
// to. When v is not nil the value must fit v. The result has m's side tables and those of e added; m is not changed. Its
// Expr is e with what calls of functions of the script stand for, and the type of e is that of Expr.
func CheckExpr(e syntax.Expr, src *diag.Source, m *Model, v *Variable, ctx Context) (*Model, diag.List) {
	c := newChecker(m.side(src), ctx)
	c.src, c.use = src, useValue
	e = c.inline(e)
	t := c.expr(e)
	if v != nil {
		c.assignable(t, v.Type, e, v.Name)
		if v.Shared {
			if sp, what := c.perElement(e, false); what != "" {
				c.errorf(sp, "the shared variable %q cannot be set from %s, which differs from neuron to neuron", v.Name, what)
			}
		}
	}
	return c.finish(e, src)
}

// CheckCondition checks an expression that must be true or false, such as a threshold. See CheckExpr.
func CheckCondition(e syntax.Expr, src *diag.Source, m *Model, ctx Context) (*Model, diag.List) {
	c := newChecker(m.side(src), ctx)
	c.src, c.use = src, useValue
	e = c.inline(e)
	c.truth(e, "the condition")
	return c.finish(e, src)
}

func (c *checker) finish(e syntax.Expr, src *diag.Source) (*Model, diag.List) {
	c.refuseNoise(e, src)
	c.summary()
	c.m.Warnings, c.m.Expr = c.list.Warnings(), e
	return c.m, c.list
}

// Code is a checked block of statements.
type Code struct {
	*Model                        // the model's side tables with those of the block added
	Block  *syntax.Code           // a copy of what was given, with what calls of functions of the script stand for
	Target map[*syntax.Stmt]Ref   // what each assignment writes: RefVariable (also locals), RefPre or RefPost
	Locals map[string][]*Variable // names that exist only in the block; a name of several branches has several
}

// CheckCode checks statements such as a reset against the model they belong to. A name that is assigned and has no other
// meaning becomes a local variable, which lives to the end of its block.
func CheckCode(code *syntax.Code, m *Model, ctx Context) (*Code, diag.List) {
	c := newChecker(m.side(code.Source), ctx)
	c.src, c.use = code.Source, useValue
	c.locals = map[string]*Variable{}
	code = &syntax.Code{Source: code.Source, Stmts: copied(code.Stmts)}
	out := &Code{Model: c.m, Block: code, Target: map[*syntax.Stmt]Ref{}, Locals: map[string][]*Variable{}}
	c.stmts(code.Stmts, out)
	c.unread(out)
	c.summary()
	c.m.Warnings = c.list.Warnings()
	return out, c.list
}

// unread warns of assignments to names that are no variables and that nothing in the block reads.
func (c *checker) unread(out *Code) {
	if c.list.Err() != nil {
		return
	}
	read := map[*Variable]bool{}
	for _, ref := range c.m.Refs {
		read[ref.Var] = true
	}
	seen := map[*Variable]bool{}
	var walk func([]*syntax.Stmt)
	walk = func(list []*syntax.Stmt) {
		for _, s := range list {
			walk(s.Body)
			walk(s.Else)
			v := out.Target[s].Var
			if v == nil || v.Kind != Local || read[v] || seen[v] {
				continue
			}
			seen[v] = true
			if Suggest(v.Name, c.m) == "" { // else it was warned of
				c.list.Add(diag.Warningf(c.src, s.NameSp, "%q is not a variable of the group, and nothing reads it: its value is forgotten at the end of the code", v.Name).
					WithHint("declare it among the equations, with its unit, to keep it"))
			}
		}
	}
	walk(out.Block.Stmts)
}

func (c *checker) stmts(list []*syntax.Stmt, out *Code) {
	outer := c.locals
	c.locals = maps.Clone(outer)
	defer func() { c.locals = outer }()
	for _, s := range list {
		s.X = c.inline(s.X)
		if s.Kind == syntax.StmtIf {
			c.truth(s.X, "the condition")
			c.refuseNoise(s.X, c.src)
			c.stmts(s.Body, out)
			c.stmts(s.Else, out)
			continue
		}
		c.assign(s, out)
	}
}

func (c *checker) assign(s *syntax.Stmt, out *Code) {
	t := c.expr(s.X)
	c.refuseNoise(s.X, c.src)
	ref, ok := c.target(s, t, out)
	if !ok {
		return
	}
	out.Target[s] = ref
	v := ref.Var
	if !t.known || c.bad[v] {
		return
	}
	switch s.Op {
	case "*=", "/=":
		c.assignable(t, Type{Kind: Real}, s.X, "the factor of "+v.Name)
		if s.Op == "/=" && v.Type.Kind != Real {
			c.errorHint(s.NameSp, "write "+s.Name+" = "+s.Name+" // ...", "%s is %s and cannot hold a quotient", s.Name, kindName(v.Type.Kind))
		}
	default:
		c.adding = s.Op != "="
		c.assignable(t, v.Type, s.X, s.Name)
		c.adding = false
	}
	if v.Shared && ref.Kind == RefVariable {
		if sp, what := c.perElement(s.X, false); what != "" {
			c.errorf(sp, "the shared variable %q cannot be set from %s, which differs from neuron to neuron", v.Name, what)
		}
	}
}

// target resolves the left side of an assignment; t is the type of its right side, for new locals.
func (c *checker) target(s *syntax.Stmt, t typ, out *Code) (Ref, bool) {
	name := s.Name
	if v := c.locals[name]; v != nil {
		return Ref{Kind: RefVariable, Name: name, Var: v}, true
	}
	id := &syntax.Ident{Sp: s.NameSp, Name: name}
	if ref, _, ok := c.summedTarget(id); ok {
		return ref, ref.Var != nil && c.writable(s, ref.Var)
	}
	if v := c.m.ByName[name]; v != nil {
		return Ref{Kind: RefVariable, Name: name, Var: v}, c.writable(s, v)
	}
	if what, ok := given[name]; ok {
		c.errorf(s.NameSp, "%q cannot be assigned: it is %s", name, what)
		return Ref{}, false
	}
	if c.synapseName(name) {
		c.errorf(s.NameSp, "%q cannot be assigned: it is given by the synapses", name)
		return Ref{}, false
	}
	if c.ctx.Synapse {
		if ref, _, ok := c.connected(id); ok {
			return ref, ref.Var != nil && c.writable(s, ref.Var)
		}
	}
	if isUnit(name) && c.brian() || c.builtinName(name) {
		c.errorf(s.NameSp, "%q cannot be assigned: it is a unit or a function", name)
		return Ref{}, false
	}
	if s.Op != "=" {
		c.errorHint(s.NameSp, diag.DidYouMean(name, append(modelNames(c.m), c.endNames()...)), "unknown variable %q", name)
		return Ref{}, false
	}
	if hint := Suggest(name, c.m); hint != "" {
		c.list.Add(diag.Warningf(c.src, s.NameSp, "%q is not a variable of the group; its value is forgotten at the end of the code", name).WithHint("%s", hint))
	}
	v := &Variable{Name: name, Kind: Local, Type: t.Type}
	c.bad[v] = !t.known
	c.locals[name] = v
	out.Locals[name] = append(out.Locals[name], v)
	return Ref{Kind: RefVariable, Name: name, Var: v}, true
}

// endNames are the variables of the groups at the ends of synapses, as code of these writes them.
func (c *checker) endNames() (names []string) {
	if !c.ctx.Synapse {
		return nil
	}
	for end, m := range map[string]*Model{"_pre": c.ctx.Pre, "_post": c.ctx.Post} {
		if m == nil {
			continue
		}
		for _, n := range modelNames(m) {
			names = append(names, n+end)
		}
	}
	sort.Strings(names)
	return names
}

// writable checks that code may assign v.
func (c *checker) writable(s *syntax.Stmt, v *Variable) bool {
	switch {
	case v.Linked:
		c.errorHint(s.NameSp, "assign it there", "%q is linked to a variable of another group and cannot be assigned here", s.Name)
	case v.Kind == Subexpression:
		c.errorHint(s.NameSp, "assign the variables in its expression", "%q is defined by an equation and cannot be assigned", s.Name)
	case v.Constant && v.Eq == nil:
		c.errorf(s.NameSp, "%q is kept by the group itself and cannot be assigned", s.Name)
	case v.Constant:
		c.errorHint(s.NameSp, "drop its flag (constant)", "%q is constant and cannot be assigned while the network runs", s.Name)
	case v.ConstantOverDt:
		c.errorf(s.NameSp, "%q is computed anew in every step and cannot be assigned", s.Name)
	default:
		return true
	}
	return false
}

package check

import (
	"math"
	"strings"

	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/syntax"
	"github.com/galvani-sim/galvani/host/units"
)

var constants = map[string]float64{"pi": math.Pi, "e": math.E, "inf": math.Inf(1)}

// Constant reports whether a quantity is what a name of mathematics, such as pi, stands for.
func Constant(name string, q units.Quantity) bool {
	x, ok := constants[name]
	return ok && q == units.Number(x)
}

// noiseDim is the dimension of xi in Brian's dialect.
var noiseDim, _ = units.Second.Pow(-0.5)

// given lists the names that every group has, for messages.
var given = map[string]string{
	"t": "the time", "dt": "the time step", "i": "the index of the neuron", "N": "the number of neurons",
	"pi": "the constant 3.14159...", "inf": "infinity", "xi": "white noise",
}

// nameAllowed reports a variable whose name means something else already.
func (c *checker) nameAllowed(eq *syntax.Equation) bool {
	name, sp := eq.Name, eq.NameSp
	const rename = "choose another name"
	if what, ok := given[name]; ok && (c.brian() || name != "xi") {
		c.errorHint(sp, rename, "%q cannot be a variable: it is %s", name, what)
		return false
	}
	switch {
	case c.brian() && name == "t_in_timesteps":
		c.errorHint(sp, rename, "%q cannot be a variable: it is the number of the time step", name)
	case syntax.IsKeyword(name):
		c.errorHint(sp, rename, "%q cannot be a variable: it is a word of the language", name)
	case strings.Contains(name, "."):
		c.errorHint(sp, rename, "%q is a variable of another group and cannot have an equation here", name)
	case c.brian() && strings.HasPrefix(name, "xi_"):
		c.errorHint(sp, rename, "%q cannot be a variable: names that start with xi_ are white noise", name)
	case c.brian() && name == "e":
		c.errorHint(sp, rename, `"e" cannot be a variable: it is the constant 2.71828...`)
	case c.synapseName(name):
		c.errorHint(sp, rename, "%q cannot be a variable of a synapse: it has a fixed meaning there", name)
	case c.ctx.Synapse && c.brian() && (strings.HasSuffix(name, "_pre") || strings.HasSuffix(name, "_post")) && !hasFlag(eq, "summed"):
		c.errorHint(sp, "add the flag (summed) to sum into that variable, or choose another name", "%q is a variable of the connected group", name)
	case c.builtinName(name):
		c.errorHint(sp, rename, "%q cannot be a variable: it is a function", name)
	case c.brian() && isUnit(name):
		c.errorHint(sp, rename, "%q cannot be a variable: it is a unit", name)
	default:
		if name == "e" {
			c.list.Add(diag.Warningf(c.src, sp, `the variable "e" hides the constant 2.71828...`))
		}
		if c.ctx.Geometry && (name == "x" || name == "y" || name == "z") {
			c.list.Add(diag.Warningf(c.src, sp, "the variable %q hides the coordinate of that name", name))
		}
		if c.brian() && name != lastUpdate && c.connectedHas(name) && !hasFlag(eq, "summed") {
			c.list.Add(diag.Warningf(c.src, sp, "the variable %q of the synapses hides that of the connected group", name).
				WithHint("choose another name, such as %s_syn; %s_pre and %s_post are the variables of the groups", name, name, name))
		}
		return true
	}
	return false
}

// lastUpdate is the time of the last event of a synapse, where equations are event-driven; else it is free for a variable.
const lastUpdate = "lastupdate"

// connectedHas reports a name that equations of a connected group have.
func (c *checker) connectedHas(name string) bool {
	for _, m := range []*Model{c.ctx.Pre, c.ctx.Post} {
		if m != nil && m.ByName[name] != nil && m.ByName[name].Eq != nil {
			return true
		}
	}
	return false
}

// synapseName reports a name that only synapses have.
func (c *checker) synapseName(name string) bool {
	switch name {
	case lastUpdate:
		return c.ctx.Synapse && (!c.brian() || c.eventDriven)
	case "delay":
		return c.ctx.Synapse && c.brian()
	case "j", "N_pre", "N_post", "N_incoming", "N_outgoing":
		return c.ctx.Synapse
	}
	return c.ctx.Synapse && name != "" && name == c.ctx.Multi
}

func (c *checker) builtinName(name string) bool {
	_, ok := builtins[name]
	return ok || name == "sum" && !c.brian() || name == "ite"
}

func hasFlag(eq *syntax.Equation, name string) bool {
	for _, f := range eq.Flags {
		if f.Name == name {
			return true
		}
	}
	return false
}

func isUnit(name string) bool {
	_, ok := units.Lookup(name)
	return ok
}

// external asks the scope for a name, once.
func (c *checker) external(name string) (Value, bool) {
	if v, ok := c.values[name]; ok {
		return v, v.Kind != ValNone
	}
	var v Value
	if c.ctx.Scope != nil {
		if got, ok := c.ctx.Scope.Lookup(name); ok {
			v = got
		}
	}
	c.values[name] = v
	return v, v.Kind != ValNone
}

// second is the dimension of time in the dialect.
func (c *checker) second() units.Dim {
	if c.brian() {
		return units.Second
	}
	return units.Dim{}
}

// ident resolves a name that stands for a value.
func (c *checker) ident(e *syntax.Ident) typ {
	name := e.Name
	if t, ok := c.derivs[name]; ok {
		return t
	}
	if ref, t, ok := c.resolve(e); ok {
		c.m.Refs[e] = ref
		return t
	}
	c.unknown(e)
	return typ{}
}

// resolve finds the meaning of a name: locals of the code, the model's own variables, names given by the group, variables
// of connected groups, and then the scope.
func (c *checker) resolve(e *syntax.Ident) (Ref, typ, bool) {
	name := e.Name
	if v := c.locals[name]; v != nil {
		return Ref{Kind: RefVariable, Name: name, Var: v}, c.typeOf(v), true
	}
	if ref, t, ok := c.summedTarget(e); ok {
		return ref, t, true
	}
	if v := c.m.ByName[name]; v != nil && v.External && !c.ctx.Fixed {
		return Ref{Kind: RefVariable, Name: name, Var: v}, c.typeOf(v), true
	} else if v != nil && !v.External {
		c.warnShadow(e, "the variable of the group")
		c.initDepends(e, v)
		return Ref{Kind: RefVariable, Name: name, Var: v}, c.typeOf(v), true
	}
	if ref, t, ok := c.givenName(e); ok {
		return ref, t, true
	}
	if c.ctx.Synapse {
		if ref, t, ok := c.connected(e); ok {
			return ref, t, true
		}
	}
	if v, ok := c.external(name); ok {
		return c.externalRef(e, v)
	}
	if x, ok := constants[name]; ok {
		return Ref{Kind: RefConstant, Name: name, Const: units.Number(x)}, known(Real), true
	}
	if q, ok := units.Lookup(name); ok && c.brian() {
		return Ref{Kind: RefConstant, Name: name, Const: q}, typ{Type{Real, q.Dim}, true}, true
	}
	return Ref{}, typ{}, false
}

// summedTarget resolves the name of a sum over synapses: where code reads or sets it, that is the variable of the neurons that it is summed into.
func (c *checker) summedTarget(e *syntax.Ident) (Ref, typ, bool) {
	v, group := c.m.ByName[e.Name], c.ctx.Post
	name, post := strings.CutSuffix(e.Name, "_post")
	if !post {
		name, group = strings.TrimSuffix(name, "_pre"), c.ctx.Pre
	}
	if v == nil || !v.Summed || v.External || !c.ctx.Synapse || group == nil || group.ByName[name] == nil {
		return Ref{}, typ{}, false
	}
	return c.connected(e)
}

func (c *checker) typeOf(v *Variable) typ {
	if c.bad[v] {
		return typ{}
	}
	return typ{v.Type, true}
}

// initDepends refuses initial values that depend on what has none yet.
func (c *checker) initDepends(e *syntax.Ident, v *Variable) {
	if c.use == useInit && c.eq != nil && v.Kind != Parameter {
		c.errorHint(e.Sp, "use constants and parameters", "an initial value cannot depend on the variable %q", v.Name)
	}
}

// givenName resolves the names that a group has without saying so.
func (c *checker) givenName(e *syntax.Ident) (Ref, typ, bool) {
	name := e.Name
	var ref Ref
	t := known(Int)
	switch {
	case name == "t":
		ref, t = Ref{Kind: RefTime}, typ{Type{Real, c.second()}, true}
	case name == "dt":
		ref, t = Ref{Kind: RefDt}, typ{Type{Real, c.second()}, true}
	case name == "i", c.ctx.Synapse && (name == "j" || name == c.ctx.Multi):
		ref = Ref{Kind: RefIndex}
	case name == "N":
		ref = Ref{Kind: RefCount}
	case c.ctx.Synapse && (name == "N_pre" || name == "N_post" || name == "N_incoming" || name == "N_outgoing"):
		ref = Ref{Kind: RefCount}
	case c.ctx.Synapse && name == lastUpdate:
		if !c.eventDriven {
			c.errorHint(e.Span(), "keep the time in a variable of the synapses:  lastupdate : second  and, at the end of on_pre,  lastupdate = t",
				"\"lastupdate\" is known only of synapses that have (event-driven) equations, or a variable of that name")
		}
		ref, t = Ref{Kind: RefExternal}, typ{Type{Real, c.second()}, true}
	case c.ctx.Geometry && (name == "x" || name == "y" || name == "z"):
		ref, t = Ref{Kind: RefCoord}, known(Real)
	case c.brian() && (name == "xi" || strings.HasPrefix(name, "xi_")):
		ref, t = Ref{Kind: RefNoise}, typ{Type{Real, noiseDim}, true}
		c.noise(e)
	default:
		return ref, typ{}, false
	}
	what := given[name]
	if what == "" {
		what = "a name that the group gives"
	}
	c.warnShadow(e, what)
	ref.Name = name
	return ref, t, true
}

// noise checks that xi may stand here.
func (c *checker) noise(e *syntax.Ident) {
	if c.use != useDerivative && c.use != useSubexpression {
		c.errorHint(e.Sp, "for a random number use randn() or rand()", "white noise (%s) can only stand in a differential equation", e.Name)
		return
	}
	if e.Name != "xi" {
		return
	}
	if c.plainXi == nil {
		c.plainXi = c.eq
	} else if c.plainXi != c.eq {
		c.list.Add(diag.Errorf(c.src, e.Sp, "xi stands in two equations of the group").
			WithHint("name the sources: xi_%s here, or one name in both equations for a common source", c.eq.Name).
			WithNote(c.plainXi.Source, c.plainXi.NameSp, "the other equation is this one"))
	}
}

// connected resolves NAME_pre, NAME_post, ANNarchy's pre.NAME and post.NAME, and bare names of the postsynaptic group.
func (c *checker) connected(e *syntax.Ident) (Ref, typ, bool) {
	name, kind, group, explicit := e.Name, RefPost, c.ctx.Post, true
	switch {
	case strings.HasSuffix(name, "_pre"):
		name, kind, group = strings.TrimSuffix(name, "_pre"), RefPre, c.ctx.Pre
	case strings.HasSuffix(name, "_post"):
		name = strings.TrimSuffix(name, "_post")
	case strings.HasPrefix(name, "pre."):
		name, kind, group = strings.TrimPrefix(name, "pre."), RefPre, c.ctx.Pre
	case strings.HasPrefix(name, "post."):
		name = strings.TrimPrefix(name, "post.")
	default:
		explicit = false
	}
	if group == nil || group.ByName[name] == nil || group.ByName[name].External {
		if explicit && c.brian() {
			if v, ok := c.external(e.Name); ok { // a name of the script that ends in _pre or _post
				return c.externalRef(e, v)
			}
		}
		if explicit && group != nil {
			side := map[RefKind]string{RefPre: "presynaptic", RefPost: "postsynaptic"}[kind]
			c.errorHint(e.Sp, diag.DidYouMean(name, modelNames(group)), "the %s group has no variable %q", side, name)
			return Ref{Kind: kind, Name: name}, typ{}, true
		}
		return Ref{}, typ{}, false
	}
	v := group.ByName[name]
	return Ref{Kind: kind, Name: name, Var: v}, typ{v.Type, true}, true
}

// externalRef makes a constant of a value from the scope.
func (c *checker) externalRef(e *syntax.Ident, v Value) (Ref, typ, bool) {
	ref := Ref{Kind: RefConstant, Name: e.Name, Const: v.Q}
	if c.ctx.Used != nil && (v.Kind == ValQuantity || v.Kind == ValInt) {
		c.ctx.Used(e.Name, v.Q)
	}
	switch v.Kind {
	case ValQuantity:
		if !c.brian() && !v.Q.Dim.Dimensionless() {
			hint := "write the number; times are in ms"
			if isUnit(e.Name) {
				hint = "leave the unit out; times are in ms"
			}
			c.errorHint(e.Sp, hint, "%q has the unit %s, but ANNarchy's equations have no units", e.Name, v.Q.Dim)
			return ref, typ{}, true
		}
		return ref, typ{Type{Real, v.Q.Dim}, true}, true
	case ValInt:
		ref.ConstKind = Int
		if math.Abs(v.Q.Value) > math.MaxInt32 {
			ref.ConstKind = Real
		}
		return ref, known(ref.ConstKind), true
	case ValBool:
		ref.ConstKind = Bool
		return ref, known(Bool), true
	case ValTable:
		args := "t"
		if v.Table != nil && v.Table.Arity() == 2 {
			args = "t, i"
		}
		c.errorHint(e.Sp, "write "+e.Name+"("+args+")", "%q is a function of time and needs arguments", e.Name)
		return ref, typ{}, true
	}
	if v.Kind == ValFunction {
		c.errorHint(e.Sp, "write "+e.Name+"(...)", "%q is a function and needs arguments", e.Name)
		return ref, typ{}, true
	}
	what := v.Type
	if what == "" {
		what = "value that is not a number"
	}
	hint := "equations can use numbers, quantities and TimedArrays"
	if what == "array" || what == "list" || what == "tuple" {
		hint = "one value for each neuron is a variable of the group, " + e.Name + " : 1, which the script sets; values that follow in time are a TimedArray"
	}
	if what == "NoneType" {
		c.errorHint(e.Sp, hint, "%q is None, which equations cannot use", e.Name)
		return ref, typ{}, true
	}
	a := "a"
	if strings.ContainsRune("aeiou", rune(what[0])) {
		a = "an"
	}
	c.errorHint(e.Sp, hint, "%q is %s %s, which equations cannot use", e.Name, a, what)
	return ref, typ{}, true
}

// warnShadow warns when a name of the group hides a value of the script.
func (c *checker) warnShadow(e *syntax.Ident, what string) {
	if c.warned[e.Name] || c.ctx.Scope == nil {
		return
	}
	if v, ok := c.external(e.Name); ok {
		if q, unit := units.Lookup(e.Name); !c.brian() && (unit && v.Q == q || v.Kind == ValOther || v.Kind == ValFunction) {
			return // equations of ANNarchy could not use those anyway
		}
		if e.Name == "N" && c.ctx.N > 0 && v.Kind != ValTable && v.Q == units.Number(float64(c.ctx.N)) {
			return // it is the same, NeuronGroup(N, ...)
		}
		c.warned[e.Name] = true
		c.list.Add(diag.Warningf(c.src, e.Sp, "%q is here %s, not the value of that name outside of the equations", e.Name, what))
	}
}

// unknown reports a name without meaning.
func (c *checker) unknown(e *syntax.Ident) {
	name := e.Name
	var names []string
	names = append(names, modelNames(c.m)...)
	for n := range c.locals {
		names = append(names, n)
	}
	names = append(names, "t", "dt", "i", "N", "pi", "inf")
	if c.ctx.Multi != "" {
		names = append(names, c.ctx.Multi)
	}
	if c.ctx.Geometry {
		names = append(names, "x", "y", "z")
	}
	if c.ctx.Synapse && c.ctx.Post != nil {
		names = append(names, modelNames(c.ctx.Post)...)
	}
	names = append(names, c.endNames()...)
	hint := ""
	switch {
	case (name == "x" || name == "y" || name == "z") && !c.ctx.Geometry:
		hint = "coordinates exist only in groups with a geometry"
	case c.brian() && (name == "true" || name == "false"):
		hint = "write True or False"
	case strings.HasPrefix(name, "d") && c.m.ByName[name[1:]] != nil:
		hint = "a derivative can stand only in the equation of its own variable"
	case c.builtinName(name):
		hint = name + " is a function: write " + name + "(...)"
	case !c.brian() && isUnit(name):
		hint = "ANNarchy's equations have no units; times are in ms"
	case !c.brian() && (name == "xi" || strings.HasPrefix(name, "xi_")):
		hint = "white noise exists in Brian's dialect; use Normal(0.0, 1.0)"
	case !c.ctx.Synapse && (strings.HasPrefix(name, "pre.") || strings.HasPrefix(name, "post.") || name == "j"):
		hint = "it has a meaning only in synapses"
	default:
		if c.ctx.Scope != nil {
			names = append(names, c.ctx.Scope.Names()...)
		}
		if c.brian() {
			names = append(names, units.CommonNames()...)
		}
		hint = diag.DidYouMean(name, names)
	}
	c.errorHint(e.Sp, hint, "unknown name %q", name)
}

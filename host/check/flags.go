package check

import (
	"sort"
	"strings"

	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/syntax"
)

// forms say on which equations a flag may stand.
type forms uint8

const (
	onODE forms = 1 << iota
	onParam
	onAssign
	onlySynapse
)

type flagRule struct {
	forms forms
	// neurons are those of forms on which it stands for neurons only.
	neurons forms
	value   bool // the flag takes a value: min=0
	set     func(v *Variable, value syntax.Expr)
}

var brianFlags = map[string]flagRule{
	"unless refractory": {forms: onODE, neurons: onODE, set: func(v *Variable, _ syntax.Expr) { v.UnlessRefractory = true }},
	"constant":          {forms: onParam, set: func(v *Variable, _ syntax.Expr) { v.Constant = true }},
	"constant over dt":  {forms: onAssign, set: func(v *Variable, _ syntax.Expr) { v.ConstantOverDt, v.Kind, v.Op = true, Assigned, "=" }},
	"shared":            {forms: onODE | onParam | onAssign, neurons: onODE, set: shared},
	"linked":            {forms: onParam, set: func(v *Variable, _ syntax.Expr) { v.Linked, v.Kind = true, Subexpression }},
	"event-driven":      {forms: onODE | onlySynapse, set: func(v *Variable, _ syntax.Expr) { v.EventDriven = true }},
	"clock-driven":      {forms: onODE | onlySynapse, set: func(v *Variable, _ syntax.Expr) { v.ClockDriven = true }},
	"summed":            {forms: onAssign | onlySynapse, set: func(v *Variable, _ syntax.Expr) { v.Summed = true }},
}

var annarchyFlags = func() map[string]flagRule {
	all := onODE | onParam | onAssign
	kind := func(k Kind) func(*Variable, syntax.Expr) {
		return func(v *Variable, _ syntax.Expr) { v.Type.Kind = k }
	}
	method := func(name string) flagRule {
		return flagRule{forms: onODE, set: func(v *Variable, _ syntax.Expr) { v.Method = name }}
	}
	return map[string]flagRule{
		"min":               {forms: onODE | onAssign, value: true, set: func(v *Variable, e syntax.Expr) { v.Min = e }},
		"max":               {forms: onODE | onAssign, value: true, set: func(v *Variable, e syntax.Expr) { v.Max = e }},
		"init":              {forms: all, value: true, set: func(v *Variable, e syntax.Expr) { v.Init = e }},
		"population":        {forms: all, set: shared},
		"projection":        {forms: all | onlySynapse, set: shared},
		"global":            {forms: all, set: shared},
		"shared":            {forms: all, set: shared},
		"postsynaptic":      {forms: all | onlySynapse, set: func(v *Variable, _ syntax.Expr) { v.Postsynaptic = true }},
		"int":               {forms: onParam | onAssign, set: kind(Int)},
		"bool":              {forms: onParam | onAssign, set: kind(Bool)},
		"float":             {forms: all, set: kind(Real)},
		"constant":          {forms: onParam, set: func(v *Variable, _ syntax.Expr) { v.Constant = true }},
		"unless refractory": {forms: onODE, set: func(v *Variable, _ syntax.Expr) { v.UnlessRefractory = true }},
		"event-driven":      {forms: onODE | onlySynapse, set: func(v *Variable, _ syntax.Expr) { v.EventDriven = true }},
		"linked":            {forms: onParam, set: func(v *Variable, _ syntax.Expr) { v.Linked, v.Shared, v.Kind = true, true, Subexpression }},
		"explicit":          method("explicit"),
		"implicit":          method("implicit"),
		"semiimplicit":      method("semiimplicit"),
		"exponential":       method("exponential"),
		"midpoint":          method("midpoint"),
		"rk4":               method("runge-kutta4"),
		"runge kutta4":      method("runge-kutta4"),
	}
}()

func shared(v *Variable, _ syntax.Expr) { v.Shared = true }

func formOf(v *Variable) (forms, string) {
	switch v.Eq.Kind {
	case syntax.EqODE:
		return onODE, "a differential equation"
	case syntax.EqParam:
		return onParam, "a parameter"
	}
	return onAssign, "an equation without derivative"
}

// flags applies the flags of v's equation.
func (c *checker) flags(v *Variable) {
	table := annarchyFlags
	if c.brian() {
		table = brianFlags
	}
	form, what := formOf(v)
	seen := map[string]bool{}
	methodAt := diag.Span{}
	for _, f := range v.Eq.Flags {
		r, ok := table[f.Name]
		switch {
		case !ok:
			c.unknownFlag(f, table, form)
		case seen[f.Name]:
			c.errorf(f.Sp, "the flag %q is given twice", f.Name)
		case r.forms&form == 0:
			c.errorHint(f.Sp, c.validFlags(table, form), "the flag %q does not fit %s", f.Name, what)
		case r.neurons&form != 0 && c.ctx.Synapse:
			c.errorHint(f.Sp, c.validFlags(table, form)+"; a variable of a NeuronGroup may have this flag", "the flag %q does not fit %s of synapses", f.Name, what)
		case r.forms&onlySynapse != 0 && !c.ctx.Synapse:
			c.errorHint(f.Sp, c.validFlags(table, form), "the flag %q is for synapses only", f.Name)
		case r.value && f.Value == nil:
			c.errorHint(f.Sp, "for example "+f.Name+"=0.0", "the flag %q needs a value", f.Name)
		case !r.value && f.Value != nil:
			c.errorHint(f.Sp, "write "+f.Name+" alone", "the flag %q takes no value", f.Name)
		default:
			before := v.Method
			r.set(v, f.Value)
			if before != "" && v.Method != before {
				c.list.Add(diag.Errorf(c.src, f.Sp, "two numerical methods for one equation: %s and %s", before, v.Method).
					WithNote(c.src, methodAt, "the first is here"))
			} else if v.Method != before {
				methodAt = f.Sp
			}
		}
		seen[f.Name] = true
	}
	if v.EventDriven && v.ClockDriven {
		c.errorHint(v.Eq.NameSp, "choose one", "%q is event-driven and clock-driven at once", v.Name)
	}
	if c.brian() && c.ctx.Synapse && v.Kind == State && !v.EventDriven {
		v.ClockDriven = true // as in Brian2, which says so in its log
	}
	if v.Init != nil && v.Eq.Kind == syntax.EqParam && v.Eq.RHS != nil {
		c.errorHint(v.Init.Span(), "leave one of them out", "%q has a default and an init= flag", v.Name)
	}
}

func (c *checker) unknownFlag(f syntax.Flag, table map[string]flagRule, form forms) {
	var names []string
	for n := range table {
		names = append(names, n)
	}
	hint := diag.DidYouMean(f.Name, names)
	if hint == "" {
		hint = c.validFlags(table, form)
	}
	if c.brian() {
		if _, ok := annarchyFlags[f.Name]; ok && hint != "" && f.Name != "shared" {
			switch f.Name {
			case "min", "max":
				hint = "that flag belongs to ANNarchy's dialect; write clip(x, low, high) where the variable is used"
			case "init":
				hint = "that flag belongs to ANNarchy's dialect; set the variable after the group is made"
			case "population", "global", "projection":
				hint = "in Brian's dialect it is called shared"
			}
		}
	} else if isBrianOnly(f.Name) {
		hint = "that flag belongs to Brian's dialect; " + c.validFlags(table, form)
	} else if isUnit(f.Name) {
		hint = "ANNarchy's equations have no units; what stands after the colon are flags"
	}
	c.errorHint(f.Sp, hint, "unknown flag %q", f.Name)
}

func isBrianOnly(name string) bool {
	_, brian := brianFlags[name]
	_, ann := annarchyFlags[name]
	return brian && !ann
}

// validFlags lists the flags that fit an equation here.
func (c *checker) validFlags(table map[string]flagRule, form forms) string {
	var names []string
	for n, r := range table {
		if r.forms&form == 0 || r.forms&onlySynapse != 0 && !c.ctx.Synapse || r.neurons&form != 0 && c.ctx.Synapse {
			continue
		}
		if r.value {
			n += "="
		}
		names = append(names, n)
	}
	sort.Strings(names)
	if len(names) == 0 {
		return "no flags are possible here"
	}
	return "possible here: " + strings.Join(names, ", ")
}

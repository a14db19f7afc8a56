package script

import (
	"cmp"
	"fmt"
	"math"
	"strconv"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/syntax"
	"github.com/galvani-sim/galvani/host/units"
)

// checkNetwork finds mistakes that show only when a network is complete: the time step is known, and names have their meaning.
func (in *interp) checkNetwork(n *net.Network) error {
	var list diag.List
	for _, g := range n.Groups {
		dt := g.DT
		if dt == 0 {
			dt = n.DT
		}
		if g.Generator != nil {
			if err := g.Generator.ValidateAt(dt); err != nil {
				d := diag.Diagnostic{Message: fmt.Sprintf("SpikeGeneratorGroup '%s': %v", g.Name, err), Hint: "shorten the time step, or move the spikes apart"}
				if !g.Generator.PeriodFits(dt) {
					d.Hint = "change the period, or give the group a time step that divides it, as in dt=0.05*ms"
				}
				if o := in.objectOf(g); o != nil {
					d.Source, d.Span = o.src, o.span
				}
				list.Add(d)
			}
		}
		if g.Dialect == check.Brian && g.Equations != nil {
			eqs, _ := syntax.ParseEquations(g.Equations, syntax.Brian)
			list = append(list, wordsAmong(eqs, g.Equations)...)
			for _, eq := range eqs.Eqs {
				if eq.RHS != nil {
					list = append(list, columns(g, g.Equations, eq.RHS)...)
					in.warn(turns(g, dt, eq.RHS))
				}
			}
			for _, c := range g.Code {
				code, _ := syntax.ParseCode(c.Code, syntax.Brian)
				for _, s := range code.Stmts {
					if s.X != nil {
						list = append(list, columns(g, c.Code, s.X)...)
					}
				}
			}
		}
	}
	for _, s := range n.Synapses {
		if s.Dialect == check.Brian && s.Equations != nil {
			eqs, _ := syntax.ParseEquations(s.Equations, syntax.Brian)
			list = append(list, wordsAmong(eqs, s.Equations)...)
		}
		in.warnOfClocks(s, n.DT)
	}
	return list.Err()
}

// pythonWords are those that equations may have as names.
var pythonWords = map[string]bool{"as": true, "assert": true, "async": true, "await": true, "break": true, "class": true, "continue": true, "def": true, "del": true, "elif": true,
	"except": true, "finally": true, "for": true, "from": true, "global": true, "import": true, "in": true, "is": true, "lambda": true, "nonlocal": true, "pass": true, "raise": true,
	"return": true, "try": true, "while": true, "with": true, "yield": true}

// wordsAmong finds variables that no script could name, as in Brian2.
func wordsAmong(eqs *syntax.Equations, src *diag.Source) (list diag.List) {
	for _, eq := range eqs.Eqs {
		if pythonWords[eq.Name] {
			list.Add(diag.Errorf(src, eq.NameSp, "%q cannot be a variable: it is a word of Python, and no script can set it", eq.Name).WithHint("choose another name, such as %s_", eq.Name))
		}
	}
	return list
}

// warnOfClocks warns, as Brian2 does, of delays between groups whose time steps differ.
func (in *interp) warnOfClocks(s *net.Synapses, dt float64) {
	for _, p := range s.Pathways {
		from, to := s.Pre.Group, s.Post.Group
		if p.Post {
			from, to = to, from
		}
		a, b := cmp.Or(from.DT, dt), cmp.Or(to.DT, dt)
		if a == b || len(p.Delay) == 0 && len(p.Delays) == 0 {
			continue
		}
		d := diag.Diagnostic{Severity: diag.Warning, Hint: "let the groups have one dt, or delays that are multiples of both",
			Message: fmt.Sprintf("the delays of %q of %s are rounded to time steps of %s, %v, while %s has steps of %v", p.Name, s.Name, from.Name, quantity{a, units.Second}, to.Name, quantity{b, units.Second})}
		for _, o := range in.brian.objects {
			if syn, ok := o.self.(*synapses); ok && syn.syn == s {
				d.Source, d.Span = o.src, o.span
			}
		}
		in.warn(diag.List{d})
	}
}

// turns warns, as Brian2 does, of calls of tables whose values last longer than a time step of dt seconds, but not for a whole number of them.
func turns(g *net.Group, dt float64, e syntax.Expr) (list diag.List) {
	syntax.Walk(e, func(x syntax.Expr) {
		call, ok := x.(*syntax.Call)
		if !ok || g.Namespace == nil {
			return
		}
		v, ok := g.Namespace.Lookup(call.Fun.Name)
		table, isTable := v.Table.(*net.TimedArray)
		if !ok || v.Kind != check.ValTable || !isTable {
			return
		}
		if r := table.DT / dt; r > 1 && math.Abs(r-math.Round(r)) > 1e-6 {
			list.Add(diag.Warningf(g.Equations, call.Fun.Sp, "values of %s last %v, which is not a multiple of the time step of %v: some are read in more steps than others",
				call.Fun.Name, quantity{table.DT, units.Second}, quantity{dt, units.Second}).WithHint("give the group a dt that divides that of the table"))
		}
	})
	return list
}

func (in *interp) objectOf(g *net.Group) *object {
	for _, o := range in.brian.objects {
		if ng, ok := o.self.(*neuronGroup); ok && ng.pop.group == g {
			return o
		}
	}
	return nil
}

// columns finds calls of two-dimensional tables whose column is known and out of range: ta(t, i) in a group with more neurons than
// the table has columns, and ta(t, 7).
func columns(g *net.Group, src *diag.Source, e syntax.Expr) (list diag.List) {
	syntax.Walk(e, func(x syntax.Expr) {
		call, ok := x.(*syntax.Call)
		if !ok || len(call.Args) != 2 || g.Namespace == nil {
			return
		}
		v, ok := g.Namespace.Lookup(call.Fun.Name)
		table, isTable := v.Table.(*net.TimedArray)
		if !ok || v.Kind != check.ValTable || !isTable || table.Columns == 0 {
			return
		}
		last := -1
		switch a := call.Args[1].(type) {
		case *syntax.Ident:
			if a.Name == "i" {
				last = g.N - 1
			}
		case *syntax.Number:
			if n, err := strconv.Atoi(a.Text); err == nil {
				last = n
			}
		}
		if last >= table.Columns {
			list.Add(diag.Errorf(src, call.Args[1].Span(), "column %d of %s, which has columns 0 to %d", last, call.Fun.Name, table.Columns-1).
				WithHint("a column for each of the %d neurons, or an index such as i %% %d", g.N, table.Columns))
		}
	})
	return list
}

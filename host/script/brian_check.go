package script

import (
	"fmt"
	"strconv"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/syntax"
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
			for _, eq := range eqs.Eqs {
				if eq.RHS != nil {
					list = append(list, columns(g, g.Equations, eq.RHS)...)
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
	return list.Err()
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

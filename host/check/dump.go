package check

import (
	"fmt"
	"io"
	"strings"

	"github.com/galvani-sim/galvani/host/syntax"
)

// String returns "state", "parameter", "subexpression", "assigned" or "local".
func (k VarKind) String() string {
	return [...]string{"state", "parameter", "subexpression", "assigned", "local"}[k]
}

// String returns "Brian" or "ANNarchy".
func (d Dialect) String() string { return d.Syntax().String() }

// Dump writes the model for people: variables with their types and expressions, the order of one step, names from outside.
func (m *Model) Dump(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "dialect %s\n", m.Dialect)
	for _, v := range m.Vars {
		fmt.Fprintf(&b, "%s %s : %s", v.Kind, v.Name, v.Type)
		if f := v.flagList(); f != "" {
			fmt.Fprintf(&b, " (%s)", f)
		}
		b.WriteByte('\n')
		show := func(label string, e syntax.Expr) {
			if e != nil {
				fmt.Fprintf(&b, "    %s %s\n", label, syntax.PrintWhole(e, 4000))
			}
		}
		switch v.Kind {
		case State:
			show("d/dt =", v.Expr)
		case Assigned:
			show(v.Op, v.Expr)
		default:
			show("=", v.Expr)
		}
		show("init", v.Init)
		show("min", v.Min)
		show("max", v.Max)
	}
	for i, u := range m.Updates {
		var names []string
		if u.Assign != nil {
			names = append(names, "assign "+u.Assign.Name)
		}
		for _, v := range u.ODEs {
			names = append(names, v.Name)
		}
		if u.Assign == nil {
			names[0] = "integrate " + names[0]
		}
		fmt.Fprintf(&b, "update %d: %s\n", i+1, strings.Join(names, ", "))
	}
	list := func(label string, names []string) {
		if len(names) > 0 {
			fmt.Fprintf(&b, "%s: %s\n", label, strings.Join(names, ", "))
		}
	}
	var subs []string
	for _, v := range m.Subs {
		subs = append(subs, v.Name)
	}
	list("order of subexpressions", subs)
	list("targets", m.Targets)
	list("noise", m.Noises)
	consts, tables := map[string]bool{}, map[string]bool{}
	for _, r := range m.Refs {
		if r.Kind == RefConstant {
			value := fmt.Sprintf("%s = %g", r.Name, r.Const.Value)
			if !r.Const.Dim.Dimensionless() {
				value += " " + r.Const.Dim.String()
			}
			consts[value] = true
		}
	}
	for _, r := range m.Calls {
		if r.Kind == CallTable {
			tables[r.Name] = true
		}
	}
	list("constants", sortedKeys(consts))
	list("tables", sortedKeys(tables))
	_, err := io.WriteString(w, b.String())
	return err
}

func (v *Variable) flagList() string {
	var out []string
	for _, f := range []struct {
		on   bool
		name string
	}{
		{v.Shared, "shared"}, {v.Postsynaptic, "postsynaptic"}, {v.Constant, "constant"}, {v.ConstantOverDt, "constant over dt"},
		{v.UnlessRefractory, "unless refractory"}, {v.EventDriven, "event-driven"}, {v.ClockDriven, "clock-driven"}, {v.Summed, "summed"}, {v.Method != "", v.Method},
	} {
		if f.on {
			out = append(out, f.name)
		}
	}
	return strings.Join(out, ", ")
}

package script

import (
	"fmt"
	"sort"
	"strings"
	"text/tabwriter"

	"github.com/galvani-sim/galvani/host/units"
	"go.starlark.net/starlark"
)

// Scheduled is one entry of a time step.
type Scheduled struct {
	Slot, Name string
	Order      int
	DT         float64 // seconds
}

// Spent is the time that a part of the step has taken so far.
type Spent struct {
	Name    string
	Seconds float64
}

// Reporting is a Simulation that tells what it does in a step, and how long that took.
type Reporting interface {
	Schedule() []Scheduled
	Spent() []Spent
}

// table aligns columns.
func table(rows [][]string) string {
	var text strings.Builder
	w := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	for _, r := range rows {
		fmt.Fprintln(w, strings.Join(r, "\t"))
	}
	w.Flush()
	lines := strings.Split(strings.TrimRight(text.String(), "\n"), "\n")
	for k, l := range lines {
		lines[k] = strings.TrimRight(l, " ")
	}
	return strings.Join(lines, "\n")
}

// schedule is net.scheduling_summary(): what happens in a step, in order, as a table.
func (n *network) schedule(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args)+len(kwargs) > 0 {
		return nil, fmt.Errorf("scheduling_summary takes no arguments")
	}
	if err := n.open(t); err != nil {
		return nil, err
	}
	return summary(n.w.sim)
}

// schedulingSummary is scheduling_summary(): of what a bare run() takes.
func (in *interp) schedulingSummary(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args)+len(kwargs) > 0 {
		return nil, fmt.Errorf("scheduling_summary takes no arguments")
	}
	if err := in.ready(t); err != nil {
		return nil, err
	}
	return summary(in.sim)
}

func summary(s Simulation) (starlark.Value, error) {
	r, ok := s.(Reporting)
	if !ok {
		return nil, notYet("scheduling_summary")
	}
	rows := [][]string{{"when", "order", "name", "dt"}}
	for _, x := range r.Schedule() {
		rows = append(rows, []string{x.Slot, fmt.Sprint(x.Order), x.Name, quantity{x.DT, units.Second}.String()})
	}
	return starlark.String(table(rows)), nil
}

// profile is net.profiling_info: pairs of a name and the time it has taken, the longest first.
func (n *network) profile() (starlark.Value, error) {
	if n.w.sim == nil {
		return starlark.NewList(nil), nil
	}
	r, ok := n.w.sim.(Reporting)
	if !ok {
		return nil, notYet("profiling_info")
	}
	list := r.Spent()
	sort.SliceStable(list, func(i, j int) bool { return list[i].Seconds > list[j].Seconds })
	var out []starlark.Value
	for _, x := range list {
		out = append(out, starlark.Tuple{starlark.String(x.Name), quantity{x.Seconds, units.Second}})
	}
	return starlark.NewList(out), nil
}

// profilingSummary is profiling_summary(net=None, show=None): the same as a table.
func (in *interp) profilingSummary(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var of, show starlark.Value
	if err := unpack(b.Name(), args, kwargs, "net?", &of, "show?", &show); err != nil {
		return nil, err
	}
	n := &network{in: in, w: in.brian.magic}
	if own, ok := of.(*network); ok {
		n = own
	}
	if n.w == nil || n.w.sim == nil {
		return nil, withHint(fmt.Errorf("profiling_summary: nothing has run yet"), "a Network that was run is given as profiling_summary(net)")
	}
	v, err := n.profile()
	if err != nil {
		return nil, err
	}
	list, _ := v.(*starlark.List)
	count := list.Len()
	if isGiven(show) {
		k, err := starlark.AsInt32(show)
		if err != nil || k < 1 {
			return nil, fmt.Errorf("profiling_summary: show= is how many entries are shown, not %v", show)
		}
		count = min(count, k)
	}
	total := 0.0
	for k := range list.Len() {
		total += list.Index(k).(starlark.Tuple)[1].(quantity).Value
	}
	var rows [][]string
	for k := range count {
		pair := list.Index(k).(starlark.Tuple)
		s := pair[1].(quantity).Value
		rows = append(rows, []string{string(pair[0].(starlark.String)), fmt.Sprintf("%.3g s", s), fmt.Sprintf("%.1f %%", 100*s/max(total, 1e-300))})
	}
	return starlark.String(table(rows)), nil
}

// getStates is net.get_states(): a dictionary of dictionaries of arrays, of all groups and synapses.
func (n *network) getStates(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args)+len(kwargs) > 0 {
		return nil, fmt.Errorf("get_states of a network takes no arguments; the one of a group takes names of variables")
	}
	out := starlark.NewDict(len(n.members))
	for _, o := range n.members {
		if !o.keeps() {
			continue
		}
		d, err := getStates(o.self.(stateful), nil, nil)
		if err != nil {
			return nil, err
		}
		if err := out.SetKey(starlark.String(o.name), d); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// setStates is net.set_states({'G': {'v': ...}}).
func (n *network) setStates(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var d *starlark.Dict
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "values", &d); err != nil {
		return nil, err
	}
	for _, kv := range d.Items() {
		v, names := n.find(kv[0])
		if v == nil {
			return nil, withHint(fmt.Errorf("set_states: the network has no object %v", kv[0]), joined("it has ", names))
		}
		owner, ok1 := v.(starlark.HasSetField)
		vars, ok2 := kv[1].(*starlark.Dict)
		if !ok1 || !ok2 {
			return nil, fmt.Errorf("set_states: takes a dictionary of variables for each group or synapses, as get_states() gives it")
		}
		for _, x := range vars.Items() {
			name, ok := x[0].(starlark.String)
			if !ok {
				return nil, fmt.Errorf("set_states: names are strings")
			}
			if err := owner.SetField(string(name), x[1]); err != nil {
				return nil, err
			}
		}
	}
	return starlark.None, nil
}

package script

import (
	"cmp"
	"fmt"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/net"
	"go.starlark.net/starlark"
)

var emptySource = &diag.Source{}

// functionNamed is a function of the neuron that the script calls: pop.transfer_function(x, y).
func (p *population) functionNamed(name string) starlark.Value {
	return p.in.callable(p.functions, name)
}

// callable is a function of equations as one of the script, with numbers or arrays for its arguments; nil: there is none of the name. It is evaluated as
// equations are, by a population that has the arguments as parameters.
func (in *interp) callable(list []function, name string) starlark.Value {
	for _, f := range list {
		if f.name != name {
			continue
		}
		return starlark.NewBuiltin(name, func(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			if len(kwargs) > 0 || len(args) != len(f.args) {
				return nil, fmt.Errorf("%s takes %d argument%s", name, len(f.args), plural(len(f.args)))
			}
			n := 1
			var values []*Array
			for _, a := range args {
				x, err := toArray(a)
				if err != nil {
					return nil, fmt.Errorf("%s: %w", name, err)
				}
				values = append(values, x)
				n = max(n, len(x.data))
			}
			g := &net.Group{Name: "call_of_" + name, N: n, Dialect: check.ANNarchy, Params: &diag.Source{Name: "arguments of " + name},
				Equations: &diag.Source{Name: "function " + name, Text: "result = 0.0"}, Namespace: &scope{in: in, made: capture(t)}}
			to := map[string]string{}
			for k, a := range f.args {
				if len(values[k].data) != 1 && len(values[k].data) != n {
					return nil, fmt.Errorf("%s: the arguments have %d and %d values", name, len(values[k].data), n)
				}
				name := fmt.Sprintf("argument_%d", k) // a itself may be a name that equations have
				to[a] = name
				g.Params.Text += name + " = 0.0\n"
				g.Initial = append(g.Initial, net.Assignment{Var: name, Values: values[k].data})
			}
			g.Params.Text += "result = 0.0\n"
			g.Equations.Text = ""
			g.Initial = append(g.Initial, net.Assignment{Var: "result", Expr: &diag.Source{Name: "function " + name, Text: word.ReplaceAllStringFunc(f.body, func(w string) string { return cmp.Or(to[w], w) })}})
			out := &Array{data: make([]float64, n), shape: []int{n}}
			err := in.inspect(&net.Network{Groups: []*net.Group{g}}, func(s Simulation) error {
				data, _, err := s.Get(g, "result")
				copy(out.data, data)
				return err
			})
			if err != nil {
				return nil, err
			}
			if n == 1 && !isArray(args[0]) {
				return starlark.Float(out.data[0]), nil
			}
			return out, nil
		})
	}
	return nil
}

package script

import (
	"fmt"

	"github.com/galvani-sim/galvani/host/net"
	"go.starlark.net/starlark"
)

// every is ANNarchy's every(f, period=10.0): f(n) is called every period ms with the number of the call.
func (in *interp) every(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var f starlark.Callable
	var period starlark.Value
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "f", &f, "period", &period); err != nil {
		return nil, err
	}
	d, err := duration("every: period", period, 1e-3)
	if err != nil {
		return nil, err
	}
	n := -1
	return in.addOperation(t, b.Name(), f, &net.Operation{DT: d}, func() starlark.Value {
		n++
		return starlark.MakeInt(n)
	})
}

func (in *interp) addOperation(t *starlark.Thread, kind string, f starlark.Callable, op *net.Operation, arg func() starlark.Value) (starlark.Value, error) {
	if err := in.prepareOperation(t, kind, f, op, arg); err != nil {
		return nil, err
	}
	in.net.Operations = append(in.net.Operations, op)
	return f, nil
}

// prepareOperation completes an operation that calls f.
func (in *interp) prepareOperation(t *starlark.Thread, kind string, f starlark.Callable, op *net.Operation, arg func() starlark.Value) error {
	if op.DT < 0 {
		return fmt.Errorf("%s: the interval must be positive", kind)
	}
	var args starlark.Tuple
	takes := 0
	inner, self, beside := f, 0, ""
	if m, ok := f.(*boundMethod); ok {
		inner, self, beside = m.fn, 1, " beside self"
	}
	if u, ok := inner.(*unitFunction); ok {
		inner = u.fn
	}
	if fn, ok := inner.(*starlark.Function); ok {
		takes = fn.NumParams() - self
		if fn.HasVarargs() || fn.HasKwargs() || takes < 0 || takes > 1 {
			return fmt.Errorf("%s: %s must take no argument or one%s", kind, f.Name(), beside)
		}
	}
	op.Name = f.Name()
	if op.Name == "lambda" {
		op.Name = kind
	}
	for k, base := 1, op.Name; in.hasOperation(op.Name); k++ {
		op.Name = fmt.Sprintf("%s_%d", base, k)
	}
	op.Place = in.placeOf(t)
	op.Func = func(s net.State) error {
		in.state = s
		defer func() { in.state = nil }()
		in.grantSteps()
		a := arg()
		if takes == 1 {
			args = starlark.Tuple{a}
		}
		in.moment++
		_, err := starlark.Call(in.thread, f, args, nil)
		return err
	}
	return nil
}

func (in *interp) hasOperation(name string) bool {
	for _, o := range in.net.Operations {
		if o.Name == name {
			return true
		}
	}
	return false
}

package script

import (
	"fmt"
	"math"

	"github.com/galvani-sim/galvani/host/net"
	"go.starlark.net/starlark"
)

// spikesShown finds the spikes that a panel shows.
func spikesShown(panel string, v *net.View, monitor starlark.Value) error {
	m, ok := monitor.(*spikeMonitor)
	if !ok {
		return withHint(fmt.Errorf("%s: expected a SpikeMonitor, got %s", panel, article(monitor)), fmt.Sprintf("for example %s(SpikeMonitor(G))", panel))
	}
	if m.mon.CountOnly {
		return withHint(fmt.Errorf("%s: the monitor %q only counts spikes", panel, m.mon.Name), "SpikeMonitor(G, record=True) keeps when they were")
	}
	v.Spikes, v.Group = m.mon, m.of.pop.group
	return nil
}

// rasterPanel makes raster(M) of a SpikeMonitor.
func (in *interp) rasterPanel(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	v := &net.View{Kind: net.Raster, Place: in.placeOf(t)}
	var mon starlark.Value
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "monitor", &mon, "title?", &v.Title); err != nil {
		return nil, err
	}
	if err := spikesShown(b.Name(), v, mon); err != nil {
		return nil, err
	}
	return &panelValue{v}, nil
}

// isiPanel makes isi(M): a histogram of the intervals between spikes.
func (in *interp) isiPanel(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	v := &net.View{Kind: net.ISI, Place: in.placeOf(t)}
	var mon starlark.Value
	var hi starlark.Value = starlark.None
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "monitor", &mon, "max?", &hi, "title?", &v.Title); err != nil {
		return nil, err
	}
	if err := spikesShown(b.Name(), v, mon); err != nil {
		return nil, err
	}
	var err error
	if hi != starlark.None {
		v.Max, err = positiveTime(b.Name()+": max", hi)
	}
	return &panelValue{v}, err
}

// spectrumPanel makes spectrum(G, "v", indices), of a variable, and spectrum(M), of the rate of a population.
func (in *interp) spectrumPanel(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	v := &net.View{Kind: net.Spectrum, Place: in.placeOf(t)}
	var what starlark.Value
	var elements, highest, window starlark.Value = starlark.None, starlark.None, starlark.None
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "what", &what, "variable?", &v.Var, "indices?", &elements, "fmax?", &highest, "window?", &window,
		"title?", &v.Title); err != nil {
		return nil, err
	}
	var err error
	if m, ok := what.(*spikeMonitor); ok {
		if v.Var != "" || elements != starlark.None {
			return nil, withHint(fmt.Errorf("spectrum: a SpikeMonitor has one rate, and no variable or indices to choose"), "spectrum(M), or spectrum(G, \"v\", [0, 5])")
		}
		err = spikesShown(b.Name(), v, m)
	} else {
		_, err = in.variableOf(b.Name(), v, what, elements)
	}
	if err != nil {
		return nil, err
	}
	if highest != starlark.None {
		q, ok := asQuantity(highest)
		if !ok || q.Dim != hertz || !(q.Value > 0) || math.IsInf(q.Value, 0) {
			return nil, withHint(fmt.Errorf("spectrum: fmax must be a frequency above 0, got %v", highest), "for example fmax=100*Hz")
		}
		v.Highest = q.Value
	}
	if window != starlark.None {
		if v.Window, err = positiveTime("spectrum: window", window); err != nil {
			return nil, err
		}
	}
	if n := v.SpectrumSamples(); n > net.MostSpectrumSamples {
		return nil, withHint(fmt.Errorf("spectrum: %.3g Hz over %.3g s are %.0f samples; at most %d are taken", v.SpectrumHighest(), v.SpectrumWindow(), n, net.MostSpectrumSamples),
			"a shorter window=, or a lower fmax=")
	}
	return &panelValue{v}, nil
}

func positiveTime(what string, v starlark.Value) (float64, error) {
	x, err := duration(what, v, 0)
	if err == nil && (!(x > 0) || math.IsInf(x, 0)) {
		err = fmt.Errorf("%s must be a time above 0, got %v", what, v)
	}
	return x, err
}

package bench

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/units"
	"gonum.org/v1/gonum/stat"
)

var (
	perSecond = units.Dim{}.Div(units.Second)
	volt      = units.Metre.Mul(units.Metre).Mul(units.Kilogram).Div(units.Second).Div(units.Second).Div(units.Second).Div(units.Ampere)
	ampere    = units.Ampere
)

// Parameters of Potjans and Diesmann, Cerebral Cortex 24 (2014), tables 4 and 5; layer-wise initial potentials and full-scale rates as published
// with its later implementations (van Albada et al., Front. Neuroinform. 12:291, 2018). Populations are L23e, L23i, L4e, L4i, L5e, L5i, L6e, L6i.
var microcircuitData = struct {
	cells, external       [8]int
	rates, vMean, vSpread [8]float64
	probability           [8][8]float64 // [target][source]
	weight, inhibitory    float64       // pA, and relative to it
	background            float64       // Hz
	tauSyn                float64       // s
	weightSpread          float64
	delayExc, delayInh    float64 // s
	delaySpread           float64
}{
	cells:    [8]int{20683, 5834, 21915, 5479, 4850, 1065, 14395, 2948},
	external: [8]int{1600, 1500, 2100, 1900, 2000, 1900, 2900, 2100},
	rates:    [8]float64{0.903, 2.965, 4.414, 5.876, 7.569, 8.633, 1.105, 7.829},
	vMean:    [8]float64{-68.28, -63.16, -63.33, -63.45, -63.11, -61.66, -66.72, -61.43},
	vSpread:  [8]float64{5.36, 4.57, 4.74, 4.94, 4.94, 4.55, 5.46, 4.48},
	probability: [8][8]float64{
		{0.1009, 0.1689, 0.0437, 0.0818, 0.0323, 0, 0.0076, 0},
		{0.1346, 0.1371, 0.0316, 0.0515, 0.0755, 0, 0.0042, 0},
		{0.0077, 0.0059, 0.0497, 0.1350, 0.0067, 0.0003, 0.0453, 0},
		{0.0691, 0.0029, 0.0794, 0.1597, 0.0033, 0, 0.1057, 0},
		{0.1004, 0.0622, 0.0505, 0.0057, 0.0831, 0.3726, 0.0204, 0},
		{0.0548, 0.0269, 0.0257, 0.0022, 0.0600, 0.3158, 0.0086, 0},
		{0.0156, 0.0066, 0.0211, 0.0166, 0.0572, 0.0197, 0.0396, 0.2252},
		{0.0364, 0.0010, 0.0034, 0.0005, 0.0277, 0.0080, 0.0658, 0.1443},
	},
	weight: 87.8081, inhibitory: -4, background: 8, tauSyn: 0.5e-3, weightSpread: 0.1,
	delayExc: 1.5e-3, delayInh: 0.75e-3, delaySpread: 0.5,
}

// indegree is the mean number of inputs of a cell from a population at full scale.
func indegree(target, source int) float64 {
	d := &microcircuitData
	pairs := float64(d.cells[target]) * float64(d.cells[source])
	if d.probability[target][source] == 0 {
		return 0
	}
	return math.Log(1-d.probability[target][source]) / math.Log1p(-1/pairs) / float64(d.cells[target])
}

// microcircuit is the model at a scale of numbers of cells and of inputs per cell alike. Below 1, weights grow by 1/sqrt(scale), which keeps the
// variance of inputs, and a constant current makes up for the mean that then is missing, from the rates at full scale (van Albada,
// Helias and Diesmann, PLoS Comput. Biol. 11:e1004490, 2015). Without poisson the external input is its mean, a constant current. The rules of connection are those of the
// reference implementation for NEST: both ends of a fixed number of synapses are drawn, weights are normal with 10 % spread, and delays with
// 50 %, drawn again where they round to less than a step.
func microcircuit(scale float64, poisson bool) Workload {
	d := &microcircuitData
	var start [9]int
	for k, n := range d.cells {
		start[k+1] = start[k] + int(math.Round(float64(n)*scale))
	}
	var total [8][8]int64
	n, synapses := start[8], 0.0
	for t := range 8 {
		for s := range 8 {
			total[t][s] = int64(math.Round(indegree(t, s) * float64(d.cells[t]) * scale * scale))
			synapses += float64(total[t][s])
		}
	}
	drive := "Poisson"
	name := fmt.Sprintf("microcircuit-%g", scale)
	if !poisson {
		drive, name = "constant", name+"-dc"
	}
	build := func() *net.Network {
		grown := d.weight / math.Sqrt(scale)
		ns := quantities{"w_ext": fmt.Sprintf("%.17g*pA", grown)}
		v, spread, weight, delay := make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)
		current := make([]float64, n)
		var connections []*net.Connection
		var inputs []*net.PoissonInput
		g := &net.Group{Name: "cells", N: n, Namespace: ns}
		for t := range 8 {
			dc := microcircuitDrive(t, scale, poisson)
			if poisson {
				inputs = append(inputs, &net.PoissonInput{Name: fmt.Sprintf("external%d", t), Target: net.Span{Group: g, Start: start[t], Stop: start[t+1]},
					Var: "isyn", Namespace: ns, N: int(math.Round(float64(d.external[t]) * scale)), Rate: d.background, Weight: equations("w_ext")})
			}
			for s := range 8 {
				if total[t][s] > 0 {
					connections = append(connections, &net.Connection{Total: total[t][s],
						Condition: equations(fmt.Sprintf("i >= %d and i < %d and j >= %d and j < %d", start[s], start[s+1], start[t], start[t+1]))})
				}
			}
			for i := start[t]; i < start[t+1]; i++ {
				current[i] = dc * d.tauSyn * 1e-12
				v[i], spread[i] = d.vMean[t]*1e-3, d.vSpread[t]*1e-3
				weight[i], delay[i] = grown*1e-12, d.delayExc
				if t%2 == 1 {
					weight[i], delay[i] = d.inhibitory*grown*1e-12, d.delayInh
				}
			}
		}
		g.Method = "exact"
		g.Equations = equations(`dv/dt = (-65*mV - v)/(10*ms) + (isyn + drive)/(250*pF) : volt (unless refractory)
disyn/dt = -isyn/(0.5*ms) : amp
drive : amp (constant)
weight : amp (constant)
latency : second (constant)
spread : volt (constant)`)
		g.Spiking = &net.Spiking{Threshold: equations("v >= -50*mV"), Reset: equations("v = -65*mV"), Refractory: equations("2*ms"), Rule: net.RefractoryNEST}
		g.Initial = []net.Assignment{
			{Var: "v", Values: v, Dim: volt}, {Var: "spread", Values: spread, Dim: volt}, {Var: "drive", Values: current, Dim: ampere},
			{Var: "weight", Values: weight, Dim: ampere}, {Var: "latency", Values: delay, Dim: units.Second}, initially("v", "v + spread*randn()"),
		}
		// Of the delays of a mean of two spreads, one in 37 is drawn again; one in 10^8 would have to be more often than this, and is one step.
		drawn := fmt.Sprintf("latency_pre*(1 + %g*randn())", d.delaySpread)
		delays := []net.Assignment{initially("delay", drawn)}
		for range 4 {
			delays = append(delays, net.Assignment{Var: "delay", Condition: equations("delay < 0.05*ms"), Expr: equations(drawn)})
		}
		delays = append(delays, initially("delay", "clip(delay, 0.1*ms, 100*ms)"))
		double := fmt.Sprintf("1 + int(i >= %d and i < %d and j < %d)", start[2], start[3], start[1])
		s := &net.Synapses{
			Name: "synapses", Pre: net.All(g), Post: net.All(g), Namespace: ns, Equations: equations("w : amp (constant)"), Connect: connections,
			Pathways: []*net.Pathway{{Name: "pre", Code: equations("isyn += w"), Delays: delays}},
			Initial:  []net.Assignment{initially("w", fmt.Sprintf("weight_pre*(%s)*(1 + %g*randn())", double, d.weightSpread))},
		}
		network := counted(g, s)
		network.Inputs = inputs
		return network
	}
	w := spikes(name, "Potjans and Diesmann's microcircuit, "+drive+" input", float64(n), synapses, build,
		Watched{Group: "cells", Var: "v", Peak: 0.05, Most: 0.5}, drawn, 1, 8)
	w.Params = append([]Param{{"scale", scale}}, w.Params...)
	w.Populations = microcircuitPopulations(start, scale)
	return w
}

// quietBelow is the scale from which on constant drive alone takes the cells of all populations beyond their threshold. Below, the currents that make up
// for missing inhibition keep them silent, here as in Brian2 (results/microcircuit-brian2.json): fluctuating input is then what makes cells fire.
const quietBelow = 0.5

// scaledMicrocircuit is the workload of a name microcircuit-SCALE or microcircuit-SCALE-dc.
func scaledMicrocircuit(name string) (w Workload, ok bool, err error) {
	rest, ok := strings.CutPrefix(name, "microcircuit-")
	if !ok {
		return w, false, nil
	}
	rest, constant := strings.CutSuffix(rest, "-dc")
	scale, err := strconv.ParseFloat(rest, 64)
	switch {
	case err != nil:
		return w, false, nil
	case !(scale >= reference.Scale && scale <= 1):
		return w, false, fmt.Errorf("%s: what its rates should be is known for scales from %g to 1", name, reference.Scale)
	case constant && scale < quietBelow:
		return w, false, fmt.Errorf("%s: below scale %g the network is silent with constant drive", name, quietBelow)
	}
	return microcircuit(scale, !constant), true, nil
}

//go:embed results/microcircuit-brian2.json
var microcircuitBrian []byte

// reference are rates, and mean coefficients of variation, of Brian2 with Poisson drive, from bench/peers/microcircuit.py.
var reference = func() (r struct {
	Scale, Seconds, Transient float64
	Runs                      []struct{ Rates, CV [8]float64 }
}) {
	all := []any{&r}
	if err := json.Unmarshal(microcircuitBrian, &all); err != nil {
		panic(err)
	}
	return r
}()

// microcircuitPopulations are those of a scale: at the reference's, its mean rates, which are up to 48 % below those at full scale; at full scale the published ones;
// and between the two, rates between theirs. Three per cent are left for what differs between random networks. How much rates vary from second to second is
// known from the reference's runs.
func microcircuitPopulations(start [9]int, scale float64) (list []Population) {
	for k, full := range microcircuitData.rates {
		var rates []float64
		for _, r := range reference.Runs {
			rates = append(rates, r.Rates[k])
		}
		mean, spread := stat.MeanStdDev(rates, nil)
		p := Population{Start: start[k], Stop: start[k+1], Low: mean, High: full, Spread: spread * math.Sqrt(reference.Seconds)}
		switch scale {
		case reference.Scale:
			p.High = mean
		case 1:
			p.Low = full
		}
		p.Low, p.High = 0.97*p.Low, 1.03*p.High
		list = append(list, p)
	}
	return list
}

// microcircuitDrive is the constant current of a population's cells, as the sum in pA/s that tauSyn makes a current of.
func microcircuitDrive(t int, scale float64, poisson bool) float64 {
	d := &microcircuitData
	missing := 1 - math.Sqrt(scale)
	dc := d.background * float64(d.external[t]) * d.weight
	if poisson {
		dc *= missing
	}
	for s := range 8 {
		w := d.weight
		if s%2 == 1 {
			w *= d.inhibitory
		} else if t == 0 && s == 2 {
			w *= 2
		}
		dc += missing * indegree(t, s) * w * d.rates[s]
	}
	return dc
}

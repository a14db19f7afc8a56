package bench

import (
	"context"
	"math"
	"testing"

	"github.com/galvani-sim/galvani/host/cpu"
	"github.com/galvani-sim/galvani/host/plan"
	"github.com/galvani-sim/galvani/host/sim"
	"gonum.org/v1/gonum/stat"
)

// Cells of the microcircuit at a tenth of its size fire as irregularly as Brian2's: the mean coefficient of variation of their intervals, over cells with four
// intervals at least, lies among those of six other random networks.
func TestMicrocircuitIrregularity(t *testing.T) {
	w, err := Select([]string{"microcircuit-0.1"})
	if err != nil {
		t.Fatal(err)
	}
	n, err := w[0].Build()
	if err != nil {
		t.Fatal(err)
	}
	m := n.SpikeMonitors[0]
	m.CountOnly = false
	s, err := sim.Compile(n, sim.Options{Backend: cpu.Backend{}, Precision: plan.Single, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	dt := s.Plan().BaseDT
	from := int64(math.Round(reference.Transient / dt))
	if err := s.RunSteps(context.Background(), from+int64(math.Round(reference.Seconds/dt))); err != nil {
		t.Fatal(err)
	}
	// The same moments as the peer's script: of the intervals of each cell, divided by their number.
	cells := m.Of.Group.N
	last, count, sum, squares := make([]int64, cells), make([]float64, cells), make([]float64, cells), make([]float64, cells)
	columns, err := s.Spikes(m).Recording.Tail(0)
	if err != nil {
		t.Fatal(err)
	}
	index, steps := columns[0].([]int32), columns[1].([]int64)
	for k, step := range steps {
		i := index[k]
		if step < from {
			continue
		}
		if last[i] > 0 {
			gap := float64(step-last[i]) * dt
			count[i], sum[i], squares[i] = count[i]+1, sum[i]+gap, squares[i]+gap*gap
		}
		last[i] = step
	}
	for k, p := range w[0].Populations {
		var own, theirs []float64
		for i := p.Start; i < p.Stop; i++ {
			if count[i] >= 4 {
				mean := sum[i] / count[i]
				own = append(own, math.Sqrt(max(squares[i]/count[i]-mean*mean, 0))/mean)
			}
		}
		for _, run := range reference.Runs {
			theirs = append(theirs, run.CV[k])
		}
		mean, spread := stat.MeanStdDev(theirs, nil)
		got := stat.Mean(own, nil)
		t.Logf("population %d: %d cells, %.4f, Brian2 %.4f ± %.4f", k, len(own), got, mean, spread)
		if allowed := 4 * spread * math.Sqrt(1+1/float64(len(theirs))); !(math.Abs(got-mean) <= allowed) {
			t.Errorf("population %d: the mean coefficient of variation is %.4f, Brian2's %.4f; %.4f is allowed", k, got, mean, allowed)
		}
	}
}

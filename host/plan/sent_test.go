package plan

import (
	"slices"
	"strings"
	"testing"

	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/net"
)

// later plans a network, and once more after its delays have changed at a step, with spikes under way or without. sorted is how many rows by delays
// are kept then.
func later(t *testing.T, now int64, waiting bool) (before, after *Plan, sorted int) {
	t.Helper()
	text := func(s string) *diag.Source { return &diag.Source{Name: "test", Text: s} }
	g := &net.Group{Name: "g", N: 3, Equations: text("v : 1"), Spiking: &net.Spiking{Threshold: text("v > 1"), Reset: text("v = 0")}}
	path := &net.Pathway{Name: "pre", Code: text("w += 1"), Delay: []float64{1e-3, 4e-3, 0}}
	s := &net.Synapses{Name: "s", Pre: net.All(g), Post: net.All(g), Equations: text("w : 1"), Pathways: []*net.Pathway{path},
		Connect: []*net.Connection{{I: []int32{0, 1, 2}, J: []int32{1, 2, 0}}}}
	n, o := &net.Network{DT: 1e-3, Groups: []*net.Group{g}, Synapses: []*net.Synapses{s}}, Options{Pairs: Pairs{}}
	r, err := Build(n, o)
	if err != nil {
		t.Fatal(err)
	}
	path.Delay = []float64{2e-3}
	o.Past = func(p *net.Pathway) *Past {
		last := r.SendingOf("s", p.Name).Sent[0]
		last.Before = now
		return &Past{Now: now, Last: last, Waiting: func() (bool, error) { return waiting, nil }}
	}
	r2, err := Build(n, o)
	if err != nil {
		t.Fatal(err)
	}
	for _, rows := range o.Pairs[s].made.rows {
		if rows[0].each {
			sorted++
		}
	}
	return r.Plan, r2.Plan, sorted
}

// TestBoundedRuns looks at the plan behind a change of delays: what says the steps, and what does not depend on them.
func TestBoundedRuns(t *testing.T) {
	_, p, kept := later(t, 10, true)
	_, q, _ := later(t, 70, true)
	text := func(p *Plan) string {
		var b strings.Builder
		p.Dump(&b)
		return b.String()
	}
	for _, want := range []string{"spikes of steps 0 to 9", "spikes from step 10 on"} {
		if !strings.Contains(text(p), want) {
			t.Errorf("the plan does not say %q:\n%s", want, text(p))
		}
	}
	before, none, left := later(t, 10, false)
	if kept != 1 || left != 0 {
		t.Errorf("rows by earlier delays are kept %d times while spikes are under way, and %d times behind them, want 1 and 0", kept, left)
	}
	if p.Fingerprint != q.Fingerprint || p.Fingerprint == none.Fingerprint || p.Fingerprint == before.Fingerprint {
		t.Error("plans with the same operations have one fingerprint, whatever the steps, and others another")
	}
	if p.Shape() == q.Shape() {
		t.Error("plans whose operations are for other steps cannot be merged")
	}
	if m, err := Merge([]*Plan{p, p}); err != nil || !strings.Contains(text(m), "spikes of steps 0 to 9") {
		t.Errorf("plans for the same steps: %v", err)
	}
	if strings.Contains(text(none), "spikes of steps") || strings.Contains(text(none), "spikes from step") {
		t.Error("with nothing under way the earlier delays are of no use")
	}
	list, _ := p.Find("g", EventList(""))
	if list.Rows != 5 {
		t.Errorf("the list is kept for %d steps, want 5", list.Rows)
	}
	bounded := slices.DeleteFunc(p.runs(), func(r *Run) bool { return !r.Bounded() })
	if len(bounded) != 4 {
		t.Fatalf("%d operations are for some spikes only, want 4", len(bounded))
	}
	for _, bad := range [][2]int64{{-1, 0}, {5, 5}, {5, 3}} {
		r := *bounded[0]
		bounded[0].From, bounded[0].Before = bad[0], bad[1]
		if err := p.Verify(); err == nil || !strings.Contains(err.Error(), "over the spikes of steps") {
			t.Errorf("bounds %v: %v", bad, err)
		}
		*bounded[0] = r
	}
}

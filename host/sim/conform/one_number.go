package conform

import (
	"slices"
	"testing"

	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/sim"
)

// oneNumber compares weights that are kept as one number with weights of each synapse, and goes from one form to the other.
func (s *suite) oneNumber(t *testing.T) {
	for _, c := range []lumpedCase{
		{name: "spikes", equations: "w : 1\nu : 1", onPre: "n_post += w\nother_post += w*u*a_pre"},
		{name: "a sum", equations: "w : 1\nu : 1\nother_post = w*u*a_pre*c_post : 1 (summed)", onPre: "n_post += w"},
	} {
		t.Run(c.name, func(t *testing.T) { s.oneNumberAgrees(t, c) })
	}
	// With one number the states of synapses can be kept per target, which ends with it.
	t.Run("states", func(t *testing.T) {
		n, _, syn := lumpedCase{equations: "w : 1\ndh/dt = -h/(5*ms) : 1 (clock-driven)\nsum_post = h : 1 (summed)", onPre: "h += w", method: "exact"}.network()
		syn.Initial = []net.Assignment{{Var: "w", Values: []float64{0.25}}}
		o := s.options()
		o.OneNumber = true
		r := compile(t, n, o)
		if len(r.Result().Lumped[syn]) != 1 {
			t.Error("h is not lumped")
		}
		run(t, r, 20e-3)
		h, _, err := r.GetSynapses(syn, "h")
		if err != nil {
			t.Fatal(err)
		}
		w := slices.Repeat([]float64{0.25}, len(h))
		w[3] = 0.5
		if err := r.SetSynapses(syn, "w", w); err != nil {
			t.Fatal(err)
		}
		if now, _, err := r.GetSynapses(syn, "h"); err != nil || !slices.Equal(now, h) || r.Result().Lumped[syn] != nil {
			t.Errorf("states after a weight was set: equal %v, lumped %v, %v", slices.Equal(now, h), r.Result().Lumped[syn], err)
		}
		run(t, r, 20e-3)
	})
}

func (s *suite) oneNumberAgrees(t *testing.T, c lumpedCase) {
	type side struct {
		r   *sim.Sim
		g   *net.Group
		syn *net.Synapses
	}
	start := func(one bool) side {
		n, g, syn := c.network()
		o := s.options()
		o.OneNumber = one
		syn.Initial = []net.Assignment{{Var: "w", Values: []float64{0.25}}, {Var: "u", Values: []float64{-1.5}}}
		r := compile(t, n, o)
		if got := len(r.Result().Ones[syn]); (got == 2) != one {
			t.Fatalf("%v are one number", r.Result().Ones[syn])
		}
		return side{r, g, syn}
	}
	a, b := start(true), start(false)
	value := func(x side, name string) []float64 {
		v, _, err := x.r.GetSynapses(x.syn, name)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	agree := func(when string) {
		t.Helper()
		run(t, a.r, 20e-3)
		run(t, b.r, 20e-3)
		for _, name := range []string{"other", "n"} {
			x, y := get(t, a.r, a.g, name), get(t, b.r, b.g, name)
			if d, at := distance(x, y); !(d <= s.opt.Network*20*s.eps()) || slices.Max(x) == slices.Min(x) {
				t.Fatalf("%s: %s of element %d is %v, with weights of each %v", when, name, at, x[at], y[at])
			}
		}
		for _, name := range []string{"w", "u"} {
			if x, y := value(a, name), value(b, name); !slices.Equal(x, y) {
				t.Fatalf("%s: %s is %v..., with weights of each %v...", when, name, x[:4], y[:4])
			}
		}
	}
	set := func(name string, v []float64) {
		t.Helper()
		for _, x := range []side{a, b} {
			if err := x.r.SetSynapses(x.syn, name, v); err != nil {
				t.Fatal(err)
			}
		}
	}
	ones := func(want int) {
		t.Helper()
		if got := a.r.Result().Ones[a.syn]; len(got) != want {
			t.Errorf("%v are one number, want %d", got, want)
		}
	}
	store := func(name string) {
		t.Helper()
		for _, x := range []side{a, b} {
			if err := x.r.Store(name); err != nil {
				t.Fatal(err)
			}
		}
	}
	restore := func(name string) {
		t.Helper()
		for _, x := range []side{a, b} {
			if err := x.r.Restore(name, sim.RestoreOptions{Random: true}); err != nil {
				t.Fatal(err)
			}
		}
	}
	agree("at first")
	set("w", []float64{0.5})
	agree("another number")
	set("w", slices.Repeat([]float64{0.75}, len(value(b, "w"))))
	agree("equal numbers")
	ones(2)
	store("one")
	w := value(b, "w")
	w[5] = 3
	set("w", w)
	ones(0)
	agree("one of them differs")
	store("each")
	restore("one")
	agree("a state of one number, where each has its own")
	restore("each")
	agree("back")

	// A state of each is restored where there was one number.
	c2 := start(true)
	restore("each")
	file := t.TempDir() + "/state"
	if err := b.r.StoreFile(file, ""); err != nil {
		t.Fatal(err)
	}
	a = c2
	if err := a.r.RestoreFile(file, "", sim.RestoreOptions{Random: true}); err != nil {
		t.Fatal(err)
	}
	agree("a state of each, where there was one number")
}

package reference

import (
	"fmt"
	"math"

	"github.com/galvani-sim/galvani/host/net"
)

// Two oscillators whose pull is late by tau lock in phase where K cos(Omega tau) > 0, with Omega = omega - K sin(Omega tau), and in antiphase
// where it is negative, with Omega = omega + K sin(Omega tau) (Schuster and Wagner, Progress of Theoretical Physics 81:939, 1989; Yeung and
// Strogatz, Physical Review Letters 82:648, 1999). Once locked, a phase grows by the same amount in each Euler step, so that the frequency is exact.
func testLateLocking(b *bench) {
	const k = 1.5
	type pair struct {
		g   *net.Group
		m   *net.StateMonitor
		tau float64
	}
	var pairs []pair
	b.DT = 1e-3
	for _, tau := range []float64{0, 0.05, 0.2, 0.45, 0.6, 0.85, 0.95} {
		name := fmt.Sprintf("late%d", len(pairs))
		ns := namespace{"K": fmt.Sprintf("%v/second", k)}
		g := b.group(name, 2, "dTheta/dt = 5*radian/second + K*coupling : radian\ncoupling : 1", "euler", ns, nil)
		b.set(g, "Theta", []float64{0.3, 1.4}, "1")
		s := b.synapses(name+"_s", g, g, "coupling_post = sin(Theta_pre - Theta_post) : 1 (summed)", ns)
		s.Connect = []*net.Connection{{I: []int32{0, 1}, J: []int32{1, 0}}}
		s.Sums = &net.Pathway{Name: net.SumsPathway, Delay: []float64{tau}}
		m := b.stateMonitor(g, []string{"Theta"})
		m.DT = 1
		pairs = append(pairs, pair{g, m, tau})
	}
	b.run(81)
	tol := 1e-9
	if !b.double() {
		tol = 0.02 // half a unit in the last place of 300 rad, in each of the 1000 steps of a second
	}
	antiphase := 0
	for _, p := range pairs {
		a, err := b.sim.Recording(p.m).Array("Theta")
		if err != nil {
			b.t.Fatal(err)
		}
		theta := a.Data.([]float64)
		omega := (theta[2*80] - theta[2*70]) / 10
		sign := 1.0
		if math.Cos(omega*p.tau) < 0 {
			sign, antiphase = -1, antiphase+1
		}
		if want := 5 - sign*k*math.Sin(omega*p.tau); !(math.Abs(omega-want) <= tol) {
			b.t.Errorf("tau %g s: the frequency is %v, and %v follows from it", p.tau, omega, want)
		}
		apart := math.Remainder(theta[2*80]-theta[2*80+1], 2*math.Pi)
		if d := math.Cos(apart) - sign; !(math.Abs(d) <= tol) {
			b.t.Errorf("tau %g s: the phases are %v apart", p.tau, apart)
		}
	}
	if antiphase == 0 || antiphase == len(pairs) {
		b.t.Errorf("%d of %d pairs in antiphase", antiphase, len(pairs))
	}
}

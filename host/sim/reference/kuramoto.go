package reference

import (
	"math"
	"slices"

	"github.com/galvani-sim/galvani/host/net"
)

// kuramoto couples n phases over edges: dTheta/dt = omega + K/N sum sin(Theta_pre - Theta_post).
func kuramoto(b *bench, n int, name string, pre, post []int32) *net.Group {
	b.DT = 1e-3
	ns := namespace{"K": "15/second"}
	g := b.group("osc", n, "dTheta/dt = omega + K/N*coupling : radian\nomega : radian/second (constant)\ncoupling : 1", "euler", ns, nil)
	b.set(g, "Theta", reference(b.t, name+"_theta0"), "1")
	b.set(g, "omega", reference(b.t, name+"_omega"), "1/second")
	s := b.synapses("synapses", g, g, "coupling_post = sin(Theta_pre - Theta_post) : 1 (summed)", ns)
	s.Connect = []*net.Connection{{I: pre, J: post}}
	return g
}

// wantPhases compares the final phases: to 1e-9 rad in double precision, to 0.02 in single (1e4 additions).
func (b *bench) wantPhases(g *net.Group, want []float64) []float64 {
	b.t.Helper()
	got, _, err := b.sim.Get(g, "Theta")
	if err != nil {
		b.t.Fatal(err)
	}
	tol := 1e-9
	if !b.double() {
		tol = 0.02
	}
	for i, w := range want {
		if !(math.Abs(got[i]-w) <= tol) {
			b.t.Fatalf("Theta[%d] = %v, want %v", i, got[i], w)
		}
	}
	return got
}

func testKuramoto10(b *bench) {
	var pre, post []int32
	for k, a := range reference(b.t, "kur10_A") {
		if a != 0 {
			pre, post = append(pre, int32(k/10)), append(post, int32(k%10))
		}
	}
	g := kuramoto(b, 10, "kur10", pre, post)
	m := b.stateMonitor(g, []string{"Theta"})
	b.run(10)
	b.wantPhases(g, reference(b.t, "kur10_end"))
	b.wantTrace(m, "Theta", reference(b.t, "kur10_theta"), 1e-11)
}

func testKuramoto1000(b *bench) {
	neighbours := make([][]int32, 1000)
	e := reference(b.t, "kur1000_edges")
	for k := 0; k < len(e); k += 2 {
		i, j := int32(e[k]), int32(e[k+1])
		neighbours[i], neighbours[j] = append(neighbours[i], j), append(neighbours[j], i)
	}
	var pre, post []int32
	for i, list := range neighbours {
		slices.Sort(list)
		for _, j := range list {
			pre, post = append(pre, int32(i)), append(post, j)
		}
	}
	g := kuramoto(b, 1000, "kur1000", pre, post)
	b.run(10)
	var re, im float64
	for _, x := range b.wantPhases(g, reference(b.t, "kur1000_K15_end")) {
		re, im = re+math.Cos(x)/1000, im+math.Sin(x)/1000
	}
	tol := 1e-9
	if !b.double() {
		tol = 1e-3
	}
	if r, want := math.Hypot(re, im), reference(b.t, "kur1000_K15_R")[100]; math.Abs(r-want) > tol {
		b.t.Errorf("order parameter %v, want %v", r, want)
	}
}

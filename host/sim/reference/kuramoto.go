package reference

import (
	"math"
	"slices"

	"github.com/galvani-sim/galvani/host/net"
)

// kuramoto couples n phases over edges: dTheta/dt = omega + K/N sum sin(Theta_pre - Theta_post).
func kuramoto(b *bench, n int, name, strength string, pre, post []int32) *net.Group {
	b.DT = 1e-3
	ns := namespace{"K": strength}
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
	g := kuramoto(b, 10, "kur10", "15/second", pre, post)
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
	g := kuramoto(b, 1000, "kur1000", "15/second", pre, post)
	b.run(10)
	b.wantOrder(b.wantPhases(g, reference(b.t, "kur1000_K15_end")), reference(b.t, "kur1000_K15_R")[100])
}

// order is |mean exp(i theta)|.
func order(theta []float64) float64 {
	var re, im float64
	for _, x := range theta {
		re, im = re+math.Cos(x), im+math.Sin(x)
	}
	return math.Hypot(re, im) / float64(len(theta))
}

func (b *bench) wantOrder(theta []float64, want float64) {
	b.t.Helper()
	tol := 1e-9
	if !b.double() {
		tol = 1e-3
	}
	if r := order(theta); math.Abs(r-want) > tol {
		b.t.Errorf("order parameter %v, want %v", r, want)
	}
}

// kuramotoAt is a directed graph at the k-th coupling strength of kuramoto_strengths.py.
func kuramotoAt(k int, strength string) func(*bench) {
	return func(b *bench) {
		const n = 60
		var pre, post []int32
		for e, a := range reference(b.t, "kurs_A") {
			if a != 0 {
				pre, post = append(pre, int32(e/n)), append(post, int32(e%n))
			}
		}
		g := kuramoto(b, n, "kurs", strength, pre, post)
		b.run(10)
		want := reference(b.t, "kurs_ends")[k*n : (k+1)*n]
		b.wantOrder(b.wantPhases(g, want), order(want))
	}
}

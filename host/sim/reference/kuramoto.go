package reference

import (
	"math"
	"slices"

	"github.com/galvani-sim/galvani/host/net"
)

// kuramoto couples n phases over edges: dTheta/dt = omega + K/N sum sin(Theta_pre - Theta_post).
func kuramoto(b *bench, n int, name, strength string, pre, post []int32) *net.Group {
	g, _ := kuramotoSum(b, n, name, strength, "sin(Theta_pre - Theta_post)", pre, post)
	return g
}

// kuramotoSum is kuramoto with another term to sum, in which synapses may have a weight w.
func kuramotoSum(b *bench, n int, name, strength, term string, pre, post []int32) (*net.Group, *net.Synapses) {
	b.DT = 1e-3
	ns := namespace{"K": strength}
	g := b.group("osc", n, "dTheta/dt = omega + K/N*coupling : radian\nomega : radian/second (constant)\ncoupling : 1", "euler", ns, nil)
	b.set(g, "Theta", reference(b.t, name+"_theta0"), "1")
	b.set(g, "omega", reference(b.t, name+"_omega"), "1/second")
	s := b.synapses("synapses", g, g, "w : 1\ncoupling_post = "+term+" : 1 (summed)", ns)
	s.Connect = []*net.Connection{{I: pre, J: post}}
	return g, s
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

// testKuramotoWeighted is a directed graph with weights, isolated nodes and several edges of a pair.
func testKuramotoWeighted(b *bench) {
	g, s := kuramotoSum(b, 200, "kurw", "50/second", "w*sin(Theta_pre - Theta_post)", ints(reference(b.t, "kurw_pre")), ints(reference(b.t, "kurw_post")))
	s.Initial = []net.Assignment{{Var: "w", Values: reference(b.t, "kurw_w")}}
	b.run(10)
	want := reference(b.t, "kurw_end")
	b.wantOrder(b.wantPhases(g, want), order(want))
}

// testKuramotoDelayed has a delay for each edge of a directed graph with weights.
func testKuramotoDelayed(b *bench) {
	g, s := kuramotoSum(b, 60, "kurd", "40/second", "w*sin(Theta_pre - Theta_post)", ints(reference(b.t, "kurd_pre")), ints(reference(b.t, "kurd_post")))
	s.Initial = []net.Assignment{{Var: "w", Values: reference(b.t, "kurd_w")}}
	s.Sums = &net.Pathway{Name: net.SumsPathway, Delay: scaled(reference(b.t, "kurd_lag"), 1e-3)}
	b.wantLate(g, reference(b.t, "kurd_end"), reference(b.t, "kurd_R"))
}

// testKuramotoDelayedAll is all to all with one delay.
func testKuramotoDelayedAll(b *bench) {
	const n = 40
	var pre, post []int32
	for k := range int32(n * n) {
		if k/n != k%n {
			pre, post = append(pre, k/n), append(post, k%n)
		}
	}
	g, s := kuramotoSum(b, n, "kurd_all", "3/second", "sin(Theta_pre - Theta_post)", pre, post)
	s.Sums = &net.Pathway{Name: net.SumsPathway, Delay: []float64{0.15}}
	b.wantLate(g, reference(b.t, "kurd_all_end"), reference(b.t, "kurd_all_R"))
}

// wantLate runs for 10 s and compares the final phases, and the order parameter every 100 ms.
func (b *bench) wantLate(g *net.Group, end, R []float64) {
	b.t.Helper()
	m := b.stateMonitor(g, []string{"Theta"})
	m.DT = 0.1
	b.run(10)
	a, err := b.sim.Recording(m).Array("Theta")
	if err != nil {
		b.t.Fatal(err)
	}
	theta := a.Data.([]float64)
	for k := range a.Shape[0] {
		b.wantOrder(theta[k*g.N:(k+1)*g.N], R[k])
	}
	b.wantOrder(b.wantPhases(g, end), R[len(R)-1])
}

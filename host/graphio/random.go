package graphio

import (
	"fmt"
	"math"
	"slices"

	"github.com/galvani-sim/galvani/host/connect"
)

// maxEdges bounds what a generator makes: 2^31 edges of 16 bytes.
const maxEdges = math.MaxInt32

func checkNodes(what string, n int) error {
	if n < 0 || n > math.MaxInt32 {
		return fmt.Errorf("%s: %d nodes; 0 to %d are possible", what, n, math.MaxInt32)
	}
	return nil
}

func checkProbability(what string, p float64) error {
	if !(p >= 0 && p <= 1) {
		return fmt.Errorf("%s: p is %v; a probability lies between 0 and 1", what, p)
	}
	return nil
}

// ErdosRenyi is G(n, p): each of the possible edges exists with probability p, independently (Gilbert 1959). There are no loops.
func ErdosRenyi(seed uint64, n int, p float64, directed bool) (*Graph, error) {
	if err := checkNodes("erdos_renyi", n); err != nil {
		return nil, err
	}
	if err := checkProbability("erdos_renyi", p); err != nil {
		return nil, err
	}
	mean := p * float64(n) * float64(n-1)
	if !directed {
		mean /= 2
	}
	if mean > maxEdges {
		return nil, fmt.Errorf("erdos_renyi: about %.3g edges; at most %d are possible", mean, maxEdges)
	}
	g := &Graph{N: n, Directed: directed}
	room := int(mean + 4*math.Sqrt(mean) + 16)
	g.I, g.J = make([]int32, 0, room), make([]int32, 0, room)
	s := connect.NewSampler(connect.Key{Seed: seed}.Sub("graph/erdos_renyi"))
	var row []int32
	for i := range int32(n) {
		if directed {
			row = s.WithProbability(row, int(i), n-1, p)
			for _, j := range row {
				if j >= i {
					j++
				}
				g.I, g.J = append(g.I, i), append(g.J, j)
			}
			continue
		}
		row = s.WithProbability(row, int(i), n-1-int(i), p)
		for _, j := range row {
			g.I, g.J = append(g.I, i), append(g.J, i+1+j)
		}
	}
	return g, nil
}

// ErdosRenyiEdges is G(n, m): m different edges, every set of them equally likely (Erdős and Rényi 1959). There are no loops.
func ErdosRenyiEdges(seed uint64, n, m int, directed bool) (*Graph, error) {
	if err := checkNodes("erdos_renyi", n); err != nil {
		return nil, err
	}
	pairs := uint64(n) * uint64(max(n, 1)-1)
	if !directed {
		pairs /= 2
	}
	if m < 0 || uint64(m) > pairs || m > maxEdges {
		return nil, fmt.Errorf("erdos_renyi: m is %d; %d nodes have room for %d edges", m, n, min(pairs, maxEdges))
	}
	// Of more than half of all pairs those are drawn that are left out.
	draw := uint64(m)
	if complement := uint64(m) > pairs/2; complement {
		draw = pairs - uint64(m)
	}
	w := newWords(seed, "erdos_renyi m")
	set := newPairSet(int(draw))
	drawn := make([]uint64, 0, draw)
	for uint64(len(drawn)) < draw {
		if k := w.below(pairs); set.add(k) {
			drawn = append(drawn, k)
		}
	}
	slices.Sort(drawn)
	if draw != uint64(m) {
		rest := make([]uint64, 0, m)
		for k, next := uint64(0), 0; k < pairs; k++ {
			if next < len(drawn) && drawn[next] == k {
				next++
				continue
			}
			rest = append(rest, k)
		}
		drawn = rest
	}
	g := &Graph{N: n, Directed: directed, I: make([]int32, m), J: make([]int32, m)}
	i, first := uint64(0), uint64(0) // first is the number of the first pair of row i
	for e, k := range drawn {
		if directed {
			i, j := k/uint64(n-1), k%uint64(n-1)
			if j >= i {
				j++
			}
			g.I[e], g.J[e] = int32(i), int32(j)
			continue
		}
		for k >= first+uint64(n)-1-i {
			first += uint64(n) - 1 - i
			i++
		}
		g.I[e], g.J[e] = int32(i), int32(i+1+k-first)
	}
	return g, nil
}

// WattsStrogatz is the small world of Watts and Strogatz 1998: a ring in which each node is joined with its k nearest (k even), of
// whose edges each is moved with probability p to another target, so that no loop and no parallel edge arises. As in networkx an
// edge of a node that is joined with all others stays.
func WattsStrogatz(seed uint64, n, k int, p float64) (*Graph, error) {
	if err := checkNodes("watts_strogatz", n); err != nil {
		return nil, err
	}
	if err := checkProbability("watts_strogatz", p); err != nil {
		return nil, err
	}
	if k < 0 || k%2 != 0 || k >= n && k > 0 {
		return nil, fmt.Errorf("watts_strogatz: k is %d; a node of %d has an even number of neighbours below %d", k, n, n)
	}
	if int64(n)*int64(k/2) > maxEdges {
		return nil, fmt.Errorf("watts_strogatz: %d edges; at most %d are possible", int64(n)*int64(k/2), maxEdges)
	}
	m := n * (k / 2)
	g := &Graph{N: n, I: make([]int32, 0, m), J: make([]int32, 0, m)}
	set := newPairSet(m)
	degree := make([]int32, n)
	for step := 1; step <= k/2; step++ {
		for u := range n {
			v := int32((u + step) % n)
			g.I, g.J = append(g.I, int32(u)), append(g.J, v)
			set.add(unordered(int32(u), v))
			degree[u]++
			degree[v]++
		}
	}
	w, moves := newWords(seed, "watts_strogatz"), newChance(p)
	for e := range g.I {
		u := g.I[e]
		if !moves.happens(w) || int(degree[u]) >= n-1 {
			continue
		}
		to := int32(w.below(uint64(n)))
		for to == u || set.has(unordered(u, to)) {
			to = int32(w.below(uint64(n)))
		}
		set.remove(unordered(u, g.J[e]))
		degree[g.J[e]]--
		degree[to]++
		set.add(unordered(u, to))
		g.J[e] = to
	}
	return g, nil
}

// BarabasiAlbert grows a graph by preferential attachment (Barabási and Albert 1999): it begins as a star of m+1 nodes, and each
// further node is joined with m different ones, chosen with a probability proportional to their degree.
func BarabasiAlbert(seed uint64, n, m int) (*Graph, error) {
	if err := checkNodes("barabasi_albert", n); err != nil {
		return nil, err
	}
	if m < 1 || m >= n {
		return nil, fmt.Errorf("barabasi_albert: m is %d; a new node of %d is joined with 1 to %d others", m, n, n-1)
	}
	edges := int64(n-m) * int64(m)
	if edges > maxEdges/2 {
		return nil, fmt.Errorf("barabasi_albert: %d edges; at most %d are possible", edges, maxEdges/2)
	}
	g := &Graph{N: n, I: make([]int32, 0, edges), J: make([]int32, 0, edges)}
	ends := make([]int32, 0, 2*edges) // every node as often as its degree
	for v := range int32(m) {
		g.I, g.J = append(g.I, v), append(g.J, int32(m))
		ends = append(ends, v, int32(m))
	}
	w := newWords(seed, "barabasi_albert")
	chosen := make([]int32, 0, m)
	mark := make([]int32, n) // the newest node that chose it
	for u := int32(m) + 1; int(u) < n; u++ {
		chosen = chosen[:0]
		for len(chosen) < m {
			v := ends[w.below(uint64(len(ends)))]
			if mark[v] != u {
				mark[v] = u
				chosen = append(chosen, v)
			}
		}
		for _, v := range chosen {
			g.I, g.J = append(g.I, v), append(g.J, u)
			ends = append(ends, v, u)
		}
	}
	return g, nil
}

// Configuration joins the stubs of nodes of the given degrees at random (Newman 2003): loops and parallel edges may arise, every
// degree is exact.
func Configuration(seed uint64, degrees []int) (*Graph, error) {
	stubs, err := stubsOf("configuration_model", degrees)
	if err != nil {
		return nil, err
	}
	if len(stubs)%2 != 0 {
		return nil, fmt.Errorf("configuration_model: the degrees add up to %d; every edge has two ends, so the sum is even", len(stubs))
	}
	w := newWords(seed, "configuration_model")
	shuffle(w, stubs)
	half := len(stubs) / 2
	return &Graph{N: len(degrees), Multi: true, I: stubs[:half:half], J: stubs[half:]}, nil
}

// ConfigurationDirected joins the outgoing stubs with the incoming ones at random: loops and parallel edges may arise, every in-
// and out-degree is exact.
func ConfigurationDirected(seed uint64, in, out []int) (*Graph, error) {
	if len(in) != len(out) {
		return nil, fmt.Errorf("directed_configuration_model: %d in-degrees, but %d out-degrees", len(in), len(out))
	}
	to, err := stubsOf("directed_configuration_model", in)
	if err != nil {
		return nil, err
	}
	from, err := stubsOf("directed_configuration_model", out)
	if err != nil {
		return nil, err
	}
	if len(to) != len(from) {
		return nil, fmt.Errorf("directed_configuration_model: the in-degrees add up to %d, the out-degrees to %d; the sums are equal", len(to), len(from))
	}
	shuffle(newWords(seed, "directed_configuration_model"), to)
	return &Graph{N: len(in), Directed: true, Multi: true, I: from, J: to}, nil
}

func stubsOf(what string, degrees []int) ([]int32, error) {
	sum := 0
	for k, d := range degrees {
		if d < 0 || d > maxEdges {
			return nil, fmt.Errorf("%s: the degree of node %d is %d", what, k, d)
		}
		if sum += d; sum > maxEdges {
			return nil, fmt.Errorf("%s: more than %d ends of edges", what, maxEdges)
		}
	}
	stubs := make([]int32, 0, sum)
	for k, d := range degrees {
		for range d {
			stubs = append(stubs, int32(k))
		}
	}
	return stubs, nil
}

// shuffle is that of Fisher and Yates.
func shuffle(w *words, v []int32) {
	for k := len(v) - 1; k > 0; k-- {
		q := w.below(uint64(k + 1))
		v[k], v[q] = v[q], v[k]
	}
}

// Simple drops loops and all but the first of parallel edges, and reports how many edges that were.
func (g *Graph) Simple() (*Graph, int) {
	out := *g
	out.Multi = false
	out.I, out.J, out.W, out.Edge = nil, nil, nil, nil
	keep := make([]int32, 0, len(g.I))
	set := newPairSet(len(g.I))
	for e := range g.I {
		key := uint64(g.I[e])<<32 | uint64(uint32(g.J[e]))
		if !g.Directed {
			key = unordered(g.I[e], g.J[e])
		}
		if g.I[e] != g.J[e] && set.add(key) {
			keep = append(keep, int32(e))
		}
	}
	at := make(map[int32]int32, 0)
	for k, e := range keep {
		out.I, out.J = append(out.I, g.I[e]), append(out.J, g.J[e])
		if g.W != nil {
			out.W = append(out.W, g.W[e])
		}
		if len(g.Edge) > 0 {
			at[e] = int32(k)
		}
	}
	for _, a := range g.Edge {
		b := &Attr{Name: a.Name}
		for p, e := range a.At {
			if k, ok := at[e]; ok {
				b.At, b.Values = append(b.At, k), append(b.Values, a.Values[p])
			}
		}
		out.Edge = append(out.Edge, b)
	}
	return &out, len(g.I) - len(keep)
}

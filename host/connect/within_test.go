package connect

import (
	"slices"
	"testing"
)

// pairs lists the synapses of a rule as (pre, post, weight), by post and then by pre.
func pairsOf(t *testing.T, r Rule, pre, post Shape) [][3]float64 {
	t.Helper()
	m, err := r.Build(Key{Seed: 3, Stream: 5}, pre, post)
	if err != nil {
		t.Fatal(err)
	}
	a, err := m.List(pre, post)
	if err != nil {
		t.Fatal(err)
	}
	var out [][3]float64
	for k := range a.Pre {
		out = append(out, [3]float64{float64(a.Pre[k]), float64(a.Post[k]), a.W[min(k, len(a.W)-1)]})
	}
	slices.SortFunc(out, func(a, b [3]float64) int { return int(1000*(a[1]-b[1]) + a[0] - b[0]) })
	return out
}

func TestWithinScatteredNeurons(t *testing.T) {
	pre, post := Shape{Name: "a", N: 6}, Shape{Name: "b", N: 4}
	got := pairsOf(t, &Within{Rule: AllToAll{Weight: Constant(0.5)}, Pre: []int32{1, 4}, Post: []int32{3, 0}}, pre, post)
	want := [][3]float64{{1, 0, 0.5}, {4, 0, 0.5}, {1, 3, 0.5}, {4, 3, 0.5}}
	if !slices.Equal(got, want) {
		t.Errorf("all_to_all: %v, want %v", got, want)
	}
	// The order of the neurons is that of the matrix: row 0 of the weights, [post, pre], belongs to neuron 3.
	got = pairsOf(t, &Within{Rule: &Dense{W: []float64{1, 2, 3, 4}, Rows: 2, Cols: 2}, Pre: []int32{1, 4}, Post: []int32{3, 0}}, pre, post)
	want = [][3]float64{{1, 0, 3}, {4, 0, 4}, {1, 3, 1}, {4, 3, 2}}
	if !slices.Equal(got, want) {
		t.Errorf("from_matrix: %v, want %v", got, want)
	}
}

// Apart leaves out what joins a neuron with itself, where the parts begin at different neurons, and nothing else.
func TestWithinApart(t *testing.T) {
	pre, post := Shape{Name: "p[2:5]", N: 3}, Shape{Name: "p[0:4]", N: 4}
	all := AllToAll{Weight: Constant(1), AllowSelf: true}
	got := pairsOf(t, &Within{Rule: all, PreAt: 2, Apart: true}, pre, post)
	var want [][3]float64
	for j := range 4 {
		for i := range 3 {
			if i+2 != j {
				want = append(want, [3]float64{float64(i), float64(j), 1})
			}
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	// What is left of drawn synapses is as they would be without.
	some := FixedProbability{P: 0.5, Weight: Constant(1), AllowSelf: true}
	got = pairsOf(t, &Within{Rule: some, PreAt: 2, Apart: true}, pre, post)
	want = slices.DeleteFunc(pairsOf(t, some, pre, post), func(p [3]float64) bool { return p[0]+2 == p[1] })
	if len(want) == 0 || !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestWithinWrongNeuron(t *testing.T) {
	_, _, err := (&Within{Rule: AllToAll{Weight: Constant(1)}, Pre: []int32{7}}).Estimate(Shape{Name: "a", N: 6}, Shape{Name: "b", N: 4})
	if err == nil || err.Error() != "all_to_all: there is no neuron 7 of 6" {
		t.Errorf("got %v", err)
	}
}

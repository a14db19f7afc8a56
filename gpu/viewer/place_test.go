//go:build cgo && linux

package viewer

import (
	"math"
	"slices"
	"testing"

	"github.com/galvani-sim/galvani/host/net"
)

// A node without edges stays close to the others, every node has a place of its own, and the same graph has the same picture.
func TestPlace(t *testing.T) {
	const n = 60
	var pre, post []int32
	for k := range int32(n - 1) { // the last node is alone
		pre, post = append(pre, k), append(post, (k+1)%(n-1))
	}
	at, err := place("", &net.Group{N: n}, pre, post)
	if err != nil {
		t.Fatal(err)
	}
	again, _ := place("", &net.Group{N: n}, pre, post)
	if !slices.Equal(at, again) {
		t.Error("not the same again")
	}
	dist := func(a, b int) float64 {
		return math.Hypot(float64(at[3*a]-at[3*b]), float64(at[3*a+1]-at[3*b+1]))
	}
	across := 0.0
	for a := range n - 1 {
		for b := range a {
			if d := dist(a, b); d < 1e-3 {
				t.Errorf("nodes %d and %d lie on each other", a, b)
			} else {
				across = math.Max(across, d)
			}
		}
	}
	for a := range n - 1 {
		if d := dist(a, n-1); d > 1.2*across {
			t.Fatalf("the node without edges is %g from node %d, in a graph %g across", d, a, across)
		}
	}
	given := make([]float32, 3*n)
	if got, _ := place("", &net.Group{N: n, Positions: given}, pre, post); !slices.Equal(got, given) {
		t.Error("given positions are not kept")
	}
}

// A few nodes far out do not make the others small; without them the whole layout is in the picture.
func TestOutliers(t *testing.T) {
	const n = 2000
	at := make([]float32, 3*n)
	for k := range n {
		r, a := math.Sqrt((float64(k)+0.5)/n), float64(k)*math.Pi*(3-math.Sqrt(5))
		at[3*k], at[3*k+1] = float32(r*math.Cos(a)), float32(r*math.Sin(a))
	}
	low, high := corners(at)
	if l, h := mostCorners(at); l != low || h != high {
		t.Errorf("a disc is shown from %v to %v, it lies between %v and %v", l, h, low, high)
	}
	for k := range 10 {
		at[3*k], at[3*k+1] = float32(40+k), float32(-30-k)
	}
	l, h := mostCorners(at)
	for a := range 2 {
		if l[a] > low[a] || h[a] < high[a] {
			t.Errorf("with outliers the disc does not fit: %v to %v", l, h)
		}
		if h[a]-l[a] > 1.6*(high[a]-low[a]) {
			t.Errorf("with outliers the disc is small: %v to %v", l, h)
		}
	}
	few := at[:3*50]
	low, high = corners(few)
	if l, h := mostCorners(few); l != low || h != high {
		t.Errorf("of 50 nodes some are out of the picture: %v to %v", l, h)
	}
}

func TestMutual(t *testing.T) {
	if !mutual([]int32{0, 1, 2, 0}, []int32{1, 0, 0, 2}) || mutual([]int32{0, 1, 2}, []int32{1, 0, 0}) || mutual([]int32{0, 1, 1}, []int32{1, 0, 0}) {
		t.Error("which graphs are directed")
	}
}

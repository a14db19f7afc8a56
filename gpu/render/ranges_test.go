//go:build cgo

package render

import (
	"math"
	"testing"

	"github.com/galvani-sim/galvani/gpu/gltest"
)

// TestRangesDue: while data change one frame in rangeEvery looks at their extremes, or each where frames are far apart; data at rest are looked at once.
func TestRangesDue(t *testing.T) {
	d := gltest.Device(t)
	gltest.Do(t, d, func(t testing.TB) {
		for each, want := range map[bool]int{false: 2, true: 16} {
			var g ranges
			if err := g.init(d); err != nil {
				t.Error(err)
				return
			}
			looks := 0
			for frame := range int64(16) {
				g.begin(frame+rangeEvery, uint64(frame+1), each)
				if g.due {
					looks++
					g.stale = false
				}
			}
			if looks != want {
				t.Errorf("each %v: %d looks in 16 frames, want %d", each, looks, want)
			}
			if g.begin(30, 16, each); g.due && each {
				t.Error("data at rest are looked at again")
			}
			g.close()
		}
	})
}

// TestScatterRadius: a few points that move are no larger than a hundred would be, and those of a grid nearly touch.
func TestScatterRadius(t *testing.T) {
	box := Box{Max: Vec3{1, 1, 0}}
	still := (&Scatter{N: 4}).radius(box)
	x := Coord{}
	x.Values.Buffer, x.Values.Count = 1, 4
	few, many := (&Scatter{N: 4, X: x, Y: x}).radius(box), (&Scatter{N: 10_000, X: x, Y: x}).radius(box)
	if math.Abs(still-0.21) > 1e-12 || math.Abs(few-0.042) > 1e-12 || math.Abs(many-0.0042) > 1e-12 {
		t.Errorf("radii %g, %g, %g", still, few, many)
	}
}

//go:build cgo

package compute

import (
	"testing"
	"time"
)

// The faster way is taken, also where that changes, and the slower one is tried now and then only.
func TestPace(t *testing.T) {
	const us = time.Microsecond
	var p pace
	run := func(one, many time.Duration, steps int64) (share float64) {
		taken := int64(0)
		for at := int64(0); at < steps; {
			all, n := p.choose(min(500, steps-at))
			took := one
			if all {
				took, taken = many, taken+n
			}
			p.note(all, took)
			at += n
		}
		return float64(taken) / float64(steps)
	}
	for _, c := range []struct {
		one, many time.Duration
		least     float64
		most      float64
	}{{50 * us, 10 * us, 0.95, 1}, {50 * us, 400 * us, 0, 0.1}, {50 * us, 10 * us, 0.9, 1}, {10 * us, 10 * us, 0.9, 1}, {10 * us, 11 * us, 0, 0.1}} {
		if share := run(c.one, c.many, 100_000); share < c.least || share > c.most {
			t.Errorf("steps of %v one by one, %v otherwise: %v are taken otherwise", c.one, c.many, share)
		}
	}
	if all, n := p.choose(3); all || n != 3 {
		t.Errorf("of 3 steps: %v, %d", all, n)
	}
}

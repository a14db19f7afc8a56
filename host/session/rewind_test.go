package session

import (
	"context"
	"fmt"
	"testing"

	"github.com/galvani-sim/galvani/host/cpu"
	"github.com/galvani-sim/galvani/host/plan"
	"github.com/galvani-sim/galvani/host/sim"
)

// TestRewind goes back by 1, 100 and 100,000 steps, and to steps in between.
func TestRewind(t *testing.T) {
	n := network(5)
	n.Monitors = nil
	r := start(t, n, Options{Memory: 1 << 20})
	const far = 100000
	want := map[int64]string{}
	for _, k := range []int64{0, 1, 31234, far - 100, far - 1, far} {
		r.seek(k)
		want[k] = r.everything()
	}
	for _, k := range []int64{far - 1, far - 100, far, 0, 31234, far, 1} {
		r.seek(k)
		r.same(fmt.Sprint("step ", k), want[k])
	}
}

// BenchmarkRewind is the time to answer when going back from step 100,000, and there again.
func BenchmarkRewind(b *testing.B) {
	for _, size := range []int{100, 10000} {
		n := network(size)
		n.Monitors, n.SpikeMonitors, n.RateMonitors = nil, nil, nil
		s, err := sim.Compile(n, sim.Options{Backend: cpu.Backend{}, Precision: plan.Double, Seed: 5})
		if err != nil {
			b.Fatal(err)
		}
		t, err := New(s, Options{})
		if err != nil {
			b.Fatal(err)
		}
		ctx := context.Background()
		far := int64(100000)
		if size > 1000 {
			far = 10000
		}
		if err := t.Advance(ctx, far); err != nil {
			b.Fatal(err)
		}
		for _, back := range []int64{1, 100, far * 2 / 3, far} {
			b.Run(fmt.Sprintf("neurons=%d/back=%d", size, back), func(b *testing.B) {
				for b.Loop() {
					if err := t.Seek(ctx, far-back); err != nil {
						b.Fatal(err)
					}
					b.StopTimer()
					if err := t.Seek(ctx, far); err != nil {
						b.Fatal(err)
					}
					b.StartTimer()
				}
			})
		}
		bytes, count := t.Memory()
		b.Logf("%d neurons: %d snapshots take %d bytes", size, count, bytes)
		s.Close()
	}
}

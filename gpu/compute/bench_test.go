//go:build cgo

package compute

import (
	"context"
	"fmt"
	"testing"

	"github.com/galvani-sim/galvani/gpu/device"
	"github.com/galvani-sim/galvani/gpu/gltest"
	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/plan"
)

// BenchmarkField reports steps per second of the neural field.
func BenchmarkField(b *testing.B) {
	for _, n := range []int{20, 100, 512} {
		for _, mode := range []Mode{Plain, Resident} {
			if mode == Resident && n > 20 {
				continue
			}
			b.Run(fmt.Sprintf("N=%d/%s", n, [...]string{"auto", "plain", "resident"}[mode]), func(b *testing.B) {
				benchPlan(b, fieldPlan(n, plan.Single), mode)
			})
		}
	}
}

func benchPlan(b *testing.B, p *plan.Plan, mode Mode) {
	back, err := New(gltest.DeviceWith(b, device.Options{}))
	if err != nil {
		b.Fatal(err)
	}
	back.Mode = mode
	i, err := back.Load(p, exec.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer i.Close()
	if _, err := i.Advance(context.Background(), 20); err != nil { // compiles
		b.Fatal(err)
	}
	b.ResetTimer()
	if _, err := i.Advance(context.Background(), 20+int64(b.N)); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "steps/s")
}

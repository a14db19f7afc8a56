//go:build cgo && linux

package examples

import (
	"testing"

	"github.com/galvani-sim/galvani/gpu/compute"
	"github.com/galvani-sim/galvani/gpu/device"
	"github.com/galvani-sim/galvani/gpu/gltest"
	"github.com/galvani-sim/galvani/host/plan"
)

func TestStatsGL(t *testing.T) {
	compare(t, "gl single", func(t testing.TB) engine {
		b, err := compute.New(gltest.DeviceWith(t, device.Options{})) // calls are checked in the tests of gpu
		if err != nil {
			t.Fatal(err)
		}
		return engine{b, plan.Single}
	})
}

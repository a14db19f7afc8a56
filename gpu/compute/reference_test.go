//go:build cgo

package compute

import (
	"testing"

	"github.com/galvani-sim/galvani/gpu/gltest"
	"github.com/galvani-sim/galvani/host/plan"
	"github.com/galvani-sim/galvani/host/sim/reference"
)

// TestReference holds the GL backend against Brian2's outputs: in double precision spike for spike.
func TestReference(t *testing.T) {
	d := gltest.Device(t)
	b, err := New(d)
	if err != nil {
		t.Fatal(err)
	}
	t.Run("single", func(t *testing.T) { reference.Suite{Backend: b, Precision: plan.Single}.Run(t) })
	if b.Caps().Double {
		t.Run("double", func(t *testing.T) { reference.Suite{Backend: b, Precision: plan.Double}.Run(t) })
	}
}

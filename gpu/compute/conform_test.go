//go:build cgo

package compute_test

import (
	"testing"

	"github.com/galvani-sim/galvani/gpu/compute"
	"github.com/galvani-sim/galvani/gpu/gltest"
	"github.com/galvani-sim/galvani/host/plan"
	"github.com/galvani-sim/galvani/host/sim/conform"
)

func runNetworks(t *testing.T, p plan.Precision, o conform.Options) {
	b, err := compute.New(gltest.Device(t))
	if err != nil {
		t.Fatal(err)
	}
	if p == plan.Double && !b.Caps().Double {
		t.Skip("this OpenGL driver has no double precision")
	}
	conform.Run(t, b, p, o)
}

func TestNetworksSingle(t *testing.T) {
	runNetworks(t, plan.Single, conform.Options{Spiking: 5, Delayed: 4, Model: 256, Network: 256, Closed: 256, Models: 8, Networks: 8})
}

func TestNetworksDouble(t *testing.T) {
	runNetworks(t, plan.Double, conform.Options{Spiking: 6, Delayed: 4, Model: 64, Network: 64, Closed: 64, Models: 8, Networks: 8})
}

// Small plans run as one program of one work group; the other way to run them has to give the same. In the first network synapses run in order.
func TestSpikingPlain(t *testing.T) {
	b, err := compute.New(gltest.Device(t))
	if err != nil {
		t.Fatal(err)
	}
	b.Mode = compute.Plain
	conform.Spiking(t, b, plan.Single, 4)
}

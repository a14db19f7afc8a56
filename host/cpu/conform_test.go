package cpu_test

import (
	"testing"

	"github.com/galvani-sim/galvani/host/cpu"
	"github.com/galvani-sim/galvani/host/plan"
	"github.com/galvani-sim/galvani/host/sim/conform"
)

func TestNetworksDouble(t *testing.T) {
	conform.Run(t, cpu.Backend{}, plan.Double, conform.Options{Spiking: 150, Model: 64, Network: 64, Closed: 64, Models: 60, Networks: 60, Twin: cpu.Backend{Instructions: cpu.Portable}})
}

func TestNetworksSingle(t *testing.T) {
	conform.Run(t, cpu.Backend{}, plan.Single, conform.Options{Spiking: 40, Model: 64, Network: 64, Closed: 64, Models: 60, Networks: 60, Twin: cpu.Backend{Instructions: cpu.Portable}})
}

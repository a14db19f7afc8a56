package cpu_test

import (
	"testing"

	"github.com/galvani-sim/galvani/host/cpu"
	"github.com/galvani-sim/galvani/host/plan"
	"github.com/galvani-sim/galvani/host/sim/conform"
)

func TestNetworksDouble(t *testing.T) {
	conform.Run(t, cpu.Backend{}, plan.Double, conform.Options{Spiking: 150, Redelayed: 40, RedelayedEvery: 6, Delayed: 50, Procedural: 150, Narrow: 100, Model: 64, Network: 64, Closed: 64, Models: 60, Networks: 60, Twin: cpu.Backend{Instructions: cpu.Portable}})
}

func TestNetworksSingle(t *testing.T) {
	conform.Run(t, cpu.Backend{}, plan.Single, conform.Options{Spiking: 40, Redelayed: 12, RedelayedEvery: 6, Delayed: 20, Procedural: 60, Narrow: 30, Model: 64, Network: 64, Closed: 64, Models: 60, Networks: 60, Twin: cpu.Backend{Instructions: cpu.Portable}})
}

// The tests above use the best instructions that there are; on a processor with AVX-512, this one those that most have.
func TestNetworksAVX2(t *testing.T) {
	if cpu.AVX512.Available() {
		conform.Run(t, cpu.Backend{Instructions: cpu.AVX2}, plan.Double, conform.Options{Spiking: 40, Redelayed: 12, RedelayedEvery: 6, Delayed: 20, Procedural: 60, Narrow: 30, Model: 16, Network: 16, Closed: 16, Models: 30, Networks: 30, Twin: cpu.Backend{Instructions: cpu.Portable}})
	}
}

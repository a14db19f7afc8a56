//go:build cgo

package compute

import (
	"runtime"

	"github.com/galvani-sim/galvani/host/plan"
)

// tune chooses what affects speed only.
func (i *Instance) tune() {
	software := i.layout.Software
	i.layout.Pairs = true
	i.layout.Version = i.dev.Info().GLSL
	if software {
		// Enough to share evenly; what all elements have in common is computed once per invocation.
		i.layout.Groups = 8 * runtime.NumCPU()
		for _, r := range i.layout.DelayedRuns() {
			d, _ := i.layout.DelaysOf(r)
			d.Teams, d.Part = i.layout.TeamsFor(d, lanes, softwareShare), 0
			d.Groups = min(d.Groups, delayGroups(i.layout, d, i.layout.Groups))
		}
		for b, list := range i.layout.Lists {
			list.Beside = beside(i.layout, b)
			list.Groups = min(list.Groups, spikeGroups(i.layout, b, i.layout.Groups))
		}
		// Loads and stores go lane by lane, and cost less per number as vectors; but four times the text compiles for longer.
		i.layout.Wide = 2048
		i.layout.Seldom = 8
		i.layout.FewSynapses = 8192
		// Texels are gathered by all lanes at once.
		i.layout.Texels = i.addressable
	}
	i.layout.TapCells = i.tapCells
	i.layout.Tile = func(m *plan.MatMul) (int, int) {
		if software {
			return softwareTile(m)
		}
		// Hardware hides latency with many invocations, so tiles grow only where enough of them are left.
		if m.M*m.N >= 1<<16 {
			return 4, 4
		}
		return 1, 1
	}
}

// softwareShare is about the number of synapses of a segment that an invocation of llvmpipe takes.
const softwareShare = 16

// addressable reports whether a slab can be read as texels.
func (i *Instance) addressable(s int) bool {
	return i.slabs[s].bytes()/16 <= int64(i.dev.Info().Limits.TexelBufferSize)
}

// tapCells is how many cells of a sum over taps an invocation computes.
func (i *Instance) tapCells(t *plan.TapSum) int {
	n := t.Layers * t.Rows * t.Cols
	switch {
	case i.layout.Software && n >= 64*lanes:
		return 8
	case n >= 1<<18:
		return 4
	}
	return 1
}

// softwareTile is the cheapest tile on llvmpipe, where a load costs several times an addition: it goes lane by lane. A tile of more
// than 20 sums gains little and compiles for long: 5 x 10 took three times as long as 4 x 4.
func softwareTile(m *plan.MatMul) (rows, cols int) {
	const load, add = 5, 1
	best := 0
	for th := 1; th <= 10; th++ {
		for tw := 1; tw <= 10; tw++ {
			if th*tw > 20 || m.N%2 == 0 && tw > 1 && tw%2 != 0 {
				continue
			}
			tiles := ((m.M + th - 1) / th) * ((m.N + tw - 1) / tw)
			cost := (tiles + lanes - 1) / lanes * ((th+tw)*load + th*tw*add)
			if best == 0 || cost < best {
				best, rows, cols = cost, th, tw
			}
		}
	}
	return rows, cols
}

// groupSize is the number of invocations in a work group of a plain dispatch.
func (i *Instance) groupSize(u *unit) int {
	if !i.layout.Software {
		return min(usualGroup(i.layout, u), i.dev.Info().Limits.WorkGroupInvocations)
	}
	switch u.kind {
	case lists:
		return listGroup(i.layout, u, 2*lanes, i.dev.Info().Limits.WorkGroupInvocations) // one thread runs them all
	case sequence:
		return sequenceGroup(i.layout, u.ops[0].(*plan.Sequence), i.dev.Info().Limits.WorkGroupInvocations)
	case spikes:
		return drawnGroup(i.layout, u.ops)
	case elements:
		return lastGroupSize(i.layout, u.chains, lanes)
	}
	if _, ok := u.ops[0].(*plan.MatMul); ok {
		return lanes // tiles are few and heavy: the cores share them evenly only in small groups
	}
	return lanes
}

// residentLanes is the most invocations of a resident work group on llvmpipe.
const residentLanes = 32 * lanes

// residentGroup is the number of invocations of the resident work group, for operations of up to n elements.
func (i *Instance) residentGroup(n int) int {
	if i.layout.Software {
		return 2 * lanes // one thread runs them all; each further vector makes a barrier dearer
	}
	const warp = 32
	return min(max(n+warp-1, warp)/warp*warp, i.dev.Info().Limits.WorkGroupInvocations)
}

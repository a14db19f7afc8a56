package connect

import "fmt"

// CSR is explicit connectivity in compressed rows. Rows are postsynaptic when ByPost is set, presynaptic otherwise;
// within a row the other index ascends. Synapse k of the storage order has weight W[k] and delay Delay[k].
type CSR struct {
	NPre, NPost int
	ByPost      bool
	RowPtr      []int64   // len rows+1
	Index       []int32   // len synapses: the other end
	W           []float64 // len synapses, or len 1 when all weights are equal
	Delay       []float64 // seconds; nil: none; len 1: all equal; else len synapses
	// Created[k] is the place of storage synapse k in the order in which the user gave the synapses; nil when the two orders agree.
	Created []int32
}

// Grid is the shape of a population laid out on a grid; index = (z*Rows + y)*Cols + x.
type Grid struct {
	Layers, Rows, Cols int
}

// String is the shape as a user gives it: 20x20, or 3x20x20 with layers, or 50 for a line.
func (g Grid) String() string {
	switch {
	case g.Layers > 1:
		return fmt.Sprintf("%dx%dx%d", g.Layers, g.Rows, g.Cols)
	case g.Rows > 1:
		return fmt.Sprintf("%dx%d", g.Rows, g.Cols)
	}
	return fmt.Sprint(g.Cols)
}

// Len is the number of cells.
func (g Grid) Len() int { return g.Layers * g.Rows * g.Cols }

// Offsets is connectivity on one grid whose weight depends only on the offset (dz, dy, dx) = pre - post. It is the sum of
// separable terms over all offsets that stay on the grid, plus single taps (which also cancel terms where a
// synapse is left out). Nothing of size N² is ever stored.
type Offsets struct {
	Grid  Grid
	Terms []Term
	// Taps ascend by (DZ, DY, DX), each offset at most once. Where a tap cancels the terms their sum is exactly zero.
	Taps []Tap
	// Count is the number of synapses.
	Count int64
	// Delay is the constant delay of the rule in seconds, 0 when it has none.
	Delay float64
}

// Term is Amp × Z[|dz|] × Y[|dy|] × X[|dx|].
type Term struct {
	Amp     float64
	Z, Y, X []float64 // lengths Layers, Rows, Cols
}

// Tap adds W at one offset.
type Tap struct {
	DZ, DY, DX int32
	W          float64
}

package plan

import "github.com/galvani-sim/galvani/host/connect"

// What backends that draw connectivity need to know of package connect.
type (
	// RowSource draws rows: a *DrawnRows, a *FixedTotal or a *FullRows.
	RowSource = connect.Source
	// DrawnRows are synapses of one probability.
	DrawnRows = connect.Drawn
	// FixedTotal is a number of synapses both ends of which are drawn.
	FixedTotal = connect.Fixed
	// FullRows are all pairs.
	FullRows = connect.Full
)

// SourcesChunk is how many sources of a FixedTotal are drawn from one stream.
const SourcesChunk = connect.SourcesChunk

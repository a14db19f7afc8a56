package bench

import (
	"fmt"
	"strings"
)

// Dispatch is the name by which Measure is asked for the cost of dispatches and barriers.
const Dispatch = "dispatch"

// DispatchResult is what one way to give the device work costs, whatever the work is: programs do next to nothing.
type DispatchResult struct {
	What string
	// Seconds of each round for one of them, in a long row; none where the device does not do it.
	Rounds []float64
}

func (r *Result) dispatches(b *strings.Builder) {
	if len(r.Dispatches) == 0 {
		return
	}
	rows := [][]string{{"on the device", "µs best", "median"}}
	for _, d := range r.Dispatches {
		if len(d.Rounds) == 0 {
			rows = append(rows, []string{d.What, "-", "-"})
			continue
		}
		best := d.Rounds[0]
		for _, v := range d.Rounds {
			best = min(best, v)
		}
		rows = append(rows, []string{d.What, fmt.Sprintf("%.3g", best*1e6), fmt.Sprintf("%.3g", median(d.Rounds)*1e6)})
	}
	table(b, rows)
}

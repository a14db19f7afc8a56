package bench

import (
	"encoding/json"
	"io"
	"runtime"
	"slices"
	"time"

	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/plan"
)

// Result is what was measured in one go, on one machine.
type Result struct {
	Machine Machine
	Cases   []CaseResult
	Peers   []PeerResult  `json:",omitempty"`
	Frames  []FrameResult `json:",omitempty"`
	// FramePeers are others that draw pictures of Frames: their rounds are in frames per second.
	FramePeers []PeerResult `json:",omitempty"`
	// Scaling are those of Cases that belong to the plot of cost over size.
	Scaling    []CaseResult     `json:",omitempty"`
	Dispatches []DispatchResult `json:",omitempty"`
	Starts     []StartResult    `json:",omitempty"`
}

// Machine says where numbers come from.
type Machine struct {
	Time    time.Time
	System  string // GOOS/GOARCH
	Go      string
	Threads int
	// Devices has one line per backend that took part.
	Devices []string
}

func thisMachine(backends []exec.Backend) Machine {
	m := Machine{Time: time.Now().UTC().Truncate(time.Second), System: runtime.GOOS + "/" + runtime.GOARCH, Go: runtime.Version(), Threads: runtime.GOMAXPROCS(0)}
	for _, b := range backends {
		c := b.Caps()
		m.Devices = append(m.Devices, c.Name+": "+c.Device)
	}
	return m
}

// CaseResult is one workload on one backend.
type CaseResult struct {
	Workload  string
	Params    []Param
	Backend   string
	Precision string // "single" or "double"
	Threads   int    // CPU backend; 0: not applicable
	// Error says why there are no numbers: the backend cannot run the workload, or ran it wrong.
	Error string `json:",omitempty"`

	// Seconds, before the first step.
	Compile, Connect, Load float64
	// Memory is the estimate of what the network takes; Peak is how much more memory the process held at one time before the first step
	// than before, 0 where that is not known.
	Memory plan.Memory
	Peak   int64
	// Neurons and synapses that one step updates.
	Neurons, Synapses int64
	// DT is the simulated time of one step in seconds.
	DT float64
	// Steps per second of each round, in the order they ran.
	Rounds []float64
	// User is the processor time of each round, of all threads, in seconds per step; it depends less than Rounds on what else the machine does.
	User  []float64
	Steps int64 // in all rounds
	// Events are synaptic events per step, in the mean of all rounds: synapses that a spike reached, and all synapses whose contribution is
	// summed in every step.
	Events float64
	Phases []exec.Phase
}

// Best is the fastest round: what the machine does when nothing else disturbs it.
func (c *CaseResult) Best() float64 {
	best := 0.0
	for _, r := range c.Rounds {
		best = max(best, r)
	}
	return best
}

// LeastUser is the processor time of a step in the round that took least, in seconds.
func (c *CaseResult) LeastUser() float64 {
	if len(c.User) == 0 {
		return 0
	}
	return slices.Min(c.User)
}

// Median is the middle round.
func (c *CaseResult) Median() float64 { return median(c.Rounds) }

// RealTimeFactor is wall time over simulated time, of the best round: below one is faster than real time.
func (c *CaseResult) RealTimeFactor() float64 { return 1 / (c.Best() * c.DT) }

// WriteJSON writes the result with everything that was measured.
func (r *Result) WriteJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(r)
}

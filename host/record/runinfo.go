package record

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
)

// RunInfo is what run.json holds about a run.
type RunInfo struct {
	Model      string         `json:"model"`
	Parameters map[string]any `json:"parameters"`
	Seed       uint64         `json:"seed"`
	Backend    string         `json:"backend"`
	Device     string         `json:"device"`
	Precision  string         `json:"precision"`
	Steps      int64          `json:"steps"`
	// SimulatedSeconds is the time that passed in the model.
	SimulatedSeconds float64 `json:"simulated_seconds"`
	// Seconds spent by the wall clock.
	Seconds Spent `json:"seconds"`
	// RealTimeFactor is seconds of simulation by the wall clock per second of the model: below 1 is faster than real time.
	RealTimeFactor float64     `json:"real_time_factor"`
	Phases         []PhaseTime `json:"phases"`
	// Memory is bytes by group of buffers.
	Memory  map[string]int64 `json:"memory"`
	Version string           `json:"version"`
	// Sweeps are what the script ran with other values of parameters.
	Sweeps []SweepInfo `json:"sweeps,omitempty"`
	// State is the hash of the state at the end of a session.
	State string `json:"state,omitempty"`
	// Stopped says why the run ended early, and how to go on; empty when it ran to its end.
	Stopped string `json:"stopped,omitempty"`
}

// SweepInfo is one sweep: how many runs it had, how many of them were advanced together at most, and why others were not.
type SweepInfo struct {
	Runs     int     `json:"runs"`
	Together int     `json:"together"`
	Apart    string  `json:"apart,omitempty"`
	Seconds  float64 `json:"seconds"` // compiling, connecting and simulating all of them
}

// Spent is wall-clock time by stage.
type Spent struct {
	Compiling  float64 `json:"compiling"`
	Connecting float64 `json:"connecting"`
	Simulating float64 `json:"simulating"`
}

// PhaseTime is the time of one part of the step.
type PhaseTime struct {
	Name    string  `json:"name"`
	Seconds float64 `json:"seconds"`
	Calls   int64   `json:"calls"`
}

// Write writes the run's description to path, whole. Numbers that JSON does not have become the strings "nan", "inf" and "-inf".
func (r *RunInfo) Write(path string) error { return r.write(osFiles{}, path) }

func (r *RunInfo) write(fs fileSystem, path string) error {
	c := *r
	c.Parameters = map[string]any{}
	for k, v := range r.Parameters {
		c.Parameters[k] = jsonValue(v)
	}
	for _, x := range []*float64{&c.SimulatedSeconds, &c.Seconds.Compiling, &c.Seconds.Connecting, &c.Seconds.Simulating, &c.RealTimeFactor} {
		if math.IsNaN(*x) || math.IsInf(*x, 0) {
			*x = 0
		}
	}
	if c.Phases == nil {
		c.Phases = []PhaseTime{}
	}
	if c.Memory == nil {
		c.Memory = map[string]int64{}
	}
	return writeFile(fs, path, func(w io.Writer) error {
		e := json.NewEncoder(w)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		return e.Encode(&c)
	})
}

func jsonValue(v any) any {
	switch v := v.(type) {
	case float64:
		switch {
		case math.IsNaN(v):
			return "nan"
		case math.IsInf(v, 1):
			return "inf"
		case math.IsInf(v, -1):
			return "-inf"
		}
		return v
	case []float64:
		out := make([]any, len(v))
		for i, x := range v {
			out[i] = jsonValue(x)
		}
		return out
	case nil, bool, string, int, int32, int64, uint64:
		return v
	}
	return fmt.Sprint(v)
}

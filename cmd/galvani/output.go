package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/galvani-sim/galvani/host/record"
	"github.com/galvani-sim/galvani/host/script"
	"github.com/galvani-sim/galvani/host/sim"
)

// prepareOut makes the folder for results and makes sure that it can be written, before any time is spent.
func prepareOut(dir string) error {
	if dir == "" {
		return nil
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return outputError(dir, err)
	}
	f, err := os.CreateTemp(dir, ".galvani-*")
	if err != nil {
		return outputError(dir, err)
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

// cleanOut removes the recordings that a killed run has left half written in the folder for results, and says so.
func cleanOut(dir string, note func(string)) error {
	if dir == "" {
		return nil
	}
	removed, err := record.RemoveStale(dir)
	if len(removed) > 0 {
		what := fmt.Sprintf("%d temporary files", len(removed))
		if len(removed) == 1 {
			what = "1 temporary file"
		}
		note(fmt.Sprintf("removed %s that a killed run had left in %s", what, dir))
	}
	return err
}

func outputError(path string, err error) error {
	var p *os.PathError
	if errors.As(err, &p) {
		err = p.Err
	}
	return &record.OutputError{Path: path, Err: err}
}

// simulated reports whether any network is further than its beginning, or anything was recorded or swept.
func (s *session) simulated() bool {
	return len(s.sweeps) > 0 || slices.ContainsFunc(s.all, func(c *sim.Sim) bool {
		return c.Instance() != nil && c.Time() > 0 || slices.ContainsFunc(c.Recordings(), func(r sim.NamedRecording) bool { return r.Samples() > 0 })
	})
}

// save writes each monitor's recording and run.json, every file whole or not at all. It returns the files written.
func (s *session) save(model string, res *script.Result, stopped string) ([]string, error) {
	if s.sim == nil && len(s.sweeps) == 0 || s.flags.out == "" {
		return nil, nil
	}
	var files []string
	written := map[string]bool{}
	for _, c := range slices.Backward(s.all) { // of two monitors of one name, the one of the later network is kept
		for _, r := range c.Recordings() {
			path := s.path(r.Name)
			if written[path] {
				continue
			}
			written[path] = true
			if err := r.SaveAs(path); err != nil {
				return files, err
			}
			files = append(files, path)
		}
	}
	path := filepath.Join(s.flags.out, "run.json")
	info := s.info(model, res, stopped)
	if err := info.Write(path); err != nil {
		return files, err
	}
	return append(files, path), nil
}

// path is the file of a monitor's recording.
func (s *session) path(monitor string) string {
	return filepath.Join(s.flags.out, monitor+"."+s.flags.format)
}

// info is the content of run.json.
func (s *session) info(model string, res *script.Result, stopped string) *record.RunInfo {
	info := &record.RunInfo{
		Model: model, Parameters: map[string]any{}, Seed: s.seed,
		Backend: s.backend.caps.Name, Device: s.backend.caps.Device, Precision: precisionName(s.flags.chosen(s.backend.caps.Name)),
		Memory: map[string]int64{}, Version: version(), Stopped: stopped, State: s.state, Sweeps: s.sweeps,
	}
	for _, q := range res.Params {
		info.Parameters[q.Name] = q.Value
	}
	if s.sim == nil {
		return info
	}
	t := s.sim.Timing()
	p := s.sim.Plan()
	simulated := s.sim.Time()
	info.Precision, info.Steps, info.SimulatedSeconds = precisionName(p.Precision), s.sim.Instance().At().Step, simulated
	info.Seconds = record.Spent{Compiling: t.Compile + t.Load, Connecting: t.Connect, Simulating: t.Simulate}
	if simulated > 0 {
		info.RealTimeFactor = t.Simulate / simulated
	}
	for _, ph := range s.sim.Instance().Phases() {
		info.Phases = append(info.Phases, record.PhaseTime{Name: ph.Name, Seconds: ph.Seconds, Calls: ph.Calls})
	}
	for _, g := range p.Memory().Groups {
		info.Memory[g.Name] = g.Bytes
	}
	return info
}

// summary is what a person wants to know at the end of a run.
func (s *session) summary(files []string) string {
	var lines []string
	for _, w := range s.sweeps {
		lines = append(lines, fmt.Sprintf("a sweep of %d runs, up to %d together, in %.3g s on %s, %s", w.Runs, w.Together, w.Seconds, s.backend.caps.Name, s.backend.caps.Device))
	}
	if s.sim == nil {
		return strings.Join(lines, "\n")
	}
	t := s.sim.Timing()
	steps := s.sim.Instance().At().Step
	line := fmt.Sprintf("%.4g s simulated in %.3g s (%s steps, %s steps/s) on %s, %s", s.sim.Time(), t.Simulate, short(float64(steps)),
		short(float64(steps)/max(t.Simulate, 1e-9)), s.backend.caps.Name, s.backend.caps.Device)
	switch {
	case len(files) > 0:
		line += fmt.Sprintf("\nwrote %d files to %s", len(files), s.flags.out)
	case len(s.sim.Recordings()) > 0:
		line += "\nrecordings were not kept; --out DIR writes them"
	}
	return strings.Join(append(lines, line), "\n")
}

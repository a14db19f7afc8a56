package sim

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/plan"
)

// DefaultState is the name of a stored state that was given none.
const DefaultState = "default"

// RestoreOptions of Restore and RestoreFile.
type RestoreOptions struct {
	// Random restores the random numbers too: the same steps then draw the same numbers as after the state was stored. Without it every
	// restore draws numbers that no run of this simulation has drawn before, as in Brian2.
	//
	// In terms of the random key (seed, run ordinal, stream, step, element, draw): a run that goes on keeps its ordinal, since its later
	// steps draw other numbers anyway; a restore without Random takes the next ordinal that was never used; one with Random
	// takes the seed and the ordinal that were in force when the state was stored.
	Random bool
}

// Store keeps the state of the network in memory under a name ("" is DefaultState): variables, spikes under way, time, random key, and how
// much the monitors have recorded. A state of that name is replaced.
func (s *Sim) Store(name string) error {
	st, err := s.storable()
	if err != nil {
		return fmt.Errorf("store: %w", err)
	}
	if s.states == nil {
		s.states = map[string]*State{}
	}
	s.states[stateName(name)] = st
	return nil
}

// Restore puts a stored state back, also after a numeric fault. Recordings get the length that they had. A network that has changed since is an
// error that says in what, and leaves everything as it is.
func (s *Sim) Restore(name string, o RestoreOptions) error {
	st := s.states[stateName(name)]
	if st == nil {
		return fmt.Errorf("restore: no state %q was stored%s", stateName(name), listed(s.Stored()))
	}
	return s.restore(st, stateName(name), o)
}

// Stored lists the names of the states in memory, sorted.
func (s *Sim) Stored() []string { return slices.Sorted(maps.Keys(s.states)) }

// Forget drops a state from memory.
func (s *Sim) Forget(name string) { delete(s.states, stateName(name)) }

// State is the present state without the recordings, for example to start a sweep from.
func (s *Sim) State() (*State, error) {
	st, err := s.storable()
	if err != nil {
		return nil, err
	}
	st.monitors = nil
	return st, nil
}

func stateName(name string) string {
	if name == "" {
		return DefaultState
	}
	return name
}

func listed(names []string) string {
	if len(names) == 0 {
		return ""
	}
	return "; there are " + strings.Join(names, ", ")
}

var errRunning = errors.New("the network is running; a state can be stored and restored only between runs")

// storable is the present state with everything that Store keeps.
func (s *Sim) storable() (*State, error) {
	if s.calling {
		return nil, errRunning
	}
	if err := s.prepare(); err != nil {
		return nil, err
	}
	if err := s.drain(); err != nil {
		return nil, err
	}
	st, err := s.capture()
	if err != nil {
		return nil, err
	}
	st.seconds, st.random, st.restores = s.seconds, s.random, s.restores
	st.program = s.Program
	if s.evaluated.random == s.random && s.evaluated.step == st.step {
		st.evaluated = s.evaluated.n
	}
	s.noteRecords(st)
	return st, nil
}

func (s *Sim) restore(st *State, name string, o RestoreOptions) error {
	if s.calling {
		return fmt.Errorf("restore: %w", errRunning)
	}
	if err := s.load(); err != nil {
		return err
	}
	if st.sources == nil {
		c := *st
		c.sources = s.sourcesAll()
		st = &c
	}
	if err := s.fit(st, nil); err != nil {
		return err
	}
	st, err := st.expanded(s.res.Plan)
	if err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	differences := append(st.differences(s.res.Plan), s.recordDifferences(st)...)
	if len(differences) == 0 {
		differences = s.wiringDifferences(st)
	}
	if len(differences) > 0 {
		return fmt.Errorf("restore: %w", misfit(name, differences))
	}
	if err := s.discard(); err != nil {
		return err
	}
	if err := s.loadFor(st); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	if err := (&transfer{position: true, faulted: s.faulted != nil}).into(st, s.inst, s.res.Plan); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	s.opt.from = nil
	s.claim()
	s.faulted, s.called, s.seconds = nil, nil, st.seconds
	// The count of ordinals never goes back, so that what was drawn once is drawn again only on request.
	s.restores = max(s.restores, st.restores)
	random := st.random
	if !o.Random {
		s.restores++
		random = s.random
		random.Run = s.restores
	}
	if err := s.setRandom(random); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	if o.Random {
		s.Program = st.program
		s.evaluated = evaluated{random, st.step, st.evaluated}
	}
	return s.restoreRecords(st)
}

// Seed starts the random numbers of another seed with the next step. Connectivity that was already drawn stays.
func (s *Sim) Seed(seed uint64) error {
	s.opt.Seed = seed
	return s.setRandom(exec.Random{Seed: seed, Replica: s.opt.Replica})
}

// setRandom changes the random key of the instance in use, and of those that later plans are loaded into.
func (s *Sim) setRandom(r exec.Random) error {
	if r == s.random {
		return nil
	}
	if err := s.reseed(s.inst, r); err != nil {
		return err
	}
	s.random = r
	return nil
}

func (s *Sim) reseed(inst exec.Instance, r exec.Random) error {
	x, ok := inst.(exec.Reseeder)
	if !ok {
		return fmt.Errorf("the %s backend cannot change the random numbers of a loaded network", s.opt.Backend.Caps().Name)
	}
	return x.Reseed(r)
}

// wiringSum identifies the synapses of one object.
type wiringSum struct {
	Object string
	N      int64
	Sum    uint32
}

// wiring identifies all connectivity of the network.
func (s *Sim) wiring() (out []wiringSum) {
	for _, x := range s.net.Synapses {
		sum, n := s.pairs.Sum(x)
		out = append(out, wiringSum{x.Name, int64(n), sum})
	}
	for _, p := range s.net.Projections {
		m := s.matrices[p]
		if m == nil {
			continue
		}
		w := wiringSum{Object: p.Name, N: m.Synapses()}
		if m.CSR != nil {
			w.Sum = plan.Checksum(0, m.CSR.Index)
		}
		out = append(out, w)
	}
	return out
}

// wiringDifferences says which objects connect other neurons than in a state that came from a file.
func (s *Sim) wiringDifferences(st *State) (out []string) {
	if st.wiring == nil {
		return nil
	}
	there := map[string]wiringSum{}
	for _, w := range st.wiring {
		there[w.Object] = w
	}
	for _, w := range s.wiring() {
		was, ok := there[w.Object]
		switch {
		case !ok:
			out = append(out, fmt.Sprintf("it has no %q", w.Object))
		case was.N != w.N:
			out = append(out, fmt.Sprintf("%q has %d synapses in it and %d here", w.Object, was.N, w.N))
		case was != w:
			out = append(out, fmt.Sprintf("the synapses of %q connect other neurons in it than here (was it made with another seed?)", w.Object))
		}
		delete(there, w.Object)
	}
	for _, w := range st.wiring {
		if _, ok := there[w.Object]; ok {
			out = append(out, fmt.Sprintf("it has %q, which this network does not have", w.Object))
		}
	}
	return out
}

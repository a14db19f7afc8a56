package sim

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/plan"
	"github.com/galvani-sim/galvani/host/record"
)

// Checkpoint is an exact copy of a simulation at one step, to go back to within the same program: the device's state in the plan it belongs
// to, the random key, and how much every monitor had recorded. A State, in contrast, goes by names, and fits other plans and other programs.
type Checkpoint struct {
	sim      *Sim
	at       exec.Position
	kept     exec.Kept      // in the backend's memory; nil where it cannot keep states, or has no room
	snap     *exec.Snapshot // on the host; nil until it is asked for, where kept is not
	res      *plan.Result
	pairs    plan.Pairs
	connects map[*net.Synapses]int
	random   exec.Random
	seconds  float64
	records  []mark
}

// mark is how much a monitor had recorded.
type mark struct {
	rec    *record.Recording
	n      int64
	spikes *SpikeRecord
	counts []int64
}

// Checkpoint copies the present state. It must not be called while an operation runs.
func (s *Sim) Checkpoint() (*Checkpoint, error) {
	switch {
	case s.calling:
		return nil, errRunning
	case s.faulted != nil:
		return nil, fmt.Errorf("the simulation cannot go on after a fault: %w", s.faulted)
	}
	if err := s.drain(); err != nil {
		return nil, err
	}
	c := &Checkpoint{sim: s, at: s.inst.At(), res: s.res, pairs: maps.Clone(s.pairs), connects: maps.Clone(s.connects), random: s.random, seconds: s.seconds}
	for _, l := range s.liveRecords() {
		m := mark{rec: l.rec, n: l.rec.Samples(), spikes: l.spikes}
		if l.spikes != nil {
			m.counts = slices.Clone(l.spikes.Counts)
		}
		c.records = append(c.records, m)
	}
	if k, ok := s.inst.(exec.Keeper); ok {
		// Without room on the device the state goes to the host; whatever else is wrong, Snapshot says, too.
		if kept, err := k.Keep(); err == nil {
			c.kept = kept
			if s.checkpoints == nil {
				s.checkpoints = map[*Checkpoint]bool{}
			}
			s.checkpoints[c] = true
		}
	}
	if c.kept == nil {
		var err error
		if c.snap, err = s.inst.Snapshot(); err != nil {
			return nil, err
		}
	}
	if s.called != nil && c.at == *s.called {
		c.at.Item++
	}
	return c, nil
}

// Close frees what the checkpoint holds of the backend's memory; the simulation's Close does it, too.
func (c *Checkpoint) Close() {
	if c.kept != nil {
		c.kept.Close()
		c.kept = nil
		delete(c.sim.checkpoints, c)
	}
}

// snapshot is the state on the host.
func (c *Checkpoint) snapshot() (*exec.Snapshot, error) {
	if c.snap == nil {
		if c.kept == nil {
			return nil, errors.New("the checkpoint was closed")
		}
		var err error
		if c.snap, err = c.kept.Snapshot(); err != nil {
			return nil, err
		}
	}
	c.snap.At = c.at
	return c.snap, nil
}

// revert puts the state back into an instance of the checkpoint's plan.
func (c *Checkpoint) revert(i exec.Instance) error {
	if k, ok := i.(exec.Keeper); ok && c.kept != nil {
		return k.Revert(c.kept, c.at)
	}
	s, err := c.snapshot()
	if err != nil {
		return err
	}
	return i.Restore(s)
}

// Rewind goes to a checkpoint of this simulation, back or forward, also after a numeric fault. The description must be the one that the
// checkpoint was made of; its plan is loaded again when another one is in use. Recordings get the length that they had, and hide what they
// hold beyond it (see record.Recording.Rewind); a checkpoint that lies ahead of what they hold is an error.
func (s *Sim) Rewind(c *Checkpoint) error {
	if s.calling {
		return fmt.Errorf("rewind: %w", errRunning)
	}
	for _, m := range c.records {
		if all := m.rec.Samples() + m.rec.Hidden(); m.n > all {
			return fmt.Errorf("rewind: a recording has %d samples, and had %d at the checkpoint", all, m.n)
		}
	}
	if err := s.discard(); err != nil {
		return err
	}
	if s.res != c.res {
		start := time.Now()
		inst, err := s.opt.Backend.Load(c.res.Plan, exec.Options{Seed: c.random.Seed, Run: c.random.Run, Replica: c.random.Replica, Threads: s.opt.Threads})
		if err != nil {
			return err
		}
		old := s.inst
		s.inst, s.res, s.counted, s.random = inst, c.res, nil, c.random
		s.timing.Load += time.Since(start).Seconds()
		if err := old.Close(); err != nil {
			return err
		}
	}
	clear(s.pairs)
	maps.Copy(s.pairs, c.pairs)
	clear(s.connects)
	maps.Copy(s.connects, c.connects)
	if err := c.revert(s.inst); err != nil {
		return fmt.Errorf("rewind: %w", err)
	}
	s.claim()
	s.faulted, s.called, s.seconds = nil, nil, c.seconds
	if err := s.setRandom(c.random); err != nil {
		return fmt.Errorf("rewind: %w", err)
	}
	var errs []error
	known := map[*record.Recording]bool{}
	for _, m := range c.records {
		known[m.rec] = true
		errs = append(errs, m.rec.Rewind(m.n))
		if m.spikes != nil {
			m.spikes.Counts = slices.Clone(m.counts)
		}
	}
	for _, l := range s.liveRecords() { // monitors that did not exist
		if !known[l.rec] {
			errs = append(errs, l.rec.Rewind(0))
			if l.spikes != nil {
				clear(l.spikes.Counts)
			}
		}
	}
	return errors.Join(errs...)
}

// Pairs are the synapses of the network, to be edited; EachSynapse comes before, Reload after.
func (s *Sim) Pairs() plan.Pairs { return s.pairs }

// Removed says which synapses were removed, in order of creation; nil: none.
func (s *Sim) Removed(syn *net.Synapses) []bool { return s.pairs.Removed(syn) }

// Cut forgets what recordings hide behind their present end.
func (s *Sim) Cut() error {
	var errs []error
	for _, l := range s.liveRecords() {
		errs = append(errs, l.rec.Truncate(l.rec.Samples()))
	}
	return errors.Join(errs...)
}

// Reload follows a changed description now rather than at the next run: it builds the plan anew and carries the state over by name. An
// error leaves the simulation as it is.
func (s *Sim) Reload() error {
	if err := s.drain(); err != nil {
		return err
	}
	return s.prepare()
}

// Step is the present base step.
func (c *Checkpoint) Step() int64 { return c.at.Step }

// Recorded is the number of samples that a recording had.
func (c *Checkpoint) Recorded(r *record.Recording) int64 {
	for _, m := range c.records {
		if m.rec == r {
			return m.n
		}
	}
	return 0
}

// Bytes is the memory that the checkpoint takes, on the device or the host. The plan is not counted: checkpoints share it.
func (c *Checkpoint) Bytes() (n int64) {
	if c.kept != nil {
		n = c.kept.Bytes()
	} else if c.snap != nil {
		for _, d := range c.snap.Data {
			n += int64(len(d))
		}
	}
	for _, m := range c.records {
		n += int64(8 * len(m.counts))
	}
	return n
}

// Hash identifies the state: position, random key, and all variables, spikes under way and histories by name. Equal hashes mean that the
// same plan goes on in the same way, bit for bit. Scratch, which is rewritten before it is read, does not count. A state that is kept on
// the device is read back.
func (c *Checkpoint) Hash() ([sha256.Size]byte, error) {
	own := c.snap == nil
	snap, err := c.snapshot()
	if err != nil {
		return [sha256.Size]byte{}, err
	}
	if own {
		defer func() { c.snap = nil }() // it would count twice
	}
	h := sha256.New()
	fmt.Fprintln(h, c.at, c.random)
	for _, b := range c.res.Plan.Buffers {
		data, ok := snap.Data[b.ID]
		if !ok || b.Role == plan.Scratch {
			continue
		}
		fmt.Fprintf(h, "%q %q %d %d\n", b.Object, b.Var, b.Type, len(data))
		if r := ringOf(c.res.Plan, b, c.at); b.Rows > 0 && r.rows > 0 {
			hashLists(h, data, int(r.rows))
			continue
		}
		h.Write(data)
	}
	return [sha256.Size]byte(h.Sum(nil)), nil
}

// hashLists hashes the entries of each row of a spike list; what lies behind them in a row is left from other steps.
func hashLists(h interface{ Write([]byte) (int, error) }, data []byte, rows int) {
	row := len(data) / rows
	for k := range rows {
		r := data[k*row:][:row]
		n := int(binary.LittleEndian.Uint32(r)) + 1
		h.Write(r[:min(4*n, row)])
	}
}

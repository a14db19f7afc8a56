package exec

import (
	"context"
	"fmt"
	"math"

	"github.com/galvani-sim/galvani/host/plan"
)

// Caps says what a backend can do on this machine.
type Caps struct {
	Name    string // "cpu" or "gl"
	Device  string // for people: processor or GL renderer, version
	Double  bool
	Threads int
	// MaxBuffer is the largest single buffer in bytes, 0 when there is no limit but Memory. Larger buffers that are plan.Plan.Divisible are
	// kept in pieces.
	MaxBuffer int64
	// Memory is what may be allocated in bytes, 0 when unknown.
	Memory int64
	// OwnNoise is the most networks with random numbers of their own in one plan, see Options.Replicas; 0 when there is no limit.
	OwnNoise int
	// Columns: Load asks of procedural connectivity how many synapses end in an element.
	Columns bool
}

// Options of one loaded instance.
type Options struct {
	Seed    uint64
	Run     uint32 // run ordinal: enters the random key
	Replica uint32
	// Replicas are those of a plan with several, when each draws numbers of its own; nil: all draw those of Replica.
	Replicas []uint32
	Threads  int // CPU backend: the most that it uses; 0: all
}

// Backend loads plans.
type Backend interface {
	Caps() Caps
	// Load allocates and initialises the plan's buffers. The plan is shared and must not be changed.
	Load(p *plan.Plan, o Options) (Instance, error)
}

// Estimator is implemented by backends that allocate something else for a plan than plan.Plan.Memory says.
type Estimator interface {
	Memory(p *plan.Plan) (plan.Memory, error)
}

// Drawer is implemented by backends that may make connectivity by themselves when they load a plan, see plan.Recipe.
type Drawer interface {
	// Draws reports whether it does on its device.
	Draws() bool
	// Survey and Delays are those of plan.Options.
	Survey(sources []plan.RowSource, cols int) (rows [][]int32, in []int32, err error)
	Delays(s *plan.Sorting) (*plan.DelayCounts, error)
}

// MemoryOf estimates what a plan takes on a backend, before anything is allocated.
func MemoryOf(b Backend, p *plan.Plan) (plan.Memory, error) {
	if e, ok := b.(Estimator); ok {
		return e.Memory(p)
	}
	return p.Memory(), nil
}

// Position is a place between two schedule items: before item Item of step Step (base ticks).
type Position struct {
	Step int64
	Item int
}

// Reason says why Advance returned.
type Reason uint8

const (
	Reached  Reason = iota // the requested step
	Callback               // before a callback item that is due
	Canceled               // the context ended; the position is consistent and can be continued
	Stopped                // a plan.Halt found its condition to hold; its step has been finished
)

// Stop is where and why Advance returned.
type Stop struct {
	At       Position
	Reason   Reason
	Callback int // for Callback: Item.Callback
}

// Fault is a numeric fault found on the device: the first step, and in it the first element of the first variable.
type Fault struct {
	Variable string // OBJECT.VARIABLE
	Element  int
	// Replica is the network, in the order of loading, of several that a Batch advances.
	Replica int
	Step    int64
	Time    float64 // seconds
	Value   float64 // NaN or an infinity; for a Table the column, NaN when it is not known
	// Table names the TimedArray of which Element of the object Variable asks for a column that is not among its Columns; "" otherwise.
	Table   string
	Columns int
}

// Error describes the fault.
func (f *Fault) Error() string {
	if f.Table != "" {
		column := "a column"
		if !math.IsNaN(f.Value) {
			column = fmt.Sprintf("column %.0f", f.Value)
		}
		return fmt.Sprintf("%s[%d] asks for %s of the TimedArray %q, which has the columns 0 to %d, at t = %.10g s (step %d)",
			f.Variable, f.Element, column, f.Table, f.Columns-1, f.Time, f.Step)
	}
	return fmt.Sprintf("%s[%d] became %v at t = %.10g s (step %d)", f.Variable, f.Element, f.Value, f.Time, f.Step)
}

// Phase is time spent in one part of the step, for run.json.
type Phase struct {
	Name    string
	Seconds float64
	Calls   int64
}

// Instance is a plan in memory. It is used from one goroutine at a time.
type Instance interface {
	// At is the current position.
	At() Position
	// Advance runs until step is reached, a callback is due, or ctx ends; calling it again after a Callback stop runs on
	// behind the callback's item. A numeric fault returns an error that wraps *Fault, found within one batch; the state
	// is then that of the faulting step, and the instance can only be read, restored or closed.
	Advance(ctx context.Context, step int64) (Stop, error)
	// Read copies elements [off, off+len(dst)) of a buffer; Bool and Int values convert exactly.
	Read(buf plan.BufferID, off int, dst []float64) error
	// Write replaces elements; it takes effect before the next item.
	Write(buf plan.BufferID, off int, src []float64) error
	// Drain returns the samples of a monitor since the last Drain: one slice per variable, [samples × Len] in C order, and the
	// steps (of the monitor's clock) at which they were taken. They are good until the network goes on.
	Drain(monitor int) (steps []int64, values [][]float64, err error)
	// Snapshot holds everything a later step depends on.
	Snapshot() (*Snapshot, error)
	Restore(*Snapshot) error
	// Phases reports time per part so far.
	Phases() []Phase
	Close() error
}

// Spikes are recorded spikes, in order of step and element.
type Spikes struct {
	Steps  []int64     // of the monitor's clock
	Index  []int32     // elements, counted from the monitor's From
	Values [][]float64 // one slice per variable
	// Counts is the number of spikes per element since the start, for monitors that only count.
	Counts []int64
}

// SpikeRecorder is implemented by instances that record spikes.
type SpikeRecorder interface {
	// DrainSpikes returns the spikes of a spike monitor since the last call. For a Rate monitor Index holds the number of spikes of
	// each step in Steps.
	DrainSpikes(monitor int) (*Spikes, error)
}

// Snapshot is a copy of the state at one position. Data holds each State, Param, Scratch and History buffer in the width of
// the plan's precision, little endian, by BufferID.
type Snapshot struct {
	Fingerprint string
	At          Position
	Data        map[plan.BufferID][]byte
	// Written are ranges of values that were written to buffers, for a backend that rounds sums by them; nil for others.
	Written map[plan.Part][2]float64
}

// Keeper is implemented by instances that keep copies of their state where the state is: on a graphics card nothing is read back for them.
type Keeper interface {
	// Keep copies everything that a later step depends on.
	Keep() (Kept, error)
	// Revert puts a copy back, as if it had been taken at a position. The copy may be of another instance of the same backend and plan, which
	// may have been closed since.
	Revert(k Kept, at Position) error
}

// Kept is a copy of the state in the backend's memory. It stays good when its instance is closed, until it is closed itself.
type Kept interface {
	// At is the position at which the copy was taken.
	At() Position
	// Bytes is the memory that the copy takes.
	Bytes() int64
	// Snapshot copies it to the host, in the form that any backend restores.
	Snapshot() (*Snapshot, error)
	Close()
}

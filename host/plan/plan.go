package plan

import (
	"slices"

	"github.com/galvani-sim/galvani/host/connect"
	"github.com/galvani-sim/galvani/host/ir"
)

// BufferID indexes Plan.Buffers.
type BufferID int

// None is the BufferID of an absent buffer.
const None BufferID = -1

// Precision is the width of Real on the device.
type Precision uint8

const (
	Single Precision = iota
	Double
)

// Role says what a buffer is for. It decides what a snapshot holds and how memory is reported.
type Role uint8

const (
	State        Role = iota // variables that the step changes
	Param                    // variables that only the user changes
	Scratch                  // rewritten every step before it is read
	History                  // ring of the last values of a variable; row v mod depth holds the value after v steps
	Connectivity             // indices, weights that do not change, kernels of the grid
	Table                    // samples of a TimedArray
)

// Buffer is one device array. (Object, Var) identifies it across plans: state is carried by that name, never by ID.
type Buffer struct {
	ID     BufferID
	Object string
	Var    string
	Type   ir.Type // Bool and Int take 32 bits, Real as the plan's precision
	Len    int
	Role   Role
	// Rows is the number of steps that a spike list is kept for: it then holds Rows lists of Len/Rows entries, and the list of step s is
	// row s mod Rows. 0 for all other buffers.
	Rows int
	// Depth is the number of steps for which the past of a variable is kept, see Ring: row s mod Depth holds the values of step s. 0 for all
	// other buffers.
	Depth int
	// Each is the number of entries that one replica has in a plan with Replicas: Len is Replicas times as many, replica after replica. 0:
	// one copy for all. A spike list (Rows > 0) has the elements of all replicas in one list, and Each is 0.
	Each int
	// Streamed: nothing but reads sees what becomes of the initial contents, by operations of Init that store to a synapse's own place; a backend may
	// compute it for what is read when it is read.
	Streamed bool
	// Initial contents: Ints, Shorts or Reals when not nil (length Len), else every element is Fill. With Shorts every entry is below 65,536, nothing
	// changes them, and a backend keeps them in 16 bits each; only the ends of a Conn have them, see [Plan.Narrow].
	Ints   []int32
	Shorts []uint16
	Reals  []float64
	Fill   float64
	// Recipe, when not nil, makes the initial contents instead: those of Ints, or of Shorts where it is Short.
	Recipe *Recipe
}

// Part is the number of entries that each replica sees.
func (b *Buffer) Part() int {
	if b.Each > 0 {
		return b.Each
	}
	return b.Len
}

// Part is what one replica has of a buffer.
type Part struct {
	Buffer  BufferID
	Replica int
}

// Clock ticks every Period base ticks, first at tick Phase. DT is its interval in seconds.
type Clock struct {
	Name          string
	Period, Phase int64
	DT            float64
}

// Slot is the place of an item within one step. One below a named slot lies what comes before it, one above what comes after.
type Slot uint8

const (
	Start Slot = 1 + 3*iota
	Groups
	Thresholds
	Synapses
	Resets
	End
)

// Item is one entry of the schedule: operations that run in order when its clock ticks. Items are sorted by
// slot, order and name. An item with Callback >= 0 has no operations; Advance stops before it and the host acts.
type Item struct {
	Name     string
	Slot     Slot
	Order    int
	Clock    int
	Ops      []Op
	Callback int // index into the host's callbacks, or -1
}

// Op is one operation of the device.
type Op interface{ isOp() }

// Run runs a kernel over N elements of its domain.
type Run struct {
	Kernel *ir.Kernel
	Bind   []BufferID // one per slot of the kernel
	N      int
	Conn   int // index into Plan.Conns for synaptic domains, else -1
	// List is the spike list that a kernel over Spiking or Active runs over, as Emit writes it: an Int buffer with the number of
	// elements first and then the elements, ascending. Over Spiking they are rows of the Conn. Other domains ignore it.
	List BufferID
	// Lag is how many steps ago the spikes of List happened; their list is row (step-Lag) mod Rows, and empty before the first step.
	Lag int
	// From and Before bound the steps in which those spikes happened: they are of steps From to Before-1, or without end where Before is 0. So
	// spikes that are under way when delays change keep those that they were sent with, see Sent.
	From, Before int64
}

// SameSpikes reports whether two kernels run over the same spikes in every step.
func (r *Run) SameSpikes(o *Run) bool {
	return r.List == o.List && r.Lag == o.Lag && r.From == o.From && r.Before == o.Before
}

// Bounded reports whether a kernel runs over the spikes of some steps only.
func (r *Run) Bounded() bool { return r.From != 0 || r.Before != 0 }

// Takes reports whether a kernel runs over the spikes of a step.
func (r *Run) Takes(step int64) bool { return step >= r.From && (r.Before == 0 || step < r.Before) }

// Source is where an operation reads a vector: a whole buffer (Depth 0), or one row of a History of Depth rows
// of Len elements: the value after step-Lag steps, row max(step-Lag, 0) mod Depth.
type Source struct {
	Buf   BufferID
	Len   int
	Depth int
	Lag   int
}

// MatMul computes C = (A·B)∘Scale, or C += with Add. A is M×K, B is K×N, C and Scale M×N, all row-major; with TransA the buffer
// holds A as K×M, with TransB it holds B as N×K. Either operand may be a Source with history. Each sum runs over k in ascending order.
type MatMul struct {
	Name           string
	A, B           Source
	C              BufferID
	Scale          BufferID // None: no scaling
	M, K, N        int
	TransA, TransB bool
	Add            bool
}

// TapSum adds to Dst at every cell of a grid the sum over taps of weight × source cell at (z+dz, y+dy, x+dx), leaving out
// cells beyond the border. With Add unset Dst is overwritten. Offsets is Int [taps×3] (dz, dy, dx), Weights Real [taps].
type TapSum struct {
	Name               string
	Src                Source
	Dst                BufferID
	Layers, Rows, Cols int
	Taps               int
	Offsets, Weights   BufferID
	Add                bool
}

// Sample appends the current values of a monitor's variables to its ring.
type Sample struct {
	Monitor int // index into Plan.Monitors
}

// Generate fills a spike list with given spikes. Steps (Int, ascending) holds the steps that have any; those of Steps[k] are
// Index[First[k]:First[k+1]], ascending. With Period > 0 the step is taken modulo Period.
type Generate struct {
	Name         string
	List         BufferID
	Steps, First BufferID // Int; lengths Count and Count+1
	Index        BufferID // Int
	Count        int
	Period       int
}

// RecordSpikes appends this step's spikes, with the current values of variables, to a spike monitor.
type RecordSpikes struct {
	Monitor int // index into Plan.SpikeMonitors
}

// SpikeMonitor records the elements From to To-1 of a spike list.
type SpikeMonitor struct {
	Name     string
	Clock    int
	List     BufferID
	From, To int
	Vars     []MonitorVar // one value per element of the group; Elements is nil
	// CountOnly: only the number of spikes per element (length To-From) and, with Rate, per step is kept.
	CountOnly bool
	// Rate: one entry per step, the number of spikes; no indices are kept.
	Rate bool
}

func (*Generate) isOp()     {}
func (*RecordSpikes) isOp() {}
func (*Run) isOp()          {}
func (*MatMul) isOp()       {}
func (*TapSum) isOp()       {}
func (*Sample) isOp()       {}

// Conn is connectivity on the device. Row r (a postsynaptic element when ByPost, else a presynaptic one) owns the synapses
// RowPtr[r] .. RowPtr[r+1]-1; Index holds the other end of each.
type Conn struct {
	Name          string
	NPre, NPost   int
	N             int // synapses
	ByPost        bool
	RowPtr, Index BufferID // Int
	// With Mapped, entry k of Index belongs to synapse Syn[k], which is its place in PerElement slots; otherwise entry k is synapse k.
	Mapped bool
	Syn    BufferID // Int
	// With Listed there are no rows, and RowPtr is None: entry k is synapse k, from element k of Near to element k of Index. Only kernels over Synapses
	// run over it, and none that sum.
	Listed bool
	Near   BufferID // Int
	// Unused: no operation runs over it, and its buffers are empty.
	Unused bool
	// Division, when not 0, says that no synapse is in two Conns of this Division: they are parts of one set of synapses, such as those of each
	// delay.
	Division int
	// Pre and Post are the ends of each synapse where Mapped is set and Index has all of them; nil: not told. They are no buffers.
	Pre, Post *Ends
	// Drawn, when not nil, draws the rows, which then are presynaptic and not stored. Only kernels over Spiking run over it, and these change nothing
	// that synapses have. RowPtr, where it is not None, holds the number of each row's first synapse; else kernels do not depend on the numbers of
	// synapses, and N is about how many there are.
	Drawn *connect.Drawn
	// Values, with Drawn, compute what synapses have in PerElement slots, whose buffers have no elements: each variable begins with its buffer's Fill,
	// and these kernels over Synapses, in order, store to it. They draw the random numbers that operations of Init would draw in a run of that seed:
	// of step 0 and run 0. What else they read is constant.
	Values []*Run
}

// Buffers are those that say what is connected.
func (c *Conn) Buffers() []BufferID {
	ids := append(c.ends(), c.RowPtr)
	if c.Mapped {
		ids = append(ids, c.Syn)
	}
	return slices.DeleteFunc(ids, func(id BufferID) bool { return id == None })
}

// ends are the buffers that hold elements, which may have 16 bits each.
func (c *Conn) ends() []BufferID {
	if c.Listed {
		return []BufferID{c.Index, c.Near}
	}
	return []BufferID{c.Index}
}

// MonitorVar is one recorded variable: the elements Elements of Buf, or all Len of them when nil.
type MonitorVar struct {
	Name     string
	Buf      BufferID
	Elements []int32
	Len      int // values per sample
}

// Monitor records variables whenever its item runs. Capacity is the number of samples that the device ring must hold
// between two drains.
type Monitor struct {
	Name     string
	Clock    int
	Vars     []MonitorVar
	Capacity int
}

// Plan is everything a backend needs to run a network. Only Build makes one; it is verified and never changed.
type Plan struct {
	Precision Precision
	// Replicas is the number of networks of one shape that the plan advances side by side, see Merge; 0 and 1: one. Elements, synapses, domains of
	// kernels (Run.N) and connectivity are then those of one replica, and a slot of a kernel means the part of its buffer that belongs to
	// the replica of the element: a Scalar has one value for each. Only spike lists, spike monitors, generators and faults count elements through all replicas:
	// element e of replica r is r*N + e.
	Replicas int
	BaseDT   float64 // seconds per base tick
	Buffers  []*Buffer
	Clocks   []Clock
	Conns    []*Conn
	Monitors []*Monitor
	// SpikeMonitors record spikes; see exec.SpikeRecorder.
	SpikeMonitors []*SpikeMonitor
	Init          []Op   // run once at load, before step 0, in order
	Schedule      []Item // one step
	// Checks names the variables that ir.Check effects guard; Effect.Name indexes it by equality.
	Checks []string
	// Fingerprint is a hash of everything above that is not data.
	Fingerprint string
	held        []held
	recipes     []*Recipe // whose entries the program keeps when they are made
}

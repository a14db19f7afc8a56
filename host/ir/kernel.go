package ir

// DomainKind says what a kernel runs over.
type DomainKind uint8

const (
	// Elements: once for each of N elements of a group.
	Elements DomainKind = iota
	// Synapses: once for each stored synapse; OpElem is the storage position, OpPre and OpPost its ends.
	Synapses
	// Incoming: once for each postsynaptic element; Reductions run over its incoming synapses in storage order
	// (ascending presynaptic index), so sums have one defined order on every backend.
	Incoming
	// Spiking: once for each synapse of each element that spiked.
	Spiking
	// Active: once for each element of a spike list.
	Active
)

// SlotKind says how a slot's buffer is indexed.
type SlotKind uint8

const (
	// PerElement slots have one value per element of the domain.
	PerElement SlotKind = iota
	// Scalar slots have one value.
	Scalar
	// Indexed slots are read or written at a computed index.
	Indexed
)

// Access of a slot.
type Access uint8

const (
	Read Access = 1 << iota
	Write
	ReadWrite = Read | Write
)

// Slot is a formal buffer of a kernel; a plan binds each slot to a buffer.
type Slot struct {
	Name   string // OBJECT.VARIABLE, for printing
	Type   Type
	Kind   SlotKind
	Access Access
}

// EffectKind is what an effect does.
type EffectKind uint8

const (
	// Store writes Value to Slot (at Index, or at the element's own place; a Scalar slot is written once, by element 0,
	// with a uniform Value).
	Store EffectKind = iota
	// Accumulate adds Value to Slot at Index (synaptic domains).
	Accumulate
	// Emit appends the element to the spike list bound to Slot where Mask holds.
	Emit
	// Check faults the run when Value is NaN or infinite; Name says which variable.
	Check
)

// Effect is one change to memory. Mask, when not nil, is a Bool that must hold for the effect to happen.
type Effect struct {
	Kind  EffectKind
	Slot  int
	Index *Expr
	Value *Expr
	Mask  *Expr
	Name  string
}

// Reduction sums Value over the incoming synapses of a postsynaptic element (domain Incoming). Inside Value OpElem is the
// synapse's storage position, OpPre and OpPost its ends. The result is stored to Slot at the postsynaptic element:
// added to what is there when Add is set.
type Reduction struct {
	Slot  int
	Value *Expr
	Add   bool
	// Fold says what becomes of the values; without synapses it is 0.
	Fold Fold
}

// Fold is how a Reduction makes one value of those of all synapses.
type Fold uint8

const (
	Sum Fold = iota
	// Largest and Smallest take one of the values: the first that no later one exceeds, or falls below.
	Largest
	Smallest
)

// foldNames are the verbs of reductions in text; with "add" behind them they add to what is there.
var foldNames = []string{Sum: "reduce", Largest: "largest", Smallest: "smallest"}

// Kernel is one typed body over named slots.
type Kernel struct {
	Name   string
	Domain DomainKind
	Slots  []Slot
	// Effects in order. For one slot and index at most one Store.
	Effects    []Effect
	Reductions []Reduction // domain Incoming only
	// InOrder: over Spiking, the synapses run one after another, in the order of the spike list and within a row in storage order, and each
	// sees what those before it wrote. Such a kernel may store anywhere, and to one slot several times.
	InOrder bool
	// Stream is the random stream of this kernel's draws: a hash of a stable name.
	Stream uint32
}

package cpu

import (
	"math"

	"github.com/galvani-sim/galvani/host/plan"
	"github.com/galvani-sim/galvani/host/rng"
)

// blockLen is the number of elements of a block. 256 float64 values are 2 KiB: twenty live registers fit the first-level cache.
const blockLen = 256

// kind is the shape of an instruction: which register files its operands index and which table its function is in.
type kind uint8

const (
	kUnary     kind = iota // real d = f(a)
	kVV                    // real d = f(a, b)
	kVS                    // real d = f(a, scalar b)
	kFused                 // real d = f(a, b, c), b and c vector or scalar as the function says
	kCmpVV                 // int d = f(real a, real b)
	kCmpVS                 // int d = f(real a, scalar b)
	kSelect                // real d = int a ? real b : real c
	kIntUnary              // int d = f(a)
	kIntVV                 // int d = f(a, b)
	kIntSel                // int d = int a ? int b : int c
	kToReal                // real d = int a
	kToInt                 // int d = real a
	kGather                // real d = buffer b at int a
	kGatherInt             // int d = buffer b at int a
	kElem                  // int d = element
	kRow                   // int d = row of the synapse
	kLocal                 // int d = element within its replica
	kReplica               // int d = replica
	kShift                 // int d = a + replica * constant b, -1 where a is outside 0 .. b-1
	kUniform               // real d = draw
	kNormal
	kExponential
	kPoisson // int d = draw with mean real a
	kGamma   // real d = draw with shape real a
	kFill    // real d = scalar a; run once per task
	kFillInt // int d = scalar a; run once per task
)

// instr is one instruction. d, a, b and c index registers, then views; or scalars where the kind says so.
type instr struct {
	kind       kind
	f          uint8
	d, a, b, c int32
	draw       uint32
}

type viewKind uint8

const (
	viewElem   viewKind = iota // the buffer at the element's own index
	viewOffset                 // the buffer at element + scalar
	viewIndex                  // the connection's index array
	viewLocal                  // the buffer at the element's index in its replica
	viewWindow                 // the buffer at the element's own index, of which it holds a window
)

// writesReal reports whether d is a real register.
func (k kind) writesReal() bool {
	switch k {
	case kUnary, kVV, kVS, kFused, kSelect, kToReal, kGather, kUniform, kNormal, kExponential, kGamma, kFill:
		return true
	}
	return false
}

// sources calls visit for each operand that is a register or view.
func (in *instr) sources(visit func(op *int32, isReal bool)) {
	switch in.kind {
	case kUnary, kVS, kCmpVS, kToInt, kPoisson, kGamma:
		visit(&in.a, true)
	case kVV, kCmpVV:
		visit(&in.a, true)
		visit(&in.b, true)
	case kFused:
		visit(&in.a, true)
		if in.f != mAddVSV && in.f != mAddVSS && in.f != mSubVSV {
			visit(&in.b, true)
		}
		if in.f != mAddVVS && in.f != mAddVSS && in.f != mRSubVVS {
			visit(&in.c, true)
		}
	case kSelect:
		visit(&in.a, false)
		visit(&in.b, true)
		visit(&in.c, true)
	case kIntSel:
		visit(&in.a, false)
		visit(&in.b, false)
		visit(&in.c, false)
	case kIntVV:
		visit(&in.a, false)
		visit(&in.b, false)
	case kIntUnary, kToReal, kGather, kGatherInt, kShift:
		visit(&in.a, false)
	}
}

// view is an operand that is a piece of a buffer: it follows the block through the domain.
type view struct {
	kind viewKind
	buf  int   // plan.BufferID
	base int32 // viewOffset: int scalar that is added to the element
	// written: an instruction or effect writes through the view, so it must lie inside the buffer.
	written bool
}

type effectKind uint8

const (
	eStore   effectKind = iota // view dst = value
	eScatter                   // buffer at int index = value
	eAccum                     // buffer at int index += value
	eEmit                      // append element to a list
	eCheck                     // fault when value is not finite
)

// none is an absent operand.
const none = math.MinInt32

// effect is an effect after compilation. Operands index the register files as those of instr do, or are none.
type effect struct {
	kind        effectKind
	isReal      bool
	value, mask int32
	dst         int32 // eStore: view
	index       int32 // int operand
	// own: an eScatter to the element's own place.
	own bool
	// each is the number of entries of one replica in the buffer, 0: one copy for all.
	each int
	// target: different far ends of synapses have different indices. plain: the index is the far end plus the int scalar
	// base (-1: plus nothing).
	target, plain bool
	base          int32
	buf           int // eScatter, eAccum, eEmit
	check         int // eCheck: position among the kernel's checks
}

// scalarStore is a Store to a Scalar slot: buffer[0] = scalar, after everything else.
type scalarStore struct {
	buf         int
	isReal      bool
	value, mask int // indices into the scalar tables; mask -1: none
}

// program is one compiled expression graph with its effects, for a given width of Real.
type program[T real] struct {
	name string
	// Scalars, evaluated once per run by prologue. Constants are set at compile time.
	sr       []T
	si       []int32
	prologue []instr
	stepAt   []int32  // int scalars that hold the step
	times    []timeAt // real scalars that hold the time

	once   []instr // fills of registers that stay for a whole task
	body   []instr
	nr, ni int // registers
	rviews []view
	iviews []view
	eff    []effect
	scalar []scalarStore
	checks []string
	// result is the operand that holds the value of a reduction, or none.
	result     int32
	resultReal bool
	// adds: the result of synapse k is added to sums[rows[k]]; else it is kept in worker.results.
	adds bool
	sums []T
	rows plan.Index

	// whole is the program as one piece of machine code; else stages, where not nil, are the body with as much of that as there is.
	// listed: the elements of a block lie anywhere. loop: the program runs over elements in order.
	listed, loop bool
	whole        *stage
	draws        []instr // that whole reads
	stages       []stage

	random rng.At // but for the key, which is the instance's and may change between steps
	key    *rng.Key
	keys   *[]rng.Key // of each replica, when they draw numbers of their own
	// period is the number of elements of a replica where a domain of elements runs over several; else 0.
	period int32
	window *int // the first element that the buffer of a viewWindow holds
	// synapses is the number of synapses of a replica.
	synapses int
	// ordered: results depend on the order of elements, so the domain is not split.
	ordered bool
	emits   bool
}

type timeAt struct {
	index int32
	dt    float64
}

package native

import "golang.org/x/sys/cpu"

// Set is a set of instructions to compile for.
type Set uint8

const (
	NoSet  Set = iota
	AVX2       // and FMA: 16 vectors of 4 float64 or 8 float32, masks are vectors
	AVX512     // F, DQ and VL: 32 vectors of 8 or 16, and 8 masks
)

func (s Set) String() string { return [...]string{"none", "AVX2", "AVX-512"}[s] }

// InProcessor reports whether this processor has the set.
func (s Set) InProcessor() bool {
	switch x := &cpu.X86; s {
	case AVX2:
		return x.HasAVX2 && x.HasFMA
	case AVX512:
		return x.HasAVX512F && x.HasAVX512DQ && x.HasAVX512VL && x.HasPOPCNT
	}
	return false
}

// lanes is the number of reals in a vector.
func (s Set) lanes(wide bool) int {
	n := map[Set]int{AVX2: 4, AVX512: 8}[s]
	if !wide {
		n *= 2
	}
	return n
}

// target writes what differs between sets of instructions. Registers of masks are numbered apart where masks has any. A method takes
// temporary registers where it needs some, before the first jump that it writes.
type target interface {
	// vectors and masks are the numbers of registers for values; pinned is the number of general registers, r8 and on, for addresses of
	// arrays.
	vectors() int
	masks() (first, behind int)
	pinned() int

	// begin writes what comes before the loop, beginTail what comes before the pass behind the whole vectors.
	begin()
	beginTail()

	// instruction encodes one of the forms that all sets have.
	instruction(f form, l length, dst, src int, rm operand, imm byte)
	// each returns an element in memory as an operand with that value in all lanes, of reals or of ints.
	each(from operand, c class) operand
	// fill sets all lanes of float64 or float32, and fillInt those of an int vector, to an element in memory or to a constant.
	fill(wide, r int, from operand)
	fillInt(r int, from operand)
	// fillGeneral sets all lanes of an int vector to a general register.
	fillGeneral(r, from int)
	// load and store move the lanes in use; store those of mask, or all with mask -1. c is realClass or intClass.
	load(c class, r int, from operand)
	// loadShort loads ints from 16 bits each.
	loadShort(r int, from operand)
	// Where mask holds nowhere nothing is written, so that the memory does not count as changed.
	store(c class, r int, to operand, mask int)
	// equal jumps where all ints of x, not behind the whole vectors, are those in memory.
	equal(x int, in operand) int
	saveMask(k int, to operand)
	reloadMask(k int, from operand)

	// compare sets mask d where x and y compare, in float64 lanes or those of float32; within: not in lanes behind the last in use.
	compare(wide int, d, x int, y operand, predicate byte, within bool)
	compareInt(op Op, d, x int, y operand)
	nonzero(d, x int) // of ints
	// notFinite sets d where x is NaN or infinite, and mask where, unless -1, holds; within the lanes in use.
	notFinite(d, x, where int)
	// lossy sets d where x is zero, or low, which is x by.Low, may have lost digits; notZero clears it where x is zero. Both use t.
	lossy(d, low, x, t int, by *Divisor)
	notZero(d, x, t int)
	and(d, a, b int)
	or(d, a, b int)
	not(d, a int)
	// restrict clears the lanes of d that are not in use. Lanes are those of the first or second half of a vector of float32, or of one of
	// float64.
	restrict(d, part int)
	// none jumps where no lane of k holds; laneBits sets rax to a bit per lane.
	none(k int) int
	laneBits(k int)
	// fromMask sets ints to 1 where k holds and 0 elsewhere.
	fromMask(d, k int)
	// mix sets d to rm where k holds and to src elsewhere.
	mix(wide int, d, src int, rm operand, k int)
	mixInt(d, src int, rm operand, k int)
	// emit appends the elements where k holds to the list.
	emit(k int)
	gather(op Op, d, index int, slot int32)

	// Of float64 lanes: scale sets d to p 2^k, rounded once, where shifted is k + expShift; odd sets a mask, for mix only, where bit of
	// x is set; upper and join take and put the second half of a vector.
	scale(d, p, shifted, k int)
	odd(d, x, bit int)
	upper(d, x int)
	join(d, low, high int)
}

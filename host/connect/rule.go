package connect

// Shape is what a rule knows of a group.
type Shape struct {
	Name string // for messages
	N    int
	Grid *Grid // nil: no geometry
}

// Values fills weights or delays for synapses given by their ends; Const answers when all are one number.
type Values interface {
	Const() (float64, bool)
	// Fill sets dst[k] for synapse k = (pre[k], post[k]); key is the rule's random key, so that the same seed gives the same values.
	Fill(dst []float64, pre, post []int32, key Key) error
}

// Key seeds the draws of one rule: the same key gives the same matrix on every backend and for any number of threads.
type Key struct {
	Seed   uint64
	Stream uint32 // hash of the projection's stable name
}

// Matrix is built connectivity; exactly one field is set.
type Matrix struct {
	CSR      *CSR
	Offsets  *Offsets
	Identity *Uniform // one_to_one with equal weights and delays
	Full     *Uniform // all_to_all with equal weights and delays
}

// Uniform is connectivity in which every synapse has the same weight.
type Uniform struct {
	W     float64
	Self  bool // Full: synapses from an element to itself exist
	Count int64
}

// Rule builds connectivity between two groups.
type Rule interface {
	// Name is the rule's name in scripts, e.g. "fixed_probability".
	Name() string
	// Estimate returns the expected number of synapses and the peak of bytes that Build needs, before anything is allocated.
	Estimate(pre, post Shape) (synapses, bytes int64, err error)
	// Build makes the matrix. Errors say what is wrong with the arguments in the user's terms. Delays are returned in the CSR;
	// for the other forms the caller keeps the constant delay.
	Build(key Key, pre, post Shape) (*Matrix, error)
}

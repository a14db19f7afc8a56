package connect

// Shape is what a rule knows of a group.
type Shape struct {
	// Name is for messages, and tells groups apart: names are unique in a network, and only a group connected with itself has
	// self-connections that a rule may leave out.
	Name string
	N    int
	Grid *Grid // nil: no geometry
}

// Values fills weights or delays for synapses given by their ends; Const answers when all are one number.
type Values interface {
	Const() (float64, bool)
	// Fill sets dst[k] for synapse k = (pre[k], post[k]); key is the rule's random key, so that the same seed gives the same values.
	// Synapses between the same two ends are adjacent in one call. Fill is called from several goroutines at a time.
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

// Synapses is the number of synapses, whatever the form.
func (m *Matrix) Synapses() int64 {
	switch {
	case m.CSR != nil:
		return int64(len(m.CSR.Index))
	case m.Offsets != nil:
		return m.Offsets.Count
	case m.Identity != nil:
		return m.Identity.Count
	case m.Full != nil:
		return m.Full.Count
	}
	return 0
}

// Weights are one for all synapses, or one for each in the order of CSR; nil for Offsets, which has none of its own.
func (m *Matrix) Weights() []float64 {
	switch {
	case m.CSR != nil:
		return m.CSR.W
	case m.Identity != nil:
		return []float64{m.Identity.W}
	case m.Full != nil:
		return []float64{m.Full.W}
	}
	return nil
}

// Delays are none, one for all synapses, or one for each in the order of CSR, in seconds.
func (m *Matrix) Delays() []float64 {
	one := 0.0
	switch {
	case m.CSR != nil:
		return m.CSR.Delay
	case m.Offsets != nil:
		one = m.Offsets.Delay
	case m.Identity != nil:
		one = m.Identity.Delay
	case m.Full != nil:
		one = m.Full.Delay
	}
	return delays(one)
}

// delays is the Delay of a CSR whose synapses all have the same.
func delays(d float64) []float64 {
	if d == 0 {
		return nil
	}
	return []float64{d}
}

// Uniform is connectivity in which every synapse has the same weight.
type Uniform struct {
	W     float64
	Self  bool // Full: synapses from an element to itself exist
	Count int64
	Delay float64 // seconds, 0 when the rule has none
}

// Rule builds connectivity between two groups. A rule is a plain value and is not changed by building.
type Rule interface {
	// Name is the rule's name in scripts, e.g. "fixed_probability".
	Name() string
	// Estimate returns the expected number of synapses and the peak of bytes that Build needs, before anything is allocated.
	Estimate(pre, post Shape) (synapses, bytes int64, err error)
	// Build makes the matrix. Errors say what is wrong with the arguments in the user's terms. Delays that differ are returned in the
	// CSR, a constant one in whichever form is built.
	Build(key Key, pre, post Shape) (*Matrix, error)
}

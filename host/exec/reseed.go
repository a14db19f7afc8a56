package exec

// Random is the part of the random key that belongs to a whole run; a draw adds stream, step, element and number. Two instances of one plan
// with equal Random draw the same numbers at the same steps.
type Random struct {
	Seed    uint64
	Run     uint32 // ordinal: one more for each time that steps run again with other numbers
	Replica uint32 // of a sweep
}

// Random is the key that an instance loaded with these options starts with.
func (o Options) Random() Random { return Random{o.Seed, o.Run, o.Replica} }

// Reseeder is implemented by instances whose random numbers can be changed after loading. The next draw uses the new key; nothing else
// changes.
type Reseeder interface {
	Reseed(Random) error
}

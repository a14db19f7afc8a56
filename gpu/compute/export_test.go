//go:build cgo

package compute

// Dispatches is the number of dispatches of a step in which all clocks tick, where every step is dispatched.
func (s *Shared) Dispatches() (n int) {
	for k := range s.i.units {
		n += max(1, s.i.units[k].passes)
	}
	return n
}

//go:build cgo

package compute

import (
	"github.com/galvani-sim/galvani/host/exec"
)

var (
	_ exec.Reseeder = (*Instance)(nil)
	_ exec.Reseeder = (*Shared)(nil)
)

// Reseed gives every program that draws another key. Programs compiled later take it from the options.
func (i *Instance) Reseed(r exec.Random) error {
	if i.closed {
		return errClosed
	}
	i.opts.Seed, i.opts.Run, i.opts.Replica = r.Seed, r.Run, r.Replica
	for _, p := range i.programs {
		if p.text.Random {
			i.setKey(p)
		}
	}
	return nil
}

// Reseed implements exec.Reseeder.
func (s *Shared) Reseed(r exec.Random) (err error) {
	s.i.dev.Do(func() { err = s.i.Reseed(r) })
	return err
}

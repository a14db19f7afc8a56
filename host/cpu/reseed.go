package cpu

import (
	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/rng"
)

var _ exec.Reseeder = (*instance[float64])(nil)

// Reseed changes the random key of every program: they all point at the instance's.
func (x *instance[T]) Reseed(r exec.Random) error {
	if err := x.usable(); err != nil {
		return err
	}
	x.key = rng.NewKey(r.Seed, r.Run, r.Replica)
	return nil
}

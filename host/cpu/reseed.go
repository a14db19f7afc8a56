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
	x.setKeys(r)
	return nil
}

func (x *instance[T]) setKeys(r exec.Random) {
	x.key, x.keys = rng.NewKey(r.Seed, r.Run, r.Replica), nil
	for _, n := range x.of {
		x.keys = append(x.keys, rng.NewKey(r.Seed, r.Run, n))
	}
}

// randomKeys are the keys that programs draw with.
type randomKeys struct {
	common *rng.Key
	own    *[]rng.Key // of each replica; empty: all draw with the common one
}

func (x *instance[T]) random() randomKeys { return randomKeys{&x.key, &x.keys} }

package solve

import (
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/galvani-sim/galvani/host/ir"
)

// TestStepRandom hands random equations, with and without noise, to every method: each answers with a kernel that Verify
// accepts and in which no noise leaf is left, or with a refusal; and the automatic choice is never refused without reason.
func TestStepRandom(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 9))
	solved := make(map[string]int)
	for range 1500 {
		m := newModel(1e-3)
		x, y := m.state("x", rng.NormFloat64()), m.state("y", rng.NormFloat64())
		p := m.leaf("p", rng.NormFloat64())
		first, second := randomExpr(m, rng, x, p, rng.IntN(3)), randomExpr(m, rng, y, x, rng.IntN(3))
		if rng.IntN(2) == 0 {
			first = m.add(first, m.mul(randomExpr(m, rng, x, p, 1), m.noise("a")))
		}
		if rng.IntN(3) == 0 {
			second = m.sub(second, m.mul(m.noise("b"), p))
		}
		m.ode("x", first)
		m.ode("y", second)
		for _, method := range Methods() {
			news, err := Step(method, m.System)
			var u *Unsuitable
			if errors.As(err, &u) {
				continue
			} else if err != nil {
				t.Fatal(err)
			}
			solved[method]++
			k := &ir.Kernel{Name: method}
			k.Slots = append(k.Slots, m.B.Slots()...)
			for i, v := range m.Vars {
				slot := m.slot[v.Name]
				k.Slots[slot].Access = ir.ReadWrite
				k.Effects = append(k.Effects, ir.Effect{Kind: ir.Store, Slot: slot, Value: news[i]})
				for _, n := range m.Noises {
					if ir.DependsOn(news[i], n.Leaf) {
						t.Fatalf("%s leaves the noise %s in\n%v", method, n.Name, k)
					}
				}
			}
			if err := ir.Verify(k); err != nil {
				t.Fatalf("%v\n%v", err, k)
			}
		}
		if _, err := Step(Choose(m.System, true), m.System); err != nil {
			t.Fatalf("the automatic choice: %v", err)
		}
	}
	for _, method := range Methods() {
		if solved[method] < 20 {
			t.Errorf("%s solved only %d systems", method, solved[method])
		}
	}
	t.Log(solved)
}

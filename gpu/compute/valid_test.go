//go:build cgo

package compute

import (
	"fmt"
	"testing"

	"github.com/galvani-sim/galvani/gpu/gltest"
	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/plan"
)

// Every form of program is GLSL to a compiler that belongs to no driver, too: in all ways to run a schedule, as for the software renderer and as for hardware.
func TestProgramsAreValid(t *testing.T) {
	d := gltest.Device(t)
	plans := map[string]*plan.Plan{
		"field": fieldPlan(13, plan.Single), "field double": fieldPlan(13, plan.Double), "clocks": clocksPlan(plan.Single, true), "cuba": cubaPlan(t, 200, plan.Single),
		"cuba double": cubaPlan(t, 200, plan.Double), "learners": planOf(t, learners(20), plan.Single), "learners double": planOf(t, learners(20), plan.Double),
		"bursts": burstPlan(200, 5, 3, false), "in order": burstPlan(50, 5, 3, true),
	}
	seen := map[string]bool{}
	for name, p := range plans {
		for _, b := range []*Backend{{Mode: Plain}, {Mode: Plain, blocks: 1, texels: 1, seldom: 1, groups: 1, beside: 4}, {Mode: Plain, hardware: true, marks: 1, gather: 1},
			{Mode: Plain, stretch: 1}, {Mode: Auto}, {Mode: AutoPersistent}, {Mode: AutoPersistent, hardware: true}} {
			b.dev = d
			x, err := b.Load(p, exec.Options{Seed: 1})
			if err != nil {
				t.Fatal(name, err)
			}
			i := x.(*Shared).i
			list := i.Programs()
			for k := range i.initial {
				list = append(list, i.initial[k].text)
			}
			if i.flush != nil {
				list = append(list, i.flush)
			}
			for _, q := range list {
				if text := q.Source.Text; !seen[text] {
					seen[text] = true
					gltest.Validate(t, fmt.Sprintf("%s, mode %v: %s", name, b.Mode, q.Name), "comp", text)
				}
			}
			if err := x.Close(); err != nil {
				t.Fatal(err)
			}
		}
	}
	t.Logf("%d programs", len(seen))
}

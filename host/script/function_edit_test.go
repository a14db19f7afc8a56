package script_test

import (
	"context"
	"math"
	"testing"

	"github.com/galvani-sim/galvani/host/plan"
	"github.com/galvani-sim/galvani/host/script"
	"github.com/galvani-sim/galvani/host/session"
)

// TestFunctionEdit: a number that functions read and that a person sets while the network runs acts in them as in the equations, as a variable where
// it stands for itself, and compiled anew where something was computed with it.
func TestFunctionEdit(t *testing.T) {
	for name, body := range map[string]string{"read": "gain*x", "computed with": "(2*gain)*x/2", "in a loop": "sum([x for k in range(int(gain))])", "through a variable": "sum([g*x for g in [gain]])"} {
		t.Run(name, func(t *testing.T) {
			res, err := script.RunSource(context.Background(), "edit.star", `
gain = 2
def f(x):
    return `+body+`
G = NeuronGroup(1, "dv/dt = f(1 + 0*v)/second + (gain - gain)/second: 1", method="euler")
run(0*ms)
`, script.Options{Engine: cpuEngine{}})
			if err != nil {
				t.Fatal(err)
			}
			a, ok := res.Sim.(script.Adapter)
			if !ok {
				t.Fatalf("a %T", res.Sim)
			}
			defer a.Close()
			line, err := session.New(a.Sim, session.Options{})
			if err != nil {
				t.Fatal(err)
			}
			want := 0.0
			var before *plan.Plan
			for _, gain := range []float64{2, 5, 7} {
				if gain != 2 {
					if err := line.Do(session.SetParameter{Name: "gain", Value: gain}); err != nil {
						t.Fatal(err)
					}
				}
				if again := a.Sim.Plan() == before; gain == 7 && again != (name == "read") {
					t.Errorf("the second edit kept the plan: %v", again)
				}
				before = a.Sim.Plan()
				if err := line.Seek(context.Background(), line.Step()+100); err != nil {
					t.Fatal(err)
				}
				want += gain * 100 * 1e-4
				b, _ := a.Sim.Plan().Find("neurongroup", "v")
				v := make([]float64, 1)
				err := a.Sim.Instance().Read(b.ID, 0, v)
				if err != nil {
					t.Fatal(err)
				}
				if math.Abs(v[0]-want) > 1e-12 {
					t.Errorf("v = %v after gain = %v, want %v", v[0], gain, want)
				}
			}
		})
	}
}

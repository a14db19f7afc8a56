package session_test

import (
	"context"
	"fmt"

	"github.com/galvani-sim/galvani/host/cpu"
	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/plan"
	"github.com/galvani-sim/galvani/host/session"
	"github.com/galvani-sim/galvani/host/sim"
)

// A neuron leaks; it is plucked, time goes back, and the past is edited.
func Example() {
	leak := &net.Group{Name: "leak", N: 2, Equations: &diag.Source{Name: "leak", Text: "dv/dt = -v/(10*ms) : 1"}}
	s, err := sim.Compile(&net.Network{DT: 1e-3, Groups: []*net.Group{leak}}, sim.Options{Backend: cpu.Backend{}, Precision: plan.Double})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer s.Close()
	v := func() float64 {
		values, _, _ := s.Get(leak, "v")
		return values[1]
	}
	ctx := context.Background()
	t, _ := session.New(s, session.Options{})
	_ = t.Advance(ctx, 100)
	_ = t.Do(session.SetValues{Object: "leak", Variable: "v", Elements: []int32{1}, Values: []float64{1}}) // a pluck
	_ = t.Seek(ctx, 110)
	fmt.Printf("step %d: %.4f\n", t.Step(), v())
	_ = t.Seek(ctx, 105)
	fmt.Printf("step %d: %.4f\n", t.Step(), v())
	_ = t.Do(session.SetValues{Object: "leak", Variable: "v", Values: []float64{2}}) // the past is edited
	_ = t.Seek(ctx, 110)
	fmt.Printf("step %d: %.4f\n", t.Step(), v())
	for _, b := range t.Branches() {
		fmt.Printf("branch %d from step %d to %d, present: %v\n", b.ID, b.Fork, b.Last, b.Present)
	}
	_ = t.Switch(ctx, 0)
	_ = t.Seek(ctx, 110)
	fmt.Printf("step %d: %.4f\n", t.Step(), v())
	// Output:
	// step 110: 0.3679
	// step 105: 0.6065
	// step 110: 1.2131
	// branch 0 from step 0 to 110, present: false
	// branch 1 from step 105 to 110, present: true
	// step 110: 0.3679
}

package sim

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/cpu"
	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/plan"
	"github.com/galvani-sim/galvani/host/units"
)

type constants map[string]float64

func (c constants) Lookup(name string) (check.Value, bool) {
	v, ok := c[name]
	return check.Value{Kind: check.ValQuantity, Q: units.Number(v)}, ok
}

func (c constants) Names() []string { return nil }

func code(s string) *diag.Source { return &diag.Source{Name: "test", Text: s} }

// chain is a network in which spikes are under way most of the time: a generator, a group that it drives with a delay, and recurrent
// synapses with delays of their own.
type chain struct {
	*net.Network
	t      testing.TB
	in, g  *net.Group
	syn    *net.Synapses
	ns     constants
	spikes *net.SpikeMonitor
	counts *net.SpikeMonitor
	states *net.StateMonitor
	opt    Options
	sim    *Sim
}

func newChain(t testing.TB, n int) *chain {
	c := &chain{t: t, Network: &net.Network{DT: 1e-3}, ns: constants{"gain": 0.4}}
	c.in = &net.Group{Name: "in", N: 3, Generator: &net.Generator{Index: []int32{0, 1, 2}, Times: []float64{2e-3, 3e-3, 7e-3}, Period: 10e-3}}
	c.g = &net.Group{Name: "g", N: n, Equations: code("v : 1\nage : 1"), Namespace: c.ns, Spiking: &net.Spiking{Threshold: code("v > 0.9"), Reset: code("v = 0.1*rand()")}}
	c.g.Code = []*net.CodeBlock{{Name: "g_code", Code: code("age += 1")}}
	c.g.Initial = []net.Assignment{{Var: "v", Values: []float64{0.25}}}
	feed := &net.Synapses{Name: "feed", Pre: net.All(c.in), Post: net.All(c.g), Namespace: c.ns,
		Pathways: []*net.Pathway{{Name: "pre", Code: code("v_post += gain + 0.1*rand()"), Delay: []float64{4e-3}}}, Connect: []*net.Connection{{}}}
	c.syn = &net.Synapses{Name: "rec", Pre: net.All(c.g), Post: net.All(c.g), Equations: code("w : 1"), Namespace: c.ns,
		Pathways: []*net.Pathway{{Name: "pre", Code: code("v_post += w\nw += 0.001"), Delay: []float64{0, 2e-3, 5e-3}}},
		Connect:  []*net.Connection{{I: []int32{0, 1, 2}, J: []int32{1, 2, 0}}},
		Initial:  []net.Assignment{{Var: "w", Values: []float64{0.3}}}}
	c.spikes = &net.SpikeMonitor{Name: "spikes", Of: net.All(c.g), Vars: []string{"v"}}
	c.counts = &net.SpikeMonitor{Name: "counts", Of: net.All(c.g), CountOnly: true}
	c.states = &net.StateMonitor{Name: "states", Group: c.g, Vars: []string{"v", "age"}}
	c.Groups, c.Synapses = []*net.Group{c.in, c.g}, []*net.Synapses{feed, c.syn}
	c.SpikeMonitors, c.Monitors = []*net.SpikeMonitor{c.spikes, c.counts}, []*net.StateMonitor{c.states}
	c.opt = Options{Backend: cpu.Backend{}, Precision: plan.Double, Seed: 5}
	return c
}

func (c *chain) must(err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
}

func (c *chain) compile() *Sim {
	c.t.Helper()
	s, err := Compile(c.Network, c.opt)
	c.must(err)
	c.t.Cleanup(func() { s.Close() })
	c.sim = s
	return s
}

func (c *chain) run(seconds float64) {
	c.t.Helper()
	if c.sim == nil {
		c.compile()
	}
	c.must(c.sim.Run(context.Background(), seconds))
}

// everything is all recorded data and all variables, as text, so that a difference can be read.
func (c *chain) everything() string {
	c.t.Helper()
	var b strings.Builder
	for _, r := range c.sim.Recordings() {
		for _, col := range r.Columns() {
			a, err := r.Array(col.Name)
			c.must(err)
			fmt.Fprintln(&b, r.Name, col.Name, a.Data)
		}
	}
	for _, m := range c.SpikeMonitors {
		fmt.Fprintln(&b, m.Name, c.sim.Spikes(m).Counts)
	}
	for _, v := range [][2]string{{"g", "v"}, {"g", "age"}, {"rec", "w"}} {
		fmt.Fprintln(&b, v, c.get(v[0], v[1]))
	}
	return b.String()
}

func (c *chain) get(object, name string) []float64 {
	c.t.Helper()
	b, ok := c.sim.Plan().Find(object, name)
	if !ok {
		c.t.Fatalf("no %s.%s", object, name)
	}
	v := make([]float64, b.Len)
	c.must(c.sim.Instance().Read(b.ID, 0, v))
	return v
}

func (c *chain) wantSame(what, got, want string) {
	c.t.Helper()
	if got != want {
		c.t.Fatalf("%s:\n%s\nwant\n%s", what, got, want)
	}
}

func wantError(t testing.TB, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error; want one with %q", parts)
	}
	for _, p := range parts {
		if !strings.Contains(err.Error(), p) {
			t.Errorf("error %q does not mention %q", err, p)
		}
	}
}

// TestStoredRecordings restores states to and fro: recordings must have what they had, although they were cut in between.
func TestStoredRecordings(t *testing.T) {
	c := newChain(t, 3)
	c.compile()
	var names, want []string
	for k := range 5 {
		names = append(names, fmt.Sprint("s", k))
		c.must(c.sim.Store(names[k]))
		want = append(want, c.everything())
		c.run(7e-3)
	}
	if !slices.Equal(c.sim.Stored(), names) {
		t.Errorf("stored: %q", c.sim.Stored())
	}
	for n, k := range []int{4, 1, 3, 0, 4, 2, 2, 4, 0, 1, 3} {
		c.must(c.sim.Restore(names[k], RestoreOptions{Random: true}))
		c.wantSame(fmt.Sprint("after restore ", n, " of ", names[k]), c.everything(), want[k])
		if n%2 == 0 && k < 4 {
			c.run(7e-3)
			c.wantSame(fmt.Sprint("a run after restore ", n, " of ", names[k]), c.everything(), want[k+1])
		}
	}
	c.sim.Forget("s1")
	wantError(t, c.sim.Restore("s1", RestoreOptions{}), `"s1"`, "s0, s2, s3, s4")
}

// TestRestoreIntoAnother must say what differs and leave the network as it is.
func TestRestoreIntoAnother(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state")
	c := newChain(t, 3)
	c.run(9e-3)
	c.must(c.sim.StoreFile(path, ""))
	for name, x := range map[string]struct {
		change func(*chain)
		want   []string
	}{
		"name":        {func(d *chain) { d.g.Name = "h" }, []string{`it has no "h"`, `it has "g"`}},
		"size":        {func(d *chain) { *d = *newChain(t, 4) }, []string{"g.v has 3 elements in it and 4 here"}},
		"generator":   {func(d *chain) { d.in.N = 4 }, []string{`"in" has 3 elements in it and 4 here`}},
		"variable":    {func(d *chain) { d.g.Equations = code("v : 1\nage : 1\nu : 1") }, []string{`its "g" has no variable "u"`}},
		"no variable": {func(d *chain) { d.syn.Equations = code("w : 1\nu : 1") }, []string{`its "rec" has no variable "u"`}},
		"type":        {func(d *chain) { d.g.Equations = code("v : 1\nage : integer") }, []string{"g.age is of type"}},
		"synapses": {func(d *chain) {
			d.syn.Connect[0].I, d.syn.Connect[0].J = []int32{0, 1}, []int32{1, 2}
			d.syn.Pathways[0].Delay = nil
		},
			[]string{"rec.w has 3 elements in it and 2 here"}},
		"wiring":    {func(d *chain) { d.syn.Connect[0].J = []int32{1, 2, 2} }, []string{`the synapses of "rec" connect other neurons`}},
		"monitor":   {func(d *chain) { d.states.Vars = []string{"v"} }, []string{`the monitor "states" recorded t, v[3], age[3] in it and records t, v[3] here`}},
		"precision": {func(d *chain) { d.opt.Precision = plan.Single }, []string{"double precision", "single precision"}},
	} {
		t.Run(name, func(t *testing.T) {
			d := newChain(t, 3)
			x.change(d)
			d.t = t
			d.run(4e-3)
			state := func() string {
				snap, err := d.sim.inst.Snapshot()
				d.must(err)
				return fmt.Sprint(snap.At, d.sim.seconds, d.sim.random, snap.Data, d.sim.Spikes(d.spikes).Recording.Samples(), d.sim.Recording(d.states).Samples())
			}
			before := state()
			wantError(t, d.sim.RestoreFile(path, "", RestoreOptions{}), append(x.want, "belongs to another network")...)
			d.wantSame("state after the error", state(), before)
			d.run(4e-3)
		})
	}
	wantError(t, c.sim.RestoreFile(path, "x", RestoreOptions{}), `no state "x"`, "default")
	wantError(t, c.sim.RestoreFile(path+"y", "", RestoreOptions{}), path+"y")
}

// TestDamagedFile cuts a file at every length and flips bits all over it: each is an error, and the network stays as it was.
func TestDamagedFile(t *testing.T) {
	dir := t.TempDir()
	path, bad := filepath.Join(dir, "state"), filepath.Join(dir, "bad")
	c := newChain(t, 3)
	c.run(9e-3)
	c.must(c.sim.StoreFile(path, ""))
	data, err := os.ReadFile(path)
	c.must(err)
	c.run(3e-3)
	before := c.everything()
	try := func(what string, data []byte) {
		t.Helper()
		c.must(os.WriteFile(bad, data, 0o666))
		if err := c.sim.RestoreFile(bad, "", RestoreOptions{}); err == nil || !strings.Contains(err.Error(), bad) {
			t.Fatalf("%s: %v", what, err)
		}
	}
	for n := 0; n < len(data); n += 1 + n/40 {
		try(fmt.Sprint("cut to ", n), data[:n])
	}
	for n := 0; n < len(data); n += 1 + n/60 {
		flipped := bytes.Clone(data)
		flipped[n] ^= 1 << (n % 8)
		try(fmt.Sprint("bit flipped at ", n), flipped)
	}
	try("bytes added", append(bytes.Clone(data), 0))
	try("another file", []byte("{\"cells\": []}            "))
	c.wantSame("after the errors", c.everything(), before)
	wantError(t, c.sim.StoreFile(bad, ""), bad) // a file of something else is not replaced
	wantError(t, c.sim.StoreFile(filepath.Join(dir, "none", "state"), ""), "none")
	if left, _ := filepath.Glob(filepath.Join(dir, ".*")); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}

// FuzzStates reads changed files whose checksum is right: an error or states, never a panic, and what is read can be written and read again.
func FuzzStates(f *testing.F) {
	c := newChain(f, 3)
	c.run(9e-3)
	st, err := c.sim.storable()
	c.must(err)
	for i, l := range c.sim.liveRecords() {
		c.must(st.monitors[i].hold(l.rec))
	}
	var b bytes.Buffer
	c.must(encodeStates(&b, []namedState{{"a", st}, {"b", st}}))
	f.Add(b.Bytes()[stateFixed : b.Len()-32])
	f.Add([]byte(`{"states":[{"name":"x","precision":1,"base_dt":1,"variables":[{"len":9223372036854775807,"rows":9223372036854775807}]}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		head := uint32(len(body))
		var any json.RawMessage
		if d := json.NewDecoder(bytes.NewReader(body)); d.Decode(&any) == nil {
			head = uint32(d.InputOffset())
		}
		states, err := decodeStates(seal(head, body))
		if err != nil {
			return
		}
		var b bytes.Buffer
		if err := encodeStates(&b, states); err != nil {
			t.Fatal(err)
		}
		again, err := decodeStates(b.Bytes())
		if err != nil || len(again) != len(states) {
			t.Fatalf("%d states read, %d after writing them: %v", len(states), len(again), err)
		}
		for _, st := range states {
			_ = c.sim.restore(st.State, st.name, RestoreOptions{Random: true})
		}
	})
}

// seal puts the frame of a state file around a header and data.
func seal(head uint32, body []byte) []byte {
	e := &bytes.Buffer{}
	enc := newEncoder(e)
	enc.frame(stateVersion, head)
	enc.bytes(body)
	enc.end()
	return e.Bytes()
}

func TestStoreWhileRunning(t *testing.T) {
	c := newChain(t, 3)
	var store, restore error
	c.Operations = []*net.Operation{{Name: "op", DT: 5e-3, Func: func(net.State) error {
		store, restore = c.sim.Store(""), c.sim.Restore("before", RestoreOptions{})
		return nil
	}}}
	c.compile()
	c.must(c.sim.Store("before"))
	c.run(6e-3)
	wantError(t, store, "running")
	wantError(t, restore, "running")
}

// TestRestoreAfterFault goes on from before a numeric fault.
func TestRestoreAfterFault(t *testing.T) {
	c := newChain(t, 3)
	c.g.Equations = code("dz/dt = z*z*second**-1 : 1\nv : 1\nage : 1")
	c.g.Method = "euler"
	c.compile()
	c.must(c.sim.Set(c.g, "z", []float64{0}))
	c.run(3e-3)
	c.must(c.sim.Store(""))
	want := c.everything()
	c.must(c.sim.Set(c.g, "z", []float64{1e300}))
	err := c.sim.Run(context.Background(), 5e-3)
	var f *exec.Fault
	if !errors.As(err, &f) {
		t.Fatalf("no fault: %v", err)
	}
	wantError(t, c.sim.Store("x"), "fault")
	wantError(t, c.sim.Run(context.Background(), 1e-3), "fault")
	c.must(c.sim.Restore("", RestoreOptions{}))
	c.wantSame("after a fault", c.everything(), want)
	c.run(3e-3)
	if got := c.sim.Time(); math.Abs(got-6e-3) > 1e-12 {
		t.Errorf("t = %g s", got)
	}
}

// TestInterrupted stores in the middle of a step, where a run was canceled, and goes on: from the state, from a file in another network without the
// operation, and with a plan in which all lists are longer. The operation is called once a step.
func TestInterrupted(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state")
	whole := newChain(t, 3)
	whole.run(20e-3)
	for _, how := range []string{"as it is", "restore", "file", "reload"} {
		t.Run(how, func(t *testing.T) {
			c, calls := newChain(t, 3), map[int64]int{}
			ctx, cancel := context.WithCancel(context.Background())
			// The operation comes after run_regularly, so that the step has begun.
			c.Operations = []*net.Operation{{Name: "z", Order: 5, DT: 1e-3, Func: func(s net.State) error {
				calls[c.sim.inst.At().Step]++
				if s.Time() > 8.5e-3 {
					cancel()
				}
				return nil
			}}}
			c.compile()
			if err := c.sim.Run(ctx, 20e-3); !errors.Is(err, context.Canceled) {
				t.Fatal(err)
			}
			if at := c.sim.inst.At(); at.Step != 9 || at.Item == 0 {
				t.Fatalf("stopped at %+v, not in the middle of step 9", at)
			}
			c.must(c.sim.Store(""))
			d := c
			switch how {
			case "restore":
				c.must(c.sim.Restore("", RestoreOptions{Random: true}))
			case "file":
				c.must(c.sim.StoreFile(path, ""))
				d = newChain(t, 3)
				d.compile()
				d.must(d.sim.RestoreFile(path, "", RestoreOptions{Random: true}))
			case "reload":
				c.Synapses = append(c.Synapses, &net.Synapses{Name: "idle", Pre: net.All(c.g), Post: net.All(c.g), Namespace: c.ns,
					Pathways: []*net.Pathway{{Name: "pre", Code: code("v_post += 0"), Delay: []float64{17e-3}}}, Connect: []*net.Connection{{}}})
			}
			d.must(d.sim.RunSteps(context.Background(), 20-d.sim.inst.At().Step))
			d.wantSame("continued from the middle of a step", d.everything(), whole.everything())
			for step, n := range calls {
				if n != 1 {
					t.Errorf("step %d: the operation was called %d times", step, n)
				}
			}
		})
	}
}

// TestRingOf knows which row of a list is the newest, before and after its item has run in a step.
func TestRingOf(t *testing.T) {
	c := newChain(t, 3)
	p := c.compile().Plan()
	b, _ := p.Find("g", "spike@events")
	item := slices.IndexFunc(p.Schedule, func(it plan.Item) bool { return it.Name == "g_spike_thresholder" })
	for _, x := range []struct {
		at     exec.Position
		newest int64
	}{{exec.Position{}, -1}, {exec.Position{Step: 4}, 3}, {exec.Position{Step: 4, Item: item}, 3}, {exec.Position{Step: 4, Item: item + 1}, 4}} {
		if r := ringOf(p, b, x.at); r != (ring{rows: 6, newest: x.newest, dt: 1e-3}) {
			t.Errorf("at %+v: %+v, want newest %d", x.at, r, x.newest)
		}
	}
	for k := range p.Schedule {
		if got := placeOf(p, k).item(p); got != k {
			t.Errorf("item %d found at %d", k, got)
		}
	}
	if n := len(p.Schedule); placeOf(p, n).item(p) != n {
		t.Error("the end of the step is not found")
	}
}

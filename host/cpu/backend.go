package cpu

import (
	"bufio"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"

	"github.com/galvani-sim/galvani/host/cpu/internal/native"
	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/internal/pages"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
)

// Backend runs plans on the processor. The zero value is ready to use.
type Backend struct {
	// Instructions are the most that are used, as far as the processor has them. Results have the same bits.
	Instructions Instructions
}

var _ exec.Backend = Backend{}

// Caps describes this machine.
func (Backend) Caps() exec.Caps {
	return exec.Caps{
		Name: "cpu", Device: processor(), Double: true, Threads: runtime.GOMAXPROCS(0), Memory: memoryAvailable(),
	}
}

// Form says, for people, how kernels run: "machine code for AVX2" for instance.
func (b Backend) Form() string {
	switch use := b.Instructions.available(); {
	case use.machineCode() != native.NoSet:
		return "machine code for " + use.machineCode().String()
	case use == Blocks:
		return "loops over blocks, with AVX2"
	}
	return "loops over blocks"
}

// Load allocates the plan's buffers, compiles its kernels and runs its Init operations.
func (b Backend) Load(p *plan.Plan, o exec.Options) (exec.Instance, error) {
	if err := checkBuffers(p, memoryAvailable()); err != nil {
		return nil, err
	}
	if p.Precision == plan.Double {
		return load[float64](b, p, o)
	}
	return load[float32](b, p, o)
}

// checkBuffers refuses a plan that does not fit in memory, and buffers whose contents do not fit their lengths. What the plan brings is there
// already.
func checkBuffers(p *plan.Plan, available int64) error {
	for i, b := range p.Buffers {
		if int(b.ID) != i || b.Len < 0 {
			return fmt.Errorf("buffer %d (%s.%s) has ID %d and length %d", i, b.Object, b.Var, b.ID, b.Len)
		}
		if b.Ints != nil && (b.Type == ir.Real || len(b.Ints) != b.Len) || b.Reals != nil && (b.Type != ir.Real || len(b.Reals) != b.Len) {
			return fmt.Errorf("initial values of %s.%s do not fit its type %v and length %d", b.Object, b.Var, b.Type, b.Len)
		}
	}
	need, shared := p.Memory().Total, p.Unwritten()
	for id := range shared {
		need -= p.Bytes(p.Buffers[id])
	}
	if available > 0 && need > available {
		return &plan.TooLarge{What: "the network", Need: need, Available: available, Hint: "make it smaller, or record fewer elements"}
	}
	return nil
}

func load[T real](b Backend, p *plan.Plan, o exec.Options) (exec.Instance, error) {
	threads := o.Threads
	if threads <= 0 || threads > runtime.GOMAXPROCS(0) {
		threads = runtime.GOMAXPROCS(0)
	}
	use := b.Instructions.available()
	x := &instance[T]{
		plan: p, vec: newVec[T](use), set: use.machineCode(), portable: use == Portable, of: o.Replicas, replica: o.Replica, pool: newPool(threads),
	}
	x.setKeys(o.Random())
	for range threads {
		x.workers = append(x.workers, &worker[T]{frames: make(map[*program[T]]*frame[T])})
	}
	if err := x.build(); err != nil {
		x.pool.close()
		return nil, err
	}
	return x, nil
}

// build allocates buffers, makes operations ready, and runs those that fill in initial values.
func (x *instance[T]) build() error {
	p := x.plan
	x.m = memory[T]{real: make([][]T, len(p.Buffers)), int: make([][]int32, len(p.Buffers)), short: make([][]uint16, len(p.Buffers))}
	shared := p.Unwritten()
	for i, b := range p.Buffers {
		if err := x.allocate(i, b, shared[b.ID]); err != nil {
			return err
		}
	}
	if err := x.makeRings(); err != nil {
		return err
	}
	if err := x.compileSchedule(); err != nil {
		return err
	}
	if err := x.initialise(); err != nil {
		return err
	}
	return x.packAll()
}

// allocate makes buffer i; one that is shared is the plan's own.
func (x *instance[T]) allocate(i int, b *plan.Buffer, shared bool) error {
	switch {
	case shared:
		e := plan.Index{Long: b.Ints, Short: b.Shorts}
		if b.Recipe != nil {
			var err error
			if e, err = b.Recipe.Make(); err != nil {
				return fmt.Errorf("%s.%s: %w", b.Object, b.Var, err)
			}
		}
		x.m.int[i], x.m.short[i] = e.Long, e.Short
	case b.Narrow() || b.Recipe != nil:
		return fmt.Errorf("%s.%s has 16 bits for each entry, but is not connectivity alone", b.Object, b.Var)
	case b.Streamed:
		x.stream(b)
	case b.Type == ir.Real:
		v := pages.Make[T](b.Len)
		for k, r := range b.Reals {
			v[k] = T(r)
		}
		if b.Reals == nil && b.Fill != 0 {
			fill(v, T(b.Fill))
		}
		x.m.real[i] = v
	default:
		v := pages.Make[int32](b.Len)
		copy(v, b.Ints)
		if b.Ints == nil && b.Fill != 0 {
			fill(v, toInt(b.Fill))
		}
		if b.Type == ir.Bool {
			normalise(v)
		}
		x.m.int[i] = v
	}
	return nil
}

func (x *instance[T]) makeRings() error {
	p := x.plan
	for _, m := range p.Monitors {
		for _, v := range m.Vars {
			if err := x.checkMonitor(m, &v); err != nil {
				return err
			}
		}
		x.monitors = append(x.monitors, newRing(x, m))
	}
	for _, m := range p.SpikeMonitors {
		r, err := newSpikeRing(x, m)
		if err != nil {
			return err
		}
		x.spikes = append(x.spikes, r)
	}
	return nil
}

func (x *instance[T]) compileSchedule() error {
	p := x.plan
	for _, c := range p.Clocks {
		if c.Period < 1 || c.Phase < 0 {
			return fmt.Errorf("clock %q has period %d and phase %d; the period must be at least 1 and the phase at least 0", c.Name, c.Period, c.Phase)
		}
	}
	for i := range p.Schedule {
		src := &p.Schedule[i]
		if src.Clock < 0 || src.Clock >= len(p.Clocks) {
			return fmt.Errorf("item %q has clock %d, but the plan has %d", src.Name, src.Clock, len(p.Clocks))
		}
		it := item{name: src.Name, clock: src.Clock, callback: src.Callback}
		for _, op := range src.Ops {
			o, err := x.compileOp(op)
			if err != nil {
				return err
			}
			it.ops = append(it.ops, o)
		}
		var err error
		if it.ops, err = x.join(it.ops, src.Ops); err != nil {
			return err
		}
		x.items = append(x.items, it)
	}
	return nil
}

// initialise runs the operations of initial values, but for those that can wait until they are asked for.
func (x *instance[T]) initialise() error {
	x.initial = true
	for _, op := range x.plan.Init {
		o, err := x.compileOp(op)
		if err != nil {
			return err
		}
		if later, err := x.postpone(op, o); err != nil {
			return err
		} else if later {
			continue
		}
		if err := x.guard(func() error { return o.run(0) }); err != nil {
			return x.located(err)
		}
	}
	return nil
}

func (x *instance[T]) checkMonitor(m *plan.Monitor, v *plan.MonitorVar) error {
	if v.Buf < 0 || int(v.Buf) >= len(x.plan.Buffers) {
		return fmt.Errorf("monitor %q records %q from no buffer", m.Name, v.Name)
	}
	n := x.plan.Buffers[v.Buf].Len
	if v.Elements == nil && v.Len > n || v.Elements != nil && len(v.Elements) != v.Len {
		return fmt.Errorf("monitor %q records %d values of %q, which has %d", m.Name, v.Len, v.Name, n)
	}
	for _, e := range v.Elements {
		if e < 0 || int(e) >= n {
			return fmt.Errorf("monitor %q records element %d of %q, which has %d", m.Name, e, v.Name, n)
		}
	}
	return nil
}

func normalise(v []int32) {
	for i := range v {
		v[i] = b2i(v[i] != 0)
	}
}

// memoryAvailable returns what the system says can be allocated without swapping, 0 when it does not say.
func memoryAvailable() int64 {
	f, err := os.Open("/proc/meminfo")
	if err != nil {
		return 0
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		if rest, ok := strings.CutPrefix(s.Text(), "MemAvailable:"); ok {
			kb, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(rest, "kB")), 10, 64)
			if err != nil {
				return 0
			}
			return kb << 10
		}
	}
	return 0
}

// processor names the processor for people.
func processor() string {
	name := runtime.GOARCH
	if f, err := os.Open("/proc/cpuinfo"); err == nil {
		defer f.Close()
		for s := bufio.NewScanner(f); s.Scan(); {
			if key, value, ok := strings.Cut(s.Text(), ":"); ok && strings.TrimSpace(key) == "model name" {
				name = strings.TrimSpace(value)
				break
			}
		}
	}
	return fmt.Sprintf("%s, %d threads", name, runtime.GOMAXPROCS(0))
}

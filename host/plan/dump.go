package plan

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/galvani-sim/galvani/host/ir"
)

// fingerprint hashes everything of the plan that is not data: two plans with one fingerprint run the same programs on
// buffers of the same shapes.
func (p *Plan) fingerprint() string {
	h := sha256.New()
	p.dump(h, true)
	for _, r := range p.runs() {
		ir.Print(h, r.Kernel)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// ops lists all operations, those of Init first.
func (p *Plan) ops() []Op {
	ops := append([]Op(nil), p.Init...)
	for _, it := range p.Schedule {
		ops = append(ops, it.Ops...)
	}
	return ops
}

// runs lists all kernel runs, those of sequences among them.
func (p *Plan) runs() (list []*Run) {
	for _, op := range p.ops() {
		switch op := op.(type) {
		case *Run:
			list = append(list, op)
		case *Sequence:
			list = append(list, op.Runs...)
		}
	}
	for _, c := range p.Conns {
		list = append(list, c.Values...)
	}
	return list
}

// Kernels lists every kernel once, in order of first use.
func (p *Plan) Kernels() []*ir.Kernel {
	var list []*ir.Kernel
	seen := map[*ir.Kernel]bool{}
	for _, r := range p.runs() {
		if !seen[r.Kernel] {
			seen[r.Kernel] = true
			list = append(list, r.Kernel)
		}
	}
	return list
}

// Dump writes the plan as text: buffers, connectivity, monitors, initialisation and the schedule of one step.
func (p *Plan) Dump(w io.Writer) { p.dump(w, false) }

// dump is Dump, but with shape without the steps that bound kernels over spikes: programs do not depend on them.
func (p *Plan) dump(w io.Writer, shape bool) {
	precision := "single"
	if p.Precision == Double {
		precision = "double"
	}
	fmt.Fprintf(w, "plan: %s precision, base step %g s\n", precision, p.BaseDT)
	if p.Replicas > 1 {
		fmt.Fprintf(w, "%d networks side by side\n", p.Replicas)
	}
	fmt.Fprintf(w, "\nbuffers\n")
	for _, b := range p.Buffers {
		length := fmt.Sprint(b.Len)
		if b.Each > 0 {
			length = fmt.Sprintf("%dx%d", p.Replicas, b.Each)
		}
		typ := b.Type.String()
		if b.Narrow() {
			typ = "int of 16 bits"
		}
		fmt.Fprintf(w, "  %3d  %-32s %-4v [%s]  %s, %s\n", b.ID, b.Object+"."+b.Var, typ, length, b.Role, FormatBytes(p.Bytes(b)))
	}
	mem := p.Memory()
	fmt.Fprintf(w, "\nmemory: %s\n", FormatBytes(mem.Total))
	for _, g := range mem.Groups {
		fmt.Fprintf(w, "  %-14s %s\n", g.Name, FormatBytes(g.Bytes))
	}
	fmt.Fprintf(w, "\nclocks\n")
	for i, c := range p.Clocks {
		fmt.Fprintf(w, "  %d  every %d ticks, dt = %g s\n", i, c.Period, c.DT)
	}
	for i, c := range p.Conns {
		if i == 0 {
			fmt.Fprintf(w, "\nconnectivity\n")
		}
		rows := "presynaptic"
		if c.ByPost {
			rows = "postsynaptic"
		}
		if c.Drawn != nil {
			rows = "drawn"
		}
		if c.Listed {
			rows = "no"
		}
		fmt.Fprintf(w, "  %d  %s: %d -> %d, %d synapses, %s rows", i, c.Name, c.NPre, c.NPost, c.N, rows)
		if c.Drawn == nil && p.Buffers[c.Index].Narrow() {
			fmt.Fprint(w, ", narrow indices")
		}
		if c.Drawn == nil && !shape {
			switch r := p.Buffers[c.Index].Recipe; {
			case r == nil:
			case r.Sort != nil:
				fmt.Fprint(w, ", made and sorted by the device")
			case r.all() != nil:
				fmt.Fprint(w, ", made when it is loaded")
			default:
				fmt.Fprint(w, ", made by the device")
			}
		}
		if c.Unused {
			fmt.Fprint(w, ", not kept: nothing runs over them")
		}
		if c.Drawn != nil {
			fmt.Fprintf(w, " (p = %g)", c.Drawn.P)
		}
		fmt.Fprintln(w)
		for _, v := range c.Values {
			fmt.Fprintf(w, "      for each synapse of a spike: %s\n", p.describe(v, shape))
		}
	}
	for i, m := range p.Monitors {
		if i == 0 {
			fmt.Fprintf(w, "\nmonitors\n")
		}
		fmt.Fprintf(w, "  %d  %s: clock %d, ring of %d samples", i, m.Name, m.Clock, m.Capacity)
		for _, v := range m.Vars {
			fmt.Fprintf(w, ", %s [%d]", v.Name, v.Len)
		}
		fmt.Fprintln(w)
	}
	if len(p.Init) > 0 {
		fmt.Fprintf(w, "\nonce, before the first step\n")
		for _, op := range p.Init {
			fmt.Fprintf(w, "  %s\n", p.describe(op, shape))
		}
	}
	fmt.Fprintf(w, "\none step\n")
	for _, it := range p.Schedule {
		fmt.Fprintf(w, "  %s %d  %s (clock %d)", it.Slot, it.Order, it.Name, it.Clock)
		if it.Callback < 0 && len(it.Ops) == 0 {
			fmt.Fprint(w, ": in an earlier kernel")
		}
		fmt.Fprintln(w)
		if it.Callback >= 0 {
			fmt.Fprintf(w, "      callback %d\n", it.Callback)
		}
		for _, op := range it.Ops {
			fmt.Fprintf(w, "      %s\n", p.describe(op, shape))
		}
	}
}

// DumpConnecting writes how conditions and probabilities of connect calls were taken apart.
func (r *Result) DumpConnecting(w io.Writer) {
	for i, name := range slices.Sorted(maps.Keys(r.Connecting)) {
		if i == 0 {
			fmt.Fprintf(w, "\nconnecting\n")
		}
		for _, how := range r.Connecting[name] {
			fmt.Fprintf(w, "  %s %s\n", name, how)
		}
	}
}

// DumpRewrites writes by name what the compiler has rewritten.
func (r *Result) DumpRewrites(w io.Writer) {
	for i, text := range r.Rewrites {
		if i == 0 {
			fmt.Fprintf(w, "\nrewrites\n")
		}
		fmt.Fprintf(w, "  %s\n", text)
	}
}

// String returns the slot's name as users know it from Brian2.
func (s Slot) String() string {
	name := [...]string{"start", "groups", "thresholds", "synapses", "resets", "end"}[s/3%6]
	return [...]string{"before_", "", "after_"}[s%3] + name
}

func (p *Plan) describe(op Op, shape bool) string {
	switch op := op.(type) {
	case *Run:
		bind := make([]string, len(op.Bind))
		for i, id := range op.Bind {
			bind[i] = fmt.Sprintf("%s=%d", op.Kernel.Slots[i].Name, id)
		}
		text := fmt.Sprintf("run %q over %d (%s)", op.Kernel.Name, op.N, strings.Join(bind, ", "))
		switch {
		case !op.Bounded():
		case shape:
			text += ", spikes of some steps"
		case op.Before == 0:
			text += fmt.Sprintf(", spikes from step %d on", op.From)
		default:
			text += fmt.Sprintf(", spikes of steps %d to %d", op.From, op.Before-1)
		}
		return text
	case *MatMul:
		t := func(s string, trans bool) string {
			if trans {
				return s + "'"
			}
			return s
		}
		s := fmt.Sprintf("matmul %q: %d = %s x %s, %dx%dx%d", op.Name, op.C, t(op.A.String(), op.TransA), t(op.B.String(), op.TransB), op.M, op.K, op.N)
		if op.Scale != None {
			s += fmt.Sprintf(", times %d elementwise", op.Scale)
		}
		if op.Add {
			s += ", added"
		}
		return s
	case *TapSum:
		s := fmt.Sprintf("taps %q: %d = %d taps over %v on %dx%dx%d", op.Name, op.Dst, op.Taps, op.Src, op.Layers, op.Rows, op.Cols)
		if op.Add {
			s += ", added"
		}
		return s
	case *Generate:
		return fmt.Sprintf("generate %q into %d: %d steps with spikes", op.Name, op.List, op.Count)
	case *Sequence:
		order := "index"
		if op.Random {
			order = fmt.Sprintf("random order (stream %08x)", op.Stream)
		}
		s := fmt.Sprintf("for each of %d elements, one after another by %s", op.N, order)
		for _, r := range op.Runs {
			s += "\n        " + p.describe(r, shape)
		}
		return s
	case *Halt:
		return fmt.Sprintf("halt %q if list %d is not empty", op.Name, op.List)
	case *RecordSpikes:
		return fmt.Sprintf("record spikes, monitor %d", op.Monitor)
	case *Sample:
		return fmt.Sprintf("sample monitor %d", op.Monitor)
	}
	return fmt.Sprintf("%T", op)
}

// String names the buffer, and the lag when it is read from a history.
func (s Source) String() string {
	if s.Depth == 0 {
		return fmt.Sprint(s.Buf)
	}
	return fmt.Sprintf("%d[step-%d of %d]", s.Buf, s.Lag, s.Depth)
}

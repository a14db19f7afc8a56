package solve

import (
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/galvani-sim/galvani/host/ir"
)

// model is a System with names for its leaves, and a plain evaluator that follows ir.EvalConst.
type model struct {
	*System
	a    algebra
	slot map[string]int
	// values of slots by name, of the current step, and of draws by number
	val  map[string]float64
	step int
	draw map[uint32]float64
}

func newModel(dt float64) *model {
	b := ir.NewBuilder()
	return &model{
		System: &System{B: b, DT: dt}, a: algebra{b},
		slot: make(map[string]int), val: make(map[string]float64), draw: make(map[uint32]float64),
	}
}

// leaf returns a per-element value.
func (m *model) leaf(name string, value float64) *ir.Expr { return m.load(name, value, ir.PerElement) }

// shared returns a value that is the same for all elements.
func (m *model) shared(name string, value float64) *ir.Expr { return m.load(name, value, ir.Scalar) }

func (m *model) load(name string, value float64, kind ir.SlotKind) *ir.Expr {
	k := m.B.Slot(ir.Slot{Name: name, Type: ir.Real, Kind: kind, Access: ir.Read})
	m.slot[name], m.val[name] = k, value
	return m.B.Load(k)
}

// state declares a state variable; its derivative is set by ode.
func (m *model) state(name string, value float64) *ir.Expr {
	e := m.leaf(name, value)
	m.Vars = append(m.Vars, Var{Name: name, Value: e})
	return e
}

func (m *model) ode(name string, deriv *ir.Expr) {
	for i := range m.Vars {
		if m.Vars[i].Name == name {
			m.Vars[i].Deriv = deriv
		}
	}
}

func (m *model) noise(name string) *ir.Expr {
	n := Noise{Name: name, Leaf: m.leaf("noise."+name, math.NaN()), Normal: m.B.Random(ir.OpNormal, uint32(len(m.Noises)))}
	m.Noises = append(m.Noises, n)
	return n.Leaf
}

func (m *model) c(v float64) *ir.Expr       { return m.B.Const(v) }
func (m *model) add(x, y *ir.Expr) *ir.Expr { return m.B.Op(ir.OpAdd, x, y) }
func (m *model) sub(x, y *ir.Expr) *ir.Expr { return m.B.Op(ir.OpSub, x, y) }
func (m *model) mul(x, y *ir.Expr) *ir.Expr { return m.B.Op(ir.OpMul, x, y) }
func (m *model) div(x, y *ir.Expr) *ir.Expr { return m.B.Op(ir.OpDiv, x, y) }
func (m *model) neg(x *ir.Expr) *ir.Expr    { return m.B.Op(ir.OpNeg, x) }
func (m *model) exp(x *ir.Expr) *ir.Expr    { return m.B.Op(ir.OpExp, x) }
func (m *model) pow(x *ir.Expr, p float64) *ir.Expr {
	return m.B.Op(ir.OpPow, x, m.c(p))
}

// must returns the new values by method.
func (m *model) must(t testing.TB, method string) []*ir.Expr {
	t.Helper()
	news, err := Step(method, m.System)
	if err != nil {
		t.Fatal(err)
	}
	return news
}

// advance evaluates news and makes them the old values.
func (m *model) advance(news []*ir.Expr) {
	memo := make(map[*ir.Expr]float64)
	next := make([]float64, len(news))
	for i, e := range news {
		next[i] = m.eval(e, memo)
	}
	for i, v := range m.Vars {
		m.val[v.Name] = next[i]
	}
	m.step++
}

func (m *model) eval(e *ir.Expr, memo map[*ir.Expr]float64) float64 {
	if v, ok := memo[e]; ok {
		return v
	}
	var v float64
	switch e.Op {
	case ir.OpConst:
		v = e.Value
	case ir.OpLoad:
		v = m.val[m.B.Slots()[e.Slot].Name]
	case ir.OpTime:
		v = e.Value * float64(m.step)
	case ir.OpStep:
		v = float64(m.step)
	case ir.OpNormal:
		v = m.draw[e.Draw]
	case ir.OpSelect:
		if m.eval(e.Args[0], memo) != 0 {
			v = m.eval(e.Args[1], memo)
		} else {
			v = m.eval(e.Args[2], memo)
		}
	default:
		args := make([]float64, len(e.Args))
		for i, a := range e.Args {
			args[i] = m.eval(a, memo)
		}
		var ok bool
		if v, ok = ir.EvalConst(e.Op, e.Args[0].Type, args...); !ok {
			panic(fmt.Sprintf("cannot evaluate %v", e.Op))
		}
	}
	memo[e] = v
	return v
}

var npyShape = regexp.MustCompile(`'descr': '<f8', 'fortran_order': False, 'shape': \(([0-9, ]*)\)`)

// readNPY returns the rows of a two-dimensional (or the one row of a one-dimensional) float64 array in numpy's format 1.0.
func readNPY(t testing.TB, path string) [][]float64 {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if len(raw) < 10 || string(raw[:8]) != "\x93NUMPY\x01\x00" {
		t.Fatalf("%s: not an npy file of version 1.0", path)
	}
	start := 10 + int(binary.LittleEndian.Uint16(raw[8:]))
	match := npyShape.FindSubmatch(raw[:start])
	if match == nil {
		t.Fatalf("%s: header %q", path, raw[10:start])
	}
	var shape []int
	for _, s := range strings.Split(string(match[1]), ",") {
		if s = strings.TrimSpace(s); s != "" {
			n, err := strconv.Atoi(s)
			if err != nil {
				t.Fatal(err)
			}
			shape = append(shape, n)
		}
	}
	rows, cols := 1, shape[0]
	if len(shape) == 2 {
		rows, cols = shape[0], shape[1]
	}
	out := make([][]float64, rows)
	for r := range out {
		out[r] = make([]float64, cols)
		for k := range out[r] {
			out[r][k] = math.Float64frombits(binary.LittleEndian.Uint64(raw[start+8*(r*cols+k):]))
		}
	}
	return out
}

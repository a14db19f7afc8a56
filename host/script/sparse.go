package script

import (
	"fmt"

	"github.com/galvani-sim/galvani/host/connect"
	"go.starlark.net/starlark"
)

// sparseMatrix is a sparse matrix of weights [post, pre] in coordinates, as read from a Matrix Market file.
type sparseMatrix struct {
	rows, cols int
	i, j       []int32
	v          []float64
	source     string
}

func (m *sparseMatrix) String() string {
	return fmt.Sprintf("sparse matrix (%d, %d) of %d entries", m.rows, m.cols, len(m.v))
}
func (m *sparseMatrix) Type() string          { return "sparse matrix" }
func (m *sparseMatrix) Freeze()               {}
func (m *sparseMatrix) Truth() starlark.Bool  { return len(m.v) > 0 }
func (m *sparseMatrix) Hash() (uint32, error) { return 0, fmt.Errorf("unhashable: sparse matrix") }
func (m *sparseMatrix) AttrNames() []string   { return []string{"cols", "rows", "shape", "values"} }

// Attr gives the parts.
func (m *sparseMatrix) Attr(name string) (starlark.Value, error) {
	index := func(v []int32) starlark.Value {
		out := &Array{data: make([]float64, len(v)), shape: []int{len(v)}, kind: intElems}
		for k, x := range v {
			out.data[k] = float64(x)
		}
		return out
	}
	switch name {
	case "shape":
		return intTuple([]int{m.rows, m.cols}), nil
	case "rows":
		return index(m.i), nil
	case "cols":
		return index(m.j), nil
	case "values":
		return fromSlice(append([]float64(nil), m.v...), noDim), nil
	}
	return nil, noAttr("sparse matrix", name, m.AttrNames())
}

func (m *sparseMatrix) connect(_ *interp, d starlark.Value, source string) (*ruleValue, error) {
	if source == "" {
		source = m.source
	}
	r := &ruleValue{}
	delay, err := delays(r, d)
	r.rule = &connect.Sparse{Rows: m.rows, Cols: m.cols, I: m.i, J: m.j, V: m.v, Delay: delay, Source: source}
	return r, err
}

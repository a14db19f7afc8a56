package script

import (
	"fmt"
	"slices"

	"github.com/galvani-sim/galvani/host/connect"
	"go.starlark.net/starlark"
)

// sparseMatrix is a sparse matrix of weights [post, pre] in coordinates, as read from a Matrix Market file.
type sparseMatrix struct {
	rows, cols int
	i, j       []int32
	v          []float64
	source     string
	scipy      bool // [pre, post], as ANNarchy takes what scipy makes
	at         map[[2]int32]int
}

func (m *sparseMatrix) String() string {
	return fmt.Sprintf("sparse matrix (%d, %d) of %d entries", m.rows, m.cols, len(m.v))
}
func (m *sparseMatrix) Type() string          { return "sparse matrix" }
func (m *sparseMatrix) Freeze()               {}
func (m *sparseMatrix) Truth() starlark.Bool  { return len(m.v) > 0 }
func (m *sparseMatrix) Hash() (uint32, error) { return 0, fmt.Errorf("unhashable: sparse matrix") }
func (m *sparseMatrix) AttrNames() []string {
	return []string{"T", "cols", "nnz", "rows", "shape", "toarray", "transpose", "values"}
}

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
	case "T":
		return m.transposed(), nil
	case "transpose":
		return starlark.NewBuiltin(name, func(*starlark.Thread, *starlark.Builtin, starlark.Tuple, []starlark.Tuple) (starlark.Value, error) {
			return m.transposed(), nil
		}), nil
	case "tocsr", "tolil", "tocsc", "tocoo", "copy":
		return starlark.NewBuiltin(name, func(*starlark.Thread, *starlark.Builtin, starlark.Tuple, []starlark.Tuple) (starlark.Value, error) {
			return m.transposed().transposed(), nil
		}), nil
	case "nnz":
		return starlark.MakeInt(len(m.v)), nil
	case "toarray", "todense":
		return starlark.NewBuiltin(name, func(*starlark.Thread, *starlark.Builtin, starlark.Tuple, []starlark.Tuple) (starlark.Value, error) {
			a := &Array{data: make([]float64, m.rows*m.cols), shape: []int{m.rows, m.cols}}
			for n := range m.v {
				a.data[int(m.i[n])*m.cols+int(m.j[n])] += m.v[n]
			}
			return a, nil
		}), nil
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
	if m.scipy {
		m = m.transposed()
	}
	if source == "" {
		source = m.source
	}
	r := &ruleValue{}
	delay, err := delays(r, d)
	r.rule = &connect.Sparse{Rows: m.rows, Cols: m.cols, I: m.i, J: m.j, V: m.v, Delay: delay, Source: source}
	return r, err
}

// sparseModule is what scripts use of scipy.sparse: matrices that are filled element by element or made of an array, [pre, post] where a connector of
// ANNarchy takes them.
func sparseModule() starlark.StringDict {
	d := starlark.StringDict{}
	for _, name := range []string{"lil_matrix", "csr_matrix", "csc_matrix", "coo_matrix", "dok_matrix"} {
		d[name] = starlark.NewBuiltin(name, makeSparse)
	}
	return d
}

// makeSparse is lil_matrix((rows, columns)), or of an array or another sparse matrix.
func makeSparse(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var from, dtype, shape starlark.Value
	if err := unpack(b.Name(), args, kwargs, "arg", &from, "shape?", &shape, "dtype?", &dtype); err != nil {
		return nil, err
	}
	if m, ok := from.(*sparseMatrix); ok {
		own := *m
		own.i, own.j, own.v = slices.Clone(m.i), slices.Clone(m.j), slices.Clone(m.v)
		own.scipy = true
		return &own, nil
	}
	if t, ok := from.(starlark.Tuple); ok && len(t) == 2 && !isArray(t[0]) {
		dims, err := lengths(t)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", b.Name(), err)
		}
		return &sparseMatrix{rows: dims[0], cols: dims[1], scipy: true}, nil
	}
	a, err := toArray(from)
	if err != nil || len(a.shape) != 2 {
		return nil, fmt.Errorf("%s: expected a shape (rows, columns) or a matrix, got %s", b.Name(), article(from))
	}
	m := &sparseMatrix{rows: a.shape[0], cols: a.shape[1], scipy: true}
	for k, x := range a.data {
		if x != 0 {
			m.i, m.j, m.v = append(m.i, int32(k/m.cols)), append(m.j, int32(k%m.cols)), append(m.v, x)
		}
	}
	return m, nil
}

// place reads [row, column].
func (m *sparseMatrix) place(k starlark.Value) (i, j int32, err error) {
	t, ok := k.(starlark.Tuple)
	if !ok || len(t) != 2 {
		return 0, 0, fmt.Errorf("an element of a sparse matrix is m[row, column], got %s", article(k))
	}
	dims, err := lengths(t)
	if err != nil {
		return 0, 0, err
	}
	if dims[0] < 0 || dims[0] >= m.rows || dims[1] < 0 || dims[1] >= m.cols {
		return 0, 0, fmt.Errorf("[%d, %d] is outside of a matrix of shape (%d, %d)", dims[0], dims[1], m.rows, m.cols)
	}
	return int32(dims[0]), int32(dims[1]), nil
}

// Get is m[row, column].
func (m *sparseMatrix) Get(k starlark.Value) (starlark.Value, bool, error) {
	i, j, err := m.place(k)
	if err != nil {
		return nil, false, err
	}
	for n := range m.v {
		if m.i[n] == i && m.j[n] == j {
			return starlark.Float(m.v[n]), true, nil
		}
	}
	return starlark.Float(0), true, nil
}

// SetKey is m[row, column] = x.
func (m *sparseMatrix) SetKey(k, v starlark.Value) error {
	i, j, err := m.place(k)
	if err != nil {
		return err
	}
	q, ok := asQuantity(v)
	if !ok || !q.Dim.Dimensionless() {
		return fmt.Errorf("an element of a sparse matrix is a plain number, got %s", article(v))
	}
	if m.at == nil {
		m.at = map[[2]int32]int{}
		for n := range m.v {
			m.at[[2]int32{m.i[n], m.j[n]}] = n
		}
	}
	if n, ok := m.at[[2]int32{i, j}]; ok {
		m.v[n] = q.Value
		return nil
	}
	m.at[[2]int32{i, j}] = len(m.v)
	m.i, m.j, m.v = append(m.i, i), append(m.j, j), append(m.v, q.Value)
	return nil
}

// transposed has rows for columns.
func (m *sparseMatrix) transposed() *sparseMatrix {
	own := *m
	own.rows, own.cols, own.i, own.j, own.v, own.at = m.cols, m.rows, slices.Clone(m.j), slices.Clone(m.i), slices.Clone(m.v), nil
	return &own
}

package graphio

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/galvani-sim/galvani/host/record"
)

// readNPY reads a square matrix, in which nothing but 0 is the absence of an edge.
func readNPY(data []byte) (*Graph, error) {
	a, err := record.ReadNPY(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, err
	}
	if len(a.Shape) != 2 || a.Shape[0] != a.Shape[1] {
		return nil, &record.FormatError{Message: fmt.Sprintf("the array has shape %v; an adjacency matrix is square", a.Shape)}
	}
	return FromMatrix(a.Float64s(), a.Shape[0])
}

// FromMatrix makes the graph of an adjacency matrix in rows: A[i, j] is the weight of the edge from i to j, 0 means none. A matrix
// that equals its transpose is an undirected graph. Where all weights are 1 the graph has none.
func FromMatrix(a []float64, n int) (*Graph, error) {
	if len(a) != n*n {
		return nil, fmt.Errorf("%d numbers are not a %d x %d matrix", len(a), n, n)
	}
	g := &Graph{N: n}
	for i := range n {
		for j := range i {
			if a[i*n+j] != a[j*n+i] {
				g.Directed = true
			}
		}
	}
	for i := range n {
		first := 0
		if !g.Directed {
			first = i
		}
		for j := first; j < n; j++ {
			w := a[i*n+j]
			if math.IsNaN(w) || math.IsInf(w, 0) {
				return nil, &record.FormatError{Message: fmt.Sprintf("the weight in row %d, column %d is %v (counted from 0); weights are finite numbers, 0 means no edge", i, j, w)}
			}
			if w != 0 {
				g.I, g.J, g.W = append(g.I, int32(i)), append(g.J, int32(j)), append(g.W, w)
			}
		}
	}
	g.plainWeights()
	return g, nil
}

// plainWeights drops weights that are all 1.
func (g *Graph) plainWeights() {
	for _, w := range g.W {
		if w != 1 {
			return
		}
	}
	g.W = nil
}

// readMTX reads a square Matrix Market matrix. One that calls itself symmetric is an undirected graph; any other a directed one.
// In coordinates an entry of 0 is an edge of weight 0; in an array it is none.
func readMTX(data []byte) (*Graph, error) {
	m, err := record.ReadMTX(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	if m.Rows != m.Cols {
		return nil, &record.FormatError{Line: 1, Message: fmt.Sprintf("the matrix has %d rows and %d columns; an adjacency matrix is square", m.Rows, m.Cols)}
	}
	// The header may claim more nodes than a file of this size can mean anything with: nothing of their size may be allocated.
	if limit := nodeLimit(len(data), len(m.I)); m.Rows > limit {
		return nil, &record.FormatError{Message: fmt.Sprintf("the header says %d nodes, but the file has %d entries; more than %d nodes are not believed", m.Rows, len(m.I), limit)}
	}
	line, _, _ := bytes.Cut(data, []byte("\n"))
	banner := strings.Fields(strings.ToLower(string(line)))
	dense, pattern, symmetric := banner[2] == "array", banner[3] == "pattern", banner[4] == "symmetric"
	g := &Graph{N: m.Rows, Directed: !symmetric}
	for k := range m.V {
		i, j, v := m.I[k], m.J[k], m.V[k]
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, &record.FormatError{Message: fmt.Sprintf("the entry in row %d, column %d is %v; weights are finite numbers", i+1, j+1, v)}
		}
		if dense && v == 0 || symmetric && i < j {
			continue
		}
		if symmetric {
			i, j = j, i
		}
		g.I, g.J = append(g.I, i), append(g.J, j)
		if !pattern {
			g.W = append(g.W, v)
		}
	}
	g.plainWeights()
	g.Multi = g.hasParallel()
	return g, nil
}

// nodeLimit is the number of nodes that a file may claim: isolated nodes cost nothing in the file, but memory here.
func nodeLimit(bytes, edges int) int { return max(1<<20, 64*edges, bytes) }

// hasParallel reports whether two edges join the same nodes.
func (g *Graph) hasParallel() bool {
	_, dup := g.firstParallel()
	return dup
}

func (g *Graph) firstParallel() (k int, found bool) {
	keys := make([]uint64, len(g.I))
	for k := range g.I {
		i, j := g.I[k], g.J[k]
		if !g.Directed && i > j {
			i, j = j, i
		}
		keys[k] = uint64(i)<<32 | uint64(uint32(j))
	}
	sorted := slices.Clone(keys)
	slices.Sort(sorted)
	for p := 1; p < len(sorted); p++ {
		if sorted[p] == sorted[p-1] {
			return slices.Index(keys, sorted[p]), true
		}
	}
	return 0, false
}

// readMatrixCSV takes a table of numbers for a matrix.
func readMatrixCSV(data []byte) (*Graph, error) {
	t, err := record.ReadCSV(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	rows, cols := t.Array.Shape[0], t.Array.Shape[1]
	if rows != cols {
		return nil, &record.FormatError{Message: fmt.Sprintf("the table has %d rows and %d columns; an adjacency matrix is square", rows, cols)}
	}
	g, err := FromMatrix(t.Array.Float64s(), rows)
	if err == nil && t.Header != nil {
		g.IDs = t.Header
		if err := g.Validate(); err != nil {
			return nil, &record.FormatError{Line: 1, Message: err.Error()}
		}
	}
	return g, err
}

// maxDense is the number of entries up to which a dense matrix is written.
const maxDense = 1 << 28

// Matrix is the dense adjacency matrix, [N, N] in rows. It is refused where it would lose something: parallel edges, weights of 0.
func (g *Graph) Matrix() ([]float64, error) {
	if g.N > 0 && g.N > maxDense/g.N {
		return nil, fmt.Errorf("a dense matrix of %d nodes has %.3g entries; write a sparse one (.mtx) or a list of edges", g.N, float64(g.N)*float64(g.N))
	}
	if k, dup := g.firstParallel(); dup {
		return nil, fmt.Errorf("two edges join node %d and node %d; a dense matrix holds one: write .mtx or a list of edges", g.I[k], g.J[k])
	}
	a := make([]float64, g.N*g.N)
	for k := range g.I {
		w := g.Weight(k)
		if w == 0 {
			return nil, fmt.Errorf("the edge from node %d to node %d has weight 0, which a dense matrix cannot tell from no edge: write .mtx or a list of edges", g.I[k], g.J[k])
		}
		a[int(g.I[k])*g.N+int(g.J[k])] = w
		if !g.Directed {
			a[int(g.J[k])*g.N+int(g.I[k])] = w
		}
	}
	return a, nil
}

func writeNPY(w io.Writer, g *Graph) error {
	a, err := g.Matrix()
	if err != nil {
		return err
	}
	return record.WriteNPY(w, record.New(a, g.N, g.N))
}

func writeMatrixCSV(w io.Writer, g *Graph) error {
	a, err := g.Matrix()
	if err != nil {
		return err
	}
	b := bufio.NewWriterSize(w, 1<<16)
	var line []byte
	for i := range g.N {
		line = line[:0]
		for j := range g.N {
			if j > 0 {
				line = append(line, ',')
			}
			line = strconv.AppendFloat(line, a[i*g.N+j], 'g', -1, 64)
		}
		if _, err := b.Write(append(line, '\n')); err != nil {
			return err
		}
	}
	return b.Flush()
}

// writeMTX writes coordinates: pattern without weights, symmetric (the lower triangle) for undirected graphs.
func writeMTX(w io.Writer, g *Graph) error {
	b := bufio.NewWriterSize(w, 1<<16)
	kind, symmetry := "real", "general"
	if g.W == nil {
		kind = "pattern"
	}
	if !g.Directed {
		symmetry = "symmetric"
	}
	fmt.Fprintf(b, "%%%%MatrixMarket matrix coordinate %s %s\n%d %d %d\n", kind, symmetry, g.N, g.N, len(g.I))
	var line []byte
	for k := range g.I {
		i, j := g.I[k], g.J[k]
		if !g.Directed && i < j {
			i, j = j, i
		}
		line = strconv.AppendInt(line[:0], int64(i)+1, 10)
		line = strconv.AppendInt(append(line, ' '), int64(j)+1, 10)
		if g.W != nil {
			line = strconv.AppendFloat(append(line, ' '), g.W[k], 'g', -1, 64)
		}
		if _, err := b.Write(append(line, '\n')); err != nil {
			return err
		}
	}
	return b.Flush()
}

// notSquare reports whether an error says that a table is no matrix.
func notSquare(err error) bool {
	var f *record.FormatError
	return errors.As(err, &f) && strings.Contains(f.Message, "adjacency matrix is square")
}

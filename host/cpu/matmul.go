package cpu

import (
	"fmt"

	"github.com/galvani-sim/galvani/host/plan"
)

// matMulOp multiplies matrices. A right operand that is small and lies in rows is read where it is. Another is packed into panels of
// tileCols columns, each panel row by row, so that the inner loop reads memory in order; a panel is kept from step to step when its buffer never
// changes. Four rows of the left operand meet some columns at a time, with their sums in registers: every sum runs over k in ascending order,
// with product and sum rounded apart.
//
// When C has few columns the roles are exchanged (C' = B'·A'), which makes a matrix times a vector a row times a matrix.
type matMulOp[T real] struct {
	x    *instance[T]
	o    *plan.MatMul
	swap bool
	// rows × inner times inner × cols, after the exchange.
	rows, inner, cols int
	left, right       plan.Source
	leftT, rightT     bool
	panels            []T
	constant, packed  bool
	direct            bool // the right operand is read where it is
	current           []T  // right operand of this step; leftNow likewise
	leftNow           []T
	rowTasks, perTask int
	packTasks         int
	packJob, rowJob   func(worker, task int)
}

func (x *instance[T]) compileMatMul(o *plan.MatMul) (operation, error) {
	what := fmt.Sprintf("matrix product %q", o.Name)
	if o.M < 0 || o.K < 0 || o.N < 0 {
		return nil, fmt.Errorf("%s: negative size", what)
	}
	for _, err := range []error{
		x.checkSource(what+", A", o.A, o.M*o.K), x.checkSource(what+", B", o.B, o.K*o.N), x.checkReal(what+", C", o.C, o.M*o.N),
	} {
		if err != nil {
			return nil, err
		}
	}
	if o.Scale != plan.None {
		if err := x.checkReal(what+", scale", o.Scale, o.M*o.N); err != nil {
			return nil, err
		}
	}
	op := &matMulOp[T]{x: x, o: o, rows: o.M, inner: o.K, cols: o.N, left: o.A, right: o.B, leftT: o.TransA, rightT: o.TransB}
	if o.N < 4 && o.M > o.N {
		op.swap = true
		op.rows, op.cols = o.N, o.M
		op.left, op.right, op.leftT, op.rightT = o.B, o.A, !o.TransB, !o.TransA
	}
	w := x.vec.tileCols
	op.direct = op.rows >= 4 && !op.rightT && op.inner*op.cols <= directElements
	if !op.direct {
		op.panels = make([]T, (op.cols+w-1)/w*w*op.inner)
	}
	op.constant = op.right.Depth <= 0 && x.constant(op.right.Buf)
	threads := x.pool.threads()
	if op.rows >= 4 {
		// A task is a number of groups of four rows.
		groups := (op.rows + 3) / 4
		op.rowTasks, op.perTask = divide(groups, 4*op.inner*op.cols/2, threads)
	} else {
		op.rowTasks, op.perTask = divide((op.cols+w-1)/w, op.rows*op.inner*w/2, threads)
	}
	op.packTasks, _ = divide((op.cols+w-1)/w, op.inner*w, threads)
	op.packJob, op.rowJob = op.pack, op.multiply
	return op, nil
}

// directElements is the size up to which a right operand is not packed: it is in the first-level cache, whatever the columns.
const directElements = 1 << 11

// divide cuts n units of the given work each into tasks.
func divide(n, work, threads int) (tasks, perTask int) {
	if n*work < inlineProducts || threads == 1 || n < 2 {
		return 1, n
	}
	perTask = max(n/(4*threads), inlineProducts/4/max(work, 1), 1)
	return (n + perTask - 1) / perTask, perTask
}

func (m *matMulOp[T]) name() string { return m.o.Name }

func (m *matMulOp[T]) changed(b plan.BufferID) {
	if b == m.right.Buf {
		m.packed = false
	}
}

func (m *matMulOp[T]) run(step int64) error {
	x := m.x
	m.current, m.leftNow = sourceRow(&x.m, m.right, step), sourceRow(&x.m, m.left, step)
	if m.plainRows() {
		return x.pool.run(m.rowTasks, m.rowJob)
	}
	if !m.direct && (!m.constant || !m.packed) {
		if err := x.pool.run(m.packTasks, m.packJob); err != nil {
			return err
		}
		m.packed = true
	}
	return x.pool.run(m.rowTasks, m.rowJob)
}

// plainRows reports whether packing would cost as much as the product: few rows meet a matrix that changes, whose columns
// lie in order as they are.
func (m *matMulOp[T]) plainRows() bool { return m.rows < 4 && m.rightT && !m.constant }

// pack copies a share of the right operand into panels. Columns beyond the last are left zero.
func (m *matMulOp[T]) pack(_, task int) {
	w := m.x.vec.tileCols
	panels := (m.cols + w - 1) / w
	for p := panels * task / m.packTasks; p < panels*(task+1)/m.packTasks; p++ {
		dst := m.panels[p*w*m.inner : (p+1)*w*m.inner]
		n := min(w, m.cols-p*w)
		if m.rightT {
			for c := range n {
				src := m.current[(p*w+c)*m.inner : (p*w+c+1)*m.inner]
				for k, v := range src {
					dst[k*w+c] = v
				}
			}
			continue
		}
		for k := range m.inner {
			copy(dst[k*w:k*w+n], m.current[k*m.cols+p*w:])
		}
	}
}

// multiply computes a share of the product.
func (m *matMulOp[T]) multiply(worker, task int) {
	w := m.x.workers[worker]
	lo, hi := task*m.perTask, (task+1)*m.perTask
	if m.rows < 4 {
		panels := (m.cols + m.x.vec.tileCols - 1) / m.x.vec.tileCols
		for r := range m.rows {
			if m.plainRows() {
				m.dots(w, r, lo, min(hi, panels))
			} else {
				m.one(w, r, lo, min(hi, panels))
			}
		}
		return
	}
	lo, hi = 4*lo, min(4*hi, m.rows)
	if !m.leftT {
		m.some(w, lo, hi, m.leftNow[lo*m.inner:hi*m.inner])
		return
	}
	for r := lo; r < hi; r += 4 {
		end := min(r+4, hi)
		m.some(w, r, end, m.gatherRows(w, r, end))
	}
}

// gatherRows returns rows of a left operand that is stored by columns.
func (m *matMulOp[T]) gatherRows(w *worker[T], from, to int) []T {
	n := (to - from) * m.inner
	if len(w.rows) < n {
		w.rows = make([]T, n)
	}
	for i := range to - from {
		row := w.rows[i*m.inner : (i+1)*m.inner]
		for k := range row {
			row[k] = m.leftNow[k*m.rows+from+i]
		}
	}
	return w.rows[:n]
}

// some computes rows from to to-1, which are those of left. The roles are not exchanged: that leaves fewer than four rows.
func (m *matMulOp[T]) some(w *worker[T], from, to int, left []T) {
	v, size := m.x.vec, sizeOf[T]()
	cols, stride, right := v.tileCols, v.tileCols, m.panels
	if m.direct {
		cols, stride, right = m.cols, m.cols, m.current
	}
	a := &w.product // not a local variable: a call through the table would move it to the heap
	a.left, a.leftStride, a.rightStride = left, m.inner*size, stride*size
	a.rows, a.inner = to-from, m.inner
	for c := 0; c < m.cols; c += cols {
		n := min(cols, m.cols-c)
		a.right, a.cols = right[c*m.inner:], n*size
		if m.o.Scale == plan.None {
			a.dst, a.dstStride, a.add = m.x.m.real[m.o.C][from*m.cols+c:], m.cols*size, int(b2i(m.o.Add))
			v.product(a)
			continue
		}
		sums := w.scratch((to - from) * n)
		a.dst, a.dstStride, a.add = sums, n*size, 0
		v.product(a)
		for i := range to - from {
			m.put(from+i, c, sums[i*n:(i+1)*n])
		}
	}
	a.dst, a.left, a.right = nil, nil, nil
}

// leftRow returns row r of the left operand.
func (m *matMulOp[T]) leftRow(w *worker[T], r int) []T {
	if m.leftT {
		return m.gatherRows(w, r, r+1)
	}
	return m.leftNow[r*m.inner : (r+1)*m.inner]
}

// one computes row r for some panels.
func (m *matMulOp[T]) one(w *worker[T], r, from, to int) {
	v := m.x.vec
	cols := v.tileCols
	a := m.leftRow(w, r)
	c := w.scratch(cols)
	for p := from; p < to; p++ {
		v.tile1(c, a, m.panels[p*cols*m.inner:(p+1)*cols*m.inner])
		m.put(r, p*cols, c[:min(cols, m.cols-p*cols)])
	}
}

// dots is one without packing: four sums side by side, since one alone would wait for each addition.
func (m *matMulOp[T]) dots(w *worker[T], r, from, to int) {
	cols, n := m.x.vec.tileCols, m.inner
	a := m.leftRow(w, r)
	c, end := from*cols, min(to*cols, m.cols)
	out := w.scratch(4)
	for ; c+4 <= end; c += 4 {
		b := m.current[c*n : (c+4)*n]
		b0, b1, b2, b3 := b[:n], b[n:2*n], b[2*n:3*n], b[3*n:4*n]
		b0, b1, b2, b3 = b0[:len(a)], b1[:len(a)], b2[:len(a)], b3[:len(a)]
		var s0, s1, s2, s3 T
		for k, x := range a {
			s0 += T(x * b0[k])
			s1 += T(x * b1[k])
			s2 += T(x * b2[k])
			s3 += T(x * b3[k])
		}
		out[0], out[1], out[2], out[3] = s0, s1, s2, s3
		m.put(r, c, out)
	}
	for ; c < end; c++ {
		var s T
		for k, x := range a {
			s += T(x * m.current[c*n+k])
		}
		out[0] = s
		m.put(r, c, out[:1])
	}
}

// put scales and stores or adds sums for row r from column c on.
func (m *matMulOp[T]) put(r, c int, sums []T) {
	o, v, mem := m.o, m.x.vec, m.x.m.real
	if m.swap && m.rows > 1 {
		for i := range sums {
			m.putRow((c+i)*m.rows+r, sums[i:i+1])
		}
		return
	}
	at := r*m.cols + c
	if o.Scale == plan.None && !o.Add {
		copy(mem[o.C][at:], sums)
		return
	}
	if len(sums) < 8 {
		m.putRow(at, sums)
		return
	}
	if o.Scale != plan.None {
		v.vv[fMul](sums, sums, mem[o.Scale][at:at+len(sums)])
	}
	dst := mem[o.C][at : at+len(sums)]
	if o.Add {
		v.vv[fAdd](dst, dst, sums)
	} else {
		copy(dst, sums)
	}
}

// putRow is put for a few elements that lie side by side in C from position at on.
func (m *matMulOp[T]) putRow(at int, sums []T) {
	dst := m.x.m.real[m.o.C]
	for i, s := range sums {
		if m.o.Scale != plan.None {
			s = T(s * m.x.m.real[m.o.Scale][at+i])
		}
		if m.o.Add {
			s = dst[at+i] + s
		}
		dst[at+i] = s
	}
}

func (w *worker[T]) scratch(n int) []T {
	if len(w.acc) < n {
		w.acc = make([]T, n)
	}
	return w.acc[:n]
}

// constant reports whether only the host changes a buffer.
func (x *instance[T]) constant(b plan.BufferID) bool {
	switch x.plan.Buffers[b].Role {
	case plan.Param, plan.Connectivity, plan.Table:
	default:
		return false
	}
	return x.plan.Settled(b) && !plan.Writes(x.plan.Init, b)
}

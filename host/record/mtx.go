package record

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

// Triplets is a sparse matrix in coordinates, counted from 0. Entries may repeat.
type Triplets struct {
	Rows, Cols int
	I, J       []int32
	V          []float64
}

// ReadMTX reads a matrix in the Matrix Market exchange format: coordinate or array, real, integer or pattern (all ones), general,
// symmetric or skew-symmetric (the other half is filled in). An array is returned with its entries in rows, zeros included.
// Format: Boisvert, Pozo, Remington, "The Matrix Market exchange formats: initial design", NISTIR 5935, 1996.
func ReadMTX(r io.Reader) (*Triplets, error) {
	p := &mtxReader{s: bufio.NewScanner(r)}
	p.s.Buffer(make([]byte, 0, block), 1<<20)
	if !p.s.Scan() {
		return nil, p.end("the banner line")
	}
	p.line = 1
	banner := strings.Fields(strings.ToLower(p.s.Text()))
	if len(banner) != 5 || banner[0] != "%%matrixmarket" || banner[1] != "matrix" {
		return nil, p.wrong("the first line is %.60q, not %q", p.s.Text(), "%%MatrixMarket matrix coordinate real general")
	}
	format, field, symmetry := banner[2], banner[3], banner[4]
	switch field {
	case "real", "integer", "pattern", "double":
	case "complex":
		return nil, p.wrong("complex matrices are not supported")
	default:
		return nil, p.wrong("unknown field %q; real, integer and pattern are known", field)
	}
	switch symmetry {
	case "general", "symmetric", "skew-symmetric":
	default:
		return nil, p.wrong("unknown symmetry %q; general, symmetric and skew-symmetric are known", symmetry)
	}
	sizes := 3
	switch {
	case format == "array" && field != "pattern":
		sizes = 2
	case format != "coordinate":
		return nil, p.wrong("unknown format %q of a %s matrix; coordinate and array are known", format, field)
	}
	fields, err := p.next("the sizes")
	if err != nil {
		return nil, err
	}
	if len(fields) != sizes {
		return nil, p.wrong("%d sizes were expected, not %d", sizes, len(fields))
	}
	var size [3]int
	for i, f := range fields {
		limit := int64(math.MaxInt32)
		if i == 2 {
			limit = math.MaxInt64
		}
		n, err := strconv.ParseInt(f, 10, 64)
		if err != nil || n < 0 || n > limit {
			return nil, p.wrong("the size %.30q is not an integer from 0 to %d", f, limit)
		}
		size[i] = int(n)
	}
	m := &Triplets{Rows: size[0], Cols: size[1]}
	if symmetry != "general" && m.Rows != m.Cols {
		return nil, p.wrong("a %s matrix is square, not %d x %d", symmetry, m.Rows, m.Cols)
	}
	if sizes == 2 {
		err = p.dense(m, symmetry)
	} else {
		err = p.coordinates(m, size[2], field, symmetry)
	}
	if err != nil {
		return nil, err
	}
	if fields, err := p.next(""); err != nil {
		return nil, err
	} else if fields != nil {
		return nil, p.wrong("there are more entries than the %s line says", "size")
	}
	return m, nil
}

type mtxReader struct {
	s    *bufio.Scanner
	line int
}

func (p *mtxReader) wrong(format string, args ...any) error {
	return &FormatError{Line: p.line, Message: fmt.Sprintf(format, args...)}
}

func (p *mtxReader) end(what string) error {
	if err := p.s.Err(); err != nil {
		return p.wrong("%v", err)
	}
	return p.wrong("the file ends before %s", what)
}

// next gives the fields of the next line that is neither empty nor a comment; what is "" where the end of the file is allowed.
func (p *mtxReader) next(what string) ([]string, error) {
	for p.s.Scan() {
		p.line++
		if f := strings.Fields(p.s.Text()); len(f) > 0 && f[0][0] != '%' {
			return f, nil
		}
	}
	if what == "" && p.s.Err() == nil {
		return nil, nil
	}
	return nil, p.end(what)
}

func (p *mtxReader) coordinates(m *Triplets, n int, field, symmetry string) error {
	want := 3
	if field == "pattern" {
		want = 2
	}
	for k := range n {
		f, err := p.next(fmt.Sprintf("entry %d of %d", k+1, n))
		if err != nil {
			return err
		}
		if len(f) != want {
			return p.wrong("an entry of a %s matrix has %d fields, not %d", field, want, len(f))
		}
		i, err := p.index(f[0], "row", m.Rows)
		if err != nil {
			return err
		}
		j, err := p.index(f[1], "column", m.Cols)
		if err != nil {
			return err
		}
		v := 1.0
		if want == 3 {
			if v, err = p.value(f[2]); err != nil {
				return err
			}
		}
		m.add(i, j, v)
		if i == j {
			if symmetry == "skew-symmetric" {
				return p.wrong("a skew-symmetric matrix has no entry on its diagonal")
			}
			continue
		}
		switch symmetry {
		case "symmetric":
			m.add(j, i, v)
		case "skew-symmetric":
			m.add(j, i, -v)
		}
	}
	return nil
}

// dense reads columns one after the other, of a symmetric matrix only from the diagonal down.
func (p *mtxReader) dense(m *Triplets, symmetry string) error {
	if m.Rows == 0 {
		return nil
	}
	for j := range m.Cols {
		first := 0
		switch symmetry {
		case "symmetric":
			first = j
		case "skew-symmetric":
			first = j + 1
		}
		for i := first; i < m.Rows; i++ {
			f, err := p.next(fmt.Sprintf("entry (%d, %d)", i+1, j+1))
			if err != nil {
				return err
			}
			if len(f) != 1 {
				return p.wrong("a line of an array has one number, not %d", len(f))
			}
			v, err := p.value(f[0])
			if err != nil {
				return err
			}
			m.add(int32(i), int32(j), v)
			if i != j && symmetry == "symmetric" {
				m.add(int32(j), int32(i), v)
			}
			if symmetry == "skew-symmetric" {
				m.add(int32(j), int32(i), -v)
			}
		}
	}
	return nil
}

func (m *Triplets) add(i, j int32, v float64) {
	m.I, m.J, m.V = append(m.I, i), append(m.J, j), append(m.V, v)
}

func (p *mtxReader) index(s, what string, n int) (int32, error) {
	i, err := strconv.ParseInt(s, 10, 64)
	if err != nil || i < 1 || i > int64(n) {
		return 0, p.wrong("the %s %.30q is not an index from 1 to %d", what, s, n)
	}
	return int32(i - 1), nil
}

func (p *mtxReader) value(s string) (float64, error) {
	v, err := number(s)
	if err != nil {
		return 0, p.wrong("%.30q is not a number", s)
	}
	return v, nil
}

// WriteMTX writes a matrix in coordinates, real and general.
func WriteMTX(w io.Writer, m *Triplets) error {
	if len(m.I) != len(m.V) || len(m.J) != len(m.V) {
		return malformed("%d rows, %d columns and %d values", len(m.I), len(m.J), len(m.V))
	}
	b := bufio.NewWriterSize(w, block)
	fmt.Fprintf(b, "%%%%MatrixMarket matrix coordinate real general\n%d %d %d\n", m.Rows, m.Cols, len(m.V))
	var line []byte
	for k, v := range m.V {
		line = strconv.AppendInt(line[:0], int64(m.I[k])+1, 10)
		line = append(line, ' ')
		line = strconv.AppendInt(line, int64(m.J[k])+1, 10)
		line = append(line, ' ')
		line = strconv.AppendFloat(line, v, 'g', -1, 64)
		line = append(line, '\n')
		if _, err := b.Write(line); err != nil {
			return err
		}
	}
	return b.Flush()
}

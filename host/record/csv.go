package record

import (
	"bufio"
	"encoding/csv"
	"errors"
	"io"
	"math"
	"strconv"
	"strings"
)

// Table is a file of numbers in rows and named columns.
type Table struct {
	Header []string // nil: the file has none
	Array  *Array   // [rows, columns] float64
}

// Column returns the values of a named column.
func (t *Table) Column(name string) ([]float64, bool) {
	for c, h := range t.Header {
		if h != name {
			continue
		}
		rows, cols := t.Array.Shape[0], t.Array.Shape[1]
		out := make([]float64, rows)
		for r := range out {
			out[r] = t.Array.Float64s()[r*cols+c]
		}
		return out, true
	}
	return nil, false
}

// ReadCSV reads numbers separated by commas, or by semicolons or tabs if the first line has no comma. A first line that is not all
// numbers is the header. Lines that start with # are comments. Fields may be quoted (RFC 4180); an empty field, NA and nan are NaN.
func ReadCSV(r io.Reader) (*Table, error) {
	b := bufio.NewReaderSize(r, block)
	c := csv.NewReader(b)
	c.Comma = separator(b)
	c.Comment = '#'
	c.TrimLeadingSpace = c.Comma != '\t'
	c.FieldsPerRecord = -1
	c.ReuseRecord = true
	t := &Table{}
	var data []float64
	cols, rows := -1, 0
	for {
		fields, err := c.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			var p *csv.ParseError
			if errors.As(err, &p) {
				return nil, &FormatError{Line: p.Line, Message: p.Err.Error()}
			}
			return nil, err
		}
		line, _ := c.FieldPos(0)
		if cols < 0 {
			cols = len(fields)
			fields[0] = strings.TrimPrefix(fields[0], "\ufeff")
			if isHeader(fields) {
				t.Header = append([]string(nil), fields...)
				for i, h := range t.Header {
					t.Header[i] = strings.TrimSpace(h)
				}
				continue
			}
		}
		if len(fields) != cols {
			return nil, &FormatError{Line: line, Message: "there are " + strconv.Itoa(len(fields)) + " fields, but the first line has " + strconv.Itoa(cols)}
		}
		for i, f := range fields {
			v, err := number(f)
			if err != nil {
				return nil, &FormatError{Line: line, Message: "field " + strconv.Itoa(i+1) + " is " + strconv.Quote(f) + ", not a number"}
			}
			data = append(data, v)
		}
		rows++
	}
	if cols < 0 {
		return nil, malformed("the file is empty")
	}
	t.Array = New(data, rows, cols)
	return t, nil
}

// separator looks at the first line that is not a comment.
func separator(b *bufio.Reader) rune {
	text, _ := b.Peek(4096)
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "#") || strings.TrimSpace(line) == "" {
			continue
		}
		for _, c := range ",;\t" {
			if strings.ContainsRune(line, c) {
				return c
			}
		}
		break
	}
	return ','
}

func isHeader(fields []string) bool {
	for _, f := range fields {
		if _, err := number(f); err != nil {
			return true
		}
	}
	return false
}

func number(s string) (float64, error) {
	s = strings.TrimSpace(s)
	switch s {
	case "", "NA":
		return math.NaN(), nil
	case "True", "true":
		return 1, nil
	case "False", "false":
		return 0, nil
	}
	// Underscores and hexadecimal are Go's, not those of data files.
	if strings.ContainsAny(s, "_xXpP") {
		return 0, strconv.ErrSyntax
	}
	v, err := strconv.ParseFloat(s, 64)
	if errors.Is(err, strconv.ErrRange) {
		return v, nil
	}
	return v, err
}

// csvWriter writes rows of numbers; NaN is "nan", infinities are "inf" and "-inf", numbers have as many digits as they need.
type csvWriter struct {
	w    *bufio.Writer
	line []byte
}

// WriteCSV writes a table of the given columns, all of the same length.
func WriteCSV(w io.Writer, header []string, columns [][]float64) error {
	if len(header) != len(columns) {
		return malformed("%d names for %d columns", len(header), len(columns))
	}
	b := &csvWriter{w: bufio.NewWriterSize(w, block)}
	if err := b.header(header); err != nil {
		return err
	}
	rows := 0
	for i, c := range columns {
		if i > 0 && len(c) != rows {
			return malformed("column %q has %d rows, not %d", header[i], len(c), rows)
		}
		rows = len(c)
	}
	for r := range rows {
		for _, c := range columns {
			b.float(c[r])
		}
		if err := b.end(); err != nil {
			return err
		}
	}
	return b.w.Flush()
}

func (b *csvWriter) header(names []string) error {
	c := csv.NewWriter(b.w)
	if err := c.Write(names); err != nil {
		return err
	}
	c.Flush()
	return c.Error()
}

func (b *csvWriter) float(v float64) {
	switch {
	case math.IsNaN(v):
		b.line = append(b.line, "nan"...)
	case math.IsInf(v, 1):
		b.line = append(b.line, "inf"...)
	case math.IsInf(v, -1):
		b.line = append(b.line, "-inf"...)
	default:
		b.line = strconv.AppendFloat(b.line, v, 'g', -1, 64)
	}
	b.line = append(b.line, ',')
}

func (b *csvWriter) integer(v int64) {
	b.line = strconv.AppendInt(b.line, v, 10)
	b.line = append(b.line, ',')
}

func (b *csvWriter) end() error {
	if n := len(b.line); n > 0 {
		b.line[n-1] = '\n'
	} else {
		b.line = append(b.line, '\n')
	}
	_, err := b.w.Write(b.line)
	b.line = b.line[:0]
	return err
}

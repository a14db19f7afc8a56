package record

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"strings"
)

// Column is one array of a recording. Its first dimension counts samples; Dims are the others, none for one number a sample.
type Column struct {
	Name string
	Type Type // Float64, Int64 or Int32
	Dims []int
}

// StateColumns are the arrays of a state monitor: t [samples] and each variable [samples, elements], SI units.
func StateColumns(variables []string, elements []int) []Column {
	out := []Column{{Name: "t"}}
	for k, v := range variables {
		out = append(out, Column{Name: v, Dims: []int{elements[k]}})
	}
	return out
}

// SpikeColumns are the arrays of a spike monitor: neuron, step and time in seconds of each spike.
func SpikeColumns() []Column {
	return []Column{{Name: "i", Type: Int32}, {Name: "step", Type: Int64}, {Name: "t"}}
}

// RateColumns are the arrays of a rate monitor: time in seconds and rate in Hz.
func RateColumns() []Column { return []Column{{Name: "t"}, {Name: "rate"}} }

// DefaultBound is the memory that a recording holds before it goes to disk.
const DefaultBound = 256 << 20

// Recording collects samples and ends as a file. Up to Bound bytes are in memory; beyond, each column goes to a temporary .npy file
// next to the target, valid at every moment between two calls. It is used from one goroutine.
type Recording struct {
	path    string
	bound   int64
	fs      fileSystem
	columns []Column
	stores  []*store
	samples int64
	hidden  int64   // samples behind those, kept by Rewind
	cuts    []int64 // what each Truncate has left, for those who follow
	watched *watched
}

// NewRecording makes an empty recording for the file path (.npz or .csv). With path "" it never leaves memory. A bound of 0 is
// DefaultBound. Nothing is created yet.
func NewRecording(path string, columns []Column, bound int64) (*Recording, error) {
	if bound <= 0 {
		bound = DefaultBound
	}
	r := &Recording{path: path, bound: bound, fs: osFiles{}, columns: columns}
	names := map[string]bool{}
	for _, c := range columns {
		if c.Name == "" || strings.ContainsAny(c.Name, "/\\\x00") || names[c.Name] {
			return nil, fmt.Errorf("%q cannot be the name of a recorded array, or is there twice", c.Name)
		}
		names[c.Name] = true
		switch c.Type {
		case Float64, Int64, Int32:
		default:
			return nil, fmt.Errorf("array %q: %s is not recorded", c.Name, c.Type)
		}
		if _, ok := count(c.Dims, c.Type.Size()); !ok {
			return nil, fmt.Errorf("array %q: a sample of shape %v is too large", c.Name, c.Dims)
		}
		r.stores = append(r.stores, &store{typ: c.Type, dims: c.Dims})
	}
	if len(columns) == 0 {
		return nil, errors.New("a recording needs at least one array")
	}
	return r, nil
}

// Path is the file that Save writes.
func (r *Recording) Path() string { return r.path }

// Columns describes the arrays.
func (r *Recording) Columns() []Column { return r.columns }

// Samples is the number of samples so far.
func (r *Recording) Samples() int64 { return r.samples }

// Append adds samples: one slice per column, of the column's type, with the same number of whole samples in each. After an
// [*OutputError] the samples are in the recording, which can be saved elsewhere. After Rewind samples that were hidden take the place of the
// first of those given, which must be the same ones.
func (r *Recording) Append(data ...any) error {
	samples, data, err := r.fresh(data)
	if err != nil || samples == 0 {
		return err
	}
	if r.watched != nil {
		return errors.New("the recording has samples that are only watched; none can be recorded behind them")
	}
	r.samples += samples
	memory := int64(0)
	for k, d := range data {
		if err := writeElements(r.stores[k], d); err != nil {
			return err
		}
		memory += r.stores[k].memory
	}
	if memory > r.bound && r.path != "" {
		return r.Checkpoint()
	}
	return nil
}

// fresh checks samples and leaves out those that were hidden, which are there again.
func (r *Recording) fresh(data []any) (n int64, rested []any, err error) {
	if len(data) != len(r.columns) {
		return 0, nil, fmt.Errorf("%d arrays for the %d of the recording", len(data), len(r.columns))
	}
	samples := -1
	for k, d := range data {
		c := r.columns[k]
		a := Array{Data: d}
		switch d.(type) {
		case []float64, []int64, []int32:
		default:
			return 0, nil, fmt.Errorf("array %q: %T is not %s", c.Name, d, c.Type)
		}
		if a.Type() != c.Type {
			return 0, nil, fmt.Errorf("array %q holds %s, not %s", c.Name, c.Type, a.Type())
		}
		width, _ := count(c.Dims, 1)
		if width == 0 {
			continue
		}
		n := a.Len() / width
		if n*width != a.Len() || samples >= 0 && n != samples {
			return 0, nil, fmt.Errorf("array %q: %d numbers are not %d samples of %d", c.Name, a.Len(), max(samples, n), width)
		}
		samples = n
	}
	n = int64(max(samples, 0))
	again := min(r.hidden, n)
	r.samples, r.hidden = r.samples+again, r.hidden-again
	if again > 0 {
		_, data = Split(data, int(again), samples)
	}
	return n - again, data, nil
}

// Checkpoint moves everything to the temporary files and makes it durable: what was recorded until now then survives the program.
func (r *Recording) Checkpoint() error {
	if r.path == "" {
		return nil
	}
	for k, s := range r.stores {
		if err := s.spill(r.fs, r.path+"."+r.columns[k].Name, r.samples+r.hidden); err != nil {
			return outputError(r.path, err)
		}
		if err := s.file.Sync(); err != nil {
			return outputError(r.path, cause(err))
		}
	}
	return nil
}

// Array gives a whole column as it is so far, read back from disk where it went there.
func (r *Recording) Array(name string) (*Array, error) {
	for k, c := range r.columns {
		if c.Name != name {
			continue
		}
		s := r.stores[k]
		src, err := s.reader()
		if err != nil {
			return nil, outputError(r.path, err)
		}
		d, err := decoderOf(c.Type.descr())
		if err != nil {
			return nil, err
		}
		n, ok := count(s.shape(r.samples), c.Type.Size())
		if !ok {
			return nil, fmt.Errorf("array %q is too large", name)
		}
		a, err := d.read(src, n, true)
		if err != nil {
			return nil, outputError(r.path, err)
		}
		a.Shape = s.shape(r.samples)
		return a, nil
	}
	return nil, fmt.Errorf("the recording has no array %q", name)
}

// Save writes the recording to its path, but for what is only watched. The recording stays as it is, so that after an error it can be saved
// again or elsewhere.
func (r *Recording) Save() error { return r.SaveAs(r.path) }

// SaveAs writes the recording to a file, whole: an .npz archive, or .csv with columns NAME or NAME[k].
func (r *Recording) SaveAs(path string) error {
	var write func(io.Writer) error
	switch strings.ToLower(filepath.Ext(path)) {
	case ".npz":
		write = r.writeNPZ
	case ".csv":
		write = r.writeCSV
	default:
		return outputError(path, errors.New("recordings are written as .npz or .csv"))
	}
	return writeFile(r.fs, path, write)
}

func (r *Recording) writeNPZ(w io.Writer) error {
	z := newNPZ(w)
	for k, c := range r.columns {
		e, err := z.entry(c.Name)
		if err != nil {
			return err
		}
		s := r.stores[k]
		if _, err := e.Write(npyPrefix(c.Type, s.shape(r.saved()), 0)); err != nil {
			return err
		}
		src, err := s.reader()
		if err != nil {
			return err
		}
		want, _ := count(s.shape(r.saved()), c.Type.Size())
		want *= c.Type.Size()
		n, err := io.CopyBuffer(struct{ io.Writer }{e}, io.LimitReader(src, int64(want)), make([]byte, 1<<18))
		if err != nil {
			return err
		}
		if n != int64(want) {
			return fmt.Errorf("the temporary file of %q ended early", c.Name)
		}
	}
	return z.z.Close()
}

func (r *Recording) writeCSV(w io.Writer) error {
	b := &csvWriter{w: bufio.NewWriterSize(w, block)}
	var header []string
	var sources []*bufio.Reader
	var widths []int
	for k, c := range r.columns {
		width, _ := count(c.Dims, 1)
		if len(c.Dims) == 0 {
			header = append(header, c.Name)
		} else {
			for i := range width {
				header = append(header, fmt.Sprintf("%s[%d]", c.Name, i))
			}
		}
		src, err := r.stores[k].reader()
		if err != nil {
			return err
		}
		sources = append(sources, bufio.NewReaderSize(src, block))
		widths = append(widths, width)
	}
	if err := b.header(header); err != nil {
		return err
	}
	var buf [8]byte
	for range r.saved() {
		for k, c := range r.columns {
			size := c.Type.Size()
			for range widths[k] {
				if _, err := io.ReadFull(sources[k], buf[:size]); err != nil {
					return err
				}
				switch c.Type {
				case Int32:
					b.integer(int64(int32(binary.LittleEndian.Uint32(buf[:]))))
				case Int64:
					b.integer(int64(binary.LittleEndian.Uint64(buf[:])))
				default:
					b.float(math.Float64frombits(binary.LittleEndian.Uint64(buf[:])))
				}
			}
		}
		if err := b.end(); err != nil {
			return err
		}
	}
	return b.w.Flush()
}

// Close removes the temporary files and forgets the samples. It is safe to call twice.
func (r *Recording) Close() error {
	var err error
	for _, s := range r.stores {
		err = errors.Join(err, s.drop(r.fs))
	}
	r.samples, r.hidden, r.watched = 0, 0, nil
	return outputError(r.path, err)
}

package sim

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"math"
	"os"
	"slices"

	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
	"github.com/galvani-sim/galvani/host/record"
)

// A state file is
//
//	magic, 8 bytes | version, uint32 | length of the header, uint32 | header, JSON | data | SHA-256 of all before it
//
// little endian. The header names every array of every state in the order of the data, which is the arrays one after another: variables in the
// width of the state's precision, then per monitor counts (int64) and columns, then delays (int32) of spikes that are under way. Version 1 has no such
// delays.
const (
	stateMagic   = "GLVSTATE"
	stateVersion = 2
	stateFixed   = len(stateMagic) + 8
)

// maxHeader bounds the header of a state file; 64 MiB name some hundred thousand variables.
const maxHeader = 64 << 20

type fileHeader struct {
	States []fileState `json:"states"`
}

type fileState struct {
	Name string `json:"name"`
	// Fingerprint is a hash of the names and shapes of the variables.
	Fingerprint string         `json:"fingerprint"`
	Precision   plan.Precision `json:"precision"`
	BaseDT      float64        `json:"base_dt"`
	Step        int64          `json:"step"`
	Place       *filePlace     `json:"place,omitempty"`
	Seconds     float64        `json:"seconds"`
	Random      exec.Random    `json:"random"`
	Restores    uint32         `json:"restores"`
	Program     uint64         `json:"program,omitempty"`
	Evaluated   int            `json:"evaluated,omitempty"`
	Vars        []fileVar      `json:"variables"`
	Monitors    []fileMonitor  `json:"monitors"`
	Wiring      []wiringSum    `json:"wiring"`
	Sent        []fileSent     `json:"sent,omitempty"`
}

type filePlace struct {
	Slot  plan.Slot `json:"slot"`
	Order int       `json:"order"`
	Name  string    `json:"name"`
}

type fileVar struct {
	Object string    `json:"object"`
	Name   string    `json:"name"`
	Type   ir.Type   `json:"type"`
	Role   plan.Role `json:"role"`
	Len    int       `json:"len"` // of one row
	Rows   int64     `json:"rows,omitempty"`
	Newest int64     `json:"newest,omitempty"`
	DT     float64   `json:"dt,omitempty"`
	One    bool      `json:"one,omitempty"` // one number for all synapses
}

type fileMonitor struct {
	Name    string       `json:"name"`
	Samples int64        `json:"samples"`
	Spikes  bool         `json:"spikes"`
	Counts  int          `json:"counts"`
	Columns []fileColumn `json:"columns"`
}

type fileColumn struct {
	Name string `json:"name"`
	Type string `json:"type"`
	Dims []int  `json:"dims,omitempty"`
}

// StoreFile writes the state to a file under a name ("" is DefaultState), with what the monitors have recorded. Other states in the file stay.
// The file is replaced as a whole, or not at all.
func (s *Sim) StoreFile(path, name string) error {
	st, err := s.storable()
	if err != nil {
		return fmt.Errorf("store: %w", err)
	}
	st.wiring = append([]wiringSum{}, s.wiring()...)
	name = stateName(name)
	states, err := readStates(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("store: %w", err)
	}
	states = slices.DeleteFunc(states, func(x namedState) bool { return x.name == name })
	return writeStates(path, append(states, namedState{name, st}))
}

// RestoreFile is Restore from a file. The file is read and checked as a whole before anything changes.
func (s *Sim) RestoreFile(path, name string, o RestoreOptions) error {
	states, err := readStates(path)
	if err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	name = stateName(name)
	var names []string
	for _, x := range states {
		if x.name == name {
			return s.restore(x.State, name, o)
		}
		names = append(names, x.name)
	}
	return fmt.Errorf("restore: %s has no state %q%s", path, name, listed(names))
}

type namedState struct {
	name string
	*State
}

func writeStates(path string, states []namedState) error {
	f, err := record.Create(path)
	if err != nil {
		return err
	}
	defer f.Abort()
	if err := encodeStates(f, states); err != nil {
		return err
	}
	return f.Commit()
}

// encodeStates writes states in the format of a file.
func encodeStates(w io.Writer, states []namedState) error {
	var h fileHeader
	delays, version := make([][][]int32, len(states)), 1
	for i, st := range states {
		head := st.header()
		var err error
		if head.Sent, delays[i], err = st.filed(); err != nil {
			return fmt.Errorf("store: %w", err)
		}
		if len(head.Sent) > 0 {
			version = stateVersion
		}
		h.States = append(h.States, head)
	}
	text, err := json.Marshal(h)
	if err != nil {
		return err
	}
	if len(text) > maxHeader {
		return fmt.Errorf("store: the names of the variables take %d bytes; at most %d are possible", len(text), maxHeader)
	}
	e := newEncoder(w)
	e.frame(uint32(version), uint32(len(text)))
	e.bytes(text)
	for i, st := range states {
		for _, v := range st.vars {
			e.bytes(v.data)
		}
		for _, m := range st.monitors {
			e.array(m.counts)
			for _, d := range m.data {
				e.array(d)
			}
			if m.data == nil {
				e.live(m)
			}
		}
		for _, d := range delays[i] {
			e.array(d)
		}
	}
	return e.end()
}

type encoder struct {
	w   io.Writer
	sum hash.Hash
	err error
}

func newEncoder(w io.Writer) *encoder { return &encoder{w: w, sum: sha256.New()} }

// frame writes what comes before a header of n bytes.
func (e *encoder) frame(version, n uint32) {
	e.bytes([]byte(stateMagic))
	e.bytes(binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32(nil, version), n))
}

// end writes the checksum.
func (e *encoder) end() error {
	if e.err == nil {
		_, e.err = e.w.Write(e.sum.Sum(nil))
	}
	return e.err
}

func (e *encoder) bytes(p []byte) {
	if e.err != nil {
		return
	}
	e.sum.Write(p)
	_, e.err = e.w.Write(p)
}

// live copies what a monitor had recorded out of its recording, part by part, since it may be larger than memory.
func (e *encoder) live(m *storedRecord) {
	buf := make([]byte, 1<<18)
	for _, c := range m.columns {
		if e.err != nil {
			return
		}
		src, err := m.live.Bytes(c.Name, m.samples)
		var n int64
		if err == nil {
			n, err = io.CopyBuffer(io.MultiWriter(e.sum, struct{ io.Writer }{e.w}), struct{ io.Reader }{src}, buf)
		}
		want := m.samples * int64(c.Type.Size())
		for _, d := range c.Dims {
			want *= int64(d)
		}
		if err == nil && n != want {
			err = fmt.Errorf("%q ended early", c.Name)
		}
		if err != nil {
			e.err = fmt.Errorf("store: monitor %q: %w", m.name, err)
		}
	}
}

func (e *encoder) array(d any) {
	const block = 1 << 13
	switch d := d.(type) {
	case []float64:
		for part := range slices.Chunk(d, block) {
			buf := make([]byte, 0, 8*len(part))
			for _, x := range part {
				buf = binary.LittleEndian.AppendUint64(buf, math.Float64bits(x))
			}
			e.bytes(buf)
		}
	case []int64:
		for part := range slices.Chunk(d, block) {
			buf := make([]byte, 0, 8*len(part))
			for _, x := range part {
				buf = binary.LittleEndian.AppendUint64(buf, uint64(x))
			}
			e.bytes(buf)
		}
	case []int32:
		for part := range slices.Chunk(d, block) {
			buf := make([]byte, 0, 4*len(part))
			for _, x := range part {
				buf = binary.LittleEndian.AppendUint32(buf, uint32(x))
			}
			e.bytes(buf)
		}
	}
}

// header describes a state.
func (st namedState) header() fileState {
	h := fileState{Name: st.name, Precision: st.precision, BaseDT: st.baseDT, Step: st.step, Seconds: st.seconds, Random: st.random,
		Restores: st.restores, Program: st.program, Evaluated: st.evaluated, Wiring: st.wiring}
	if st.place.mid {
		h.Place = &filePlace{st.place.slot, st.place.order, st.place.name}
	}
	for _, v := range st.vars {
		h.Vars = append(h.Vars, fileVar{v.object, v.name, v.typ, v.role, v.n, v.ring.rows, v.ring.newest, v.ring.dt, v.one})
	}
	for _, r := range st.monitors {
		m := fileMonitor{Name: r.name, Samples: r.samples, Spikes: r.counts != nil, Counts: len(r.counts)}
		for _, c := range r.columns {
			m.Columns = append(m.Columns, fileColumn{c.Name, c.Type.String(), c.Dims})
		}
		h.Monitors = append(h.Monitors, m)
	}
	h.Fingerprint = h.fingerprint()
	return h
}

// fingerprint hashes names, types and shapes of the variables that a network must have for the state to fit.
func (h *fileState) fingerprint() string {
	sum := sha256.New()
	for _, v := range h.Vars {
		s := stored{name: v.Name, typ: v.Type, role: v.Role}
		if s.mustFit() {
			fmt.Fprintf(sum, "%q %q %d %d\n", v.Object, v.Name, v.Type, v.Len)
		}
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// readStates reads a whole state file.
func readStates(path string) ([]namedState, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	states, err := decodeStates(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return states, nil
}

var errDamaged = errors.New("the state file is damaged")

// decodeStates reads states from the bytes of a file.
func decodeStates(data []byte) ([]namedState, error) {
	if len(data) < stateFixed || string(data[:len(stateMagic)]) != stateMagic {
		if len(data) < stateFixed && bytes.HasPrefix([]byte(stateMagic), data[:min(len(data), len(stateMagic))]) {
			return nil, fmt.Errorf("%w: it ends after %d bytes", errDamaged, len(data))
		}
		return nil, errors.New("this is not a file that store() has written")
	}
	if v := binary.LittleEndian.Uint32(data[len(stateMagic):]); v < 1 || v > stateVersion {
		return nil, fmt.Errorf("the state file has version %d; this program reads versions 1 to %d", v, stateVersion)
	}
	if len(data) < stateFixed+sha256.Size {
		return nil, fmt.Errorf("%w: it ends after %d bytes", errDamaged, len(data))
	}
	body := data[:len(data)-sha256.Size]
	if sum := sha256.Sum256(body); !bytes.Equal(sum[:], data[len(body):]) {
		return nil, fmt.Errorf("%w: its checksum does not fit its contents; it was cut off or changed after it was written", errDamaged)
	}
	n := int64(binary.LittleEndian.Uint32(data[len(stateMagic)+4:]))
	if n > maxHeader || n > int64(len(body)-stateFixed) {
		return nil, fmt.Errorf("%w: a header of %d bytes", errDamaged, n)
	}
	var h fileHeader
	if err := json.Unmarshal(body[stateFixed:stateFixed+int(n)], &h); err != nil {
		return nil, fmt.Errorf("%w: %w", errDamaged, err)
	}
	d := &decoder{rest: body[stateFixed+int(n):]}
	var states []namedState
	for i := range h.States {
		st, err := d.state(&h.States[i])
		if err != nil {
			return nil, fmt.Errorf("%w: state %q: %w", errDamaged, h.States[i].Name, err)
		}
		states = append(states, namedState{h.States[i].Name, st})
	}
	if len(d.rest) != 0 {
		return nil, fmt.Errorf("%w: %d bytes after the last array", errDamaged, len(d.rest))
	}
	return states, nil
}

// decoder takes arrays off the data of a file.
type decoder struct{ rest []byte }

// take returns the bytes of count elements.
func (d *decoder) take(count int64, size int) ([]byte, error) {
	if count < 0 || count > int64(len(d.rest)/size) {
		return nil, fmt.Errorf("an array of %d elements where %d bytes are left", count, len(d.rest))
	}
	n := int(count) * size
	out := d.rest[:n:n]
	d.rest = d.rest[n:]
	return out, nil
}

func (d *decoder) state(h *fileState) (*State, error) {
	switch {
	case h.Precision != plan.Single && h.Precision != plan.Double:
		return nil, fmt.Errorf("unknown precision %d", h.Precision)
	case !(h.BaseDT > 0) || math.IsInf(h.BaseDT, 0) || h.Step < 0 || !(h.Seconds >= 0) || math.IsInf(h.Seconds, 0) || h.Evaluated < 0:
		return nil, fmt.Errorf("time step %g s, step %d, time %g s", h.BaseDT, h.Step, h.Seconds)
	case h.Fingerprint != h.fingerprint():
		return nil, errors.New("the names and shapes of its variables do not have the fingerprint they should have")
	}
	st := &State{precision: h.Precision, baseDT: h.BaseDT, step: h.Step, seconds: h.Seconds, random: h.Random, restores: h.Restores, program: h.Program, evaluated: h.Evaluated, wiring: h.Wiring}
	if st.wiring == nil {
		st.wiring = []wiringSum{}
	}
	if h.Place != nil {
		st.place = place{true, h.Place.Slot, h.Place.Order, h.Place.Name}
	}
	seen := map[[2]string]bool{}
	for _, f := range h.Vars {
		v := &stored{object: f.Object, name: f.Name, typ: f.Type, role: f.Role, n: f.Len, one: f.One, ring: ring{f.Rows, f.Newest, f.DT}}
		rows := max(f.Rows, 1)
		key := [2]string{f.Object, f.Name}
		switch {
		case seen[key]:
			return nil, fmt.Errorf("%s.%s is there twice", f.Object, f.Name)
		case f.Type != ir.Real && f.Type != ir.Int && f.Type != ir.Bool:
			return nil, fmt.Errorf("%s.%s has the unknown type %d", f.Object, f.Name, f.Type)
		case f.Len < 0 || f.Rows < 0 || f.Rows > 0 && f.Newest < -1 || f.Len > math.MaxInt32 || rows > math.MaxInt32:
			return nil, fmt.Errorf("%s.%s has %d rows of %d elements, the newest of step %d", f.Object, f.Name, f.Rows, f.Len, f.Newest)
		}
		seen[key] = true
		var err error
		if v.data, err = d.take(int64(f.Len)*rows, width(f.Type, h.Precision)); err != nil {
			return nil, fmt.Errorf("%s.%s: %w", f.Object, f.Name, err)
		}
		if err := v.sane(); err != nil {
			return nil, err
		}
		st.vars = append(st.vars, v)
	}
	for _, f := range h.Monitors {
		r, err := d.monitor(&f)
		if err != nil {
			return nil, fmt.Errorf("monitor %q: %w", f.Name, err)
		}
		st.monitors = append(st.monitors, r)
	}
	for _, f := range h.Sent {
		by, err := d.sent(&f)
		if err != nil {
			return nil, fmt.Errorf("%s.%s: %w", f.Object, f.Path, err)
		}
		st.sent = append(st.sent, by)
	}
	return st, nil
}

// sane checks that a spike list can be delivered: counts and elements within the group, ascending.
func (v *stored) sane() error {
	if !v.listed() || v.n == 0 {
		return nil
	}
	for row := range slices.Chunk(v.data, 4*v.n) {
		at := func(k int) int32 { return int32(binary.LittleEndian.Uint32(row[4*k:])) }
		n := at(0)
		if n < 0 || int(n) > v.n-1 {
			return fmt.Errorf("%s.%s: %d spikes of %d elements in one step", v.object, v.name, n, v.n-1)
		}
		last := int32(-1)
		for k := range int(n) {
			e := at(1 + k)
			if e <= last || int(e) >= v.n-1 {
				return fmt.Errorf("%s.%s: a spike of element %d after one of element %d, of %d", v.object, v.name, e, last, v.n-1)
			}
			last = e
		}
	}
	return nil
}

func (d *decoder) monitor(f *fileMonitor) (*storedRecord, error) {
	r := &storedRecord{name: f.Name, samples: f.Samples, data: []any{}}
	if f.Samples < 0 {
		return nil, fmt.Errorf("%d samples", f.Samples)
	}
	raw, err := d.take(int64(f.Counts), 8)
	if err != nil {
		return nil, err
	}
	if f.Spikes {
		r.counts = make([]int64, f.Counts)
		for k := range r.counts {
			r.counts[k] = int64(binary.LittleEndian.Uint64(raw[8*k:]))
		}
	}
	for _, c := range f.Columns {
		col := record.Column{Name: c.Name, Dims: c.Dims}
		count := f.Samples
		for _, n := range c.Dims {
			if n < 0 || n > 0 && count > math.MaxInt64/int64(n) {
				return nil, fmt.Errorf("array %q of shape %v", c.Name, c.Dims)
			}
			count *= int64(n)
		}
		switch c.Type {
		case record.Float64.String():
			col.Type = record.Float64
		case record.Int64.String():
			col.Type = record.Int64
		case record.Int32.String():
			col.Type = record.Int32
		default:
			return nil, fmt.Errorf("array %q has the unknown type %q", c.Name, c.Type)
		}
		raw, err := d.take(count, col.Type.Size())
		if err != nil {
			return nil, fmt.Errorf("array %q: %w", c.Name, err)
		}
		r.columns, r.data = append(r.columns, col), append(r.data, numbers(col.Type, raw))
	}
	return r, nil
}

// numbers reads little-endian numbers.
func numbers(t record.Type, raw []byte) any {
	switch t {
	case record.Float64:
		v := make([]float64, len(raw)/8)
		for k := range v {
			v[k] = math.Float64frombits(binary.LittleEndian.Uint64(raw[8*k:]))
		}
		return v
	case record.Int64:
		v := make([]int64, len(raw)/8)
		for k := range v {
			v[k] = int64(binary.LittleEndian.Uint64(raw[8*k:]))
		}
		return v
	}
	v := make([]int32, len(raw)/4)
	for k := range v {
		v[k] = int32(binary.LittleEndian.Uint32(raw[4*k:]))
	}
	return v
}

//go:build cgo

package compute

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"sort"

	"github.com/galvani-sim/galvani/gpu/device"
	"github.com/galvani-sim/galvani/gpu/glsl"
	"github.com/galvani-sim/galvani/host/plan"
	"github.com/galvani-sim/galvani/shaders"
)

// Making says who makes connectivity that is drawn. The bits are the same.
type Making uint8

const (
	MadeAuto Making = iota
	MadeOnDevice
	MadeOnHost
)

// Draws reports whether connectivity that is drawn is made on the device: its programs do in parallel what the host does row by row. Where the device is the
// processor the host is faster.
func (b *Backend) Draws() bool {
	return b.Making == MadeOnDevice || b.Making == MadeAuto && (b.hardware || !b.dev.Info().Software)
}

// Survey counts what sources draw: how many synapses each row of their spans has, and how many of all end in each of cols columns.
func (b *Backend) Survey(sources []plan.RowSource, cols int) (rows [][]int32, in []int32, err error) {
	b.dev.Do(func() {
		m := &rowMaker{dev: b.dev, sorted: b.sorted}
		defer m.close()
		rows, in, err = m.survey(sources, cols)
	})
	return rows, in, err
}

// Bindings of the programs of shaders/connect. The fourth and the fifth are what a program draws with.
const (
	bindOut = iota
	bindAt
	bindCounts
	bindDraws
	bindGuide
	bindEnds
	bindFars
)

// Sizes of work groups. Shared memory takes what OpenGL guarantees, 32 KiB.
const (
	rowThreads  = 128  // that rows share
	mostThreads = 256  // of a row
	rowBlocks   = 2    // of Philox that an invocation takes at a time of a row with a probability, two draws each
	mostSorted  = 2048 // columns of a row that are sorted together
	columnBins  = 2048
)

// rowMaker runs programs that draw rows.
type rowMaker struct {
	dev      *device.Device
	programs map[string]*device.Program
	buffers  []*device.Buffer // until the end
	sorted   int              // for tests: as mostSorted, where not 0
}

func (m *rowMaker) close() {
	for _, p := range m.programs {
		p.Close()
	}
	m.free(0)
}

// free closes all buffers but the first n.
func (m *rowMaker) free(n int) {
	for _, b := range m.buffers[n:] {
		b.Close()
	}
	m.buffers = m.buffers[:n]
}

// program is a file of shaders/connect with its definitions.
func (m *rowMaker) program(file string, define map[string]string) (*device.Program, error) {
	key := fmt.Sprint(file, define)
	if p := m.programs[key]; p != nil {
		return p, nil
	}
	src, err := shaders.Load("connect/"+file+".comp.glsl", shaders.Options{Version: m.dev.Info().GLSL, Define: define})
	if err != nil {
		return nil, err
	}
	p, err := m.dev.NewCompute("connect "+file, device.Source{Name: src.Name, Text: src.Text, Files: src.Files})
	if err != nil {
		return nil, err
	}
	if m.programs == nil {
		m.programs = map[string]*device.Program{}
	}
	m.programs[key] = p
	return p, nil
}

// words makes a buffer of numbers.
func (m *rowMaker) words(what string, v []int32) (*device.Buffer, error) {
	b, err := device.NewBufferFrom(m.dev, what, device.U32, v)
	if err == nil {
		m.buffers = append(m.buffers, b)
	}
	return b, err
}

// zeros makes a buffer of n zeros.
func (m *rowMaker) zeros(what string, n int) (*device.Buffer, error) {
	b, err := m.dev.NewBuffer(what, device.U32, n)
	if err == nil {
		m.buffers = append(m.buffers, b)
	}
	return b, err
}

// rowJob is what one program does for the rows of a source.
type rowJob struct {
	file   string
	define map[string]string
	wide   int // invocations of a row
	rows   [2]int
	bind   map[int]*device.Buffer
	set    func(p *device.Program)
}

// wideFor is how many invocations take a row in which there is so much to do side by side: 4, 16, 64 or 256, so that few programs do.
func wideFor(each int) int { return stepsOf4(4, min(mostThreads, each)) }

// stepsOf4 is the first of least, 4*least, 16*least and so on that is no less than n.
func stepsOf4(least, n int) int {
	for least < n {
		least *= 4
	}
	return least
}

// run dispatches a job. The caller has bound what rows are written to.
func (m *rowMaker) run(j *rowJob) error {
	each := max(1, rowThreads/j.wide)
	j.define["WIDE"], j.define["ROWS"] = fmt.Sprint(j.wide), fmt.Sprint(each)
	p, err := m.program(j.file, j.define)
	if err != nil {
		return err
	}
	for at, b := range j.bind {
		m.dev.BindStorage(at, b)
	}
	j.set(p)
	most := m.dev.Info().Limits.WorkGroups[0]
	for from := j.rows[0]; from < j.rows[1]; {
		groups := min(most, (j.rows[1]-from+each-1)/each)
		p.SetUints("rows", uint32(from), uint32(j.rows[1]))
		if err := m.dev.Dispatch(p, groups, 1, 1); err != nil {
			return err
		}
		from += groups * each
	}
	return nil
}

// survey is Backend.Survey.
func (m *rowMaker) survey(sources []plan.RowSource, cols int) (rows [][]int32, in []int32, err error) {
	ends, err := m.zeros("ends of synapses", cols)
	if err != nil {
		return nil, nil, err
	}
	known := make([]int32, cols)
	for _, s := range sources {
		from, to := s.Span()
		own := make([]int32, to-from)
		if f, ok := s.(*plan.FullRows); ok {
			own = f.Survey(known)
		} else if err := m.count(s, ends, own); err != nil {
			return nil, nil, err
		}
		rows = append(rows, own)
	}
	m.dev.Barrier(device.BarrierBufferUpdate)
	in = make([]int32, cols)
	if err := device.Read(ends, 0, in, device.ReadState); err != nil {
		return nil, nil, err
	}
	for k, n := range known {
		in[k] += n
	}
	return rows, in, nil
}

// count counts the synapses of a source by row, and adds to ends how many end in each column.
func (m *rowMaker) count(s plan.RowSource, ends *device.Buffer, rows []int32) error {
	before := len(m.buffers)
	defer m.free(before)
	counts, err := m.zeros("synapses of rows", len(rows))
	if err != nil {
		return err
	}
	if f, ok := s.(*plan.FixedTotal); ok {
		if err := m.countSources(f, counts); err != nil {
			return err
		}
	}
	mean := 0
	switch s := s.(type) {
	case *plan.DrawnRows:
		mean = int(s.Expected() / int64(max(1, len(rows))))
	case *plan.FixedTotal:
		mean = int(s.Total / int64(max(1, len(rows))))
	}
	j, err := m.drawing(s, mean, 0)
	if j == nil || err != nil {
		return err
	}
	j.define["SURVEY"] = ""
	j.bind[bindCounts], j.bind[bindEnds], j.rows = counts, ends, [2]int{0, len(rows)}
	if err := m.run(j); err != nil {
		return err
	}
	m.dev.Barrier(device.BarrierBufferUpdate | device.BarrierStorage)
	return device.Read(counts, 0, rows, device.ReadState)
}

// countSources draws the sources of synapses.
func (m *rowMaker) countSources(f *plan.FixedTotal, counts *device.Buffer) error {
	if f.Total == 0 {
		return nil
	}
	picked := slices.Clone(f.Rows)
	for k := range picked {
		picked[k] -= f.Rows[0]
	}
	list, err := m.words("rows that are picked", picked)
	if err != nil {
		return err
	}
	key, sources, _ := f.Streams()
	err = m.run(&rowJob{file: "sources", wide: mostThreads, rows: [2]int{0, int((f.Total + plan.SourcesChunk - 1) / plan.SourcesChunk)},
		define: map[string]string{"SURVEY": "", "CHUNK": fmt.Sprint(plan.SourcesChunk)},
		bind:   map[int]*device.Buffer{bindCounts: counts, bindDraws: list},
		set: func(p *device.Program) {
			setDraws(p, key, sources, len(picked))
			p.SetUints("total", uint32(f.Total))
		}})
	m.dev.Barrier(device.BarrierStorage)
	return err
}

// setDraws tells a program how numbers below a bound are drawn.
func setDraws(p *device.Program, key [2]uint32, stream uint32, below int) {
	n := uint32(below)
	p.SetUints("key", key[0], key[1])
	p.SetUints("stream", stream)
	p.SetUints("below", n)
	p.SetUints("least", -n%n)
}

// drawing is the job of drawing the rows of a source, which have mean synapses, and longest at the most; nil where there are none.
func (m *rowMaker) drawing(s plan.RowSource, mean, longest int) (*rowJob, error) {
	from, _ := s.Span()
	switch s := s.(type) {
	case *plan.DrawnRows:
		d := s.Drawing()
		if len(d.Table) == 0 {
			return nil, nil
		}
		table, guided := (&glsl.DrawnRows{Drawing: d}).Words()
		entries, err := m.words("table of gaps", table)
		if err != nil {
			return nil, err
		}
		guide, err := m.words("guide to gaps", guided)
		if err != nil {
			return nil, err
		}
		draws := float64(mean) + 3*math.Sqrt(float64(mean)) + 2
		return &rowJob{file: "probability", wide: wideFor(int(draws) / (2 * rowBlocks)), define: map[string]string{"BLOCKS": fmt.Sprint(rowBlocks)},
			bind: map[int]*device.Buffer{bindDraws: entries, bindGuide: guide},
			set: func(p *device.Program) {
				p.SetUints("key", d.Key[0], d.Key[1])
				p.SetUints("stream", d.Stream)
				p.SetUints("shift", uint32(d.Shift-32))
				p.SetUints("last_gap", uint32(len(d.Table)-1))
				p.SetUints("candidates", uint32(d.Candidates))
				p.SetUints("col_from", uint32(s.Post))
				p.SetUints("no_self", flag(s.NoSelf))
			}}, nil
	case *plan.FixedTotal:
		if s.Total == 0 {
			return nil, nil
		}
		cols, err := m.words("columns that are picked", s.Cols)
		if err != nil {
			return nil, err
		}
		key, _, columns := s.Streams()
		j := &rowJob{file: "columns", wide: wideFor(mean / 4), define: map[string]string{}, bind: map[int]*device.Buffer{bindDraws: cols},
			set: func(p *device.Program) {
				setDraws(p, key, columns, len(s.Cols))
				p.SetUints("stream_from", uint32(from-s.Pre))
				p.SetUints("col_from", uint32(s.Post))
			}}
		most := mostSorted
		if m.sorted > 0 {
			most = m.sorted
		}
		switch {
		case longest > most:
			j.wide, j.define["BINS"] = mostThreads, fmt.Sprint(columnBins)
		case longest > 0:
			sorted := stepsOf4(32, longest)
			j.wide, j.define["SORTED"] = wideFor(sorted/2), fmt.Sprint(sorted)
		}
		return j, nil
	}
	return nil, fmt.Errorf("compute: rows of %T cannot be drawn on the device", s)
}

func flag(b bool) uint32 {
	if b {
		return 1
	}
	return 0
}

// place is where entries go: a buffer, or a part of one, which programs may see in pieces.
type place struct {
	buf            *device.Buffer
	base, n, piece int // word of entry 0, words of all; 0: in one piece
	narrow         bool
}

// placeOf is where the contents of a buffer of the plan go.
func (i *Instance) placeOf(id int) place {
	at := i.layout.Buffers[id]
	s := i.layout.Slabs[at.Slab]
	return place{i.slabs[at.Slab].buf, at.Base, s.Len, s.Piece, at.Narrow}
}

// each binds the pieces one after another, and calls f with the first word of each and their number.
func (p *place) each(d *device.Device, binding int, f func(from, n int) error) error {
	piece := p.piece
	if piece == 0 {
		piece = p.n
	}
	for from := 0; from < p.n; from += piece {
		n := min(piece, p.n-from)
		if p.piece == 0 {
			d.BindStorage(binding, p.buf)
		} else if err := d.BindStorageRange(binding, p.buf, from, n); err != nil {
			return err
		}
		if err := f(from, n); err != nil {
			return err
		}
	}
	return nil
}

// makeRows makes what is connected, where the plan leaves that to the device.
func (i *Instance) makeRows(b *Backend) error {
	m := &rowMaker{dev: i.dev, sorted: b.sorted}
	defer m.close()
	sorted := map[*plan.Sorting][]int{}
	for k, buf := range i.plan.Buffers {
		switch r := buf.Recipe; {
		case r == nil || b.unread[plan.BufferID(k)]:
		case r.Sort != nil:
			sorted[r.Sort] = append(sorted[r.Sort], k)
		default:
			if err := m.make(r, i.placeOf(k)); err != nil {
				return fmt.Errorf("making %s.%s: %w", buf.Object, buf.Var, err)
			}
		}
	}
	for s, list := range sorted {
		switch err := i.makeSorted(b, s, list); {
		case err == nil:
			continue
		case !errors.Is(err, errHost) && !errors.Is(err, device.ErrOutOfMemory):
			return fmt.Errorf("sorting synapses by delay: %w", err)
		}
		// There is no room for what sorting needs besides: then it is for the host.
		for _, k := range list {
			at := i.placeOf(k)
			if err := at.buf.Clear(at.base, i.layout.Buffers[k].Len); err != nil {
				return err
			}
			if err := i.fromHost(plan.BufferID(k), i.plan.Buffers[k]); err != nil {
				return err
			}
		}
	}
	i.dev.Barrier(device.BarrierAll)
	return nil
}

// make makes the entries of a recipe.
func (m *rowMaker) make(r *plan.Recipe, to place) error {
	for _, part := range r.Parts {
		before := len(m.buffers)
		if err := m.makePart(r.What, part, to); err != nil {
			return err
		}
		m.free(before)
	}
	return nil
}

// makePart makes the entries of one source.
func (m *rowMaker) makePart(what plan.Content, part *plan.RecipePart, to place) error {
	j, err := m.making(what, part)
	if j == nil || err != nil {
		return err
	}
	for what, v := range map[int][]int32{bindAt: part.At, bindCounts: part.Rows} {
		if j.bind[what], err = m.words("rows", v); err != nil {
			return err
		}
	}
	each := 1 // entries of a word
	if to.narrow {
		each, j.define["NARROW"] = 2, ""
	}
	set := j.set
	return to.each(m.dev, bindOut, func(from, n int) error {
		// Rows with entries in this piece.
		lo, hi := (from-to.base)*each, (from+n-to.base)*each
		j.rows[0] = sort.Search(len(part.At), func(r int) bool { return int(part.At[r])+int(part.Rows[r]) > lo })
		j.rows[1] = sort.Search(len(part.At), func(r int) bool { return int(part.At[r]) >= hi })
		j.set = func(p *device.Program) {
			set(p)
			p.SetUints("out_base", uint32(to.base))
			p.SetUints("window", uint32(from), uint32(n))
		}
		return m.run(j)
	})
}

// making is the job of making contents of the rows of a part, nil where there are none.
func (m *rowMaker) making(what plan.Content, part *plan.RecipePart) (*rowJob, error) {
	total, longest := 0, 0
	for _, n := range part.Rows {
		total, longest = total+int(n), max(longest, int(n))
	}
	if total == 0 {
		return nil, nil
	}
	mean := total / len(part.Rows)
	from, _ := part.Source.Span()
	full, all := part.Source.(*plan.FullRows)
	if what == plan.Far && !all {
		return m.drawing(part.Source, mean, longest)
	}
	j := &rowJob{file: "plain", wide: wideFor(mean), define: map[string]string{}, bind: map[int]*device.Buffer{}}
	j.set = func(p *device.Program) { p.SetUints("row_from", uint32(from)) }
	switch what {
	case plan.Far:
		j.define["FULL"] = ""
		j.set = func(p *device.Program) {
			p.SetUints("col_from", uint32(full.Post))
			p.SetUints("no_self", flag(full.NoSelf))
		}
	case plan.Near:
		j.define["NEAR"] = ""
	case plan.Number:
		var err error
		if j.bind[bindDraws], err = m.words("first synapses", part.First); err != nil {
			return nil, err
		}
	}
	return j, nil
}

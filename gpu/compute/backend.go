//go:build cgo

package compute

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/galvani-sim/galvani/gpu/device"
	"github.com/galvani-sim/galvani/gpu/glsl"
	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
)

// Backend loads plans onto one OpenGL device.
type Backend struct {
	dev *device.Device
	// Mode chooses between the two ways to run a schedule; the zero value decides by the plan's size.
	Mode Mode
	// Batch is the time that one submission aims at. The default keeps a viewer on the same context fluent.
	Batch time.Duration

	// Making says who makes connectivity that is drawn; the zero value decides by the device.
	Making Making

	// Note is told, on the context's thread, when an instance does not run in the way that was asked for; may be nil.
	Note func(string)
	said map[string]bool // kinds of what was said

	// For tests: as on hardware, also where the device is the processor. Loops of a dispatch must be short there, see maxRounds.
	hardware bool
	// A tile of one's own, and no loads in pairs.
	tile    func(*plan.MatMul) (rows, cols int)
	noPairs bool
	blocks  int  // elements from which blocks are taken, negative: never
	texels  int  // positive: blocks are loaded as texels, negative: never
	seldom  int  // rounds from which what few elements store is noted, negative: never
	groups  int  // work groups of a dispatch over elements, at the least
	beside  int  // spikes whose synapses a work group takes side by side
	stretch int  // positive: many steps are one dispatch where that can be, negative: never
	hasty   bool // and work groups do not wait for each other
	few     int  // synapses up to which the last work group does what spikes do, negative: never
	marks   int  // words of bits from which lists keep marks, negative: never
	cells   int  // of sums over taps
	blind   bool // no guides to rows
	gather  int  // synapses from which work groups take sums over rows, negative: never
	// Delays that are operations of their own; else segments side by side, invocations that share one in programs of many steps, synapses of one, where they begin in shared
	// memory, values of synapses kept once, and ends fetched as texels.
	apart, shared, unpacked, fetched bool
	teams, lanes, part               int
	sorted                           int                    // columns of a row up to which they are sorted together
	unread                           map[plan.BufferID]bool // connectivity that need not be made
	exact                            *bool                  // whether doubles are those of the processor; nil: not tried
	// And small rings for spikes.
	spikeEntries int
	// Arrays in pieces though they would fit into a storage block, and other limits than the device's (0: the device's).
	piece      func(n int) int
	block      int64
	mostBlocks int
	// Rounds of loops that a resident program may take before it leaves; 0: what the driver allows.
	budget int
	// The step of a dispatch, from 1, in which a persistent program gives up; 0: none.
	failAt int
}

// DefaultBatch is the time that one submission aims at when Backend.Batch is zero.
const DefaultBatch = 12 * time.Millisecond

// New returns a backend on d, which stays the caller's to close, after all instances.
func New(d *device.Device) (*Backend, error) {
	if d == nil {
		return nil, errors.New("compute: no device")
	}
	return &Backend{dev: d}, nil
}

// tell says something, once of each kind.
func (b *Backend) tell(kind, what string) {
	if b.Note == nil || b.said[kind] {
		return
	}
	if b.said == nil {
		b.said = map[string]bool{}
	}
	b.said[kind] = true
	b.Note(what)
}

// Caps says what the device can do.
func (b *Backend) Caps() exec.Caps {
	i := b.dev.Info()
	c := exec.Caps{
		Name: "gl", Device: fmt.Sprintf("%s, OpenGL %d.%d", i.Renderer, i.Major, i.Minor), Double: i.Features.Double,
		Threads: 0, OwnNoise: glsl.MostReplicas, Columns: true, MaxBuffer: i.Limits.StorageBlockSize, Memory: i.Features.VideoMemoryBytes,
	}
	if b.block > 0 {
		c.MaxBuffer = b.block
	}
	if c.Memory == 0 && i.Software {
		c.Memory = hostMemory()
	}
	return c
}

// Memory estimates what Load allocates on the device, and what the program keeps beside it.
func (b *Backend) Memory(p *plan.Plan) (plan.Memory, error) {
	caps, o := b.Caps(), b.layoutOptions()
	m, err := Estimate(p, caps.MaxBuffer, o)
	if err == nil && caps.Memory > 0 && m.Total > caps.Memory {
		o.NoPacking = true // as Load does
		m, err = Estimate(p, caps.MaxBuffer, o)
	}
	return m, err
}

// layoutOptions are those that do not depend on what is loaded.
func (b *Backend) layoutOptions() glsl.Options {
	o := glsl.Options{Software: b.dev.Info().Software && !b.hardware, SpikeEntries: b.spikeEntries, Piece: b.piece, MarkWords: 1024}
	o.Apart, o.NoPacking, o.Gather = b.apart, b.unpacked, b.gather
	o.Constants, o.NoGuides = !o.Software, b.blind
	if o.Software {
		o.MarkWords = 64 // a list is made by one thread, lane by lane
	}
	if b.marks != 0 {
		o.MarkWords = max(0, b.marks)
	}
	return o
}

// Load allocates and initialises p. It may be called from any goroutine, and so may the instance's methods.
func (b *Backend) Load(p *plan.Plan, o exec.Options) (exec.Instance, error) {
	var i *Instance
	var err error
	b.dev.Do(func() { i, err = b.LoadHere(p, o) })
	if err != nil {
		return nil, err
	}
	return &Shared{i}, nil
}

// LoadHere is Load for callers on the context's thread; the instance must stay there.
func (b *Backend) LoadHere(p *plan.Plan, o exec.Options) (_ *Instance, err error) {
	start := time.Now()
	caps := b.Caps()
	if p.Precision == plan.Double && !caps.Double {
		return nil, fmt.Errorf("%s has no double precision; use --precision single or --backend cpu", caps.Device)
	}
	if err := p.Fits(0, caps.MaxBuffer); err != nil {
		return nil, err
	}
	l := b.layoutOptions()
	l.OwnNoise, l.Replica = o.Replicas != nil, o.Replica
	layout, err := glsl.NewLayout(p, caps.MaxBuffer, l)
	if err != nil {
		return nil, err
	}
	if layout.OwnNoise && p.Replicas > glsl.MostReplicas {
		return nil, fmt.Errorf("%d networks with random numbers of their own are more than the %d that one batch can have", p.Replicas, glsl.MostReplicas)
	}
	if caps.Memory > 0 && !l.NoPacking && memoryOf(layout).Total > caps.Memory { // what is kept twice is kept once
		l.NoPacking = true
		if layout, err = glsl.NewLayout(p, caps.MaxBuffer, l); err != nil {
			return nil, err
		}
	}
	slabs := makeSlabs(layout)
	if m := memoryOf(layout); caps.Memory > 0 && m.Total > caps.Memory {
		return nil, &plan.TooLarge{What: "the network with its recordings", Need: m.Total, Available: caps.Memory}
	}
	i := &Instance{
		dev: b.dev, plan: p, opts: o, layout: layout, slabs: slabs, target: b.Batch,
		programs: make(map[string]*program), compiled: make(map[*glsl.Program]*program), hazards: newHazards(len(layout.Buffers)), rings: make([]ring, len(p.Monitors)),
		spikeRings: make([]spikeRing, len(p.SpikeMonitors)),
		perBatch:   1,
		budget:     b.budget, failAt: b.failAt, note: b.tell, draws: b.Draws(),
	}
	if i.target <= 0 {
		i.target = DefaultBatch
	}
	i.tune()
	i.stretches = layout.Software && b.Mode == Auto
	b.override(i)
	defer func() {
		if err != nil {
			i.Close()
		}
	}()
	most := b.dev.Info().Limits.StorageBlocks
	if b.mostBlocks > 0 {
		most = b.mostBlocks
	}
	if err := i.build(b.Mode, most, caps.MaxBuffer); err != nil {
		return nil, err
	}
	if err := i.allocate(); err != nil {
		return nil, err
	}
	if err := i.compileTogether(); err != nil {
		return nil, err
	}
	if i.draws {
		if err := i.makeRows(b); err != nil {
			return nil, err
		}
	}
	if i.persistent != nil {
		if err := i.choosePersistent(b.Mode, i.startPersistent); err != nil {
			return nil, err
		}
	}
	i.loadTime = time.Since(start)
	if err := i.initialise(); err != nil {
		return nil, err
	}
	return i, b.dev.Err()
}

// override puts what tests and benchmarks choose in the place of what tune chose.
func (b *Backend) override(i *Instance) {
	l := i.layout
	if b.tile != nil {
		l.Tile = b.tile
	}
	l.Pairs = l.Pairs && !b.noPairs
	switch {
	case b.texels > 0:
		l.Texels = i.addressable
	case b.texels < 0:
		l.Texels = nil
	}
	if b.blocks != 0 {
		l.Wide = max(0, b.blocks)
	}
	if b.seldom != 0 {
		l.Seldom = max(0, b.seldom)
	}
	if b.stretch != 0 {
		i.stretches, i.alwaysMany, i.hasty = b.stretch > 0, b.stretch > 0, b.hasty
	}
	if b.few != 0 {
		l.FewSynapses = max(0, b.few)
	}
	if b.groups > 0 {
		l.Groups = b.groups
	}
	for _, s := range l.Lists {
		if b.beside > 0 {
			s.Beside = b.beside
		}
	}
	for _, r := range l.DelayedRuns() {
		d, _ := l.DelaysOf(r)
		if b.teams > 0 {
			d.Teams = b.teams
		}
		if b.part > 0 {
			d.Part = b.part
		}
		d.Lanes, d.Shared, d.Fetched = b.lanes, d.Shared || b.shared, d.Fetched || b.fetched
	}
	if b.cells > 0 {
		l.TapCells = func(*plan.TapSum) int { return b.cells }
	}
}

// allocate makes the slabs and the fault words, and fills in initial values.
func (i *Instance) allocate() error {
	var err error
	for k := range i.slabs {
		s := &i.slabs[k]
		if s.buf, err = i.dev.NewBuffer(fmt.Sprintf("slab %d", k), s.elem, s.len); err != nil {
			return fmt.Errorf("the network needs %s on the GPU: %w", plan.FormatBytes(bytesOf(i.slabs)), err)
		}
	}
	if i.control, err = i.dev.NewBuffer("control words", device.U32, glsl.ControlSites+glsl.FaultKinds*len(i.layout.Sites)); err != nil {
		return err
	}
	if err := i.clearFault(); err != nil {
		return err
	}
	for k, b := range i.plan.Buffers {
		if err := i.setInitial(plan.BufferID(k), b); err != nil {
			return err
		}
	}
	if err := i.putScales(); err != nil {
		return err
	}
	if err := i.putGaps(); err != nil {
		return err
	}
	if err := i.putBounds(); err != nil {
		return err
	}
	if err := i.putDelays(); err != nil {
		return err
	}
	for m, r := range i.layout.Rings {
		for v, rv := range r.Vars {
			if rv.Elements >= 0 {
				at := i.layout.Buffers[rv.Elements]
				if err := device.Upload(i.slabs[at.Slab].buf, at.Base, i.plan.Monitors[m].Vars[v].Elements); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// putGaps writes the tables that rows are drawn with.
func (i *Instance) putGaps() error {
	for _, d := range i.layout.Drawn {
		if d.Table < 0 {
			continue
		}
		table, guide := d.Words()
		for b, words := range map[int][]int32{d.Table: table, d.Guide: guide} {
			at := i.layout.Buffers[b]
			if err := device.Upload(i.slabs[at.Slab].buf, at.Base, words); err != nil {
				return err
			}
		}
	}
	return nil
}

// putBounds writes the steps of kernels over the spikes of some steps only.
func (i *Instance) putBounds() error {
	if i.layout.Between < 0 {
		return nil
	}
	at := i.layout.Buffers[i.layout.Between]
	return device.Upload(i.slabs[at.Slab].buf, at.Base, i.layout.BetweenWords())
}

// pairsOf packs entries of 16 bits into words, the first of two in the low half.
func pairsOf(entries []uint16) []int32 {
	words := make([]int32, (len(entries)+1)/2)
	for k, e := range entries {
		words[k/2] |= int32(e) << (16 * (k % 2))
	}
	return words
}

func (i *Instance) setInitial(id plan.BufferID, b *plan.Buffer) error {
	at := i.layout.Buffers[id]
	buf := i.slabs[at.Slab].buf
	switch {
	case b.Len == 0:
		return nil
	case b.Recipe != nil && i.draws:
		return nil // see makeRows
	case b.Recipe != nil:
		return i.fromHost(id, b)
	case b.Narrow():
		return device.Upload(buf, at.Base, pairsOf(b.Shorts))
	case b.Ints != nil && b.Type != ir.Real:
		return device.Upload(buf, at.Base, b.Ints)
	case b.Ints != nil:
		v := make([]float64, len(b.Ints))
		for k, n := range b.Ints {
			v[k] = float64(n)
		}
		return i.put(id, 0, v)
	case b.Reals != nil:
		return i.put(id, 0, b.Reals)
	case b.Fill == 0:
		return nil // stores begin as zeros
	case b.Type != ir.Real:
		return device.Fill(buf, at.Base, b.Len, int32(b.Fill))
	case i.plan.Precision == plan.Double:
		return device.Fill(buf, at.Base, b.Len, b.Fill)
	}
	return device.Fill(buf, at.Base, b.Len, float32(b.Fill))
}

// fromHost has the host make the contents of a recipe.
func (i *Instance) fromHost(id plan.BufferID, b *plan.Buffer) error {
	x, err := b.Recipe.Make()
	if err != nil {
		return fmt.Errorf("%s.%s: %w", b.Object, b.Var, err)
	}
	at := i.layout.Buffers[id]
	if buf := i.slabs[at.Slab].buf; !at.Narrow {
		return device.Upload(buf, at.Base, x.Long)
	} else {
		return device.Upload(buf, at.Base, pairsOf(x.Short))
	}
}

// build generates the texts of all programs, which may bind at most so many storage blocks of a size in bytes. Nothing is allocated for it.
func (i *Instance) build(mode Mode, most int, size int64) (err error) {
	if i.initial, err = fitted(i.layout, partition(i.layout, initTasks(i.layout)), most, i.groupSize); err != nil {
		return err
	}
	tasks, deferred := stepTasks(i.layout)
	if i.layout.Software {
		if err := tooLong(i.layout, tasks); err != nil {
			return err
		}
	}
	units := partition(i.layout, tasks) // it decides about lists what all programs have to know
	if err := i.buildResident(mode, tasks, most); err != nil {
		return err
	}
	if mode != Resident && i.resident != nil && blocks(i.resident.text) > most {
		i.resident = nil
	}
	if i.units, err = fitted(i.layout, units, most, i.groupSize); err != nil {
		return err
	}
	if i.stretches && (i.resident == nil || widestOf(i.layout, tasks) >= fewestStretched) {
		if i.stretch, err = i.stretchOf(i.units, most); err != nil {
			return err
		}
		if i.stretch != nil {
			i.resident = nil
		}
	}
	if mode == Persistent || mode == AutoPersistent && i.resident == nil {
		if err := i.choosePersistent(mode, func() (err error) {
			i.persistent, err = i.persistentOf(tasks, most)
			return err
		}); err != nil {
			return err
		}
	}
	if deferred {
		if i.flush, err = glsl.Flush(i.layout, groupSize); err != nil {
			return err
		}
	}
	if i.pack, err = glsl.Pack(i.layout, groupSize); err != nil {
		return err
	}
	if i.guides, err = glsl.Guides(i.layout, groupSize); err != nil {
		return err
	}
	list := slices.Concat(i.Programs(), i.pack, i.guides)
	for k := range i.initial {
		list = append(list, i.initial[k].text)
	}
	if i.flush != nil {
		list = append(list, i.flush)
	}
	for _, t := range list {
		if err := i.checkBlocks(t, most, size); err != nil {
			return err
		}
	}
	return nil
}

// checkBlocks refuses a program that binds more than most storage blocks.
func (i *Instance) checkBlocks(t *glsl.Program, most int, size int64) error {
	need := blocks(t)
	if need <= most {
		return nil
	}
	var large []string
	buffers, count := i.layout.Pieces(t)
	for k, b := range buffers {
		large = append(large, fmt.Sprintf("%s (%s) takes %d", i.layout.What(b), plan.FormatBytes(i.layout.BytesOf(b)), count[k]))
	}
	why := ""
	if len(large) > 0 {
		why = fmt.Sprintf(" of %s: %s", plan.FormatBytes(size), strings.Join(large, ", "))
	}
	return fmt.Errorf("%s needs %d storage blocks in one shader, the OpenGL driver allows %d%s\nhint: the cpu backend has no such limit", t.Name, need, most, why)
}

// initialise runs the plan's initial operations.
func (i *Instance) initialise() error {
	if err := i.dispatchAll(i.guides); err != nil {
		return err
	}
	for k := range i.initial {
		if err := i.dispatch(&i.initial[k], 1, 0); err != nil {
			return err
		}
	}
	i.fullBarrier()
	i.unpacked = len(i.pack) > 0
	_, err := i.checkFault()
	return err
}

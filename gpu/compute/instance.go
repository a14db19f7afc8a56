//go:build cgo

package compute

import (
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/galvani-sim/galvani/gpu/device"
	"github.com/galvani-sim/galvani/gpu/glsl"
	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/plan"
)

// Instance is a plan on the device. All methods must be called on the context's thread.
type Instance struct {
	dev    *device.Device
	plan   *plan.Plan
	opts   exec.Options
	layout *glsl.Layout

	slabs    []slab
	control  *device.Buffer             // see glsl.ControlFault; at its end the words of each site of the layout
	programs map[string]*program        // by streams and text
	compiled map[*glsl.Program]*program // on first use
	initial  []unit
	units    []unit
	resident *manySteps // nil: not used
	// persistent is nil where it is not used, or not any more.
	persistent     *persistent
	stretch        *stretch // as well
	stretches      bool     // many steps are one dispatch where that can be
	alwaysMany     bool     // and that is not measured: for tests
	hasty          bool     // and work groups do not wait for each other: for tests
	budget, failAt int      // see Backend
	draws          bool
	note           func(kind, what string)
	hazards        *hazards
	rings          []ring
	// flush brings targets of sums up to date behind the last step; nil where every step does. unsettled: it has not run since.
	flush     *glsl.Program
	unsettled bool
	// pack copies values of synapses into the order in which they are read. unpacked: they may have changed since.
	pack       []*glsl.Program
	guides     []*glsl.Program // make what searches for rows begin with, once
	unpacked   bool
	spikeRings []spikeRing

	at       exec.Position
	passed   bool  // the callback item at `at` has been acted on
	tickBase int64 // base tick whose stamp is 1
	fault    error // sticky
	halt     bool  // the tick at which the device stopped is the last

	target   time.Duration
	perBatch int64 // ticks
	closed   bool

	loadTime, advanceTime, readTime time.Duration
	ticks, reads                    int64
}

var errClosed = errors.New("compute: the instance is closed")

// At is the current position.
func (i *Instance) At() exec.Position { return i.at }

// Step is the current base tick.
func (i *Instance) Step() int64 { return i.at.Step }

// View lends a buffer for drawing. It is good until the instance is closed; its contents change with every Advance, and are whole when it
// has returned.
func (i *Instance) View(buf plan.BufferID) device.View {
	if i.closed || buf < 0 || int(buf) >= len(i.plan.Buffers) {
		return device.View{}
	}
	if i.settle() != nil {
		return device.View{}
	}
	at := i.layout.Buffers[buf]
	b := i.slabs[at.Slab].buf
	return device.View{Buffer: b.Name(), Elem: b.Elem(), Count: at.Len, Offset: at.Base, Stride: 1, Generation: b.Generation()}
}

// Plan is the plan that was loaded.
func (i *Instance) Plan() *plan.Plan { return i.plan }

// Phases reports time spent so far. Where the processor itself does the work, a dispatch has ended when it returns: then the time of
// advancing is told for each dispatch of a step.
func (i *Instance) Phases() []exec.Phase {
	list := []exec.Phase{
		{Name: "load", Seconds: i.loadTime.Seconds(), Calls: 1},
		{Name: "read", Seconds: i.readTime.Seconds(), Calls: i.reads},
	}
	rest := i.advanceTime
	for k := range i.units {
		if u := &i.units[k]; u.time > 0 {
			list = append(list, exec.Phase{Name: u.phase(i.plan), Seconds: u.time.Seconds(), Calls: u.calls})
			rest -= u.time
		}
	}
	return append(list, exec.Phase{Name: "advance", Seconds: rest.Seconds(), Calls: i.ticks})
}

// Close frees everything on the device.
func (i *Instance) Close() error {
	if i == nil || i.closed {
		return nil
	}
	i.closed = true
	i.endPersistent()
	for _, p := range i.programs {
		p.Close()
	}
	i.control.Close()
	for k := range i.slabs {
		i.slabs[k].texels.Close()
		i.slabs[k].buf.Close()
	}
	return nil
}

// fullBarrier makes everything written so far visible to whatever comes next: reads back, draws, dispatches.
func (i *Instance) fullBarrier() {
	i.dev.Barrier(device.BarrierAll)
	i.hazards.barrier()
}

// barrier makes what programs wrote to slabs visible to programs, and to the arguments of indirect dispatches. Uses that the plan does not have are not
// waited for.
func (i *Instance) barrier() {
	b := device.BarrierStorage
	if i.layout.Texels != nil {
		b |= device.BarrierImage
	}
	if len(i.layout.Lists) > 0 {
		b |= device.BarrierCommand
	}
	i.dev.Barrier(b)
}

// clearFault resets the fault words.
func (i *Instance) clearFault() error {
	words := make([]uint32, i.control.Len())
	for k := glsl.ControlSites; k < len(words); k++ {
		words[k] = glsl.NoFault
	}
	i.fault = nil
	return device.Upload(i.control, 0, words)
}

// checkFault reads the fault word, and the others when it is set. It waits for the batch to end. A run that paused because a ring of
// spikes is nearly full, or because a condition to stop holds, stands behind the tick in which that happened, and the rings are empty.
func (i *Instance) checkFault() (paused bool, _ error) {
	var word [1]uint32
	if err := device.Read(i.control, 0, word[:], device.ReadFault); err != nil {
		return false, err
	}
	if word[0] == 0 {
		return false, nil
	}
	words := make([]uint32, i.control.Len())
	if err := device.Read(i.control, 0, words, device.ReadFault); err != nil {
		return false, err
	}
	tick := i.tickBase + int64(word[0]) - 1
	i.trimSamples(tick)
	wrong := false
	faults := foundFaults(words[glsl.ControlSites:])
	for k, w := range faults {
		switch {
		case w == none:
		case i.layout.Sites[k].Halt != "":
			i.halt = true
		default:
			wrong = true
		}
	}
	if !wrong {
		if tick < i.at.Step { // the ticks behind it did nothing
			i.at = exec.Position{Step: tick + 1}
		}
		if err := i.moveAllSpikes(); err != nil {
			return true, err
		}
		return true, i.clearFault()
	}
	i.at = exec.Position{Step: tick, Item: len(i.plan.Schedule)}
	i.passed = false
	i.fault = i.describeFault(tick, faults)
	return false, i.fault
}

// found is what a check has found: the smallest element with its kind, or none.
type found struct{ element, kind uint32 }

var none = found{element: glsl.NoFault}

// foundFaults are those of each check.
func foundFaults(words []uint32) []found {
	out := make([]found, len(words)/glsl.FaultKinds)
	for k := range out {
		out[k] = none
		for kind, e := range words[glsl.FaultKinds*k : glsl.FaultKinds*(k+1)] {
			if e < out[k].element {
				out[k] = found{e, uint32(kind)}
			}
		}
	}
	return out
}

func (i *Instance) describeFault(tick int64, faults []found) error {
	for k, w := range faults {
		site := i.layout.Sites[k]
		if w == none || site.Halt != "" {
			continue
		}
		if site.Waits != "" {
			return fmt.Errorf("%s: at step %d more elements wait for one another than this renderer can visit; use --backend cpu", site.Waits, tick)
		}
		if site.Sum != "" && w.kind == glsl.FaultTooLarge {
			return fmt.Errorf("%s[%d]: at step %d a synapse adds more than the weights that the gl backend knows of allow; a value beyond them was computed on the device (use --backend cpu, or clip the weights)", site.Sum, w.element, tick)
		}
		name := site.Check + site.Sum
		if at := i.columnAsked(faults); site.Sum != "" && at >= 0 {
			name, w = i.layout.Sites[at].Check, faults[at]
		}
		if name == "" {
			return fmt.Errorf("%s: element %d stores outside the buffer at step %d", site.Store, w.element, tick)
		}
		value := math.NaN()
		switch w.kind {
		case glsl.FaultPosInf:
			value = math.Inf(1)
		case glsl.FaultNegInf:
			value = math.Inf(-1)
		}
		return &exec.Fault{
			Variable: name, Element: int(w.element), Step: tick, Time: float64(tick) * i.plan.BaseDT, Value: value,
		}
	}
	return fmt.Errorf("compute: a fault at step %d without a cause", tick)
}

// columnAsked is the site of a call for a column that a table does not have, -1 without one: the cause of a sum that is NaN.
func (i *Instance) columnAsked(faults []found) int {
	for k, w := range faults {
		if _, _, _, ok := plan.ColumnCheck(i.layout.Sites[k].Check); ok && w != none {
			return k
		}
	}
	return -1
}

// stopped is the error of calls that a fault forbids.
func (i *Instance) stopped() error {
	return fmt.Errorf("the instance stopped and was not restored: %w", i.fault)
}

// stamp is a tick as the shaders stamp it on faults, never 0.
func (i *Instance) stamp(tick int64) uint32 { return uint32(tick-i.tickBase) + 1 }

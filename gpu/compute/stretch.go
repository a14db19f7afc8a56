//go:build cgo

package compute

import (
	"os"
	"runtime"
	"slices"
	"strconv"
	"time"

	"github.com/galvani-sim/galvani/gpu/device"
	"github.com/galvani-sim/galvani/gpu/glsl"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
)

// stretch takes many steps in a dispatch on llvmpipe, where waking its threads for a dispatch costs as much as updating some ten thousand neurons. A step is
// one dispatch over elements, which makes lists, and one over their spikes; the latter follows the steps in which they are more than a few.
type stretch struct {
	manySteps
	elements, spikes *unit // spikes may be nil
	groups           int
	pace             pace
}

// A work group waits for another for some milliseconds at the most, and for some more in a dispatch.
const (
	mostStretched   = 16 * lanes // invocations of a work group
	manyOf          = 6          // steps that a dispatch should have room for
	fewestStretched = 512        // elements, below which one work group does as well
	fewestOf        = 4          // and for which it is worth while
	stretchFew      = 8          // times as many spikes are few: work groups share them
	perListed       = 8          // rounds of a spike that is listed
	stretchPatience = 6000
	testPatience    = 500
	stretchWait     = 14_000
)

// stretchOf is the program of many steps for the units of a step; nil where they are not for it.
func (i *Instance) stretchOf(units []unit, most int) (*stretch, error) {
	l := i.layout
	if len(units) < 1 || len(units) > 2 || units[0].kind != elements || units[0].chains == nil || l.Plan.Clocks[units[0].clock].Period != 1 || l.Plan.Clocks[units[0].clock].Phase != 0 {
		return nil, nil
	}
	r := &stretch{elements: &units[0], groups: softwareThreads()}
	if i.alwaysMany {
		r.groups = min(r.groups, l.Groups)
	}
	u := r.elements
	if len(units) == 2 {
		if r.spikes = &units[1]; r.spikes.kind != spikes || r.spikes.clock != u.clock || len(u.few) != 1 || u.few[0].To != r.spikes.together[0] {
			return nil, nil
		}
	}
	for _, t := range slices.Concat(u.chains...) {
		if _, ok := t.(*glsl.Shares); ok {
			return nil, nil
		}
	}
	for _, op := range u.ops {
		switch op.(type) {
		case *plan.Run, *plan.Sample, *plan.Generate, *plan.Halt, *glsl.Apply, *glsl.Spiked, *glsl.SampleEach:
		default:
			return nil, nil
		}
	}
	var few []*glsl.Few
	for _, f := range u.few {
		few = append(few, &glsl.Few{Ops: f.Ops, Most: stretchFew * f.Most, To: f.To})
	}
	size := 2 * lanes
	rounds := i.stretchRounds(u, few, r.groups, size)
	for ; size < mostStretched && manyOf*rounds.Fixed+rounds.Worst > rounds.Most; rounds = i.stretchRounds(u, few, r.groups, size) {
		size *= 2
	}
	if fewestOf*rounds.Fixed+rounds.Worst > rounds.Most {
		return nil, nil
	}
	switch {
	case i.hasty:
		rounds.Patience = 0
	case i.alwaysMany: // tests run beside others, and do not choose what is faster
		rounds.Patience = testPatience
	}
	r.access, r.clocks, r.samples = u.access, []int{u.clock}, u.samples
	usual := l.Groups
	l.Groups = r.groups
	var err error
	r.text, err = glsl.Stretch(l, u.ops, u.withFew(few...), u.clock, size, rounds)
	l.Groups = usual
	if err != nil || blocks(r.text) > most || r.text.Groups != r.groups {
		return nil, err
	}
	return r, nil
}

// softwareThreads is the number of llvmpipe's threads, as it chooses it itself.
func softwareThreads() int {
	if n, err := strconv.Atoi(os.Getenv("LP_NUM_THREADS")); err == nil {
		return max(1, n)
	}
	return runtime.NumCPU()
}

// widestOf is the most elements of an operation.
func widestOf(l *glsl.Layout, tasks []task) (n int) {
	for _, t := range tasks {
		if t.op != nil {
			n = max(n, widthOf(l, t.op))
		}
	}
	return n
}

// stretchRounds bounds the rounds of an invocation.
func (i *Instance) stretchRounds(u *unit, few []*glsl.Few, groups, size int) glsl.Rounds {
	l := i.layout
	n, inner, notes := 1, 0, 0
	for _, op := range u.ops {
		if a, ok := op.(*glsl.Apply); ok {
			n = max(n, l.Buffers[l.Sums[a.Sum].Target].Len)
		} else {
			n = max(n, elementsOf(l, op))
		}
		inner += rounds(l, op)
		notes += noted(op)
	}
	each := 2 + inner + notes
	if l.Wide > 0 && n >= l.Wide { // elements come by fours
		n, each = (n+3)/4, 2+4*inner+notes
	}
	r := glsl.Rounds{Most: maxRounds - stretchWait, Wait: stretchWait, Patience: stretchPatience, PerListed: perListed}
	if i.budget > 0 {
		r.Most = i.budget
	}
	r.Fixed = 4 + (n+groups*size-1)/(groups*size)*each
	r.Worst = r.Fixed + chainRounds(l, u.chains, size)
	for _, op := range slices.Concat(u.chains...) {
		r.Fixed += 2*size + 64
		if c, ok := op.(*glsl.Compact); ok {
			r.Fixed += 4 * (l.Lists[c.List].Looked()/size + 1)
		}
	}
	for _, f := range few {
		r.PerSpike = roundsAlone(l, f.Ops, size)
		r.Worst += f.Most * r.PerSpike
	}
	r.Worst += r.Fixed
	return r
}

// roundsAlone bounds the rounds of an invocation for each of the spikes that its work group takes alone.
func roundsAlone(l *glsl.Layout, ops []glsl.Op, size int) (n int) {
	for _, op := range ops {
		r := op.(*plan.Run)
		beside := max(1, l.Lists[r.List].Beside)
		one := 1 + rounds(l, r)
		if r.Kernel.Domain == ir.Spiking {
			among := size / beside
			one = max(rowRounds(l, r, among), (longestRow(l, r.Conn)/(4*among)+3)*(1+8*rounds(l, r)))
		}
		n += (one+beside-1)/beside + 1
	}
	return n
}

// runStretch takes n ticks, many in a dispatch or one by one, whichever is faster.
func (i *Instance) runStretch(n int64) error {
	r := i.stretch
	for end := i.at.Step + n; i.at.Step < end; {
		first := i.at.Step
		most := end - first
		many := i.alwaysMany
		if !many && r.program == nil && i.advanceTime < beforeCompiled {
			most = min(most, turnSteps)
		} else if !many {
			many, most = r.pace.choose(most)
		}
		var err error
		if many && r.program == nil {
			if r.program, err = i.compile(r.text); err != nil {
				return err
			}
			r.program.SetUints(glsl.UniformWhole, 4)
		}
		start := time.Now()
		if many {
			err = i.dispatchStretch(most)
		} else {
			err = i.oneByOne(most)
		}
		if err != nil {
			return err
		}
		r.pace.note(many, time.Since(start)/time.Duration(i.at.Step-first))
	}
	return nil
}

// dispatchStretch takes up to n ticks in one dispatch, and the spikes of the last.
func (i *Instance) dispatchStretch(n int64) error {
	r := i.stretch
	words := make([]uint32, glsl.ControlSites)
	if err := device.Upload(i.control, glsl.ControlDone, words[glsl.ControlDone:]); err != nil {
		return err
	}
	if err := i.dispatchSteps(&r.manySteps, n, r.groups); err != nil {
		return err
	}
	i.fullBarrier()
	if err := device.Read(i.control, 0, words, device.ReadFault); err != nil {
		return err
	}
	taken, err := i.taken(words, n)
	if err != nil {
		return err
	}
	if r.spikes != nil {
		tick := i.at.Step + int64(words[glsl.ControlDone]) - 1
		if err := i.dispatch(r.spikes, i.stamp(tick), clockStep(&i.plan.Clocks[r.spikes.clock], tick)); err != nil {
			return err
		}
	}
	i.noteSteps(r.samples, taken)
	return nil
}

// pace is how long a step takes in each of two ways: many in a dispatch, or one by one, which is faster where other processes keep work groups apart, and
// where spikes are many.
type pace struct {
	perStep [2]time.Duration // of late, 0: not known
	turns   int              // until the other way is tried
	pause   int              // turns before that
}

// beforeCompiled is how long steps are taken one by one before the program of many is compiled, which takes longer than those of one.
const beforeCompiled = 200 * time.Millisecond

// A turn one by one, or of the slower way, is so many steps at the most.
const turnSteps = 16

// Turns before the slower way is tried.
const fewestTurns, mostTurns = 4, 256

// choose says which way to take, for how many of n steps at the most.
func (p *pace) choose(n int64) (many bool, steps int64) {
	short := min(n, turnSteps)
	switch one, all := p.perStep[0], p.perStep[1]; {
	case all == 0:
		return true, short
	case one == 0:
		return false, short
	default:
		many = all <= one
	}
	if p.turns--; p.turns < 0 {
		p.pause = min(2*max(p.pause, fewestTurns/2), mostTurns)
		p.turns = p.pause
		return !many, short
	}
	if many {
		return true, n
	}
	return false, short
}

// note tells how long a step took. That something else held up the processor once is no reason to change.
func (p *pace) note(many bool, took time.Duration) {
	was, k := p.perStep[1] <= p.perStep[0], 0
	if many {
		k = 1
	}
	if old := p.perStep[k]; old > 0 && took > old {
		took = old + (took-old)/4
	}
	p.perStep[k] = max(took, 1)
	if was != (p.perStep[1] <= p.perStep[0]) {
		p.pause, p.turns = fewestTurns, fewestTurns
	}
}

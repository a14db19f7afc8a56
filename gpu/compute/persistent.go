//go:build cgo

package compute

import (
	"cmp"
	"errors"
	"fmt"
	"runtime"
	"slices"

	"github.com/galvani-sim/galvani/gpu/device"
	"github.com/galvani-sim/galvani/gpu/glsl"
	"github.com/galvani-sim/galvani/host/plan"
)

// persistent is a whole schedule as one program of many work groups that wait for each other.
type persistent struct {
	manySteps
	want   int // work groups that there is work for
	groups int // that run at once, and are used
	// saved is where what steps write is copied to before a dispatch, by slab.
	saved  []keptRange
	copies []*device.Buffer
	ticks  int64 // taken so far
}

// Rounds of waiting at a barrier: while steps run, where about a second has to pass before something must be wrong, and while it is tried how many work
// groups run at once. llvmpipe counts them among those of loops, and looks many times in a round.
const (
	patience      = 1 << 20
	probePatience = 1 << 14
	softPatience  = 1 << 13
	// waitRounds is the part of maxRounds that may be spent on waiting.
	waitRounds = maxRounds / 2
)

// Work groups on hardware: fewer than fewestGroups leave synapses to too few, more than mostGroups meet too slowly.
const (
	persistentGroup = 256
	fewestGroups    = 16
	mostGroups      = 1024
)

// persistentOf is the program of many work groups, which may bind at most so many storage blocks, or a *Refused.
func (i *Instance) persistentOf(tasks []task, most int) (*persistent, error) {
	l, software := i.layout, i.dev.Info().Software
	r := &persistent{}
	refuse := func(kind, why string, args ...any) (*persistent, error) {
		return nil, &Refused{Persistent, kind, fmt.Sprintf(why, args...)}
	}
	var entries []glsl.Entry
	widest := 1
	of := passesOf(l, tasks)
	for k := range of {
		p := &of[k]
		if p.kind == sequence {
			return refuse("sequence", "%q visits elements one after another, in a work group of its own", p.ops[0].(*plan.Sequence).Name)
		}
		for _, op := range p.ops {
			if p.kind != lists {
				widest = max(widest, widthOf(l, op))
			}
			r.note(op, p.clock, nil)
			entries = append(entries, glsl.Entry{Op: op, Clock: p.clock, Inner: rounds(l, op)})
		}
		r.access = append(r.access, p.access...)
	}
	if len(of) == 0 {
		return refuse("nothing", "a step does nothing")
	}
	size := min(persistentGroup, i.dev.Info().Limits.WorkGroupInvocations)
	r.want = max(fewestGroups, min((widest+size-1)/size, mostGroups))
	wait := glsl.Wait{FailAt: i.failAt}
	if software {
		// llvmpipe runs as many work groups at once as there are threads, each to its end.
		size, r.want, wait.Most = 2*lanes, max(2, runtime.NumCPU()), waitRounds
		if size, r.budget = i.roundsWithin(maxRounds-waitRounds, entries, size); r.budget.worst > maxRounds-waitRounds {
			return refuse("loops", "a step may take up to %d rounds of loops, and the software renderer llvmpipe stops after 65535, of which half are for waiting", r.budget.worst)
		}
		more := len(of) + 1 // every loop that waits is left in a round
		r.budget.fixed, r.budget.worst = r.budget.fixed+more, r.budget.worst+more
	}
	var passes []glsl.Pass
	for k := range of {
		n := len(of[k].ops)
		passes, entries = append(passes, of[k].program(entries[:n])), entries[n:]
	}
	placeBarriers(l, of, passes)
	var err error
	if r.text, err = fitting(most, changedBy(l, r.access), func(written map[int]bool) (*glsl.Program, error) {
		return glsl.Persistent(l, passes, written, size, wait)
	}); err != nil {
		return nil, err
	}
	if n := blocks(r.text); n > most {
		return refuse("blocks", "it needs %d storage blocks in one shader, the OpenGL driver allows %d", n, most)
	}
	r.saved = i.writtenRanges(r.access)
	return r, nil
}

// writtenRanges are the parts of slabs that accesses change, and where they lie in packed copies.
func (i *Instance) writtenRanges(a []access) (ranges []keptRange) {
	seen := map[int]bool{}
	for _, x := range a {
		at := i.layout.Buffers[x.buf]
		if x.mode == read || seen[x.buf] || at.Len == 0 {
			continue
		}
		seen[x.buf] = true
		ranges = append(ranges, keptRange{slab: at.Slab, base: at.Base, n: at.Len})
	}
	slices.SortFunc(ranges, func(a, b keptRange) int { return cmp.Or(a.slab-b.slab, a.base-b.base) })
	length := map[int]int{}
	for k := range ranges {
		ranges[k].to = length[ranges[k].slab]
		length[ranges[k].slab] += ranges[k].n
	}
	return ranges
}

// startPersistent compiles the program, finds out how many of its work groups run at once, and makes room for what is saved before dispatches.
func (i *Instance) startPersistent() error {
	r := i.persistent
	var err error
	if r.program, err = i.compile(r.text); err != nil {
		return err
	}
	n, err := i.probe(r.want)
	if err != nil {
		return err
	}
	if n < 2 {
		return &Refused{Persistent, "alone", fmt.Sprintf("no two work groups of its program run at the same time on %s", i.dev.Info().Renderer)}
	}
	r.groups = n
	length := make([]int, len(i.slabs))
	for _, s := range r.saved {
		length[s.slab] = s.to + s.n
	}
	r.copies = make([]*device.Buffer, len(i.slabs))
	for s, n := range length {
		if n == 0 {
			continue
		}
		if r.copies[s], err = i.dev.NewBuffer("state before a dispatch", i.slabs[s].elem, n); err != nil {
			return &Refused{Persistent, "memory", fmt.Sprintf("there is no room for a copy of what steps change: %v", err)}
		}
	}
	return nil
}

// spare is how many work groups more than are used must have met, since what else runs on the device may take room.
func (i *Instance) spare(n int) int {
	if i.dev.Info().Software {
		return 0 // a thread is there or not
	}
	return (n + 7) / 8
}

// probe is the number of work groups, up to want, that run at once with some to spare; 1 where no two do.
func (i *Instance) probe(want int) (int, error) {
	low, high := 1, want+i.spare(want)
	for n := high; low < high; n = (low + high + 1) / 2 {
		ok, err := i.meet(n)
		if err != nil {
			return 0, err
		}
		if ok {
			low = n
		} else {
			high = n - 1
		}
	}
	for n := min(low, want); n >= 2; n-- {
		if n+i.spare(n) <= low {
			return n, nil
		}
	}
	return 1, nil
}

// meet reports whether n work groups of the program, which do nothing else, meet every time they are dispatched. On llvmpipe once is enough: there
// are threads for them, and what else the processor does may keep them apart for a while.
func (i *Instance) meet(n int) (bool, error) {
	r, rounds, software := i.persistent, probePatience, i.dev.Info().Software
	if software {
		rounds = softPatience
	}
	for range 3 {
		words, err := i.dispatchPersistent(0, n, rounds)
		if err != nil {
			return false, err
		}
		if r.budget.most > 0 && words[glsl.ControlCut] != 0 {
			return false, &Refused{Persistent, "loops", "the OpenGL driver leaves the loop in which work groups wait for each other"}
		}
		if met := words[glsl.ControlOpen] != glsl.GivenUp; met == software {
			return met, nil
		}
	}
	return !software, nil
}

// dispatchPersistent lets so many work groups take n ticks, and returns the control words before those of sites.
func (i *Instance) dispatchPersistent(n int64, groups, rounds int) ([]uint32, error) {
	r := i.persistent
	words := make([]uint32, glsl.ControlSites)
	if err := device.Upload(i.control, glsl.ControlFault+1, words[1:]); err != nil {
		return nil, err
	}
	r.program.SetUints(glsl.UniformPatience, uint32(rounds))
	r.tellBudget(waitRounds)
	if err := i.dispatchSteps(&r.manySteps, n, groups); err != nil {
		return nil, err
	}
	i.fullBarrier()
	err := device.Read(i.control, 0, words, device.ReadFault)
	return words, err
}

// runPersistent takes up to n ticks and returns how many are left, for the plain way. When a barrier is given up, the state from before the dispatch is
// back, and the rest of the run is plain.
func (i *Instance) runPersistent(n int64) (left int64, err error) {
	r := i.persistent
	rounds := patience
	if i.dev.Info().Software {
		rounds = waitRounds
	}
	for end := i.at.Step + n; i.at.Step < end; {
		part := end - i.at.Step
		i.fullBarrier()
		for _, s := range r.saved {
			if err := device.Copy(r.copies[s.slab], s.to, i.slabs[s.slab].buf, s.base, s.n); err != nil {
				return 0, err
			}
		}
		words, err := i.dispatchPersistent(part, r.groups, rounds)
		if err != nil {
			return 0, err
		}
		if words[glsl.ControlOpen] == glsl.GivenUp {
			if err := i.putBack(); err != nil {
				return 0, err
			}
			i.note("vain", fmt.Sprintf("the gl backend goes on with one dispatch after another: at step %d, %d work groups waited for each other in vain", i.at.Step, r.groups))
			i.endPersistent()
			return part, nil
		}
		if part, err = i.taken(words, part); err != nil {
			return 0, err
		}
		i.noteSteps(r.samples, part)
		r.ticks += part
		if words[glsl.ControlFault] != 0 {
			break
		}
	}
	return 0, nil
}

// putBack is the state from before the last dispatch.
func (i *Instance) putBack() error {
	for _, s := range i.persistent.saved {
		if err := device.Copy(i.slabs[s.slab].buf, s.base, i.persistent.copies[s.slab], s.to, s.n); err != nil {
			return err
		}
	}
	i.fullBarrier()
	return i.clearFault()
}

func (i *Instance) endPersistent() {
	if i.persistent == nil {
		return
	}
	for _, b := range i.persistent.copies {
		if b != nil {
			b.Close()
		}
	}
	i.persistent = nil
}

// choosePersistent prepares the persistent way. With AutoPersistent the plain one stays where it is refused.
func (i *Instance) choosePersistent(mode Mode, prepare func() error) error {
	err := prepare()
	var no *Refused
	if errors.As(err, &no) {
		i.endPersistent()
		if mode == AutoPersistent {
			i.note(no.Kind, "the gl backend runs one dispatch after another: "+no.Why)
			return nil
		}
	}
	return err
}

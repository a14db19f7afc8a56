package cpu

import (
	"fmt"
	"runtime"
	"sync/atomic"
)

// pool runs one job at a time on several threads, the caller's included. A job is a number of tasks. Each thread has a share of them, the same
// in every job of as many, so that what it worked on in one step is in its cache in the next. Behind its own it takes those of threads that are
// late; the last one of a thread that is there stays with it, since moving what it works on would take as long. Helpers wait for the next job by
// spinning for some tens of microseconds and then park. The caller never waits for a helper that has not yet joined: it closes the job when no
// task is left.
type pool struct {
	helpers []*helper
	job     func(worker, task int)
	shares  []share
	used    int  // shares of this job
	pace    pace // whether the caller does all tasks
	shared  bool // there was a job that threads could share
	closed  atomic.Bool
	panics  atomic.Pointer[error]
	_       [64]byte
	// state is epoch<<32 | open<<31 | helpers inside the job. Helpers look at it all the time: it has a cache line of its own.
	state atomic.Uint64
	_     [64]byte
}

// share is a thread's tasks: from next to end-1 those that nobody has begun. It fills a cache line.
type share struct {
	next  atomic.Int64
	end   int64
	there atomic.Bool // the thread takes its tasks
	_     [44]byte
}

type helper struct {
	id     int
	parked atomic.Bool
	wake   chan struct{}
}

const (
	openBit   = 1 << 31
	spinLooks = 1 << 16 // looks for a job, of a nanosecond or two
	// A helper gives way to other goroutines after so many looks, and so many jobs.
	yieldLooks = 1 << 13
	yieldJobs  = 64
)

func newPool(threads int) *pool {
	p := &pool{shares: make([]share, max(1, threads)), pace: pace{left: leastWait}}
	for i := 1; i < threads; i++ {
		h := &helper{id: i, wake: make(chan struct{}, 1)}
		p.helpers = append(p.helpers, h)
		go p.serve(h)
	}
	return p
}

func (p *pool) threads() int { return len(p.helpers) + 1 }

// stepped notes the end of a step, for the choice between one thread and all.
func (p *pool) stepped() {
	if p.shared {
		p.pace.step()
	}
}

// run calls job(worker, task) for every task and returns when all are done. job must not be a new closure per step.
func (p *pool) run(tasks int, job func(worker, task int)) error {
	p.job, p.used = job, max(1, min(tasks, len(p.shares)))
	if p.used > 1 {
		p.shared = true
		if p.pace.alone {
			p.used = 1
		}
	}
	for i := range p.used {
		p.shares[i].next.Store(int64(tasks * i / p.used))
		p.shares[i].end = int64(tasks * (i + 1) / p.used)
		p.shares[i].there.Store(false)
	}
	if p.used == 1 {
		p.work(0)
		return p.takePanic()
	}
	epoch := p.state.Load()>>32 + 1
	p.state.Store(epoch<<32 | openBit)
	for _, h := range p.helpers[:min(len(p.helpers), tasks-1)] {
		if h.parked.Load() && h.parked.CompareAndSwap(true, false) {
			h.wake <- struct{}{}
		}
	}
	p.work(0)
	// Close: helpers that come now find nothing to join.
	for {
		s := p.state.Load()
		if p.state.CompareAndSwap(s, s&^openBit) {
			break
		}
	}
	for n := 0; uint32(p.state.Load()) != 0; n++ {
		if n > spinLooks {
			runtime.Gosched()
		}
	}
	return p.takePanic()
}

// awake reports whether all helpers look for a job, so that beginning one costs little.
func (p *pool) awake() bool {
	for _, h := range p.helpers {
		if h.parked.Load() {
			return false
		}
	}
	return len(p.helpers) > 0
}

// work takes tasks until none is left.
func (p *pool) work(worker int) {
	defer func() {
		if r := recover(); r != nil {
			err := fmt.Errorf("cpu backend: internal error: %v", r)
			p.panics.CompareAndSwap(nil, &err)
		}
	}()
	job, shares := p.job, p.shares[:p.used]
	if worker < len(shares) {
		shares[worker].there.Store(true)
	}
	for i := range shares {
		s := &shares[(worker+i)%len(shares)]
		for {
			if left := s.end - s.next.Load(); left <= 0 || left == 1 && i > 0 && s.there.Load() {
				break
			}
			t := s.next.Add(1) - 1
			if t >= s.end {
				break
			}
			job(worker, int(t))
		}
	}
}

func (p *pool) takePanic() error {
	if e := p.panics.Load(); e != nil {
		p.panics.Store(nil)
		return *e
	}
	return nil
}

// join enters the open job, if there is one that the helper has not been in, and reports its epoch.
func (p *pool) join(last uint64) (uint64, bool) {
	s := p.state.Load()
	if s&openBit == 0 || s>>32 == last {
		return last, false
	}
	return s >> 32, p.state.CompareAndSwap(s, s+1)
}

// serve looks for jobs. It seldom gives way to other goroutines in between, since that takes longer than small jobs.
func (p *pool) serve(h *helper) {
	var last uint64
	for jobs := 0; ; {
		for look := 1; look < spinLooks; look++ {
			if epoch, ok := p.join(last); ok {
				last = epoch
				p.work(h.id)
				p.state.Add(^uint64(0))
				look = 1
				if jobs++; jobs%yieldJobs == 0 {
					runtime.Gosched()
				}
			} else if look%yieldLooks == 0 {
				runtime.Gosched()
			}
		}
		if p.closed.Load() {
			return
		}
		h.parked.Store(true)
		// A job opened between the last look and the store above would not wake this helper.
		if s := p.state.Load(); (s&openBit != 0 && s>>32 != last || p.closed.Load()) && h.parked.CompareAndSwap(true, false) {
			continue
		}
		<-h.wake
	}
}

// close ends the helpers.
func (p *pool) close() {
	p.closed.Store(true)
	for _, h := range p.helpers {
		if h.parked.CompareAndSwap(true, false) {
			h.wake <- struct{}{}
		}
	}
}

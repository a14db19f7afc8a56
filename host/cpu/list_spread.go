package cpu

import "fmt"

// Threads that divide targets all look at each row. Where rows are short that takes longer than the synapses, so threads divide the spikes instead,
// and put down what is to be added to targets, which then is added in the order of the spikes.

// gathering is how much longer synapses take whose values are anywhere in memory than those whose values lie side by side.
const gathering = 8

// longRow is the number of synapses of a row from which threads divide the targets.
const longRow = 256

// spread reports whether threads divide so many spikes, whose rows have so many synapses.
func (l *listOp[T]) spread(spikes, events int) bool {
	return l.batch != nil && !l.adds() && spikes >= 2*l.x.pool.threads() && (!l.split || events < spikes*longRow)
}

// addition is what a task adds by one effect: values, of either type, and where.
type addition[T real] struct {
	at    []int32
	reals []T
	ints  []int32
}

// additions are what a task adds, by effect of its program.
type additions[T real] []addition[T]

// begin empties them for a program.
func (a *additions[T]) begin(p *program[T]) {
	for len(*a) < len(p.eff) {
		*a = append(*a, addition[T]{})
	}
	for i := range *a {
		x := &(*a)[i]
		x.at, x.reals, x.ints = x.at[:0], x.reals[:0], x.ints[:0]
	}
}

// note readies the tasks to put down what they add.
func (l *listOp[T]) note() {
	for len(l.noted) < l.tasks {
		l.noted = append(l.noted, nil)
	}
	for t := range l.tasks {
		l.noted[t].begin(l.p)
	}
}

// note puts down effect i for one block, and returns the position of the first target beyond a buffer of n, or -1.
func (a additions[T]) note(i, n int, e *effect, f *frame[T], mask []int32, length int) int {
	x, bad := &a[i], -1
	for k, at := range f.iv[e.index][:length] {
		if mask != nil && mask[k] == 0 {
			continue
		}
		if uint(at) >= uint(n) {
			if bad < 0 {
				bad = k
			}
			continue
		}
		x.at = append(x.at, at)
		if e.isReal {
			x.reals = append(x.reals, f.rv[e.value][k])
		} else {
			x.ints = append(x.ints, f.iv[e.value][k])
		}
	}
	return bad
}

// addNoted adds what tasks have put down, in their order; nothing where they have not divided the spikes.
func (l *listOp[T]) addNoted() error {
	if !l.divided {
		return nil
	}
	p, m := l.p, &l.x.m
	for i := range p.eff {
		e := &p.eff[i]
		if e.kind != eAccum {
			continue
		}
		for t := range l.tasks {
			a := &l.noted[t][i]
			bad := -1
			if e.isReal {
				bad = accumulate(m.real[e.buf], a.at, a.reals, nil)
			} else {
				bad = accumulate(m.int[e.buf], a.at, a.ints, nil)
			}
			if bad >= 0 {
				return fmt.Errorf("kernel %q: internal error: element %d is not there to add to", p.name, a.at[bad])
			}
		}
	}
	return nil
}

// piece is the part of a task of items that begin at item first of all.
func piece(items []int32, first, all, tasks, task int) []int32 {
	lo, hi := all*task/tasks-first, all*(task+1)/tasks-first
	return items[min(max(lo, 0), len(items)):min(max(hi, 0), len(items))]
}

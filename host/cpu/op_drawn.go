package cpu

import (
	"fmt"
	"math"
)

// spikesPerTask is how many rows are drawn by one task.
const spikesPerTask = 16

// draw makes the rows of the step's spikes where connectivity is not stored. Each is drawn by itself, so tasks and their number change
// nothing.
func (l *listOp[T]) draw() error {
	c := l.conn
	if c.drawn == nil {
		return nil
	}
	n := len(l.spikes)
	if cap(c.drawnPtr) < n+1 {
		c.drawnPtr = make([]int32, n+1, 2*n+1)
	}
	c.drawnPtr = c.drawnPtr[:n+1]
	tasks := (n + spikesPerTask - 1) / spikesPerTask
	for len(l.made) < tasks {
		l.made = append(l.made, nil)
	}
	if err := l.x.pool.run(tasks, l.maker); err != nil {
		return err
	}
	// Each row's count stands where its end will.
	total := 0
	c.drawnPtr[0] = 0
	for k := range n {
		if total += int(c.drawnPtr[k+1]); total > math.MaxInt32 {
			return fmt.Errorf("connection %q: the spikes of one step reach more than %d synapses", c.name, math.MaxInt32)
		}
		c.drawnPtr[k+1] = int32(total)
	}
	if cap(c.index) < total {
		c.index = make([]int32, 0, total+total/4)
	}
	c.index = c.index[:0]
	for _, rows := range l.made[:tasks] {
		c.index = append(c.index, rows...)
	}
	l.x.m.int[c.indexBuf] = c.index
	return nil
}

// drawRows draws the rows of one task's spikes.
func (l *listOp[T]) drawRows(_, task int) {
	rows := l.made[task][:0]
	for k := task * spikesPerTask; k < min((task+1)*spikesPerTask, len(l.spikes)); k++ {
		before := len(rows)
		rows = l.conn.drawn.Append(rows, int(l.spikes[k]))
		l.conn.drawnPtr[k+1] = int32(len(rows) - before)
	}
	l.made[task] = rows
}

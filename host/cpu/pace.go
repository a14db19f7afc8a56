package cpu

import "time"

// pace decides whether threads share the work of a step. They gain nothing on a processor that others keep busy: a helper that is not running holds
// up the tasks it has begun, and a step waits for the last of them. So now and then some steps are run the other way, and the faster way is
// kept. Results do not depend on it.
type pace struct {
	alone bool // one thread does all
	steps int  // of this chunk so far
	most  int  // steps of a chunk
	since time.Time
	spent time.Duration // on this chunk in earlier calls of Advance
	trial bool          // this chunk is run the other way
	first bool          // it is the first of a trial, which fills caches and is not judged
	tries int           // chunks of the trial that are judged, until one is faster or slower
	usual float64       // seconds per step of the last chunk that was none
	left  int           // chunks until the next trial
	wait  int           // chunks between trials
}

const (
	// chunkTime is what a chunk should take: long enough to fill the caches of another core.
	chunkTime = 2 * time.Millisecond
	// Trials come after leastWait chunks at first and where ways change, and after up to mostWait where they do not.
	leastWait, mostWait = 8, 128
	// threadTries are the chunks in which all threads may turn out to be faster than one: helpers that were asleep may wake on the caller's core, and
	// the system takes a while to move them.
	threadTries = 4
	// better is what the other way must gain to be taken.
	better = 0.9
)

// begin and end are the bounds of a call of Advance.
func (c *pace) begin() { c.since = time.Now() }
func (c *pace) end()   { c.spent += time.Since(c.since) }

// step notes a step.
func (c *pace) step() {
	if c.steps++; c.steps < c.most {
		return
	}
	now := time.Now()
	c.chunk(c.steps, c.spent+now.Sub(c.since))
	c.steps, c.spent, c.since = 0, 0, now
}

// chunk judges a chunk of steps that took so long, and chooses the way of the next.
func (c *pace) chunk(steps int, took time.Duration) {
	each := max(took.Seconds(), 1e-9) / float64(steps)
	c.most = max(1, min(int(chunkTime.Seconds()/each), 2*steps))
	switch {
	case took < chunkTime/2: // not enough to judge by
		return
	case !c.trial:
		c.usual = each
		if c.left--; c.left < 0 {
			c.alone, c.trial, c.first, c.tries = !c.alone, true, true, 1
			if !c.alone {
				c.tries = threadTries
			}
		}
		return
	case c.first:
		c.first = false
		return
	}
	if c.tries--; c.tries > 0 && each >= better*c.usual && each <= c.usual/better {
		return
	}
	c.trial = false
	if each < better*c.usual {
		c.usual, c.wait = each, leastWait
	} else {
		c.alone, c.wait = !c.alone, min(max(2*c.wait, leastWait), mostWait)
	}
	c.left = c.wait
}

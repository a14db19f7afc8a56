package connect

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// parallel calls f on the ranges [lo, hi) of [0, n), each at most grain long, from all cores. Ranges are claimed in order; f must
// not depend on which goroutine runs it. The error of the lowest failing range is returned, so messages do not depend on scheduling.
func parallel(n, grain int, f func(lo, hi int) error) error {
	chunks := (n + grain - 1) / grain
	workers := min(runtime.GOMAXPROCS(0), chunks)
	if workers <= 1 {
		for lo := 0; lo < n; lo += grain {
			if err := f(lo, min(lo+grain, n)); err != nil {
				return err
			}
		}
		return nil
	}
	var (
		next   atomic.Int64
		mu     sync.Mutex
		first  error
		failed = chunks
		wg     sync.WaitGroup
	)
	for range workers {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for {
				c := int(next.Add(1)) - 1
				if c >= chunks {
					return
				}
				lo := c * grain
				err := f(lo, min(lo+grain, n))
				if err == nil {
					continue
				}
				mu.Lock()
				if c < failed {
					failed, first = c, err
				}
				mu.Unlock()
				// Lower ranges are all claimed already, so stopping here cannot hide an earlier error.
				next.Store(int64(chunks))
				return
			}
		}()
	}
	wg.Wait()
	return first
}

// rowGrain gives ranges of rows that hold some ten thousand synapses each, so that claiming is cheap and the load even.
func rowGrain(rows int, synapses int64) int {
	if rows == 0 {
		return 1
	}
	perRow := synapses/int64(rows) + 1
	return int(max(1, min(1024, 16384/perRow)))
}

//go:build cgo && linux

package bench

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/galvani-sim/galvani/gpu/device"
)

const touch = `#version 430 core
layout(local_size_x = 64) in;
layout(std430, binding = 0) buffer B { uint v[]; };
void main() { uint i = gl_GlobalInvocationID.x; if (i < uint(v.length())) v[i] += 1u; }
`

// A work group that waits for itself a thousand times.
const waits = `#version 430 core
layout(local_size_x = 256) in;
layout(std430, binding = 0) buffer B { uint v[]; };
shared uint s[256];
void main() {
	uint i = gl_LocalInvocationID.x;
	s[i] = v[i];
	for (int k = 0; k < 1000; k++) {
		barrier();
		uint x = s[(i + 1u) & 255u];
		barrier();
		s[i] = x + 1u;
	}
	v[i] = s[i];
}
`

// Work groups that wait for each other 200 times, as a persistent program does; v[64] is all ones where one waited in vain.
const meets = `#version 430 core
layout(local_size_x = 256) in;
layout(std430, binding = 0) coherent buffer B { uint v[]; };
shared bool left;
void main() {
	for (uint k = 1u; k <= 200u; ++k) {
		memoryBarrierBuffer();
		barrier();
		if (gl_LocalInvocationIndex == 0u) {
			memoryBarrierBuffer();
			if (atomicAdd(v[32], 1u) + 1u == k * gl_NumWorkGroups.x) atomicMax(v[64], k);
			uint open = atomicOr(v[64], 0u);
			for (uint w = 0u; open < k && w < 50000u; ++w) open = atomicOr(v[64], 0u);
			if (open < k) open = max(atomicMax(v[64], 0xffffffffu), 0xffffffffu);
			left = open == 0xffffffffu;
		}
		barrier();
		memoryBarrierBuffer();
		if (left) return;
	}
}
`

// measureDispatches fills r.Dispatches.
func (r *Result) measureDispatches(ctx context.Context, o *Options) error {
	d, done, err := openDevice()
	if err != nil {
		return errors.Join(ErrNoBackend, err)
	}
	defer done()
	d.Do(func() { err = r.dispatch(ctx, d, max(o.Rounds, 5)) })
	return err
}

func (r *Result) dispatch(ctx context.Context, d *device.Device, rounds int) error {
	const large = 1 << 20
	data, err := d.NewBuffer("data", device.U32, large)
	if err != nil {
		return err
	}
	defer data.Close()
	command, err := d.NewBuffer("command", device.U32, 4)
	if err != nil {
		return err
	}
	defer command.Close()
	if err := device.Upload(command, 0, []uint32{1, 1, 1, 0}); err != nil {
		return err
	}
	add, err := d.NewCompute("touch", device.Source{Text: touch})
	if err != nil {
		return err
	}
	defer add.Close()
	wait, err := d.NewCompute("waits", device.Source{Text: waits})
	if err != nil {
		return err
	}
	defer wait.Close()
	d.BindStorage(0, data)
	meet, err := d.NewCompute("meets", device.Source{Text: meets})
	if err != nil {
		return err
	}
	defer meet.Close()
	var word [1]uint32
	type way struct {
		what  string
		count int // in a row
		each  func() error
		per   float64 // of what is reported
	}
	ways := []way{
		{"dispatch of 1 group of 64, without a barrier", 2000, func() error { return d.Dispatch(add, 1, 1, 1) }, 1},
		{"dispatch of 1 group, storage barrier", 2000, func() error {
			err := d.Dispatch(add, 1, 1, 1)
			d.Barrier(device.BarrierStorage)
			return err
		}, 1},
		{"dispatch of 64 groups, storage barrier", 2000, func() error {
			err := d.Dispatch(add, 64, 1, 1)
			d.Barrier(device.BarrierStorage)
			return err
		}, 1},
		{"dispatch of 16384 groups, storage barrier", 100, func() error {
			err := d.Dispatch(add, large/64, 1, 1)
			d.Barrier(device.BarrierStorage)
			return err
		}, 1},
		{"indirect dispatch of 1 group, storage and command barrier", 2000, func() error {
			err := d.DispatchIndirect(add, command, 0)
			d.Barrier(device.BarrierStorage | device.BarrierCommand)
			return err
		}, 1},
		{"barrier() of a group of 256", 5, func() error {
			err := d.Dispatch(wait, 1, 1, 1)
			d.Barrier(device.BarrierStorage)
			return err
		}, 2000},
		{"dispatch and wait until it is done", 200, func() error {
			err := d.Dispatch(add, 1, 1, 1)
			d.WaitIdle()
			return err
		}, 1},
		{"dispatch, barrier, and reading 4 bytes back", 200, func() error {
			if err := d.Dispatch(add, 1, 1, 1); err != nil {
				return err
			}
			d.Barrier(device.BarrierBufferUpdate)
			return device.Read(data, 0, word[:], device.ReadTest)
		}, 1},
	}
	apart := map[string]bool{} // what the device does not do
	for _, groups := range []int{2, 16, 64, 132, 264, 528} {
		w := way{what: fmt.Sprintf("barrier of %d groups of 256 among each other", groups), count: 1, per: 200}
		w.each = func() error {
			if err := device.Upload(data, 0, make([]uint32, 65)); err != nil {
				return err
			}
			if err := d.Dispatch(meet, groups, 1, 1); err != nil {
				return err
			}
			d.Barrier(device.BarrierStorage | device.BarrierBufferUpdate)
			if err := device.Read(data, 64, word[:], device.ReadTest); err != nil {
				return err
			}
			if word[0] != 200 {
				apart[w.what] = true
			}
			return nil
		}
		if err := w.each(); err != nil {
			return err
		}
		ways = append(ways, w)
		if apart[w.what] { // more will not run at once
			break
		}
	}
	results := make([]DispatchResult, len(ways))
	for round := -1; round < rounds; round++ { // the first round compiles
		for i, w := range ways {
			if err := context.Cause(ctx); err != nil {
				return err
			}
			d.WaitIdle()
			start := time.Now()
			for range w.count {
				if err := w.each(); err != nil {
					return err
				}
			}
			d.WaitIdle()
			results[i].What = w.what
			if round >= 0 {
				results[i].Rounds = append(results[i].Rounds, time.Since(start).Seconds()/float64(w.count)/w.per)
			}
		}
	}
	for i, w := range ways {
		if apart[w.what] {
			results[i].What, results[i].Rounds = w.what+": they do not run at once", nil
		}
	}
	r.Dispatches = results
	return nil
}

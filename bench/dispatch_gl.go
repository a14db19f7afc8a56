//go:build cgo && linux

package bench

import (
	"context"
	"errors"
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
	var word [1]uint32
	ways := []struct {
		what  string
		count int // in a row
		each  func() error
		per   float64 // of what is reported
	}{
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
	results := make([]DispatchResult, len(ways))
	for round := -1; round < rounds; round++ { // the first round compiles
		for i, w := range ways {
			if err := ctx.Err(); err != nil {
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
	r.Dispatches = results
	return nil
}

//go:build !cgo || !linux

package bench

import (
	"context"

	glcontext "github.com/galvani-sim/galvani/gpu/context"
)

// MeasureFrames needs OpenGL, which this program was built without.
func MeasureFrames(context.Context, FrameConfig) ([]FrameResult, error) {
	_, err := glcontext.NewHeadless(glcontext.HeadlessOptions{})
	return nil, err
}

func (r *Result) measureDispatches(context.Context, *Options) error { return ErrNoBackend }

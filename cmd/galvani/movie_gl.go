//go:build cgo && linux

package main

import (
	"context"
	"errors"

	"github.com/galvani-sim/galvani/gpu/viewer"
	timeline "github.com/galvani-sim/galvani/host/session"
	"github.com/galvani-sim/galvani/host/sim"
)

// newFilm makes what draws a movie.
func newFilm(d *glDevice, m *movieFlags, replay *timeline.Replay) (film, error) {
	o := viewer.FilmOptions{Every: m.every, From: m.first, To: m.until, HeadlessOptions: viewer.HeadlessOptions{Device: d.device,
		Width: m.width, Height: m.height, Scale: m.scale, Light: m.light, FPS: m.fps, PNG: m.png, Movie: m.out}}
	if replay != nil {
		o.Player = replay
	}
	f, err := viewer.NewFilm(o)
	if err != nil {
		return nil, err
	}
	return &glFilm{f}, nil
}

// glFilm is a film whose end is known to this package.
type glFilm struct{ *viewer.Film }

func (f *glFilm) Drive(ctx context.Context, s *sim.Sim, until int64) error {
	return filmed(f.Film.Drive(ctx, s, until))
}

func (f *glFilm) Go(ctx context.Context, until int64) error { return filmed(f.Film.Go(ctx, until)) }

func filmed(err error) error {
	if errors.Is(err, viewer.ErrFilmed) {
		return errFilmed
	}
	return err
}

//go:build cgo && linux

package viewer

import (
	"bytes"
	"context"
	"errors"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/galvani-sim/galvani/gpu/gltest"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/net/nettest"
	"github.com/galvani-sim/galvani/host/plan"
	"github.com/galvani-sim/galvani/host/sim"
)

// A film has a frame for each multiple of its step, the same ones each time, whatever runs the time is divided into.
func TestFilm(t *testing.T) {
	d := gltest.Device(t)
	b := backends(t, d)
	shoot := func(backend string, every, from, to float64, runs ...float64) (frames [][]byte, err error) {
		t.Helper()
		f := nettest.Field(10, 1)
		surfaces(f)
		dir := t.TempDir()
		film, err := NewFilm(FilmOptions{Every: every, From: from, To: to,
			HeadlessOptions: HeadlessOptions{Device: d, Width: 160, Height: 120, FPS: 25, Movie: dir + "/"}})
		if err != nil {
			return nil, err
		}
		defer film.Close()
		s, err := sim.Compile(f.Network, sim.Options{Backend: b[backend], Precision: plan.Single, Driver: film})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		for _, r := range runs {
			if err = s.Run(context.Background(), r); err != nil {
				break
			}
		}
		if err := film.Finish(); err != nil {
			t.Fatal(err)
		}
		files, _ := filepath.Glob(filepath.Join(dir, "*.png"))
		for _, name := range files {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			frames = append(frames, data)
		}
		if int64(len(frames)) != film.Frames() {
			t.Errorf("%d files of %d frames", len(frames), film.Frames())
		}
		return frames, err
	}
	inf := math.Inf(1)
	for _, backend := range []string{"cpu", "gl"} {
		whole, err := shoot(backend, 0.02, 0, inf, 0.1)
		if err != nil || len(whole) != 6 { // 0, 20, ..., 100 ms
			t.Fatalf("%s: %d frames, %v", backend, len(whole), err)
		}
		parts, err := shoot(backend, 0.02, 0, inf, 0.013, 0.05, 0.037)
		if err != nil || len(parts) != len(whole) {
			t.Fatalf("%s: %d frames in parts, %v", backend, len(parts), err)
		}
		for k := range whole {
			if !bytes.Equal(whole[k], parts[k]) {
				t.Errorf("%s: frame %d differs from run to run", backend, k)
			}
			if k > 0 && bytes.Equal(whole[k], whole[k-1]) {
				t.Errorf("%s: frame %d is that before it", backend, k)
			}
		}
		if some, err := shoot(backend, 0.02, 0.03, 0.08, 0.1); !errors.Is(err, ErrFilmed) || len(some) != 3 { // 30, 50 and 70 ms
			t.Errorf("%s: %d frames from 30 to 80 ms, %v", backend, len(some), err)
		}
		// Five frames to a step of 1 ms.
		slow, err := shoot(backend, 0.0002, 0.05, 0.053, 0.1)
		if !errors.Is(err, ErrFilmed) || len(slow) != 16 {
			t.Fatalf("%s: %d frames in slow motion, %v", backend, len(slow), err)
		}
		for k := 1; k < len(slow); k++ {
			if bytes.Equal(slow[k], slow[k-1]) {
				t.Errorf("%s: frame %d of slow motion is that before it", backend, k)
			}
		}
		again, _ := shoot(backend, 0.0002, 0.05, 0.053, 0.1)
		for k := range slow {
			if !bytes.Equal(slow[k], again[k]) {
				t.Errorf("%s: frame %d of slow motion differs from run to run", backend, k)
			}
		}
	}
	for _, o := range []FilmOptions{{Every: 0, To: 1}, {Every: 1, From: 2, To: 1}, {Every: math.NaN()}, {Every: 1, From: -1}} {
		o.HeadlessOptions = HeadlessOptions{Device: d, Width: 160, Height: 120}
		if _, err := NewFilm(o); err == nil {
			t.Errorf("a film with %+v", o)
		}
	}
}

// Between two steps a picture shows values between those of the steps, on a straight line, and says that it does.
func TestFilmBetweenSteps(t *testing.T) {
	d := gltest.Device(t)
	for name, b := range backends(t, d) {
		f := nettest.Field(10, 1)
		f.Views = []*net.View{{Kind: net.Surface, Group: f.Input, Var: "r", Max: 1.5}}
		film, err := NewFilm(FilmOptions{Every: 0.00025, From: 0.05, To: 0.0515, HeadlessOptions: HeadlessOptions{Device: d, Width: 160, Height: 120, FPS: 25, Movie: t.TempDir() + "/"}})
		if err != nil {
			t.Fatal(err)
		}
		defer film.Close()
		s, err := sim.Compile(f.Network, sim.Options{Backend: b, Precision: plan.Single, Driver: film})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		values := func() []float64 {
			v, _, err := s.Get(f.Input, "r")
			if err != nil {
				t.Fatal(err)
			}
			return v
		}
		var was []float64
		film.shown = func(at float64, v []float64) {
			now := values()
			if at == 0 {
				was = now
			}
			for k := range v {
				want := now[k]
				if at > 0 {
					want = was[k] + at*(now[k]-was[k])
				}
				if math.Abs(v[k]-want) > 1e-6 {
					t.Fatalf("%s: value %d is %v, want %v at %v of a step", name, k, v[k], want, at)
				}
			}
		}
		if err := s.Run(context.Background(), 0.1); !errors.Is(err, ErrFilmed) {
			t.Fatal(err)
		}
		if film.Frames() != 7 || was == nil || !strings.Contains(film.clock, "interpolated between steps of 1 ms") || !strings.Contains(film.clock, "1/160 of real time") {
			t.Errorf("%s: %d frames, %q", name, film.Frames(), film.clock)
		}
	}
}

// A picture at four times the size is the same picture.
func TestFilmScale(t *testing.T) {
	d := gltest.Device(t)
	size := func(scale int) (w, h int, mean float64) {
		f := nettest.Field(10, 1)
		surfaces(f)
		path := filepath.Join(t.TempDir(), "p.png")
		film, err := NewFilm(FilmOptions{Every: 1, From: 0.05, To: 0.05, HeadlessOptions: HeadlessOptions{Device: d, Width: 200 * scale, Height: 120 * scale, Scale: float64(scale), PNG: path}})
		if err != nil {
			t.Fatal(err)
		}
		defer film.Close()
		s, err := sim.Compile(f.Network, sim.Options{Backend: backends(t, d)["gl"], Precision: plan.Single, Driver: film})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		if err := s.Run(context.Background(), 0.1); !errors.Is(err, ErrFilmed) {
			t.Fatal(err)
		}
		if err := film.Finish(); err != nil {
			t.Fatal(err)
		}
		r, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		img, err := png.Decode(r)
		if err != nil {
			t.Fatal(err)
		}
		w, h = img.Bounds().Dx(), img.Bounds().Dy()
		for y := range h {
			for x := range w {
				_, g, _, _ := img.At(x, y).RGBA()
				mean += float64(g) / 65535 / float64(w*h)
			}
		}
		return w, h, mean
	}
	w1, h1, m1 := size(1)
	w4, h4, m4 := size(4)
	if w1 != 200 || h1 != 120 || w4 != 800 || h4 != 480 || math.Abs(m4-m1) > 0.02 {
		t.Errorf("%dx%d of brightness %.3f, and %dx%d of %.3f", w1, h1, m1, w4, h4, m4)
	}
}

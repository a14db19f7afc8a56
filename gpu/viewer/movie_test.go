package viewer

import (
	"errors"
	"image"
	"image/color"
	"image/gif"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/galvani-sim/galvani/host/record"
)

// picture is a frame of one color with a border of another.
func picture(w, h int, c color.RGBA) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			if x == 0 || y == 0 || x == w-1 || y == h-1 {
				img.SetRGBA(x, y, color.RGBA{255, 255, 255, 255})
			} else {
				img.SetRGBA(x, y, c)
			}
		}
	}
	return img
}

// A GIF is written frame by frame, by hand; the standard library must read the same pictures from it.
func TestGIF(t *testing.T) {
	path := filepath.Join(t.TempDir(), "m.gif")
	m, err := NewMovie(path, 25)
	if err != nil {
		t.Fatal(err)
	}
	colors := []color.RGBA{{200, 0, 0, 255}, {0, 120, 0, 255}, {7, 9, 250, 255}}
	for _, c := range colors {
		if err := m.Add(picture(301, 177, c)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("the movie is there before it is finished")
	}
	if err := m.Add(picture(10, 10, colors[0])); err == nil {
		t.Error("a frame of another size was taken")
	}
	if err := m.Finish(); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	g, err := gif.DecodeAll(f)
	if err != nil {
		t.Fatal(err)
	}
	if len(g.Image) != len(colors) || g.Delay[0] != 4 || g.LoopCount != 0 || g.Config.Width != 301 || g.Config.Height != 177 {
		t.Fatalf("%d frames, delay %v, loop %d, %dx%d", len(g.Image), g.Delay, g.LoopCount, g.Config.Width, g.Config.Height)
	}
	for k, c := range colors {
		want := picture(301, 177, c)
		for y := range 177 {
			for x := range 301 {
				if got := color.RGBAModel.Convert(g.Image[k].At(x, y)); got != want.At(x, y) {
					t.Fatalf("frame %d at %d,%d is %v, want %v", k, x, y, got, want.At(x, y))
				}
			}
		}
	}
}

// Whatever goes wrong, the error is one about output that names the file, and nothing is left in the folder.
func TestMoviesThatFail(t *testing.T) {
	if _, err := exec.LookPath("ffmpeg"); err != nil && os.Getenv("CI") == "true" {
		t.Error("CI needs ffmpeg")
	}
	for _, name := range []string{"m.gif", "m.mp4"} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, name)
			open := func() Movie {
				m, err := NewMovie(path, 30)
				if errors.Is(err, ErrNoFFmpeg) {
					t.Skip("SKIPPED: ", err)
				}
				if err != nil {
					t.Fatal(err)
				}
				return m
			}
			empty := func(when string) {
				left, err := os.ReadDir(dir)
				if err != nil || len(left) > 0 {
					t.Errorf("%s: left %v, %v", when, left, err)
				}
			}
			var out *record.OutputError
			if err := open().Finish(); !errors.As(err, &out) || out.Path != path {
				t.Errorf("a movie without frames: %v", err)
			}
			empty("no frames")
			m := open()
			if err := m.Add(picture(64, 64, color.RGBA{A: 255})); err != nil {
				t.Fatal(err)
			}
			m.Abort()
			empty("aborted")
			m = open()
			if err := m.Add(picture(64, 64, color.RGBA{A: 255})); err != nil {
				t.Fatal(err)
			}
			if err := os.Mkdir(path, 0o777); err != nil { // the name is taken
				t.Fatal(err)
			}
			if err := m.Finish(); !errors.As(err, &out) || out.Path != path || strings.Contains(err.Error(), ".galvani") {
				t.Errorf("a movie where a folder is: %v", err)
			}
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
			empty("not in its place")
		})
	}
	for _, path := range []string{"/proc/m.gif", "/proc/m.mp4", "/proc/frames/"} {
		var out *record.OutputError
		if _, err := NewMovie(path, 30); !errors.As(err, &out) && !errors.Is(err, ErrNoFFmpeg) {
			t.Errorf("%s: %v", path, err)
		}
	}
	var out *record.OutputError
	if err := WritePNG("/proc/p.png", picture(8, 8, color.RGBA{})); !errors.As(err, &out) || out.Path != "/proc/p.png" {
		t.Errorf("%v", err)
	}
}

package viewer

import (
	"errors"
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strings"

	"github.com/galvani-sim/galvani/host/record"
)

// Movie receives frames of one size and becomes a file only when it is finished; Abort leaves nothing behind. Errors about
// files are *record.OutputError.
type Movie interface {
	Add(frame *image.RGBA) error
	// Finish writes the rest and puts the file in its place. After an error nothing is left.
	Finish() error
	Abort()
}

// ErrNoFFmpeg is returned by NewMovie for MP4 on a machine without ffmpeg.
var ErrNoFFmpeg = errors.New("writing MP4 needs ffmpeg (apt-get install ffmpeg); a .gif needs nothing")

var errNoFrames = errors.New("the movie has no frames")

// NewMovie opens a movie by the extension of its path: .mp4 (through ffmpeg), .gif, or a folder of PNG files for a path that
// ends in a slash.
func NewMovie(path string, fps int) (Movie, error) {
	if fps < 1 || fps > 240 {
		return nil, fmt.Errorf("a movie of %d frames per second cannot be made; use 1 to 240", fps)
	}
	switch ext := strings.ToLower(filepath.Ext(path)); {
	case strings.HasSuffix(path, "/"):
		return newFrames(path)
	case ext == ".gif":
		return newGIF(path, fps)
	case ext == ".mp4":
		return newMP4(path, fps)
	}
	return nil, fmt.Errorf("a movie must be a .mp4, a .gif or a folder ending in /, not %q", path)
}

// WritePNG writes a picture whole or not at all.
func WritePNG(path string, img image.Image) error {
	f, err := record.Create(path)
	if err != nil {
		return err
	}
	defer f.Abort()
	if err := png.Encode(f, img); err != nil {
		return failed(path, err)
	}
	return f.Commit()
}

// failed names the file that could not be written.
func failed(path string, err error) error {
	var o *record.OutputError
	if err == nil || errors.As(err, &o) {
		return err
	}
	// Without the name of a temporary file.
	var p *os.PathError
	var l *os.LinkError
	switch {
	case errors.As(err, &p):
		err = p.Err
	case errors.As(err, &l):
		err = l.Err
	}
	return &record.OutputError{Path: path, Err: err}
}

// frames is a folder of numbered pictures.
type frames struct {
	dir     string
	n       int
	written []string
}

func newFrames(dir string) (*frames, error) {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, failed(dir, err)
	}
	return &frames{dir: dir}, nil
}

func (m *frames) Add(img *image.RGBA) error {
	path := filepath.Join(m.dir, fmt.Sprintf("frame-%06d.png", m.n))
	if err := WritePNG(path, img); err != nil {
		return err
	}
	m.n++
	m.written = append(m.written, path)
	return nil
}

func (m *frames) Finish() error { return nil }

func (m *frames) Abort() {
	for _, p := range m.written {
		os.Remove(p)
	}
}

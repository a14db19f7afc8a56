package viewer

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/png"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// Movie receives frames of one size and becomes a file only when it is finished; Abort leaves nothing behind.
type Movie interface {
	Add(frame *image.RGBA) error
	// Finish writes the rest and puts the file in its place.
	Finish() error
	Abort()
}

// ErrNoFFmpeg is returned by NewMovie for MP4 on a machine without ffmpeg.
var ErrNoFFmpeg = errors.New("writing MP4 needs ffmpeg (apt-get install ffmpeg); a .gif needs nothing")

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
		return &gifMovie{path: path, delay: max((100+fps/2)/fps, 2)}, nil
	case ext == ".mp4":
		return newMP4(path, fps)
	}
	return nil, fmt.Errorf("a movie must be a .mp4, a .gif or a folder ending in /, not %q", path)
}

// WritePNG writes a picture whole or not at all.
func WritePNG(path string, img image.Image) error {
	return writeAtomic(path, func(w io.Writer) error { return png.Encode(w, img) })
}

// writeAtomic writes to a temporary name in the same folder, syncs and renames.
func writeAtomic(path string, write func(io.Writer) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), ".galvani-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name())
		}
	}()
	if err = f.Chmod(0o644); err != nil {
		return err
	}
	if err = write(f); err != nil {
		return err
	}
	if err = f.Sync(); err != nil {
		return err
	}
	if err = f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// frames is a folder of numbered pictures.
type frames struct {
	dir     string
	n       int
	written []string
}

func newFrames(dir string) (*frames, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
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

// gifMovie gives each frame a palette of its own.
type gifMovie struct {
	path  string
	delay int // hundredths of a second
	out   gif.GIF
}

func (m *gifMovie) Add(img *image.RGBA) error {
	if len(m.out.Image) == 0 {
		m.out.Config = image.Config{Width: img.Rect.Dx(), Height: img.Rect.Dy()}
	}
	m.out.Image = append(m.out.Image, quantise(img))
	m.out.Delay = append(m.out.Delay, m.delay)
	return nil
}

func (m *gifMovie) Finish() error {
	if len(m.out.Image) == 0 {
		return errors.New("the movie has no frames")
	}
	m.out.Config.ColorModel = nil
	return writeAtomic(m.path, func(w io.Writer) error { return gif.EncodeAll(w, &m.out) })
}

func (m *gifMovie) Abort() { m.out = gif.GIF{} }

// quantise maps a frame to the 255 most frequent of its colors, counted at 5 bits a channel; the rest go to the nearest.
func quantise(img *image.RGBA) *image.Paletted {
	type bin struct{ key, n, r, g, b int }
	bins := make([]bin, 1<<15)
	key := func(i int) int { return int(img.Pix[i])>>3<<10 | int(img.Pix[i+1])>>3<<5 | int(img.Pix[i+2])>>3 }
	for i := 0; i+3 < len(img.Pix); i += 4 {
		x := &bins[key(i)]
		x.n++
		x.r, x.g, x.b = x.r+int(img.Pix[i]), x.g+int(img.Pix[i+1]), x.b+int(img.Pix[i+2])
	}
	var used []bin
	for k, x := range bins {
		if x.n > 0 {
			used = append(used, bin{k, x.n, x.r / x.n, x.g / x.n, x.b / x.n})
		}
	}
	slices.SortFunc(used, func(a, b bin) int { return b.n - a.n })
	kept := used[:min(len(used), 255)]
	out := image.NewPaletted(img.Rect, nil)
	var index [1 << 15]uint8
	for i, x := range used {
		if i < len(kept) {
			index[x.key] = uint8(i)
			out.Palette = append(out.Palette, color.RGBA{uint8(x.r), uint8(x.g), uint8(x.b), 255})
			continue
		}
		best := math.MaxInt
		for j, y := range kept {
			if d := (x.r-y.r)*(x.r-y.r) + (x.g-y.g)*(x.g-y.g) + (x.b-y.b)*(x.b-y.b); d < best {
				best, index[x.key] = d, uint8(j)
			}
		}
	}
	for i := range out.Pix {
		out.Pix[i] = index[key(4*i)]
	}
	return out
}

// mp4Movie pipes raw frames to ffmpeg.
type mp4Movie struct {
	path, tmp string
	fps       int
	cmd       *exec.Cmd
	in        io.WriteCloser
	log       bytes.Buffer
	size      image.Point
}

func newMP4(path string, fps int) (*mp4Movie, error) {
	if _, err := exec.LookPath("ffmpeg"); err != nil {
		return nil, ErrNoFFmpeg
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".galvani-*.mp4")
	if err != nil {
		return nil, err
	}
	if err := errors.Join(f.Chmod(0o644), f.Close()); err != nil {
		os.Remove(f.Name())
		return nil, err
	}
	return &mp4Movie{path: path, tmp: f.Name(), fps: fps}, nil
}

func (m *mp4Movie) start(size image.Point) error {
	m.size = size
	m.cmd = exec.Command("ffmpeg", "-y", "-loglevel", "error", "-f", "rawvideo", "-pixel_format", "rgba",
		"-video_size", fmt.Sprintf("%dx%d", size.X, size.Y), "-framerate", fmt.Sprint(m.fps), "-i", "-",
		// H.264 in 4:2:0 wants even sides.
		"-vf", "pad=ceil(iw/2)*2:ceil(ih/2)*2", "-c:v", "libx264", "-pix_fmt", "yuv420p", "-crf", "18", "-movflags", "+faststart", m.tmp)
	m.cmd.Stderr = &m.log
	var err error
	if m.in, err = m.cmd.StdinPipe(); err != nil {
		return err
	}
	return m.cmd.Start()
}

func (m *mp4Movie) Add(img *image.RGBA) error {
	if m.cmd == nil {
		if err := m.start(img.Rect.Size()); err != nil {
			return err
		}
	}
	if img.Rect.Size() != m.size {
		return fmt.Errorf("a frame of %v in a movie of %v", img.Rect.Size(), m.size)
	}
	if _, err := m.in.Write(img.Pix); err != nil {
		return fmt.Errorf("ffmpeg: %w: %s", err, strings.TrimSpace(m.log.String()))
	}
	return nil
}

func (m *mp4Movie) Finish() error {
	if m.cmd == nil {
		m.Abort()
		return errors.New("the movie has no frames")
	}
	err := errors.Join(m.in.Close(), m.cmd.Wait())
	if err == nil {
		err = os.Rename(m.tmp, m.path)
	} else {
		err = fmt.Errorf("ffmpeg: %w: %s", err, strings.TrimSpace(m.log.String()))
	}
	if err != nil {
		os.Remove(m.tmp)
	}
	return err
}

func (m *mp4Movie) Abort() {
	if m.cmd != nil {
		m.in.Close()
		m.cmd.Process.Kill()
		m.cmd.Wait()
	}
	os.Remove(m.tmp)
}

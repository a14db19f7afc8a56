package viewer

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

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
		return nil, failed(path, err)
	}
	if err := errors.Join(f.Chmod(0o644), f.Close()); err != nil {
		os.Remove(f.Name())
		return nil, failed(path, err)
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
	ownGroup(m.cmd)
	var err error
	if m.in, err = m.cmd.StdinPipe(); err != nil {
		return err
	}
	return m.cmd.Start()
}

func (m *mp4Movie) Add(img *image.RGBA) error {
	if m.cmd == nil {
		if err := m.start(img.Rect.Size()); err != nil {
			m.cmd = nil
			return failed(m.path, err)
		}
	}
	if img.Rect.Size() != m.size {
		return fmt.Errorf("a frame of %v in a movie of %v", img.Rect.Size(), m.size)
	}
	if _, err := m.in.Write(img.Pix); err != nil {
		// ffmpeg has ended, and says why when it is waited for
		return m.end()
	}
	return nil
}

// end waits for ffmpeg. On an error the first line that it printed is the reason.
func (m *mp4Movie) end() error {
	if m.cmd == nil {
		return failed(m.path, errNoFrames)
	}
	m.in.Close()
	err := m.cmd.Wait()
	m.cmd = nil
	if err != nil {
		line, _, _ := strings.Cut(strings.TrimSpace(m.log.String()), "\n")
		return failed(m.path, fmt.Errorf("ffmpeg: %w: %s", err, line))
	}
	return nil
}

func (m *mp4Movie) Finish() error {
	err := m.end()
	if err == nil {
		err = failed(m.path, os.Rename(m.tmp, m.path))
	}
	if err != nil {
		os.Remove(m.tmp)
	}
	return err
}

func (m *mp4Movie) Abort() {
	if m.cmd != nil {
		m.in.Close()
		_ = m.cmd.Process.Kill()
		_ = m.cmd.Wait()
		m.cmd = nil
	}
	os.Remove(m.tmp)
}

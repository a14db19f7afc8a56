package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/galvani-sim/galvani/host/script"
	timeline "github.com/galvani-sim/galvani/host/session"
	"github.com/galvani-sim/galvani/host/sim"
	"github.com/galvani-sim/galvani/host/units"
	"github.com/spf13/cobra"
)

// movieFlags are the flags of movie alone.
type movieFlags struct {
	out, png, size string
	step, from, to string
	slow           float64
	fps            int
	scale          float64
	light          bool

	width, height       int // pixels
	every, first, until float64
}

// film draws a simulation while it is advanced, at a fixed simulated time per frame.
type film interface {
	sim.Driver
	// Go goes on within the present run.
	Go(ctx context.Context, until int64) error
	Frames() int64
	// Finish puts the files in their places; Close without it leaves none.
	Finish() error
	Close()
}

// errFilmed ends a script whose last frame has been drawn.
var errFilmed = errors.New("the film has all its frames")

func (p *program) movieCommand() *cobra.Command {
	f, m := &modelFlags{}, &movieFlags{}
	c := &cobra.Command{
		Use: "movie SESSION.galvani|MODEL.star", Short: "Make a movie or a picture of a session or a model",
		Long: `Make a movie of a session that was saved, or of a model, with the same simulated time from each frame to the
next, however long drawing takes: no frame is left out.

What is shown is what the script's view(...) says. The first frame is of the time --from, the last at most of --to.
Times have units: 40*ms. Frames that fall between two steps are interpolated, and say so. With --png the last frame
is a picture too; --scale 4 draws everything at four times the size in pixels.`,
		Example: `  galvani movie saturday.galvani --out saturday.mp4
  galvani movie model.star --out wave.gif --step 2*ms --from 100*ms --to 300*ms --size 640x360
  galvani movie model.star --out frames/ --slow 50 --to 20*ms
  galvani movie model.star --png poster.png --scale 4 --to 250*ms`,
		Args: oneModel, ValidArgsFunction: completeModel,
		RunE: work(func(c *cobra.Command, args []string) error {
			if err := f.check(); err != nil {
				return err
			}
			if err := m.check(c.Flags().Changed("slow")); err != nil {
				return err
			}
			return p.movie(c, args[0], f, m)
		}),
	}
	f.describe(c)
	f.execution(c)
	c.Flags().BoolVarP(&f.quiet, "quiet", "q", false, "print results and errors only")
	c.Flags().StringVarP(&m.out, "out", "o", "", "`FILE`.mp4 (needs ffmpeg), FILE.gif, or a folder FRAMES/ of pictures")
	c.Flags().StringVar(&m.png, "png", "", "write the last frame as a picture `FILE.png`")
	c.Flags().StringVar(&m.step, "step", "", "simulated `TIME` from frame to frame (default: real time at --fps, slowed down by --slow)")
	c.Flags().StringVar(&m.from, "from", "0*ms", "simulated `TIME` of the first frame")
	c.Flags().StringVar(&m.to, "to", "", "simulated `TIME` of the last frame (default: the end)")
	c.Flags().Float64Var(&m.slow, "slow", 1, "how many times slower than real time `N`")
	c.Flags().IntVar(&m.fps, "fps", 30, "frames `N` per second when it is played")
	c.Flags().StringVar(&m.size, "size", "", "size `WxH` before --scale (default 1280x720)")
	c.Flags().Float64Var(&m.scale, "scale", 1, "draw everything `X` times as large in pixels, for print")
	c.Flags().BoolVar(&m.light, "light", false, "dark on light")
	return c
}

// seconds reads a flag that is a time.
func seconds(flag, text string) (float64, error) {
	q, err := units.Parse(text)
	if err != nil || q.Dim != units.Second {
		return 0, usageError("--%s %s: expected a time with its unit, such as 40*ms", flag, text)
	}
	return q.Value, nil
}

// check reads and compares the flags. slow says whether --slow was given.
func (m *movieFlags) check(slow bool) error {
	v := viewFlags{size: m.size, fps: m.fps, png: m.png, movie: m.out, scale: 1}
	if err := v.check(); err != nil {
		return flagNamed(err, "--movie", "--out")
	}
	switch {
	case m.out == "" && m.png == "":
		return usageError("give the movie's file with --out FILE.mp4, FILE.gif or FRAMES/, or a picture's with --png FILE.png")
	case !(m.scale >= 0.25 && m.scale <= 8):
		return usageError("--scale %g: between 0.25 and 8", m.scale)
	case !(m.slow > 0) || math.IsInf(m.slow, 0):
		return usageError("--slow %g: a positive number", m.slow)
	case slow && m.step != "":
		return usageError("--slow and --step both say how far apart frames are; give one of them")
	}
	m.width, m.height = int(float64(v.width)*m.scale+0.5), int(float64(v.height)*m.scale+0.5)
	if m.width > 16384 || m.height > 16384 || m.width < 64 || m.height < 64 {
		return usageError("--scale %g: %dx%d pixels; a picture has 64 to 16384 each way", m.scale, m.width, m.height)
	}
	m.every, m.until = 1/(float64(m.fps)*m.slow), math.Inf(1)
	var err error
	if m.step != "" {
		if m.every, err = seconds("step", m.step); err != nil {
			return err
		}
		if !(m.every > 0) {
			return usageError("--step %s: a time above zero", m.step)
		}
	}
	if m.first, err = seconds("from", m.from); err != nil {
		return err
	}
	if m.to != "" {
		if m.until, err = seconds("to", m.to); err != nil {
			return err
		}
	}
	if m.out == "" && m.to != "" && m.from == "0*ms" {
		m.first = m.until // a picture of that time
	}
	if m.first < 0 || m.until < m.first {
		return usageError("--from %s --to %s: a movie goes forward, from 0 on", m.from, m.to)
	}
	return nil
}

// flagNamed gives a usage error of another command's flag this one's name.
func flagNamed(err error, was, is string) error {
	return usageError("%s", strings.ReplaceAll(err.Error(), was, is))
}

// prepareFiles makes sure that the files can be written, before anything is simulated.
func (m *movieFlags) prepareFiles() error {
	for _, path := range []string{m.out, m.png} {
		if path == "" {
			continue
		}
		if err := prepareOut(filepath.Dir(path)); err != nil {
			return err
		}
	}
	if strings.EqualFold(filepath.Ext(m.out), ".mp4") {
		if _, err := exec.LookPath("ffmpeg"); err != nil {
			return machineError(fmt.Errorf("--out %s needs ffmpeg, which is not installed (apt-get install ffmpeg); a .gif or a folder of pictures needs nothing", m.out))
		}
	}
	return nil
}

// filming ends the script where the film or the session ends.
type filming struct{ film }

// Drive implements sim.Driver.
func (d filming) Drive(ctx context.Context, s *sim.Sim, until int64) error {
	return ended(d.film.Drive(ctx, s, until))
}

func ended(err error) error {
	if errors.Is(err, errFilmed) || errors.Is(err, timeline.ErrEnd) {
		return script.ErrStop
	}
	return err
}

func (p *program) movie(c *cobra.Command, path string, f *modelFlags, m *movieFlags) error {
	ctx, model, note := c.Context(), path, p.note(f)
	var replay *timeline.Replay
	var text []byte
	if isSession(path) {
		file, script, err := openSession(c, path, f)
		if err != nil {
			return err
		}
		model, text = script, []byte(file.Header.Script)
		replay = timeline.NewReplay(file, timeline.Options{Warn: note})
	} else if st, err := os.Stat(path); err != nil || st.IsDir() {
		// A wrong name should not make files first.
		_, err := script.Run(ctx, path, script.Options{})
		return rendered(err)
	}
	if err := m.prepareFiles(); err != nil {
		return err
	}
	d, err := openHeadless()
	if err != nil {
		return machineError(fmt.Errorf("nothing can be drawn: %w; galvani run works without OpenGL", err))
	}
	defer d.close()
	fi, err := newFilm(d, m, replay)
	if err != nil {
		return err
	}
	defer fi.Close()
	b, err := besideDrawing(f, d, p.note(f))
	if err != nil {
		return err
	}
	done := make(chan struct{})
	close(done)
	s := &session{flags: f, pending: &pending{done: done, b: b}, note: note, driver: func(*backend) (sim.Driver, error) { return filming{fi}, nil }}
	o := f.options(s, p.out, p.warn(&progress{w: p.err}))
	o.Open = true
	var res *script.Result
	if replay != nil {
		res, err = script.RunSource(ctx, model, string(text), o)
	} else {
		res, err = script.Run(ctx, model, o)
	}
	if err == nil && s.sim != nil {
		if err = ended(m.rest(ctx, fi, s.sim, replay)); errors.Is(err, script.ErrStop) {
			err = nil
		}
	}
	switch {
	case err != nil || s.sim == nil:
	case fi.Frames() == 0:
		err = fmt.Errorf("no frame lies between %s and the end, at t = %.6g s", m.from, s.sim.Time())
	default:
		if err = fi.Finish(); err != nil {
			err = &coded{exitOutput, err}
		} else if !f.quiet {
			p.wrote(m, fi.Frames())
		}
	}
	return p.finish(s, path, res, err)
}

// rest films what comes after the script's end: the rest of a session, or of a script that only describes its network.
func (m *movieFlags) rest(ctx context.Context, fi film, s *sim.Sim, replay *timeline.Replay) error {
	switch {
	case replay != nil && replay.Done():
		return nil
	case replay != nil && replay.Timeline() == nil:
		return fi.Drive(ctx, s, replay.Last())
	case replay != nil:
		if end, ok := replay.End(); ok {
			if err := fi.Go(ctx, end); err != nil {
				return err
			}
		}
		return replay.Finish(ctx, s)
	case s.Instance().At().Step > 0:
		return nil
	case math.IsInf(m.until, 1):
		return usageError("the script makes no run; say with --to TIME how long the movie goes on")
	}
	return fi.Drive(ctx, s, int64(math.Ceil(m.until/s.Plan().BaseDT)))
}

func (p *program) wrote(m *movieFlags, frames int64) {
	if m.out != "" {
		fmt.Fprintf(p.out, "wrote %s: %d frames of %dx%d, %s s apart\n", m.out, frames, m.width, m.height, units.FormatNumber(m.every))
	}
	if m.png != "" {
		fmt.Fprintf(p.out, "wrote %s: %dx%d\n", m.png, m.width, m.height)
	}
}

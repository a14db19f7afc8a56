package main

import (
	"context"
	"errors"
	"fmt"
	stdnet "net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/galvani-sim/galvani/gpu/serve"
	"github.com/galvani-sim/galvani/host/record"
	"github.com/galvani-sim/galvani/host/script"
	timeline "github.com/galvani-sim/galvani/host/session"
	"github.com/galvani-sim/galvani/host/sim"
	"github.com/spf13/cobra"
)

// viewFlags are the flags of view alone.
type viewFlags struct {
	headless   bool
	serve      bool
	port       int
	frames     int
	png, movie string
	size       string
	fps        int
	speed      float64
	scale      float64
	light      bool
	session    string

	width, height int
}

// show is something that draws a simulation while it runs: a window, or pictures without one.
type show interface {
	sim.Driver
	// Stay goes on after the script has ended, until the user has seen enough.
	Stay(ctx context.Context, s *sim.Sim) error
	// Timeline is what was done to the simulation; nil when nothing can be.
	Timeline() *timeline.Timeline
	// Adopt goes on with a timeline that a replay has made.
	Adopt(*timeline.Timeline)
	// Finish writes pictures and ends movies.
	Finish() error
	Close()
}

func (p *program) viewCommand() *cobra.Command {
	f, v := &modelFlags{}, &viewFlags{}
	c := &cobra.Command{
		Use: "view [MODEL.star | SESSION.galvani]", Short: "Run a model, watch it, and take it in your hands",
		Long: `Run a model in a window, drawn from the simulation's own buffers while it runs. Without a model it opens an empty
canvas for oscillators that one draws.

The window goes back to any earlier time, and networks are edited in it while they run: Ctrl+S saves what was done as a session, which view
opens again and run plays without a window. --session FILE saves it when the window is closed.

The script's view(...) says what is shown; without it, every population on a grid is a surface and every
other one a scatter plot. F1 or ? in the window shows all keys.

Without a display, or with --headless, the same scene is drawn off-screen into a picture and a movie:
--png and --movie name them, otherwise they go to out/MODEL.png and out/MODEL.mp4 (.gif without ffmpeg).

With --serve the window is shown in browsers, with the same mouse and keys: open the address that is printed. It works on this
machine only; from another one make a tunnel first, ssh -L PORT:127.0.0.1:PORT HOST. Who has the address can use the window.`,
		Example: `  galvani view model.star
  galvani view model.star --headless --png last.png --movie run.mp4 --size 1280x720
  galvani view model.star --session mine.galvani
  galvani view mine.galvani
  galvani view model.star --serve --port 8765
  galvani view model.star --backend cpu --set N=100`,
		Args: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			return oneModel(c, args)
		}, ValidArgsFunction: completeModel,
		RunE: work(func(c *cobra.Command, args []string) error {
			if err := f.check(); err != nil {
				return err
			}
			if c.Flags().Changed("port") && !v.serve {
				return usageError("--port %d: only with --serve", v.port)
			}
			if err := v.check(); err != nil {
				return err
			}
			w := &watching{model: "canvas.star", text: canvas, flags: v}
			if len(args) > 0 {
				if err := w.open(c, args[0], f); err != nil {
					return err
				}
			}
			return p.viewModel(c.Context(), w, f, v)
		}),
	}
	f.describe(c)
	f.execution(c)
	f.output(c)
	c.Flags().BoolVar(&v.headless, "headless", false, "draw without a window")
	c.Flags().BoolVar(&v.serve, "serve", false, "show the window in browsers on this machine")
	c.Flags().IntVar(&v.port, "port", 0, "port `N` for --serve (default: one that is free)")
	c.Flags().IntVar(&v.frames, "frames", 0, "number `N` of frames drawn over each run (default: real time at --fps)")
	c.Flags().StringVar(&v.png, "png", "", "write the last frame as a picture `FILE.png`")
	c.Flags().StringVar(&v.movie, "movie", "", "write all frames as a movie `FILE`: FILE.mp4 (needs ffmpeg), FILE.gif, or a folder FRAMES/")
	c.Flags().StringVar(&v.size, "size", "", "size `WxH` of the window or picture (default 1280x720)")
	c.Flags().IntVar(&v.fps, "fps", 30, "frames `N` per second of the movie; with --serve the most that are sent")
	c.Flags().Float64Var(&v.speed, "speed", 1, "simulated seconds `X` per second at the start, in a window; 0: as fast as possible")
	c.Flags().Float64Var(&v.scale, "scale", 1, "size `X` of text and lines in pictures; 2 for dense displays")
	c.Flags().StringVar(&v.session, "session", "", "save the session as `FILE.galvani` when the window is closed, and on Ctrl+S")
	c.Flags().BoolVar(&v.light, "light", false, "dark on light")
	return c
}

func (v *viewFlags) check() error {
	v.width, v.height = 1280, 720
	if v.size != "" {
		if n, err := fmt.Sscanf(strings.ToLower(v.size), "%dx%d", &v.width, &v.height); n != 2 || err != nil || v.width < 64 || v.height < 64 || v.width > 16384 || v.height > 16384 {
			return usageError("--size %s: expected WIDTHxHEIGHT from 64x64 to 16384x16384, for example 1280x720", v.size)
		}
	}
	switch {
	case v.fps < 1 || v.fps > 240:
		return usageError("--fps %d: between 1 and 240", v.fps)
	case !(v.scale >= 0.5 && v.scale <= 8):
		return usageError("--scale %g: between 0.5 and 8", v.scale)
	case v.frames < 0:
		return usageError("--frames %d: a positive number, or 0 for real time", v.frames)
	case !(v.speed >= 0):
		return usageError("--speed %g: a positive number, or 0 for as fast as possible", v.speed)
	case v.session != "" && !isSession(v.session):
		return usageError("--session %s: the name must end in .galvani", v.session)
	case v.session != "" && v.headless:
		return usageError("--session %s: without a window nothing is done that could be saved", v.session)
	case v.port < 0 || v.port > 65535:
		return usageError("--port %d: between 1 and 65535, or 0 for one that is free", v.port)
	case v.serve && (v.headless || v.frames > 0 || v.png != "" || v.movie != ""):
		return usageError("--serve shows a window; --headless, --frames, --png and --movie draw without one (P and V in the window save pictures and movies)")
	case v.png != "" && !strings.EqualFold(filepath.Ext(v.png), ".png"):
		return usageError("--png %s: the name must end in .png", v.png)
	}
	if ext := strings.ToLower(filepath.Ext(v.movie)); v.movie != "" && ext != ".mp4" && ext != ".gif" && !strings.HasSuffix(v.movie, "/") {
		return usageError("--movie %s: the name must end in .mp4 or .gif, or in / for a folder of pictures", v.movie)
	}
	return nil
}

// defaultFiles names the picture and the movie when the user named none.
func (v *viewFlags) defaultFiles(model string) {
	if v.png != "" || v.movie != "" {
		return
	}
	base := filepath.Join("out", strings.TrimSuffix(filepath.Base(model), filepath.Ext(model)))
	v.png, v.movie = base+".png", base+".mp4"
	if _, err := exec.LookPath("ffmpeg"); err != nil {
		v.movie = base + ".gif"
	}
}

// prepareFiles makes sure that pictures and movies can be written.
func (v *viewFlags) prepareFiles() error {
	for _, path := range []string{v.png, v.movie} {
		if path == "" {
			continue
		}
		if err := prepareOut(filepath.Dir(path)); err != nil {
			return err
		}
	}
	if strings.EqualFold(filepath.Ext(v.movie), ".mp4") {
		if _, err := exec.LookPath("ffmpeg"); err != nil {
			return machineError(fmt.Errorf("--movie %s needs ffmpeg, which is not installed (apt-get install ffmpeg); a .gif needs nothing", v.movie))
		}
	}
	return nil
}

func (p *program) viewModel(ctx context.Context, w *watching, f *modelFlags, v *viewFlags) (err error) {
	model := w.model
	if err := prepareOut(f.out); err != nil {
		return err
	}
	note := p.note(f)
	if err := cleanOut(f.out, note); err != nil {
		return err
	}
	d, srv, err := p.openScreen(model, v, note)
	if srv != nil {
		defer func() { srv.Close(ending(err)) }()
	}
	if err != nil {
		return err
	}
	defer d.close()

	sh, err := newShow(d, srv, v, note, w.save)
	if err != nil {
		return err
	}
	defer sh.Close()
	b, err := besideDrawing(f, d, note)
	if err != nil {
		return err
	}
	done := make(chan struct{})
	close(done)
	s := &session{flags: f, pending: &pending{done: done, b: b}, note: note,
		driver: func(*backend) (sim.Driver, error) { return w.driver(sh, note), nil }}
	w.session = s
	o := f.options(s, p.out, p.warn(&progress{w: p.err}))
	o.Open = true // a script that only describes its network is watched without an end
	res, err := script.RunSource(ctx, model, w.text, o)
	w.result = res
	if err == nil && s.sim == nil {
		return fmt.Errorf("the script describes no network: make a Population or a NeuronGroup")
	}
	if err == nil && s.sim != nil {
		s.complete = true
		if err = w.resume(ctx, sh); err == nil {
			err = sh.Stay(ctx, s.sim)
		}
	}
	if srv != nil {
		srv.Close(ending(err)) // before what was recorded is written: browsers need not wait for that
	}
	if errors.Is(err, errClosed) {
		if !s.complete {
			s.closed = "the window was closed"
		}
		err = nil
	}
	if line := sh.Timeline(); v.session != "" && line != nil {
		if path, serr := w.save(line); serr != nil {
			err = errors.Join(&coded{exitOutput, serr}, err)
		} else if !f.quiet {
			fmt.Fprintln(p.out, "wrote "+path)
		}
	}
	// A script that fails after a run takes neither the recordings nor the pictures of it along.
	if err == nil || errors.Is(err, errInterrupted) || s.simulated() && !errors.Is(err, record.ErrOutput) {
		failed := err != nil && !errors.Is(err, errInterrupted)
		if ferr := sh.Finish(); ferr != nil && failed {
			v.png, v.movie = "", "" // the first error is the one to tell of
		} else if ferr != nil {
			err = errors.Join(&coded{exitOutput, ferr}, err)
		}
		if v.headless && s.sim != nil && exitCode(err) != exitOutput {
			for _, path := range []string{v.png, v.movie} {
				if path != "" && !f.quiet {
					fmt.Fprintln(p.out, "wrote "+path)
				}
			}
		}
	}
	return p.finish(s, model, res, err)
}

// openScreen opens what is drawn on: a window, a server's, or none. Without a display v.headless becomes true. The server is
// returned with an error, too.
func (p *program) openScreen(model string, v *viewFlags, note func(string)) (d *glDevice, srv *serve.Server, err error) {
	title := filepath.Base(model) + " - Galvani"
	if v.serve {
		if srv, err = serve.Listen(serve.Options{Port: v.port, Title: title, Width: v.width, Height: v.height, Light: v.light}); err != nil {
			return nil, nil, machineError(fmt.Errorf("--serve: %w", err))
		}
	} else if !v.headless {
		if d, err = openWindow(title, v.width, v.height); err == nil {
			return d, nil, nil
		}
		note(fmt.Sprintf("no window: %v; drawing without one", err))
		v.headless = true
	}
	if v.headless {
		v.defaultFiles(model)
		if err := v.prepareFiles(); err != nil {
			return nil, nil, err
		}
	}
	if d, err = openHeadless(); err != nil {
		return nil, srv, machineError(fmt.Errorf("nothing can be drawn: %w; galvani run works without OpenGL", err))
	}
	if srv != nil {
		fmt.Fprintln(p.out, srv.URL())
		port := srv.Addr().(*stdnet.TCPAddr).Port
		note(fmt.Sprintf("open the address above in a browser on this machine; from another one run first: ssh -N -L %d:%v %s", port, srv.Addr(), hostName()))
	}
	return d, srv, nil
}

// hostName is this machine's name for ssh.
func hostName() string {
	if h, err := os.Hostname(); err == nil && h != "" {
		return h
	}
	return "HOST"
}

// ending is what browsers are told when the window is gone.
func ending(err error) string {
	switch {
	case err == nil:
		return "galvani has finished"
	case errors.Is(err, errClosed), errors.Is(err, errInterrupted):
		return err.Error()
	}
	text, _, _ := strings.Cut(err.Error(), "\n")
	return text
}

// errClosed ends a run whose window was closed; it is not a failure.
var errClosed = errors.New("the window was closed")

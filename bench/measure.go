package bench

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/plan"
)

// Surface, Graph and Live are the names by which Measure is asked for frames of lit surfaces, of graphs, and of a neural field that runs, beside the
// workloads.
const (
	Surface = "surface"
	Graph   = "graph"
	Live    = "live"
)

// Options of Measure.
type Options struct {
	// Names are workloads, Surface, Graph, Live, Dispatch, Scaling, or beginnings of names that end in *; none: all.
	Names []string
	// Backends are "cpu", "gl", Forms and GLModes; none: cpu and gl, without gl where there is none.
	Backends   []string
	Precisions []plan.Precision // none: both
	Threads    []int            // of the cpu backend; none: one, and all
	MaxCells   int              // of Scaling; 0: all sizes
	Rounds     int              // 0: 5
	RoundTime  time.Duration    // 0: half a second
	// Peers are the simulators to take turns with; PeerDir has their scripts, which Python runs.
	Peers           []Peer
	Python, PeerDir string
	// Log receives one line as soon as something was measured or left out; may be nil.
	Log func(string)
}

// ErrNoBackend is wrapped by the error of Measure when this machine lacks a backend that was asked for.
var ErrNoBackend = errors.New("backend not available")

// ErrUsage is wrapped by errors about names that do not exist.
var ErrUsage = errors.New("no such thing to measure")

// Measure opens backends and measures what was asked for: the work of `galvani bench`. With an error that comes while measuring, such as
// the end of the context, the result holds what was measured until then; otherwise it is nil.
func Measure(ctx context.Context, o Options) (*Result, error) {
	if o.Log == nil {
		o.Log = func(string) {}
	}
	names := slices.DeleteFunc(slices.Clone(o.Names), func(n string) bool { return slices.Contains([]string{Surface, Graph, Live, Dispatch, Scaling}, n) })
	surface, dispatch := len(o.Names) == 0 || slices.Contains(o.Names, Surface), slices.Contains(o.Names, Dispatch)
	var workloads []Workload
	if len(names) > 0 || len(o.Names) == 0 {
		var err error
		if workloads, err = Select(names); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrUsage, err)
		}
	}
	opened, gl, done, err := open(&o)
	if err != nil {
		return nil, err
	}
	defer done()
	r := &Result{Machine: thisMachine(opened)}
	c := Config{Workloads: workloads, Backends: opened, Precisions: o.Precisions, Threads: o.Threads, Seed: 1, Rounds: o.Rounds, RoundTime: o.RoundTime,
		Log: o.Log, Peers: o.Peers, Python: o.Python, PeerDir: o.PeerDir}
	if len(workloads) > 0 {
		r, err = Run(ctx, c)
		if err != nil {
			return r, err
		}
	}
	if slices.Contains(o.Names, Scaling) {
		if err := r.measureScaling(ctx, c, o.MaxCells); err != nil {
			return r, err
		}
	}
	if dispatch {
		if err := r.measureDispatches(ctx, &o); err != nil {
			return r, err
		}
	}
	if surface {
		err = r.pictures(ctx, &o, gl, FrameConfig{}, nil)
	}
	if err == nil && slices.Contains(o.Names, Live) {
		err = r.pictures(ctx, &o, gl, FrameConfig{Live: LiveSizes()}, nil)
	}
	if err == nil && slices.Contains(o.Names, Graph) {
		err = r.pictures(ctx, &o, gl, FrameConfig{Graphs: Graphs()}, drawers(ctx, &o))
	}
	return r, err
}

// GLModes are the names of backends that are the gl backend with the way chosen in which it runs a schedule, or with connectivity that the device makes
// wherever it can.
func GLModes() []string { return []string{"gl-plain", "gl-resident", "gl-persistent", "gl-made"} }

// open opens the backends asked for, and says whether gl is among them.
func open(o *Options) (list []exec.Backend, gl bool, done func(), err error) {
	want := o.Backends
	if len(want) == 0 {
		want = []string{"cpu", "gl"}
	}
	var modes []string // in one context
	for _, name := range want {
		if name == "gl" || slices.Contains(GLModes(), name) {
			modes = append(modes, name)
		}
	}
	done = func() {}
	byName := map[string]exec.Backend{}
	if len(modes) > 0 {
		opened, closeGL, err := openModes(modes)
		switch {
		case err != nil && len(o.Backends) > 0:
			return nil, false, nil, fmt.Errorf("gl: %w: %w", ErrNoBackend, err)
		case err != nil:
			o.Log("without gl: " + err.Error())
		default:
			gl, done = true, closeGL
			for k, b := range opened {
				byName[modes[k]] = b
			}
		}
	}
	for _, name := range want {
		b := byName[name]
		switch {
		case b != nil:
		case slices.Contains(modes, name):
			continue // without gl
		case name == "cpu":
			b, _, _ = OpenCPU()
		case slices.Contains(Forms(), name):
			if b, err = openForm(name); err != nil {
				done()
				return nil, false, nil, err
			}
		default:
			done()
			return nil, false, nil, fmt.Errorf("%w: backend %q; there are cpu, gl, %s, %s", ErrUsage, name, strings.Join(GLModes(), ", "), strings.Join(Forms(), ", "))
		}
		list = append(list, b)
	}
	return list, gl, done, nil
}

// pictures measures frames off the screen and, where there is a display, in a window; peers have their turn in each round.
func (r *Result) pictures(ctx context.Context, o *Options, gl bool, c FrameConfig, peers []*peerCase) error {
	defer func() {
		for _, p := range peers {
			p.close()
			r.FramePeers = append(r.FramePeers, p.res)
		}
	}()
	if !gl {
		if len(o.Names) == 0 {
			return nil
		}
		return fmt.Errorf("pictures are drawn by OpenGL: %w", ErrNoBackend)
	}
	c.Rounds, c.RoundTime = o.Rounds, o.RoundTime
	c.Turn = func() {
		for _, p := range peers {
			p.round(ctx)
		}
	}
	for _, window := range []bool{false, true} {
		if window && os.Getenv("DISPLAY") == "" {
			o.Log("pictures in a window: DISPLAY is not set; xvfb-run gives one")
			return nil
		}
		c.Window = window
		f, err := MeasureFrames(ctx, c)
		for i := range f {
			o.Log(strings.Join(f[i].row()[:7], ", "))
		}
		r.Frames = append(r.Frames, f...)
		if err != nil {
			return err
		}
	}
	return nil
}

// drawers starts the peers that draw graphs: the smallest of them.
func drawers(ctx context.Context, o *Options) (list []*peerCase) {
	for _, p := range o.Peers {
		if p.Draws {
			if k := startPeer(ctx, o.Python, o.PeerDir, p, graphWorkload(Graphs()[0]), time.Minute); k != nil {
				list = append(list, k)
			}
		}
	}
	return list
}

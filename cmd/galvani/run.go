package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/script"
	"github.com/spf13/cobra"
)

func (p *program) runCommand() *cobra.Command {
	f := &modelFlags{}
	c := &cobra.Command{
		Use: "run MODEL.star|SESSION.galvani", Short: "Run a model, or play a session again",
		Long: `Run a model to its end and, with --out, write what its monitors recorded.

Each monitor becomes DIR/NAME.npz, which numpy.load reads: t [samples] and one array per variable
[samples, elements], float64, SI units. With --format csv it is DIR/NAME.csv: a row per sample, with the
columns t and VARIABLE[k]. DIR/run.json says how it was made: parameters, seed, device, times, memory.
With --figures each figure that the script plots becomes DIR/figure-1.png and DIR/figure-1.svg, and so
on; savefig("NAME.svg") in a script writes DIR/NAME.svg without it.

SESSION.galvani, which the viewer saves, is played again with all that was done in it, on the same backend
and with the same parameters; the hash of the state at its end is printed and stands in run.json. A state
that is not the session's is an error.

Exit codes: 0 done, 1 the model or its input is wrong, 2 usage, 3 this machine cannot, 4 stopped by
a numeric fault, 5 output could not be written, 130 stopped by Ctrl-C or SIGTERM.`,
		Example: `  galvani run model.star --out results
  galvani run model.star --set N=100 --set tau=5*ms --seed 7 --out results
  galvani run model.star --backend cpu --precision double --threads 4`,
		Args: oneModel, ValidArgsFunction: completeModel,
		RunE: work(func(c *cobra.Command, args []string) error {
			if err := f.check(); err != nil {
				return err
			}
			if isSession(args[0]) {
				return p.replaySession(c, args[0], f)
			}
			return p.runModel(c.Context(), args[0], f)
		}),
	}
	f.describe(c)
	f.execution(c)
	f.output(c)
	return c
}

func (p *program) runModel(ctx context.Context, model string, f *modelFlags) error {
	if err := prepareOut(f.out); err != nil {
		return err
	}
	if err := cleanOut(f.out, p.note(f)); err != nil {
		return err
	}
	s := &session{flags: f, pending: openBackend(f, p.note(f)), note: p.note(f)}
	defer s.pending.release()
	bar := &progress{w: p.err}
	if p.terminal && !f.quiet {
		s.progress = bar.show
	}
	res, err := script.Run(ctx, model, f.options(s, p.out, p.warn(bar)))
	bar.clear()
	return p.finish(s, model, res, err)
}

// finish writes what there is, says how it went and lets the simulation go. It keeps err, the run's own.
func (p *program) finish(s *session, model string, res *script.Result, err error) error {
	defer s.close()
	if err == nil && s.sim == nil && len(s.sweeps) > 0 {
		files, werr := s.save(model, res, "")
		if werr != nil {
			return &coded{exitOutput, werr}
		}
		if p.terminal && !s.flags.quiet {
			fmt.Fprintln(p.err, s.summary(files))
		}
		return nil
	}
	if s.sim == nil || res.Sim == nil {
		if errors.Is(err, errInterrupted) {
			fmt.Fprintln(p.err, interruptedBy(err)+" before the network ran; nothing was written")
		} else if err == nil && !s.flags.quiet && len(res.Figures) == 0 {
			fmt.Fprintln(p.err, "the script made no run: add run(1*second) or simulate(1000.0)")
		}
		return rendered(err)
	}
	stopped := ""
	switch {
	case s.complete && errors.Is(err, errInterrupted): // the end of watching
	case s.closed != "":
		stopped = fmt.Sprintf("%s at t = %.6g s", s.closed, s.sim.Time())
	case errors.Is(err, errInterrupted):
		stopped = fmt.Sprintf("%s at t = %.6g s; the same command with the same seed repeats the run from the start", interruptedBy(err), s.sim.Time())
	case err != nil:
		stopped = "stopped by an error: " + err.Error()
	}
	if err != nil && !s.simulated() {
		// Nothing is known that a file could tell, and what the folder holds may be of a run that came further.
		if errors.Is(err, errInterrupted) {
			fmt.Fprintln(p.err, interruptedBy(err)+" before the network ran; nothing was written")
		}
		return rendered(err)
	}
	files, werr := s.save(model, res, stopped)
	files = append(files, res.Figures...)
	if werr != nil {
		return errors.Join(rendered(err), &coded{exitOutput, werr})
	}
	if stopped != "" && (err == nil || errors.Is(err, errInterrupted)) {
		fmt.Fprintln(p.err, stopped)
		if len(files) > 0 {
			fmt.Fprintf(p.err, "what was recorded until then is in %s\n", s.flags.out)
		}
	} else if err == nil && p.terminal && !s.flags.quiet {
		fmt.Fprintln(p.err, s.summary(files))
	}
	return rendered(err)
}

// renderedError is an error whose text starts with its place.
type renderedError struct{ error }

// Rendered tells message to print it as it is.
func (renderedError) Rendered() bool { return true }

// Unwrap gives the error with its causes.
func (r renderedError) Unwrap() error { return r.error }

// interruptedBy is the text of the interruption in err.
func interruptedBy(err error) string {
	var i interruption
	if errors.As(err, &i) {
		return i.Error()
	}
	return "stopped"
}

// rendered keeps the script's diagnostics as they are. What the machine lacks is not the fault of the line that ran into it.
func rendered(err error) error {
	var c *coded
	if errors.As(err, &c) && c.code == exitMachine {
		return c
	}
	var e *script.Error
	if errors.As(err, &e) {
		return renderedError{err}
	}
	return err
}

// note prints one line for a person, unless they asked for quiet.
func (p *program) note(f *modelFlags) func(string) {
	return func(line string) {
		if !f.quiet {
			fmt.Fprintln(p.err, "galvani: "+line)
		}
	}
}

// warn prints warnings above the progress line.
func (p *program) warn(bar *progress) func(diag.List) {
	return func(l diag.List) {
		bar.clear()
		fmt.Fprintln(p.err, l.Error())
	}
}

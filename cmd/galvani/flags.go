package main

import (
	"fmt"
	"math"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/galvani-sim/galvani/gpu/compute"
	"github.com/galvani-sim/galvani/host/plan"
	"github.com/spf13/cobra"
)

// modelFlags are the flags of every command that takes a model.
type modelFlags struct {
	set       []string
	data      []string
	backend   string
	glMode    string // of the gl backend; empty for commands that run nothing
	precision string
	seed      seedFlag
	threads   int
	out       string
	format    string // of recordings: npz or csv
	figures   bool
	quiet     bool
	steps     uint64
}

// seedFlag is a seed that may be absent.
type seedFlag struct {
	value uint64
	set   bool
}

func (s *seedFlag) String() string {
	if !s.set {
		return ""
	}
	return strconv.FormatUint(s.value, 10)
}
func (s *seedFlag) Type() string { return "N" }

// Set reads a whole number from 0 on.
func (s *seedFlag) Set(text string) error {
	v, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return fmt.Errorf("a seed is a whole number from 0 to %d", uint64(math.MaxUint64))
	}
	s.value, s.set = v, true
	return nil
}

func (s *seedFlag) pointer() *uint64 {
	if !s.set {
		return nil
	}
	return &s.value
}

// describe adds the flags that say what the model is.
func (f *modelFlags) describe(c *cobra.Command) {
	c.Flags().StringArrayVar(&f.set, "set", nil, "set a parameter of the script, `NAME=VALUE`: --set N=100 --set tau=5*ms")
	c.Flags().StringArrayVar(&f.data, "data", nil, "a folder `DIR` that the script may read, besides its own")
	c.Flags().Var(&f.seed, "seed", "seed of all random numbers; wins over the script's seed(...)")
	c.Flags().Uint64Var(&f.steps, "script-steps", 0, "steps `N` that the script may take before it runs the network (default 100000000)")
}

// execution adds the flags that say how it runs.
func (f *modelFlags) execution(c *cobra.Command) {
	c.Flags().StringVar(&f.backend, "backend", "auto", "`BACKEND`: auto, cpu or gl; auto takes gl where a graphics card has OpenGL 4.3, cpu beside OpenGL in software")
	c.Flags().StringVar(&f.precision, "precision", "auto", "`PRECISION`: auto, single or double; auto is double on cpu and single on gl")
	c.Flags().StringVar(&f.glMode, "gl-mode", "auto", "how the gl backend runs a step, `MODE`: auto, plain (one dispatch after another), resident (one work group takes many steps), persistent (many work groups take many steps and wait for each other; not every driver runs them at once) or auto-persistent; results are the same")
	_ = c.RegisterFlagCompletionFunc("gl-mode", cobra.FixedCompletions(compute.Modes(), cobra.ShellCompDirectiveNoFileComp))
	c.Flags().IntVar(&f.threads, "threads", 0, "threads `N` of the cpu backend (default all)")
	_ = c.RegisterFlagCompletionFunc("backend", cobra.FixedCompletions([]string{"auto", "cpu", "gl"}, cobra.ShellCompDirectiveNoFileComp))
	_ = c.RegisterFlagCompletionFunc("precision", cobra.FixedCompletions([]string{"auto", "single", "double"}, cobra.ShellCompDirectiveNoFileComp))
}

// output adds the flags about results.
func (f *modelFlags) output(c *cobra.Command) {
	c.Flags().StringVarP(&f.out, "out", "o", "", "folder `DIR` for recordings (NAME.npz per monitor) and run.json; made if missing")
	c.Flags().StringVar(&f.format, "format", "npz", "`FORMAT` of recordings: npz, or csv with one row per sample")
	_ = c.RegisterFlagCompletionFunc("format", cobra.FixedCompletions([]string{"npz", "csv"}, cobra.ShellCompDirectiveNoFileComp))
	c.Flags().BoolVar(&f.figures, "figures", false, "write the script's figures to the folder of --out: figure-1.png and figure-1.svg, or their own names")
	c.Flags().BoolVarP(&f.quiet, "quiet", "q", false, "print results and errors only")
	_ = c.MarkFlagDirname("out")
	_ = c.MarkFlagDirname("data")
}

// check refuses values that no command takes.
func (f *modelFlags) check() error {
	if err := oneOf("--backend", f.backend, "auto", "cpu", "gl"); err != nil {
		return err
	}
	if err := oneOf("--precision", f.precision, "auto", "single", "double"); err != nil {
		return err
	}
	if f.glMode != "" {
		if err := oneOf("--gl-mode", f.glMode, compute.Modes()...); err != nil {
			return err
		}
	}
	if f.wantsGL() && f.backend == "cpu" {
		return usageError("--gl-mode %s: the cpu backend has no such modes; use --backend gl", f.glMode)
	}
	if f.format == "" { // a command without --out
		f.format = "npz"
	}
	if err := oneOf("--format", f.format, "npz", "csv"); err != nil {
		return err
	}
	if f.figures && f.out == "" {
		return usageError("--figures: give the folder for them with --out DIR")
	}
	if f.threads < 0 || f.threads > 4096 {
		return usageError("--threads %d: a number from 1 to 4096, or 0 for all %d", f.threads, runtime.GOMAXPROCS(0))
	}
	return nil
}

// wantsGL reports whether the flags ask for a way to run that only the gl backend has.
func (f *modelFlags) wantsGL() bool { return f.glMode != "" && f.glMode != "auto" }

func oneOf(flag, value string, allowed ...string) error {
	if slices.Contains(allowed, value) {
		return nil
	}
	return usageError("%s %s: expected %s", flag, value, strings.Join(allowed, ", "))
}

// chosen is the precision on a backend.
func (f *modelFlags) chosen(backend string) plan.Precision {
	switch {
	case f.precision == "single", f.precision == "auto" && backend == "gl":
		return plan.Single
	}
	return plan.Double
}

func precisionName(p plan.Precision) string {
	if p == plan.Double {
		return "double"
	}
	return "single"
}

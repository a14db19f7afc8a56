package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/galvani-sim/galvani/host/diag"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/term"
)

// program is what the commands share: where to write, and how to be stopped.
type program struct {
	out, err io.Writer
	terminal bool // err is a terminal
}

const longHelp = `Galvani simulates networks of neurons that you write down as equations.

A model is a script (Starlark, a small dialect of Python) with the names of Brian2 and
ANNarchy: populations, projections, monitors, run. Most scripts of Brian2 run as they are,
.py and all. It runs in OpenGL compute shaders, or on the CPU where there is no OpenGL.
galvani help scripts shows how to write one.`

const rootExample = `  galvani view examples/neural_field/neural_field.star     watch it live
  galvani run model.star --set N=100 --out results         run it and keep what its monitors record
  galvani check model.star                                 equations, units, size in memory; nothing runs
  galvani doctor                                           what this machine can do`

// Main runs the command line and returns the exit code.
func Main(args []string, stdout, stderr io.Writer) int {
	p := &program{out: stdout, err: stderr}
	if f, ok := stderr.(*os.File); ok {
		p.terminal = term.IsTerminal(int(f.Fd()))
	}
	root := p.root()
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	ctx, stop := interruptible(stderr, 2*time.Second)
	defer stop()
	err := root.ExecuteContext(ctx)
	var c *coded
	if err != nil && !errors.As(err, &c) && !isRun(err) {
		// cobra's own errors are about the command line
		err = usageError("%v%s\nsee galvani --help", err, suggestion(root, args))
	}
	var r *runError
	if errors.As(err, &r) {
		err = r.err
	}
	report(stderr, err)
	return exitCode(err)
}

// suggestion is what the first word may have meant where it is no command.
func suggestion(root *cobra.Command, args []string) string {
	if c, _, _ := root.Find(args); c != root || len(args) == 0 {
		return ""
	}
	var names []string
	for _, c := range root.Commands() {
		names = append(names, c.Name())
	}
	if hint := diag.DidYouMean(args[0], names); hint != "" {
		return "; " + hint
	}
	if strings.HasSuffix(args[0], ".star") || strings.HasSuffix(args[0], ".py") {
		return fmt.Sprintf("; to run a model: galvani run %s", args[0])
	}
	return ""
}

// runError marks an error of a command's work, in contrast to cobra's about the command line.
type runError struct{ err error }

func (r *runError) Error() string { return r.err.Error() }
func (r *runError) Unwrap() error { return r.err }

func isRun(err error) bool {
	var r *runError
	return errors.As(err, &r)
}

// work wraps a command's function so that its errors are told from usage errors.
func work(f func(c *cobra.Command, args []string) error) func(*cobra.Command, []string) error {
	return func(c *cobra.Command, args []string) error {
		if err := f(c, args); err != nil {
			return &runError{err}
		}
		return nil
	}
}

// interruptible returns a context that the first Ctrl-C or SIGTERM ends; the second ends the program at once, which is said to those who wait
// for longer than patience: some work, such as connecting many neurons, is not left in the middle.
func interruptible(stderr io.Writer, patience time.Duration) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(context.Background())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		s, ok := <-signals
		if !ok {
			return
		}
		cancel(interruption{s})
		notice := time.AfterFunc(patience, func() {
			fmt.Fprintln(stderr, "galvani: stopping as soon as what is under way is done; another Ctrl-C ends it at once")
		})
		defer notice.Stop()
		if _, ok := <-signals; ok {
			os.Exit(exitInterrupted)
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
		close(signals)
		cancel(nil)
	}
}

func (p *program) root() *cobra.Command {
	root := &cobra.Command{
		Use: "galvani", Short: "Simulate networks of neurons written as equations", Long: longHelp, Example: rootExample,
		SilenceErrors: true, SilenceUsage: true, Version: version(),
		Args: cobra.NoArgs,
		RunE: work(func(c *cobra.Command, _ []string) error { return c.Help() }),
	}
	root.SetVersionTemplate("galvani {{.Version}}\n")
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		name, unknown := strings.CutPrefix(err.Error(), "unknown flag: --")
		if !unknown {
			return err
		}
		var names []string
		c.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
		if hint := diag.DidYouMean(name, names); hint != "" {
			return fmt.Errorf("%w; %s", err, hint)
		}
		return err
	})
	root.AddCommand(p.runCommand(), p.viewCommand(), p.movieCommand(), p.checkCommand(), p.benchCommand(), p.dumpCommand(), p.doctorCommand(), p.versionCommand(), scriptsTopic())
	root.InitDefaultHelpCmd()
	for _, c := range root.Commands() {
		if c.Name() == "help" {
			c.Run, c.RunE = nil, work(func(_ *cobra.Command, args []string) error {
				about, rest, err := root.Find(args)
				if err != nil || about == root && len(args) > 0 || len(rest) > 0 {
					return usageError("help: there is no command %q%s\nsee galvani --help", strings.Join(args, " "), suggestion(root, args))
				}
				about.InitDefaultHelpFlag()
				return about.Help()
			})
		}
	}
	return root
}

// oneModel is the check of a command's arguments: one script.
func oneModel(c *cobra.Command, args []string) error {
	switch len(args) {
	case 0:
		return fmt.Errorf("%s needs a model, for example: galvani %s model.star", c.Name(), c.Name())
	case 1:
		return nil
	}
	return fmt.Errorf("%s takes one model, got %d arguments; parameters are given with --set NAME=VALUE", c.Name(), len(args))
}

// completeModel offers scripts, and sessions where a command takes them.
func completeModel(c *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
	ext := []string{"star", "py"}
	if strings.Contains(c.Use, "SESSION") {
		ext = append(ext, "galvani")
	}
	return ext, cobra.ShellCompDirectiveFilterFileExt
}

func (p *program) versionCommand() *cobra.Command {
	return &cobra.Command{Use: "version", Short: "Print the version", Args: cobra.NoArgs, RunE: work(func(*cobra.Command, []string) error {
		_, err := fmt.Fprintln(p.out, "galvani", version())
		return err
	})}
}

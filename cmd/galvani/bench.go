package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/galvani-sim/galvani/bench"
	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/plan"
	"github.com/galvani-sim/galvani/host/record"
	"github.com/spf13/cobra"
)

func (p *program) benchCommand() *cobra.Command {
	f := &modelFlags{backend: "auto", precision: "auto"}
	var backends, file string
	var list bool
	var rounds int
	c := &cobra.Command{
		Use: "bench [WORKLOAD]...", Short: "Measure how fast this machine simulates",
		Long: `Measure steps per second of built-in workloads. All cases of a workload are loaded first and then take turns, so
that backends are compared in one run; a case whose result is wrong has no number. A name that ends in * stands
for all that begin so.`,
		Example: "  galvani bench --list\n  galvani bench 'field-*' --backend cpu,gl --json out/bench.json",
		RunE: work(func(c *cobra.Command, args []string) error {
			if list {
				for _, w := range bench.Workloads() {
					fmt.Fprintf(p.out, "%-16s %s\n", w.Name, w.Title)
				}
				return nil
			}
			if err := f.check(); err != nil {
				return err
			}
			if rounds < 1 || rounds > 1000 {
				return usageError("--rounds %d: between 1 and 1000", rounds)
			}
			workloads, err := bench.Select(args)
			if err != nil {
				return usageError("%w", err)
			}
			return p.measure(c.Context(), bench.Config{Workloads: workloads, Rounds: rounds, Seed: 1}, backends, file, f)
		}),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			var names []string
			for _, w := range bench.Workloads() {
				names = append(names, w.Name)
			}
			return names, cobra.ShellCompDirectiveNoFileComp
		},
	}
	c.Flags().StringVar(&backends, "backend", "cpu,gl", "backends to compare: cpu, gl or cpu,gl")
	c.Flags().StringVar(&f.precision, "precision", "auto", "auto (both), single or double")
	c.Flags().IntVar(&f.threads, "threads", 0, "threads of the cpu backend (default one, and all)")
	c.Flags().IntVar(&rounds, "rounds", 5, "how often each case runs")
	c.Flags().StringVar(&file, "json", "", "write everything that was measured to FILE")
	c.Flags().BoolVar(&list, "list", false, "list the workloads")
	return c
}

func (p *program) measure(ctx context.Context, c bench.Config, backends, file string, f *modelFlags) error {
	if file != "" {
		if err := prepareOut(filepath.Dir(file)); err != nil {
			return err
		}
	}
	if f.threads > 0 {
		c.Threads = []int{f.threads}
	}
	switch f.precision {
	case "single":
		c.Precisions = []plan.Precision{plan.Single}
	case "double":
		c.Precisions = []plan.Precision{plan.Double}
	}
	for _, name := range strings.Split(backends, ",") {
		if err := oneOf("--backend", name, "cpu", "gl"); err != nil {
			return err
		}
		b, err := chooseBackend(&modelFlags{backend: name, precision: "auto"}, openHeadless)
		if err != nil {
			if backends != "cpu,gl" {
				return err
			}
			p.note(f)(err.Error()) // the default still measures the CPU
			continue
		}
		if b.close != nil {
			defer b.close()
		}
		c.Backends = append(c.Backends, exec.Backend(b.Backend))
	}
	if p.terminal {
		c.Log = func(line string) { fmt.Fprintln(p.err, line) }
	}
	r, err := bench.Run(ctx, c)
	if r == nil {
		return err
	}
	if werr := r.WriteTable(p.out); werr != nil {
		return errors.Join(err, werr)
	}
	if file != "" {
		err = errors.Join(err, writeBench(file, r))
	}
	return err
}

// writeBench writes the result whole or not at all.
func writeBench(path string, r *bench.Result) error {
	f, err := record.Create(path)
	if err != nil {
		return err
	}
	if err := r.WriteJSON(f); err != nil {
		f.Abort()
		return err
	}
	return f.Commit()
}

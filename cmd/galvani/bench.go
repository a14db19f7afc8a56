package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/galvani-sim/galvani/bench"
	"github.com/galvani-sim/galvani/host/plan"
	"github.com/galvani-sim/galvani/host/record"
	"github.com/spf13/cobra"
)

func (p *program) benchCommand() *cobra.Command {
	f := &modelFlags{backend: "auto", precision: "auto"}
	var backends, file, text, plot, peers, python, only string
	var list bool
	var rounds, cells int
	c := &cobra.Command{
		Use: "bench [WORKLOAD]...", Short: "Measure how fast this machine simulates",
		Long: `Measure steps per second of built-in workloads, and frames per second of surfaces and graphs. All cases of a workload are loaded first and then take turns, so
that backends are compared in one run; a case whose result is wrong has no number. A name that ends in * stands
for all that begin so.`,
		Example: "  galvani bench --list\n  galvani bench 'field-*' --backend cpu,gl --json out/bench.json",
		RunE: work(func(c *cobra.Command, args []string) error {
			if list {
				for _, w := range bench.Workloads() {
					fmt.Fprintf(p.out, "%-16s %s\n", w.Name, w.Title)
				}
				fmt.Fprintf(p.out, "%-16s %s\n", bench.Surface, "frames per second of lit surfaces of 20 x 20 to 1000 x 1000 cells")
				fmt.Fprintf(p.out, "%-16s %s\n", bench.Live, "frames per second of a neural field of 1024 x 1024 cells, 17 steps and a lit surface in each")
				fmt.Fprintf(p.out, "%-16s %s\n", bench.Graph, "frames per second of graphs of 1000 nodes to 1e5 nodes and 1e6 edges; --peers adds networkx")
				fmt.Fprintf(p.out, "%-16s %s\n", bench.Scaling, "cost of a cell of CUBA in networks of 4000 to 4 million cells")
				fmt.Fprintf(p.out, "%-16s %s\n", bench.Dispatch, "what dispatches and barriers cost on the graphics card")
				return nil
			}
			if err := f.check(); err != nil {
				return err
			}
			if rounds < 1 || rounds > 1000 {
				return usageError("--rounds %d: between 1 and 1000", rounds)
			}
			o := bench.Options{Names: args, Rounds: rounds, MaxCells: cells}
			for _, name := range strings.Split(backends, ",") {
				if err := oneOf("--backend", name, slices.Concat([]string{"cpu", "gl"}, bench.GLModes(), bench.Forms())...); err != nil {
					return err
				}
			}
			if c.Flags().Changed("backend") {
				o.Backends = strings.Split(backends, ",")
			}
			if f.threads > 0 {
				o.Threads = []int{f.threads}
			}
			switch f.precision {
			case "single":
				o.Precisions = []plan.Precision{plan.Single}
			case "double":
				o.Precisions = []plan.Precision{plan.Double}
			}
			if peers != "" {
				o.PeerDir, o.Python = peers, python
				if scripts, err := filepath.Glob(filepath.Join(peers, "*.py")); err != nil || len(scripts) == 0 {
					return usageError("--peers %s: no scripts of peers are there; bench/peers has them", peers)
				}
				for _, x := range bench.Peers() {
					if only == "" || slices.Contains(strings.Split(only, ","), x.Mode) {
						o.Peers = append(o.Peers, x)
					}
				}
				if len(o.Peers) == 0 {
					return usageError("--peer-modes %s: none of them is a mode of a peer", only)
				}
			}
			return p.measure(c.Context(), o, file, text, plot)
		}),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			var names []string
			for _, w := range bench.Workloads() {
				names = append(names, w.Name)
			}
			names = append(names, bench.Surface, bench.Graph, bench.Live, bench.Scaling, bench.Dispatch)
			return names, cobra.ShellCompDirectiveNoFileComp
		},
	}
	c.Flags().StringVar(&backends, "backend", "cpu,gl", "`BACKENDS` to compare, by commas: cpu, gl, gl in one of its ways ("+strings.Join(bench.GLModes(), ", ")+"), or cpu with less of the processor: "+strings.Join(bench.Forms(), ", ")+"; the default leaves out gl where there is none")
	c.Flags().StringVar(&f.precision, "precision", "auto", "`PRECISION`: auto (both), single or double")
	c.Flags().IntVar(&f.threads, "threads", 0, "threads `N` of the cpu backend (default one, and all)")
	c.Flags().IntVar(&rounds, "rounds", 5, "how often `N` each case runs")
	c.Flags().StringVar(&file, "json", "", "write everything that was measured to `FILE`")
	c.Flags().StringVar(&text, "markdown", "", "write the tables to `FILE`, too")
	c.Flags().StringVar(&plot, "figure", "", "draw what scaling measured to `FILE.png`")
	c.Flags().IntVar(&cells, "max-cells", 0, "number `N` of cells of the largest network of scaling (default 4 million)")
	c.Flags().StringVar(&peers, "peers", "", "let other simulators take turns: the folder `DIR` with their scripts (bench/peers)")
	c.Flags().StringVar(&python, "python", "python3", "`PROGRAM` that runs the scripts of --peers")
	c.Flags().StringVar(&only, "peer-modes", "", "`MODES` of peers to run, such as cpp1,numpy (default all)")
	c.Flags().BoolVar(&list, "list", false, "list the workloads")
	return c
}

func (p *program) measure(ctx context.Context, o bench.Options, file, text, plot string) error {
	for _, f := range []string{file, text, plot} {
		if f != "" {
			if err := prepareOut(filepath.Dir(f)); err != nil {
				return err
			}
		}
	}
	if p.terminal {
		o.Log = func(line string) { fmt.Fprintln(p.err, line) }
	}
	r, err := bench.Measure(ctx, o)
	switch {
	case errors.Is(err, bench.ErrUsage):
		return usageError("%w", err)
	case errors.Is(err, bench.ErrNoBackend):
		err = machineError(err)
	}
	if r == nil {
		return err
	}
	if werr := r.WriteTable(p.out); werr != nil {
		return errors.Join(err, werr)
	}
	if file != "" {
		err = errors.Join(err, record.WriteFile(file, r.WriteJSON))
	}
	if plot != "" && len(r.Scaling) > 0 {
		err = errors.Join(err, record.WriteFile(plot, func(w io.Writer) error {
			f, err := r.ScalingFigure()
			if err != nil {
				return err
			}
			return f.PNG(w, 150)
		}))
	}
	if text != "" {
		err = errors.Join(err, record.WriteFile(text, func(w io.Writer) error {
			_, err := fmt.Fprintf(w, "# galvani %s\n\n", strings.Join(os.Args[1:], " "))
			return errors.Join(err, r.WriteTable(w))
		}))
	}
	return err
}

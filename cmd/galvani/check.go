package main

import (
	"fmt"
	"text/tabwriter"

	"github.com/galvani-sim/galvani/gpu/compute"
	"github.com/galvani-sim/galvani/gpu/glsl"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/plan"
	"github.com/spf13/cobra"
)

func (p *program) checkCommand() *cobra.Command {
	f := &modelFlags{backend: "cpu", precision: "auto"}
	c := &cobra.Command{
		Use: "check MODEL.star", Short: "Check a model without running it",
		Long: `Read a model up to its first run: equations, units, sizes, connections. Print what it consists of and
how much memory it takes. Nothing runs and nothing is written.`,
		Example: "  galvani check model.star\n  galvani check model.star --set N=512",
		Args:    oneModel, ValidArgsFunction: completeModel,
		RunE: work(func(c *cobra.Command, args []string) error {
			if err := oneOf("--precision", f.precision, "auto", "single", "double"); err != nil {
				return err
			}
			return p.checkModel(c, args[0], f)
		}),
	}
	f.describe(c)
	c.Flags().StringVar(&f.precision, "precision", "auto", "`PRECISION`: auto (double), single or double")
	return c
}

func (p *program) checkModel(c *cobra.Command, model string, f *modelFlags) error {
	pl := &planner{precision: f.chosen("cpu")}
	res, err := pl.describe(c.Context(), model, f.options(nil, p.out, p.warn(&progress{w: p.err})))
	if err != nil {
		return rendered(err)
	}
	w := tabwriter.NewWriter(p.out, 0, 8, 2, ' ', 0)
	n := pl.network
	for _, q := range res.Params {
		doc := q.Doc
		if doc != "" {
			doc = "  " + doc
		}
		fmt.Fprintf(w, "parameter\t%s\t= %s%s\n", q.Name, q.Text, doc)
	}
	for _, g := range n.Groups {
		shape := ""
		if g.Grid != nil {
			shape = fmt.Sprintf(" (%d x %d)", g.Grid.Rows, g.Grid.Cols)
			if g.Grid.Layers > 1 {
				shape = fmt.Sprintf(" (%d x %d x %d)", g.Grid.Layers, g.Grid.Rows, g.Grid.Cols)
			}
		}
		fmt.Fprintf(w, "group\t%s\t%d neurons%s\n", g.Name, g.N, shape)
	}
	for _, q := range n.Projections {
		fmt.Fprintf(w, "projection\t%s\t%s -> %s, target %s, %s, %d synapses\n", q.Name, q.Pre.Name, q.Post.Name, q.Target, q.Rule.Name(), pl.result.Synapses[q.Name])
	}
	for _, s := range n.Synapses {
		about := ""
		if d := pl.result.Procedural[s]; d != nil && pl.result.Synapses[s.Name] == d.Expected() {
			about = "about "
		}
		fmt.Fprintf(w, "synapses\t%s\t%s -> %s, %s%d synapses%s\n", s.Name, s.Pre.Name(), s.Post.Name(), about, pl.result.Synapses[s.Name], drawnAnew(pl, s))
	}
	for _, q := range n.Inputs {
		fmt.Fprintf(w, "input\t%s\t%d Poisson inputs of %g Hz each to %s.%s\n", q.Name, q.N, q.Rate, q.Target.Name(), q.Var)
	}
	for _, m := range n.Monitors {
		of, elements := "", len(m.Elements)
		if m.Synapses != nil {
			of = m.Synapses.Name
			if m.Elements == nil {
				elements = int(pl.result.Synapses[of])
			}
		} else {
			of = m.Group.Name
			if m.Elements == nil {
				elements = m.Group.N
			}
		}
		fmt.Fprintf(w, "monitor\t%s\t%s of %s, %d elements\n", m.Name, join(m.Vars), of, elements)
	}
	for _, m := range n.SpikeMonitors {
		fmt.Fprintf(w, "monitor\t%s\tspikes of %s\n", m.Name, m.Of.Name())
	}
	for _, m := range n.RateMonitors {
		fmt.Fprintf(w, "monitor\t%s\trate of %s\n", m.Name, m.Of.Name())
	}
	mem := pl.result.Plan.Memory()
	for _, g := range mem.Groups {
		if g.Bytes > 0 {
			fmt.Fprintf(w, "memory\t%s\t%s\n", g.Name, plan.FormatBytes(g.Bytes))
		}
	}
	if mem.Host > 0 {
		fmt.Fprintf(w, "memory\tends of synapses, data\t%s\n", plan.FormatBytes(mem.Host))
	}
	fmt.Fprintf(w, "memory\tall\t%s on cpu in %s precision\n", plan.FormatBytes(mem.All()), precisionName(pl.precision))
	if gl, err := compute.Estimate(pl.result.Plan, largestBlock, glsl.Options{Uncounted: true}); err == nil {
		fmt.Fprintf(w, "memory\tgl\t%s on the graphics card, %s beside it\n", plan.FormatBytes(gl.Total), plan.FormatBytes(gl.Host))
	}
	fmt.Fprintf(w, "time step\t\t%g ms, %d operations a step\n", pl.result.Plan.BaseDT*1e3, operations(pl.result.Plan))
	return w.Flush()
}

// drawnAnew says that synapses are not stored.
func drawnAnew(pl *planner, s *net.Synapses) string {
	if pl.result.Procedural[s] != nil {
		return ", drawn anew for every spike"
	}
	return ""
}

// largestBlock is the size of a storage block that most drivers have; it decides only how buffers are packed.
const largestBlock = 1 << 31

func join(names []string) string {
	out := ""
	for i, n := range names {
		if i > 0 {
			out += ", "
		}
		out += n
	}
	return out
}

func operations(p *plan.Plan) int {
	n := 0
	for _, it := range p.Schedule {
		n += len(it.Ops)
	}
	return n
}

package main

import (
	"fmt"
	"io"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/plan"
	"github.com/galvani-sim/galvani/host/script"
	"github.com/galvani-sim/galvani/host/syntax"
	"github.com/spf13/cobra"
)

var stages = []string{"tokens", "ast", "model", "ir", "plan", "glsl"}

func (p *program) dumpCommand() *cobra.Command {
	f := &modelFlags{}
	stage := ""
	c := &cobra.Command{
		Use: "dump MODEL.star --stage STAGE", Short: "Print what the compiler makes of a model",
		Long: `Print one stage of the way from equations to a program:

  tokens   words of the equations
  ast      their trees
  model    names, units and types found by the checker
  ir       kernels
  plan     buffers, schedule and operations of one step
  glsl     compute shaders`,
		Example: "  galvani dump model.star --stage plan",
		Args:    oneModel, ValidArgsFunction: completeModel,
		RunE: work(func(c *cobra.Command, args []string) error {
			if stage == "" {
				return usageError("--stage is needed: %s", join(stages))
			}
			if err := oneOf("--stage", stage, stages...); err != nil {
				return err
			}
			if err := oneOf("--precision", f.precision, "auto", "single", "double"); err != nil {
				return err
			}
			return p.dumpModel(c, args[0], f, stage)
		}),
	}
	f.describe(c)
	c.Flags().StringVar(&stage, "stage", "", "`STAGE`: "+join(stages))
	c.Flags().StringVar(&f.precision, "precision", "auto", "`PRECISION`: auto (double; single for glsl), single or double")
	_ = c.RegisterFlagCompletionFunc("stage", cobra.FixedCompletions(stages, cobra.ShellCompDirectiveNoFileComp))
	return c
}

func (p *program) dumpModel(c *cobra.Command, model string, f *modelFlags, stage string) error {
	if stage == "tokens" || stage == "ast" {
		return p.dumpText(c, model, f, stage)
	}
	kind := "cpu"
	if stage == "glsl" {
		kind = "gl"
	}
	pl := &planner{precision: f.chosen(kind)}
	// What the script prints would stand in the middle of the dump.
	if _, err := pl.describe(c.Context(), model, f.options(nil, io.Discard, p.warn(&progress{w: p.err}))); err != nil {
		return rendered(err)
	}
	switch stage {
	case "model":
		for _, g := range pl.network.Groups {
			fmt.Fprintf(p.out, "# %s\n", g.Name)
			if err := pl.result.Models[g].Dump(p.out); err != nil {
				return err
			}
		}
		return nil
	case "ir":
		return dumpKernels(p.out, pl.plan())
	case "plan":
		if s := pl.sweep; s != nil {
			fmt.Fprintf(p.out, "sweep: %d of %d runs together%s\n\n", s.Together, s.Runs, because(s.Apart))
		}
		pl.plan().Dump(p.out)
		pl.result.DumpConnecting(p.out)
		pl.result.DumpRewrites(p.out)
		return nil
	}
	return dumpGLSL(p.out, pl.plan())
}

func because(why string) string {
	if why == "" {
		return ""
	}
	return "; others go on one by one: " + why
}

// stopper ends a script at its first run without planning anything.
type stopper struct{}

func (stopper) Open(*net.Network, uint64, func(diag.List)) (script.Simulation, error) {
	return nil, script.ErrStop
}

// dumpText prints the stages that need no checked model, so that they also work on equations with mistakes in them.
func (p *program) dumpText(c *cobra.Command, model string, f *modelFlags, stage string) error {
	res, err := script.Run(c.Context(), model, f.options(stopper{}, io.Discard, p.warn(&progress{w: p.err})))
	if err != nil {
		return rendered(err)
	}
	for _, g := range res.Network.Groups {
		dialect := syntax.Brian
		if g.Dialect == check.ANNarchy {
			dialect = syntax.ANNarchy
		}
		for _, src := range []*diag.Source{g.Params, g.Equations} {
			if src == nil {
				continue
			}
			fmt.Fprintf(p.out, "# %s\n", src.Name)
			if stage == "tokens" {
				if err := syntax.DumpTokens(p.out, src); err != nil {
					return err
				}
				continue
			}
			eqs, l := syntax.ParseEquations(src, dialect)
			if src == g.Params {
				eqs, l = syntax.ParseParameters(src)
			}
			if err := l.Err(); err != nil {
				return err
			}
			if err := eqs.Dump(p.out); err != nil {
				return err
			}
		}
	}
	return nil
}

func dumpKernels(w io.Writer, p *plan.Plan) error {
	for _, k := range p.Kernels() {
		if err := ir.Print(w, k); err != nil {
			return err
		}
	}
	return nil
}

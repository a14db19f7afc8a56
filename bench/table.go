package bench

import (
	"fmt"
	"io"
	"math"
	"sort"
	"strings"

	"github.com/galvani-sim/galvani/host/plan"
)

// name tells a case from the others of its workload.
func (c *CaseResult) name() string {
	s := c.Backend + " " + c.Precision
	if c.Threads > 0 {
		s += fmt.Sprintf(", threads %d", c.Threads)
	}
	return s
}

// line is a case in one line.
func (c *CaseResult) line() string {
	if c.Error != "" {
		return fmt.Sprintf("%s, %s: %s", c.Workload, c.name(), c.Error)
	}
	return fmt.Sprintf("%s, %s: %s steps/s (median %s)", c.Workload, c.name(), count(c.Best()), count(c.Median()))
}

// WriteTable writes the result as markdown.
func (r *Result) WriteTable(w io.Writer) error {
	var b strings.Builder
	m := r.Machine
	fmt.Fprintf(&b, "%s, %s, %s, %d threads\n", m.Time.Format("2006-01-02 15:04"), m.System, m.Go, m.Threads)
	for _, d := range m.Devices {
		fmt.Fprintf(&b, "- %s\n", d)
	}
	r.peers(&b)
	r.cases(&b)
	r.scaling(&b)
	r.frames(&b)
	r.dispatches(&b)
	r.starts(&b)
	_, err := io.WriteString(w, b.String())
	return err
}

func (r *Result) cases(b *strings.Builder) {
	if len(r.Cases) == 0 {
		return
	}
	rows := [][]string{{"workload", "case", "steps/s best", "median", "wall/simulated", "user µs/step", "neurons/s", "synaptic events/s", "compile ms", "connect ms", "load ms", "memory", "peak while connecting", "where the time goes"}}
	var problems []string
	for i := range r.Cases {
		c := &r.Cases[i]
		if c.Error != "" {
			problems = append(problems, c.line())
			continue
		}
		if len(c.Rounds) == 0 {
			problems = append(problems, fmt.Sprintf("%s, %s: stopped before its first round", c.Workload, c.name()))
			continue
		}
		best := c.Best()
		rows = append(rows, []string{
			c.Workload, c.name(), count(best), count(c.Median()), fmt.Sprintf("%.3g", c.RealTimeFactor()),
			fmt.Sprintf("%.3g", c.LeastUser()*1e6), count(best * float64(c.Neurons)), count(best * c.Events), ms(c.Compile), ms(c.Connect), ms(c.Load),
			plan.FormatBytes(c.Memory.All()), peakBytes(c.Peak), c.shares(),
		})
	}
	if len(rows) > 1 {
		table(b, rows)
	}
	for _, p := range problems {
		fmt.Fprintf(b, "\nNot measured: %s\n", p)
	}
}

func peakBytes(n int64) string {
	if n == 0 {
		return "-"
	}
	return plan.FormatBytes(n)
}

// shares are the three phases that take most of the time.
func (c *CaseResult) shares() string {
	total := 0.0
	for _, p := range c.Phases {
		total += p.Seconds
	}
	if total == 0 {
		return "-"
	}
	p := append(c.Phases[:0:0], c.Phases...)
	sort.SliceStable(p, func(i, j int) bool { return p[i].Seconds > p[j].Seconds })
	var parts []string
	for _, x := range p[:min(3, len(p))] {
		if share := math.Round(100 * x.Seconds / total); share >= 1 {
			parts = append(parts, fmt.Sprintf("%s %.0f%%", x.Name, share))
		}
	}
	return strings.Join(parts, ", ")
}

// table writes rows, the first as header, with columns padded: it is read as text as often as rendered.
func table(b *strings.Builder, rows [][]string) {
	width := make([]int, len(rows[0]))
	for _, r := range rows {
		for i, cell := range r {
			width[i] = max(width[i], len([]rune(cell)))
		}
	}
	b.WriteByte('\n')
	for k, r := range rows {
		for i, cell := range r {
			fmt.Fprintf(b, "| %s%s ", cell, strings.Repeat(" ", width[i]-len([]rune(cell))))
		}
		b.WriteString("|\n")
		if k == 0 {
			for _, n := range width {
				fmt.Fprintf(b, "|%s", strings.Repeat("-", n+2))
			}
			b.WriteString("|\n")
		}
	}
}

func ms(seconds float64) string { return fmt.Sprintf("%.3g", seconds*1e3) }

// count writes a rate with three significant digits and a thousands separator, or in powers of ten when large.
func count(v float64) string {
	switch {
	case v == 0:
		return "0"
	case v >= 1e7:
		return fmt.Sprintf("%.2e", v)
	case v < 100:
		return fmt.Sprintf("%.3g", v)
	}
	digits := math.Pow(10, math.Max(0, math.Floor(math.Log10(v))-2))
	s := fmt.Sprintf("%.0f", math.Round(v/digits)*digits)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

package glsl

import (
	"fmt"
	"strings"

	"github.com/galvani-sim/galvani/host/plan"
)

// productRun is how many entries from the first on are matrix products that share one function and clock.
func (g *generator) productRun(entries []Entry) int {
	var first product
	for n, e := range entries {
		m, ok := e.Op.(*plan.MatMul)
		if !ok || e.Clock != entries[0].Clock {
			return n
		}
		key, ok := g.shared(m)
		if !ok || n > 0 && key != first {
			return n
		}
		first = key
	}
	return len(entries)
}

// callProducts calls a shared product for each entry, from a loop, so that its body is compiled once. The barrier before the first has
// been written.
func (g *generator) callProducts(out *strings.Builder, entries []Entry, f function, groupSize int, cond string) {
	vec := func(e Entry) string {
		at := g.arguments(e.Op.(*plan.MatMul))
		return fmt.Sprintf("uvec4(%d, %d, %d, %d)", at[0], at[1], at[2], at[3])
	}
	var names, sync []string
	at := vec(entries[len(entries)-1])
	for k, e := range entries {
		names = append(names, e.Op.(*plan.MatMul).Name)
		if k > 0 && e.Sync {
			sync = append(sync, fmt.Sprintf("m == %du", k))
		}
	}
	for k := len(entries) - 2; k >= 0; k-- {
		at = fmt.Sprintf("m == %du ? %s : %s", k, vec(entries[k]), at)
	}
	fmt.Fprintf(out, "\t\tfor (uint m = 0u; m < %du; ++m) { // %s\n", len(entries), strings.Join(names, ", "))
	if len(sync) > 0 {
		fmt.Fprintf(out, "\t\t\tif (%s) sync_group();\n", strings.Join(sync, " || "))
	}
	fmt.Fprintf(out, "\t\t\tuvec4 at = %s;\n", at)
	fmt.Fprintf(out, "\t\t\t%sfor (uint e = me; e < %du; e += %du) %s;\n\t\t}\n", cond, f.n, groupSize, f.call)
}

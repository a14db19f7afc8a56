package glsl

import (
	"fmt"
	"math"
	"strings"

	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
)

// Numbers of equations are uniforms for the driver, where a program is for hardware: a network that differs in numbers only, as one of a scan of a
// parameter does, then has the programs of the one before. A compiler takes tenths of a second for each; reading a uniform costs a graphics card nothing.
// People see the numbers.

// UniformConstants is an array of the numbers of a program: floats, or uvec2 with the bits of doubles.
const UniformConstants = "constants"

// mostConstants leaves room for other uniforms among the 512 components that OpenGL grants a compute shader.
const mostConstants = 320

// A literal in generated text stands between these where it may become a uniform.
const constantOpen, constantClose = "\x02", "\x03"

// structural are numbers that formulas have of themselves, and that compilers can make use of.
func structural(v float64) bool {
	v = math.Abs(v)
	return v == 0 || v == 0.5 || v == 1 || v == 2 || math.IsNaN(v) || math.IsInf(v, 0)
}

// marked is the text of a real constant of a kernel, marked where it may become a uniform.
func (l *Layout) marked(v float64, text string) string {
	if !l.Constants || structural(v) || l.Plan.Precision == plan.Single && structural(float64(float32(v))) {
		return text
	}
	return fmt.Sprintf("%s%016x%s%s", constantOpen, math.Float64bits(v), text, constantClose)
}

// plainText is a generated text with its numbers in place.
func plainText(text string) string {
	return replaceConstants(text, func(_ float64, literal string) string { return literal })
}

// uniformText is a generated text in which numbers are elements of UniformConstants, and those numbers.
func (l *Layout) uniformText(text string) (string, []float64) {
	var values []float64
	words, typ, form := 1, "float", UniformConstants+"[%d]"
	if l.Size(ir.Real) == 8 {
		words, typ, form = 2, "uvec2", "packDouble2x32("+UniformConstants+"[%d])"
	}
	text = replaceConstants(text, func(v float64, literal string) string {
		if (len(values)+1)*words > mostConstants {
			return literal
		}
		values = append(values, v)
		return fmt.Sprintf(form, len(values)-1)
	})
	if len(values) == 0 {
		return text, nil
	}
	before, after, _ := strings.Cut(text, ") in;\n") // so that lines keep their numbers
	return fmt.Sprintf("%s) in; uniform %s %s[%d];\n%s", before, typ, UniformConstants, len(values), after), values
}

// replaceConstants puts something in the place of each marked literal.
func replaceConstants(text string, by func(v float64, literal string) string) string {
	var out strings.Builder
	for {
		before, rest, found := strings.Cut(text, constantOpen)
		out.WriteString(before)
		if !found {
			return out.String()
		}
		var bits uint64
		fmt.Sscanf(rest[:16], "%x", &bits)
		literal, after, _ := strings.Cut(rest[16:], constantClose)
		out.WriteString(by(math.Float64frombits(bits), literal))
		text = after
	}
}

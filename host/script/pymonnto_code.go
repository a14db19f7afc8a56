package script

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"go.starlark.net/starlark"
)

// piece is a part of a behaviour's code between two sums, or one sum.
type piece struct {
	code string
	sum  *dotSum
}

// dotSum is W.dot(x) over the synapses of one group: a summed variable of its own.
type dotSum struct {
	syn    *pymSynapses
	target string // the variable of the destination
	expr   string // in terms of the synapses and of *_pre
	order  int
}

var (
	loopLine    = regexp.MustCompile(`^for\s+([A-Za-z_]\w*)\s+in\s+(?:neurons\.|n\.)?synapses\(\s*(\w+)\s*,\s*['"]([^'"]*)['"]\s*\)\s*:\s*(?:#.*)?$`)
	ownSize     = regexp.MustCompile(`\bneurons\.size\b`)
	ownPrefix   = regexp.MustCompile(`\b(neurons|self|np|numpy)\.`)
	counterName = regexp.MustCompile(`\biteration\b`)
	vectorCall  = regexp.MustCompile(`\bvector\(([^()]*)\)`)
	comment     = regexp.MustCompile(`#.*`)
	plainAssign = regexp.MustCompile(`(?m)^\s*([A-Za-z_]\w*)\s*=[^=]`)
)

// dedent takes away the indentation that all lines share.
func dedent(text string) string {
	lines := strings.Split(strings.ReplaceAll(text, "\t", "    "), "\n")
	least := -1
	for _, l := range lines {
		if strings.TrimSpace(l) == "" {
			continue
		}
		if n := len(l) - len(strings.TrimLeft(l, " ")); least < 0 || n < least {
			least = n
		}
	}
	for k, l := range lines {
		if least > 0 && len(l) >= least {
			lines[k] = l[least:]
		}
		if strings.TrimSpace(l) == "" {
			lines[k] = ""
		}
	}
	return strings.Join(lines, "\n")
}

// expand turns the iteration part of a behaviour into pieces of equation code, in order. Loops over synapse groups are written out.
func (g *pymNeurons) expand(b *behavior, key int64) ([]piece, error) {
	x := &expansion{g: g, b: b, key: key}
	var bound []binding
	if err := x.block(strings.Split(dedent(b.iteration), "\n"), bound); err != nil {
		return nil, fmt.Errorf("iteration of %s of %q: %w", b.name, g.name, err)
	}
	x.flush()
	return x.out, nil
}

// binding is what a loop's variable stands for.
type binding struct {
	name string
	syn  *pymSynapses
}

type expansion struct {
	g    *pymNeurons
	b    *behavior
	key  int64
	code []string
	out  []piece
}

func (x *expansion) flush() {
	if len(x.code) > 0 {
		x.out = append(x.out, piece{code: strings.Join(x.code, "\n")})
		x.code = nil
	}
}

func (x *expansion) block(lines []string, bound []binding) error {
	for k := 0; k < len(lines); {
		end := k + 1
		for end < len(lines) && (lines[end] == "" || lines[end][0] == ' ' || strings.HasPrefix(lines[end], "else") || strings.HasPrefix(lines[end], "elif")) {
			end++
		}
		unit := lines[k:end]
		k = end
		if unit[0] == "" {
			continue
		}
		m := loopLine.FindStringSubmatch(unit[0])
		if m == nil {
			if strings.HasPrefix(unit[0], "for ") {
				return withHint(fmt.Errorf("%q is no loop that can run on the device", strings.TrimSpace(unit[0])), "loops go over synapse groups: for s in synapses(afferent, 'TAG'):")
			}
			if err := x.statement(strings.Join(unit, "\n"), bound); err != nil {
				return err
			}
			continue
		}
		if m[2] != "afferent" {
			return withHint(fmt.Errorf("a loop in an iteration goes over afferent synapses, not over %q", m[2]), "what is sent is added by the neurons that receive it")
		}
		found, err := x.g.connected(m[2], m[3])
		if err != nil {
			return err
		}
		body := strings.Split(dedent(strings.Join(unit[1:], "\n")), "\n")
		for _, s := range found {
			if err := x.block(body, append(bound[:len(bound):len(bound)], binding{m[1], s})); err != nil {
				return err
			}
		}
	}
	return nil
}

// statement rewrites one statement; the sums in it are taken just before.
func (x *expansion) statement(s string, bound []binding) error {
	if s = strings.TrimRight(comment.ReplaceAllString(s, ""), " \n"); s == "" {
		return nil
	}
	if strings.HasPrefix(s, "if ") && strings.Contains(s, ".dot(") {
		return withHint(fmt.Errorf("%q: a product over synapses cannot stand within an if: all neurons take part in it", strings.SplitN(s, "\n", 2)[0]),
			"keep it in a variable before")
	}
	for _, v := range bound {
		var err error
		if s, err = x.dots(s, v); err != nil {
			return err
		}
	}
	if strings.Contains(s, ".dot(") {
		return withHint(fmt.Errorf("%q: dot is that of a synapse group's matrix", strings.TrimSpace(s)),
			"for s in synapses(afferent, 'TAG'): x += s.W.dot(s.src.x)")
	}
	s = ownPrefix.ReplaceAllString(ownSize.ReplaceAllString(s, "N"), "")
	var err error
	s = vectorCall.ReplaceAllStringFunc(s, func(call string) string {
		out, e := vectorCode(vectorCall.FindStringSubmatch(call)[1])
		if e != nil {
			err = e
		}
		return out
	})
	if err != nil {
		return err
	}
	s = counterName.ReplaceAllString(s, "(timestep(t, dt) + 1)")
	for name, v := range x.b.params {
		if s, err = x.parameter(s, name, v); err != nil {
			return err
		}
	}
	for _, m := range plainAssign.FindAllStringSubmatch(s, -1) {
		if !x.g.has(m[1]) {
			x.g.declare(m[1], starlark.None)
		}
	}
	x.code = append(x.code, s)
	return nil
}

// parameter makes a behaviour's parameter known to the code. Behaviours of one group may use a name for different values.
func (x *expansion) parameter(s, name string, v starlark.Value) (string, error) {
	word := regexp.MustCompile(`\b` + name + `\b`)
	if !word.MatchString(s) {
		return s, nil
	}
	if _, ok := asQuantity(v); !ok {
		return "", fmt.Errorf("the parameter %s is %s; code uses numbers", name, article(v))
	}
	if x.g.has(name) {
		return "", fmt.Errorf("the parameter %s has the name of a variable of the neurons", name)
	}
	if other, taken := x.g.ns[name]; taken && other != v {
		name = fmt.Sprintf("%s_%d", name, x.key)
		s = word.ReplaceAllString(s, name)
	}
	x.g.ns[name] = v
	return s, nil
}

// dots replaces VAR.W.dot(...) by variables that are summed first, and the sizes of the two groups by numbers.
func (x *expansion) dots(s string, v binding) (string, error) {
	call := regexp.MustCompile(`\b` + v.name + `\.([A-Za-z_]\w*)\.dot\(`)
	size := regexp.MustCompile(`\b` + v.name + `\.(src|dst)\.size\b`)
	source := regexp.MustCompile(`\b` + v.name + `\.src\.([A-Za-z_]\w*)`)
	s = size.ReplaceAllStringFunc(s, func(m string) string {
		if strings.Contains(m, ".src.") {
			return strconv.Itoa(v.syn.src.group.N)
		}
		return strconv.Itoa(v.syn.dst.group.N)
	})
	for {
		at := call.FindStringSubmatchIndex(s)
		if at == nil {
			break
		}
		end, depth := at[1], 1
		for ; end < len(s) && depth > 0; end++ {
			switch s[end] {
			case '(':
				depth++
			case ')':
				depth--
			}
		}
		if depth > 0 {
			return "", fmt.Errorf("%q: a parenthesis is not closed", strings.TrimSpace(s))
		}
		matrix, arg := s[at[2]:at[3]], s[at[1]:end-1]
		if _, ok := v.syn.matrices[matrix]; !ok {
			return "", withHint(fmt.Errorf("the synapse group %q has no matrix %q", v.syn.name, matrix), "an initialize part sets it: synapse."+matrix+" = synapse.matrix('uniform', density=0.1)")
		}
		if vectorCall.MatchString(arg) {
			return "", withHint(fmt.Errorf("%s.dot(%s): random vectors cannot be multiplied", matrix, arg), "keep the vector in a variable of the source")
		}
		if !source.MatchString(arg) {
			return "", withHint(fmt.Errorf("%s.dot(%s) must be that of variables of the source", matrix, arg), "write "+v.name+".src.NAME")
		}
		arg = source.ReplaceAllString(arg, "${1}_pre")
		d := &dotSum{syn: v.syn, target: fmt.Sprintf("%s_dot_%d", strings.ReplaceAll(v.syn.name, "-", "_"), len(v.syn.dots)+1), expr: fmt.Sprintf("%s*(%s)", matrix, arg)}
		v.syn.dots = append(v.syn.dots, d)
		x.g.declare(d.target, starlark.None)
		x.flush()
		x.out = append(x.out, piece{sum: d})
		s = s[:at[0]] + d.target + s[end:]
	}
	if regexp.MustCompile(`\b` + v.name + `\.`).MatchString(s) {
		return "", withHint(fmt.Errorf("%q: of synapses an iteration can use products and sizes only", strings.TrimSpace(s)),
			fmt.Sprintf("%s.W.dot(%s.src.NAME), %s.src.size, %s.dst.size", v.name, v.name, v.name, v.name))
	}
	return s, nil
}

// vectorCode is vector('uniform', density=0.01) as an expression.
func vectorCode(args string) (string, error) {
	mode, density := "0", ""
	for _, a := range strings.Split(args, ",") {
		a = strings.TrimSpace(a)
		name, value, named := strings.Cut(a, "=")
		switch {
		case a == "":
		case named && strings.TrimSpace(name) == "density":
			density = strings.TrimSpace(value)
		case named && strings.TrimSpace(name) != "mode":
			return "", fmt.Errorf("vector has no argument %s=", strings.TrimSpace(name))
		default:
			if named {
				a = strings.TrimSpace(value)
			}
			switch m := strings.Trim(a, `'"`); {
			case m == a:
				mode = a
			case m == "uniform":
				mode = "rand()"
			case m == "normal":
				mode = "randn()"
			case m == "zeros":
				mode = "0"
			case m == "ones":
				mode = "1"
			default:
				return "", withHint(fmt.Errorf("vector: there is no mode %q in an iteration", m), "'uniform', 'normal', 'zeros', 'ones' or a number; scale and shift the result")
			}
		}
	}
	if density != "" {
		return fmt.Sprintf("(%s*int(rand() < %s))", mode, density), nil
	}
	return "(" + mode + ")", nil
}

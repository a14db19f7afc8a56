package script

import (
	"cmp"
	"errors"
	"fmt"
	"math/big"
	"regexp"
	"strconv"
	"strings"

	"github.com/galvani-sim/galvani/host/units"
	"go.starlark.net/starlark"
)

// formatSpec is Python's format specification: fill and alignment, sign, #, zeros, width, thousands, precision, and the kind.
var formatSpec = regexp.MustCompile(`^(?:(.)??([<>=^]))?([+\- ]?)(#?)(0?)(\d{0,4})([,_]?)(?:\.(\d{1,3}))?([bcdeEfFgGnosxX%]?)$`)

// format is Python's format(value, ".3f"), which Starlark's % and str.format lack.
func format(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var v starlark.Value
	spec := ""
	if err := starlark.UnpackPositionalArgs(b.Name(), args, kwargs, 1, &v, &spec); err != nil {
		return nil, err
	}
	s, err := formatValue(b.Name(), v, spec)
	return starlark.String(s), err
}

// formatValue writes a value by a specification. A quantity under one that is not empty is the number in SI units, as in Brian2.
func formatValue(what string, v starlark.Value, spec string) (string, error) {
	if spec == "" {
		return plainString(v), nil
	}
	m := formatSpec.FindStringSubmatch(spec)
	if m == nil {
		return "", withHint(fmt.Errorf("%s: %q is not a format", what, spec), "for example \".3f\", \"8.2f\", \".3g\", \"5d\" or \">10\"")
	}
	fill, align, sign, alternate, zero, thousands, precision, verb := m[1], m[2], m[3], m[4] != "", m[5] != "", m[7], -1, m[9]
	width, _ := strconv.Atoi(m[6])
	if m[8] != "" {
		precision, _ = strconv.Atoi(m[8])
	}
	if zero && align == "" {
		fill, align = "0", "="
	}
	digits, number, err := numberText(what, v, spec, verb, precision, alternate)
	switch {
	case err != nil:
		return "", err
	case !number:
		s := plainString(v)
		if r := []rune(s); precision >= 0 && precision < len(r) {
			s = string(r[:precision])
		}
		return padded("", s, fill, cmp.Or(align, "<"), width), nil
	}
	if thousands != "" {
		digits = grouped(digits, thousands)
	}
	before := ""
	if strings.HasPrefix(digits, "-") {
		before, digits = "-", digits[1:]
	} else if sign == "+" || sign == " " {
		before = sign
	}
	return padded(before, digits, fill, cmp.Or(align, ">"), width), nil
}

// padded brings a sign and a text to a width; align "=" fills between the two.
func padded(sign, s, fill, align string, width int) string {
	missing := max(0, width-len([]rune(sign+s)))
	by := func(n int) string { return strings.Repeat(cmp.Or(fill, " "), n) }
	switch align {
	case "<":
		return sign + s + by(missing)
	case "^":
		return by(missing/2) + sign + s + by(missing-missing/2)
	case "=":
		return sign + by(missing) + s
	}
	return by(missing) + sign + s
}

// grouped puts a mark between thousands.
func grouped(s, mark string) string {
	from := strings.IndexFunc(s, func(r rune) bool { return r >= '0' && r <= '9' })
	if from < 0 {
		return s
	}
	to := from
	for to < len(s) && s[to] >= '0' && s[to] <= '9' {
		to++
	}
	out := s[from:to]
	for k := len(out) - 3; k > 0; k -= 3 {
		out = out[:k] + mark + out[k:]
	}
	return s[:from] + out + s[to:]
}

// numberText writes a number by the kind of a specification; number is false where the value is to be written as text.
func numberText(what string, v starlark.Value, spec, verb string, precision int, alternate bool) (s string, number bool, err error) {
	q, isNumber := asQuantity(v)
	if b, is := v.(starlark.Bool); is && verb != "" && verb != "s" {
		q, isNumber = units.Quantity{Value: boolFloat(bool(b))}, true
	}
	whole, isInt := v.(starlark.Int)
	switch {
	case verb == "s" || verb == "" && (!isNumber || !q.Dim.Dimensionless() && precision < 0):
		return "", false, nil
	case !isNumber:
		return "", false, fmt.Errorf("%s: %q is for numbers, got %s", what, spec, article(v))
	case verb == "" && isInt:
		verb = "d"
	}
	switch verb {
	case "d", "n", "b", "o", "x", "X", "c":
		i := whole.BigInt()
		if !isInt {
			w, err := floatToInt(what, q.Value)
			if err != nil {
				return "", false, err
			}
			i = w.(starlark.Int).BigInt()
		}
		return intText(i, verb, alternate), true, nil
	case "%":
		return strconv.FormatFloat(100*q.Value, 'f', atLeast(precision, 6), 64) + "%", true, nil
	case "":
		if precision < 0 {
			return starlark.Float(q.Value).String(), true, nil
		}
		s := strconv.FormatFloat(q.Value, 'g', max(precision, 1), 64)
		return s, true, nil
	}
	precision = atLeast(precision, 6)
	if verb[0]|0x20 == 'g' {
		precision = max(precision, 1)
	}
	s = strconv.FormatFloat(q.Value, verb[0]|0x20, precision, 64)
	if verb == "E" || verb == "G" {
		s = strings.ToUpper(s)
	}
	return strings.ReplaceAll(strings.ReplaceAll(s, "+Inf", "inf"), "NaN", "nan"), true, nil
}

func atLeast(precision, otherwise int) int {
	if precision < 0 {
		return otherwise
	}
	return precision
}

func intText(i *big.Int, verb string, alternate bool) string {
	base, prefix := 10, ""
	switch verb {
	case "b":
		base, prefix = 2, "0b"
	case "o":
		base, prefix = 8, "0o"
	case "x", "X":
		base, prefix = 16, "0x"
	case "c":
		return string(rune(i.Int64()))
	}
	s := i.Text(base)
	if alternate && prefix != "" {
		if strings.HasPrefix(s, "-") {
			s = "-" + prefix + s[1:]
		} else {
			s = prefix + s
		}
	}
	if verb == "X" {
		s = strings.ToUpper(s)
	}
	return s
}

// percentSpec is a conversion of Python's format % values.
var percentSpec = regexp.MustCompile(`%(?:\((\w+)\))?([#0\- +]*)(\d*|\*)(?:\.(\d*))?[hlL]?([diouxXeEfFgGcrsa%])?`)

// percentFormat is Python's format % values.
func percentFormat(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	text, ok := args[0].(starlark.String)
	if !ok {
		return nil, fmt.Errorf("%%: the format is %s, not a string", article(args[0]))
	}
	values, isTuple := args[1].(starlark.Tuple)
	if !isTuple {
		values = starlark.Tuple{args[1]}
	}
	named, _ := args[1].(starlark.Mapping)
	used := 0
	var failed error
	out := percentSpec.ReplaceAllStringFunc(string(text), func(s string) string {
		m := percentSpec.FindStringSubmatch(s)
		if failed != nil || m[5] == "%" {
			return "%"
		}
		var v starlark.Value
		switch {
		case m[5] == "" || m[3] == "*":
			failed = fmt.Errorf("%%: %q in the format is no conversion; %%%% writes a percent sign", s)
		case m[1] != "" && named == nil:
			failed = fmt.Errorf("%%: %q takes a dictionary", s)
		case m[1] != "":
			var found bool
			if v, found, failed = named.Get(starlark.String(m[1])); failed == nil && !found {
				failed = fmt.Errorf("%%: the dictionary has no %q", m[1])
			}
		case used == len(values):
			failed = fmt.Errorf("%%: the format has more than the %d values that follow it", len(values))
		default:
			v = values[used]
			used++
		}
		if failed != nil {
			return ""
		}
		var r string
		r, failed = percentValue(v, m[2], m[3], m[4], s, m[5])
		return r
	})
	if failed == nil && used < len(values) && (isTuple || named == nil) {
		failed = fmt.Errorf("%%: %d values follow the format, which has %d", len(values), used)
	}
	if failed != nil {
		return nil, failed
	}
	return starlark.String(out), nil
}

// percentValue writes one value.
func percentValue(v starlark.Value, flags, width, precision, spec, verb string) (string, error) {
	if a, ok := v.(*Array); ok && len(a.data) == 1 && !strings.Contains("rsa", verb) {
		v = a.elem(a.now().data[0])
	}
	align := ""
	if strings.Contains(flags, "-") {
		align = "<"
	}
	switch verb {
	case "r", "a":
		v, verb = starlark.String(v.String()), "s"
	case "i", "u":
		verb = "d"
	}
	if verb == "s" {
		v = starlark.String(plainString(v))
	}
	if align == "" {
		align = ">"
		if strings.Contains(flags, "0") && verb != "s" {
			align = "0="
		}
	}
	sign, alternate := "", ""
	for _, f := range []string{" ", "+"} {
		if strings.Contains(flags, f) && verb != "s" {
			sign = f
		}
	}
	if strings.Contains(flags, "#") {
		alternate = "#"
	}
	if i := strings.IndexByte(spec, '.'); i >= 0 {
		precision = "." + cmp.Or(precision, "0")
	}
	if strings.Contains("doxXc", verb) {
		precision = ""
	}
	return formatValue("%"+verb, v, align+sign+alternate+width+precision+verb)
}

// formatMethod is Python's format.format(...).
func formatMethod(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	text, ok := args[0].(starlark.String)
	if !ok {
		return nil, fmt.Errorf("format: the format is %s, not a string", article(args[0]))
	}
	args = args[1:]
	var out strings.Builder
	auto := 0
	for rest := string(text); rest != ""; {
		i := strings.IndexAny(rest, "{}")
		if i < 0 {
			out.WriteString(rest)
			break
		}
		out.WriteString(rest[:i])
		if i+1 < len(rest) && rest[i+1] == rest[i] {
			out.WriteByte(rest[i])
			rest = rest[i+2:]
			continue
		}
		if rest[i] == '}' {
			return nil, errors.New("format: a single } in the format; }} writes one")
		}
		field, behind, err := replacementField(rest[i+1:], args, kwargs, &auto)
		if err != nil {
			return nil, err
		}
		rest = behind
		s, err := converted("format", field.v, field.conversion, field.spec)
		if err != nil {
			return nil, err
		}
		out.WriteString(s)
	}
	return starlark.String(out.String()), nil
}

type replaced struct {
	v                starlark.Value
	conversion, spec string
}

var fieldName = regexp.MustCompile(`^(\w*)((?:\.\w+|\[[^\]]+\])*)$`)

// replacementField reads what stands between { and }.
func replacementField(s string, args starlark.Tuple, kwargs []starlark.Tuple, auto *int) (f replaced, rest string, err error) {
	depth, end := 1, -1
	for k := range len(s) {
		switch s[k] {
		case '{':
			depth++
		case '}':
			depth--
		}
		if depth == 0 {
			end = k
			break
		}
	}
	if end < 0 {
		return f, "", errors.New("format: a { in the format has no }; {{ writes one")
	}
	inner, rest := s[:end], s[end+1:]
	name, spec, _ := strings.Cut(inner, ":")
	name, f.conversion, _ = strings.Cut(name, "!")
	m := fieldName.FindStringSubmatch(name)
	if m == nil {
		return f, "", fmt.Errorf("format: %q in the format is no field", "{"+inner+"}")
	}
	at, number := strconv.Atoi(m[1])
	switch {
	case m[1] == "":
		at = *auto
		*auto++
		fallthrough
	case number == nil:
		if at >= len(args) {
			return f, "", fmt.Errorf("format: the format has a field %d, but there are %d values", at, len(args))
		}
		f.v = args[at]
	default:
		for _, kv := range kwargs {
			if kv[0] == starlark.String(m[1]) {
				f.v = kv[1]
			}
		}
		if f.v == nil {
			return f, "", fmt.Errorf("format: no argument is named %q", m[1])
		}
	}
	if f.v, err = inField(f.v, m[2]); err != nil {
		return f, "", err
	}
	for strings.Contains(spec, "{") { // a width or precision that is a value, too
		i := strings.IndexByte(spec, '{')
		inner, behind, err := replacementField(spec[i+1:], args, kwargs, auto)
		if err != nil {
			return f, "", err
		}
		spec = spec[:i] + plainString(inner.v) + behind
	}
	f.spec = spec
	return f, rest, nil
}

// inField follows .name and [key] in a field.
func inField(v starlark.Value, path string) (starlark.Value, error) {
	for path != "" {
		if path[0] == '.' {
			name := path[1:]
			if k := strings.IndexAny(name, ".["); k >= 0 {
				name = name[:k]
			}
			has, ok := v.(starlark.HasAttrs)
			if !ok {
				return nil, fmt.Errorf("format: %s has no .%s", article(v), name)
			}
			x, err := has.Attr(name)
			if err == nil && x == nil {
				err = fmt.Errorf("format: %s has no .%s", article(v), name)
			}
			if err != nil {
				return nil, err
			}
			v, path = x, path[1+len(name):]
			continue
		}
		key := path[1:strings.IndexByte(path, ']')]
		path = path[len(key)+2:]
		var err error
		n, number := strconv.Atoi(key)
		switch has := v.(type) {
		case starlark.Mapping:
			var k starlark.Value = starlark.String(key)
			if number == nil {
				k = starlark.MakeInt(n)
			}
			var found bool
			if v, found, err = has.Get(k); err == nil && !found {
				err = fmt.Errorf("format: there is no %q", key)
			}
		case starlark.Indexable:
			if number != nil || n < 0 || n >= has.Len() {
				err = fmt.Errorf("format: [%s] is not among %d elements", key, has.Len())
			} else {
				v = has.Index(n)
			}
		default:
			err = fmt.Errorf("format: %s has no [%s]", article(v), key)
		}
		if err != nil {
			return nil, err
		}
	}
	return v, nil
}

// converted writes a value after !r or !s.
func converted(what string, v starlark.Value, conversion, spec string) (string, error) {
	switch conversion {
	case "r", "a":
		v = starlark.String(v.String())
	case "s":
		v = starlark.String(plainString(v))
	case "":
	default:
		return "", fmt.Errorf("%s: !%s is no conversion; !r and !s are", what, conversion)
	}
	return formatValue(what, v, spec)
}

// formatted is what an f-string means: text, value, "conversion:spec", text, and so on.
func formatted(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	var out strings.Builder
	for k := 0; k < len(args); k += 3 {
		out.WriteString(string(args[k].(starlark.String)))
		if k+2 < len(args) {
			conversion, spec, _ := strings.Cut(string(args[k+2].(starlark.String)), ":")
			s, err := converted("f-string", args[k+1], conversion, spec)
			if err != nil {
				return nil, err
			}
			out.WriteString(s)
		}
	}
	return starlark.String(out.String()), nil
}

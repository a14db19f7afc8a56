package script

import (
	"fmt"
	"regexp"
	"strings"
)

// plainMessages say in the words of those who write models what Starlark says of values of the wrong type.
var plainMessages = []struct {
	msg  *regexp.Regexp
	text string // {1} is a group, <1> the type that it names with its article
	hint string
}{
	{regexp.MustCompile(`^unknown binary op: (\S+) (not in|in) (\S+)$`), `<3> has no elements among which "{2}" could look`, ""},
	{regexp.MustCompile(`^unknown binary op: (variable) ([-+*/]|//|\*\*) (string)$`), `"{2}" does not combine <1> with <3>`, "an expression sets the whole variable: G.v = 'v + 3*mV'"},
	{regexp.MustCompile(`^unknown binary op: (string) (\S+) (.+)$`), `"{2}" does not combine <1> with <3>`, textHint},
	{regexp.MustCompile(`^unknown binary op: (\S+) (\S+) (string)$`), `"{2}" does not combine <1> with <3>`, textHint},
	{regexp.MustCompile(`^unknown binary op: (list) ([-+*/%]|//) (int|float|quantity)$`), `"{2}" does not combine <1> with <3>`, "arrays compute with all elements: array([1, 2, 3]) + 1"},
	{regexp.MustCompile(`^unknown binary op: (\S+) (\S+) (.+)$`), `"{2}" does not combine <1> with <3>`, ""},
	{regexp.MustCompile(`^unknown unary op: (\S+) (.+)$`), `"{1}" cannot stand before <2>`, ""},
	{regexp.MustCompile(`^(\S+) ([<>]=?) (\S+) not implemented$`), `"{2}" does not compare <1> with <3>`, ""},
	{regexp.MustCompile(`^unhandled index operation (function|builtin_function_or_method)\[.*\]$`), `a function has no elements`, "arguments stand in parentheses: f(x)"},
	{regexp.MustCompile(`^(?:unhandled index operation (\S+?)\[.*\]|invalid slice operand (\S+))$`), `<1><2> is one value and has no elements`, "leave out [...]"},
	{regexp.MustCompile(`^(int|float|quantity|NoneType|bool) value does not support item assignment$`), `<1> is one value and has no elements`, ""},
	{regexp.MustCompile(`^(tuple|string|range) value does not support item assignment$`), `the elements of <1> cannot be changed`, "a list, as in [1, 2, 3], or an array can be changed"},
	{regexp.MustCompile(`^invalid call of non-function \((int|float|quantity)\)$`), `<1> stands before (, as if it were a function`, "a multiplication sign may be missing, as in 3*(a + b)"},
	{regexp.MustCompile(`^invalid call of non-function \((array|variable|list|tuple|dict)\)$`), `<1> stands before (, as if it were a function`, "elements stand in brackets: x[0]"},
	{regexp.MustCompile(`^invalid call of non-function \((.+)\)$`), `<1> is not a function and cannot be called`, ""},
	{regexp.MustCompile(`^(\S+) value is not iterable$`), `<1> has no elements to go through`, ""},
	{regexp.MustCompile(`^len: value of type (\S+) has no len$`), `len: <1> has no elements to count`, ""},
	{regexp.MustCompile(`^got (\S+) in sequence assignment$`), `several names stand on the left, but <1> has no elements for them`, ""},
	{regexp.MustCompile(`^floating-point division by zero$`), `division by zero`, ""},
	{regexp.MustCompile(`^(\S+): for parameter (\w+): got (\S+), want (\S+)$`), `{1}: {2}= must be <4>, got <3>`, ""},
}

const textHint = "what stands in quotes is text: numbers have none, and str(x) makes text of a number"

var typeInText = regexp.MustCompile(`<(\d)>`)

// plainMessage gives a message of Starlark in plain words, and a hint; ok is false for one that stays.
func plainMessage(msg string) (text, hint string, ok bool) {
	for _, p := range plainMessages {
		m := p.msg.FindStringSubmatch(msg)
		if m == nil {
			continue
		}
		text = typeInText.ReplaceAllStringFunc(p.text, func(s string) string {
			if t := m[s[1]-'0']; t != "" {
				return typeArticle(t)
			}
			return ""
		})
		for k := 1; k < len(m); k++ {
			text = strings.ReplaceAll(text, fmt.Sprintf("{%d}", k), m[k])
		}
		return text, p.hint, true
	}
	return msg, "", false
}

// typeNames are types as those who write scripts call them.
var typeNames = map[string]string{
	"NoneType": "None", "int": "a whole number", "float": "a number", "quantity": "a quantity", "callable": "a function",
	"builtin_function_or_method": "a function", "variable": "a variable of a group",
}

func typeArticle(t string) string {
	if name, ok := typeNames[t]; ok {
		return name
	}
	if strings.ContainsRune("aeiouAEIOU", rune(t[0])) {
		return "an " + t
	}
	return "a " + t
}

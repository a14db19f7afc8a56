package figure

import (
	"strings"
	"unicode/utf8"
)

// mathRun is a piece of text as mathematics gives it.
type mathRun struct {
	text   string
	italic bool
	level  int  // 1: superscript, -1: subscript
	back   bool // stands under or over the script before it
}

// symbols are the commands of TeX that labels use.
var symbols = map[string]string{
	"alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "varepsilon": "ε", "zeta": "ζ", "eta": "η", "theta": "θ", "iota": "ι",
	"kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π", "rho": "ρ", "sigma": "σ", "tau": "τ", "upsilon": "υ",
	"phi": "φ", "varphi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω",
	"Gamma": "Γ", "Delta": "Δ", "Theta": "Θ", "Lambda": "Λ", "Xi": "Ξ", "Pi": "Π", "Sigma": "Σ", "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω",
	"cdot": "·", "times": "×", "pm": "±", "circ": "°", "degree": "°", "leq": "≤", "le": "≤", "geq": "≥", "ge": "≥", "neq": "≠", "approx": "≈",
	"infty": "∞", "partial": "∂", "sum": "∑", "int": "∫", "rightarrow": "→", "to": "→", "leftarrow": "←", "langle": "‹", "rangle": "›",
	"ell": "l", "prime": "′", "ldots": "…", "dots": "…", "%": "%", "$": "$", "{": "{", "}": "}", "_": "_", "#": "#", "&": "&",
	",": "\u2009", ";": "\u2005", " ": " ", "!": "", "quad": "  ", "left": "", "right": "", "sqrt": "√", "propto": "∝", "sim": "~", "in": "∈",
	"exp": "exp", "log": "log", "ln": "ln", "sin": "sin", "cos": "cos", "tan": "tan", "max": "max", "min": "min",
}

// upright are the commands whose braces hold text that is not slanted.
var upright = map[string]bool{"mathrm": true, "text": true, "rm": true, "mathregular": true, "textrm": true, "operatorname": true, "mathdefault": true}

// parseMath splits a label: outside dollars text stands as it is; between them is simple mathematics with letters in italics, ^ and _,
// and TeX's names of symbols. A single dollar is a dollar. What is not known is shown as it was written.
func parseMath(s string) []mathRun {
	m := &mathParser{}
	s = clean(s)
	for s != "" {
		k := strings.IndexByte(s, '$')
		if k < 0 {
			m.add(s, false, 0)
			break
		}
		if k > 0 && s[k-1] == '\\' {
			m.add(s[:k-1]+"$", false, 0)
			s = s[k+1:]
			continue
		}
		end := strings.IndexByte(s[k+1:], '$')
		if end < 0 {
			m.add(s, false, 0)
			break
		}
		m.add(s[:k], false, 0)
		m.text = s[k+1 : k+1+end]
		m.sequence(0, false, 0)
		s = s[k+2+end:]
	}
	return m.out
}

// clean replaces what neither fonts nor XML know: bytes that are no letters, and control characters.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t':
			return ' '
		case r < ' ' || r >= 0x7f && r < 0xa0 || r >= 0xfffe:
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\ufffd"))
}

type mathParser struct {
	text string
	out  []mathRun
}

func (m *mathParser) add(s string, italic bool, level int) {
	if s == "" {
		return
	}
	if n := len(m.out); n > 0 && m.out[n-1].italic == italic && m.out[n-1].level == level && !m.out[n-1].back {
		m.out[n-1].text += s
		return
	}
	m.out = append(m.out, mathRun{text: s, italic: italic, level: level})
}

// maxMathDepth bounds braces within braces.
const maxMathDepth = 20

// sequence reads to the end or to a closing brace.
func (m *mathParser) sequence(level int, straight bool, depth int) {
	for m.text != "" {
		if m.text[0] == '}' {
			return
		}
		m.atom(level, straight, depth)
	}
}

func (m *mathParser) atom(level int, straight bool, depth int) {
	r, _ := utf8.DecodeRuneInString(m.text)
	switch {
	case depth > maxMathDepth:
		m.text = m.text[utf8.RuneLen(r):]
	case r == '{':
		m.group(level, straight, depth)
	case r == '^' || r == '_':
		m.text = m.text[1:]
		to := 1
		if r == '_' {
			to = -1
		}
		n := len(m.out)
		paired := n > 0 && m.out[n-1].level == -to && level == 0
		if m.text == "" {
			m.add(string(r), false, level)
			return
		}
		if paired { // a fresh run, so that it can go back
			m.out = append(m.out, mathRun{level: to, back: true})
		}
		m.atom(clampLevel(level+to), straight, depth+1)
		if paired {
			m.join(n)
		}
	case r == '\\':
		m.command(level, straight, depth)
	case r == ' ' && !straight:
		m.text = m.text[1:]
	case r == '-':
		m.text = m.text[1:]
		m.add("−", false, level)
	case r == '=' || r == '<' || r == '>' || r == '+':
		m.text = m.text[1:]
		if level == 0 {
			m.add("\u2009"+string(r)+"\u2009", false, level)
		} else {
			m.add(string(r), false, level)
		}
	default:
		m.text = m.text[len(string(r)):]
		m.add(string(r), !straight && isLetter(r), level)
	}
}

// join makes the runs from n on, which one atom gave, one that stands over the script before it.
func (m *mathParser) join(n int) {
	for _, r := range m.out[n+1:] {
		m.out[n].text += r.text
		m.out[n].italic = m.out[n].italic || r.italic
	}
	m.out = m.out[:n+1]
}

func (m *mathParser) group(level int, straight bool, depth int) {
	m.text = m.text[1:]
	if depth < maxMathDepth {
		m.sequence(level, straight, depth+1)
	}
	m.text = strings.TrimPrefix(m.text, "}")
}

func (m *mathParser) command(level int, straight bool, depth int) {
	n := 1
	for n < len(m.text) && isLetter(rune(m.text[n])) {
		n++
	}
	if n == 1 && len(m.text) > 1 {
		_, size := utf8.DecodeRuneInString(m.text[1:])
		n += size
	}
	name := m.text[1:n]
	m.text = m.text[n:]
	if upright[name] && strings.HasPrefix(strings.TrimLeft(m.text, " "), "{") {
		m.text = strings.TrimLeft(m.text, " ")
		m.group(level, true, depth)
		return
	}
	if name == "frac" {
		m.text = strings.TrimLeft(m.text, " ")
		for k := range 2 {
			if strings.HasPrefix(m.text, "{") {
				m.group(level, straight, depth)
			}
			if k == 0 {
				m.add("/", false, level)
			}
		}
		return
	}
	if s, ok := symbols[name]; ok {
		small := strings.ToLower(s) == s && len([]rune(s)) == 1 && isGreek([]rune(s)[0])
		m.add(s, small && !straight, level)
		return
	}
	m.add("\\"+name, false, level)
}

func clampLevel(l int) int { return min(max(l, -2), 2) }

func isGreek(r rune) bool { return r >= 'α' && r <= 'ω' }

func isLetter(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || isGreek(r) }

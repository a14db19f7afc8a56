package script

import (
	"fmt"
	"strings"

	"go.starlark.net/starlark"
)

// product is W.dot(x), W @ x and np.dot(W, x): for each row the sum of the products.
func (x *expansion) product(a, b pyVal, e *pyExpr) (pyVal, error) {
	switch {
	case a.shape == pyMat && b.shape == pyVec:
		if b.of != a.syn.src {
			return a, withHint(fmt.Errorf("%s: the rows of the matrix are as long as %q, the vector is of %q", e, a.syn.src.name, b.of.name), "multiply with variables of the source: s.W.dot(s.src.NAME)")
		}
		if b.random {
			return a, withHint(fmt.Errorf("%s: random vectors cannot be multiplied", e), "keep the vector in a variable of the source")
		}
		p, err := x.operate("*", a, b)
		if err != nil {
			return p, err
		}
		return x.sumRows(p, false)
	case a.shape == pyVec && b.shape == pyMat:
		p, err := x.operate("*", asCol(a), b)
		if err != nil {
			return p, err
		}
		return x.sumRows(p, true)
	case a.shape == pyVec && b.shape == pyVec:
		p, err := x.operate("*", a, b)
		if err != nil {
			return p, err
		}
		return x.total(p)
	case a.shape == pyMat:
		return a, withHint(fmt.Errorf("%s must be that of variables of the source", e), "write s.W.dot(s.src.NAME)")
	}
	return a, withHint(fmt.Errorf("%s: dot is that of a synapse group's matrix", e), "for s in synapses(afferent, 'TAG'): x += s.W.dot(s.src.x)")
}

// sumRows sums a matrix over its columns (axis=1), or over its rows (axis=0).
func (x *expansion) sumRows(p pyVal, columns bool) (pyVal, error) {
	s := p.syn
	text, err := x.print(p.number(), s)
	if err != nil {
		return p, err
	}
	g := s.dst
	if columns {
		g = s.src
	}
	for name := range p.uses { // a sum reads variables, not what lives in a piece of code
		if l := x.locals[name]; l != nil {
			l.nested = true
		}
	}
	d := &dotSum{syn: s, pre: columns, target: fmt.Sprintf("%s_dot_%d", strings.ReplaceAll(s.name, "-", "_"), len(s.dots)+1), expr: text}
	s.dots = append(s.dots, d)
	g.declare(d.target, starlark.None)
	x.out = append(x.out, &piece{sum: d, uses: p.uses})
	return pyVal{text: vecMark + d.target + endMark, shape: pyVec, of: g}, nil
}

// total sums over the neurons.
func (x *expansion) total(p pyVal) (pyVal, error) {
	if p.shape == pyMat || p.shape > pyVec {
		rows, err := x.sumRows(p, false)
		if err != nil {
			return rows, err
		}
		p = rows
	}
	if p.shape == pyScalar {
		return p, nil
	}
	for name := range p.uses {
		if l := x.locals[name]; l != nil {
			l.nested = true
		}
	}
	if p.random {
		return p, withHint(fmt.Errorf("random vectors cannot be summed"), "keep the vector in a variable of the neurons")
	}
	p = p.number()
	text := anyMark.ReplaceAllStringFunc(p.text, func(m string) string {
		if m[1:len(m)-1] == "i" {
			return "i"
		}
		return m[1:len(m)-1] + "_pre"
	})
	d := &dotSum{of: p.of, expr: text}
	d.target = x.g.reduce(d)
	x.out = append(x.out, &piece{sum: d, uses: p.uses})
	return pyVal{text: d.target}, nil
}

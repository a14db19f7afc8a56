package solve

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/galvani-sim/galvani/host/ir"
)

// Var is one state variable of a System.
type Var struct {
	Name  string
	Value *ir.Expr // the leaf that stands for the value at the start of the step
	Deriv *ir.Expr // the time derivative, in units of Value per unit of System.DT
}

// Noise is one source of white noise, of unit 1/sqrt(time).
type Noise struct {
	Name string
	// Leaf stands for the noise in the derivatives: any leaf that means nothing else.
	Leaf *ir.Expr
	// Normal is the standard normal number of this step, usually an ir.OpNormal draw. The method scales it.
	Normal *ir.Expr
}

// System is a set of coupled differential equations that are advanced together.
type System struct {
	B      *ir.Builder // made every expression below, and makes the results
	Vars   []Var
	Noises []Noise
	DT     float64 // length of the step, in the unit of time of the derivatives and of ir.OpTime

	// Called are results of functions that are not to be looked into: methods that freeze functions of a variable freeze these as a whole, and
	// Choose takes no method that needs to know their form, as in Brian2. nil: the equations call none.
	Called map[*ir.Expr]bool

	// Moved says what a leaf is within the step, where it stands for an input that is known at any time; at gives an expression of the
	// input with the time and the values there. nil: the leaf stays. Inputs without it are held over the step.
	Moved func(leaf *ir.Expr, at func(*ir.Expr) *ir.Expr) *ir.Expr
}

// Unsuitable says that a method cannot integrate a system.
type Unsuitable struct {
	Method string
	Var    string // the variable whose equation is the reason; empty when it is the system as a whole
	Why    string
	Try    []string // methods that can integrate the system, best first
}

func (u *Unsuitable) Error() string {
	var s strings.Builder
	fmt.Fprintf(&s, "method %q cannot integrate ", u.Method)
	if u.Var != "" {
		fmt.Fprintf(&s, "d%s/dt: ", u.Var)
	} else {
		s.WriteString("these equations: ")
	}
	s.WriteString(u.Why)
	if len(u.Try) > 0 {
		fmt.Fprintf(&s, " (try %s)", quoteList(u.Try))
	}
	return s.String()
}

func quoteList(names []string) string {
	q := make([]string, len(names))
	for i, n := range names {
		q[i] = fmt.Sprintf("%q", n)
	}
	if len(q) < 2 {
		return strings.Join(q, "")
	}
	return strings.Join(q[:len(q)-1], ", ") + " or " + q[len(q)-1]
}

// methods is the one list of methods, in the order in which they are suggested.
var methods = []struct {
	name string
	step func(*System) ([]*ir.Expr, *Unsuitable)
}{
	{"exact", exact},
	{"exponential_euler", exponentialEuler},
	{"rk4", rk4},
	{"rk2", rk2},
	{"euler", euler},
	{"heun", heun},
	{"milstein", milstein},
	{"implicit", implicitEuler},
	{"semiimplicit", semiImplicitEuler},
}

// onRequest are the methods that nobody is advised to take: of first order, and "exponential_euler" does what they are for.
var onRequest = []string{"implicit", "semiimplicit"}

// aliases are the names that ANNarchy and older versions of Brian2 have for the same methods.
var aliases = map[string]string{
	"explicit":    "euler",
	"midpoint":    "rk2",
	"exponential": "exponential_euler",
	"linear":      "exact",
}

// Canonical returns the name in Methods that a name stands for, whatever its case: its own, or that of the method which
// ANNarchy or Brian2 calls so. The error lists the methods.
func Canonical(name string) (string, error) {
	lower := strings.ToLower(name)
	if to, ok := aliases[lower]; ok {
		return to, nil
	}
	if slices.Contains(Methods(), lower) {
		return lower, nil
	}
	return "", fmt.Errorf("unknown method %q: the methods are %s", name, strings.ReplaceAll(quoteList(Methods()), " or ", " and "))
}

// Methods returns the names that Step knows, sorted.
func Methods() []string {
	var names []string
	for _, m := range methods {
		names = append(names, m.name)
	}
	slices.Sort(names)
	return names
}

// Step returns the value of each variable one step later, in the order of sys.Vars, by a method that Canonical knows. The error is an *Unsuitable when
// the method cannot do these equations; any other error is a mistake in the call.
func Step(method string, sys *System) ([]*ir.Expr, error) {
	if err := sys.valid(); err != nil {
		return nil, err
	}
	method, err := Canonical(method)
	if err != nil {
		return nil, err
	}
	for _, m := range methods {
		if m.name != method {
			continue
		}
		news, bad := m.step(sys)
		if bad == nil {
			return news, nil
		}
		bad.Method = method
		bad.Try = suitable(sys, method)
		return nil, bad
	}
	return nil, fmt.Errorf("solve: no method %q", method) // Canonical gives names of the table only
}

// Suitable returns the methods that can integrate sys, best first: exact before approximate, higher order before lower.
func Suitable(sys *System) []string {
	if sys.valid() != nil {
		return nil
	}
	return suitable(sys, "")
}

func suitable(sys *System, except string) []string {
	var names []string
	for _, m := range methods {
		if m.name == except || slices.Contains(onRequest, m.name) || m.name == "heun" && !slices.ContainsFunc(sys.Vars, sys.noisy) || m.name == "milstein" && !slices.ContainsFunc(sys.Vars, sys.noisy) {
			continue // without noise these two are Euler under another name
		}
		if _, bad := m.step(sys); bad == nil {
			names = append(names, m.name)
		}
	}
	if i := slices.Index(names, "exponential_euler"); i >= 0 && !sys.conditionallyLinear() {
		// Of first order then, like Euler's method.
		names = slices.Delete(names, i, i+1)
		i = max(slices.Index(names, "euler"), 0)
		names = slices.Insert(names, i, "exponential_euler")
	}
	return names
}

// Choose returns the method that Brian2 takes when none is named: exact if the equations are linear and without noise,
// else euler unless there is multiplicative noise, else heun. Noise whose strength depends on time counts as multiplicative
// here, as in Brian2, though euler would do. held tells that what the equations call has one value over a step; else exact is none of them.
func Choose(sys *System, held bool) string {
	if sys.valid() != nil {
		return "euler"
	}
	if _, bad := exact(sys); bad == nil && held && sys.Called == nil {
		return "exact"
	}
	n, bad := splitNoise(sys)
	if bad != nil {
		return "heun"
	}
	for _, g := range n.g {
		for _, e := range g {
			if e != nil && (n.dependsOnState(e) || ir.Any(e, isTime) || sys.at(e, sys.values(), sys.DT) != e) {
				return "heun"
			}
		}
	}
	return "euler"
}

func isTime(e *ir.Expr) bool { return e.Op == ir.OpTime || e.Op == ir.OpStep }

func (s *System) valid() error {
	if !(s.DT > 0) || math.IsInf(s.DT, 0) {
		return fmt.Errorf("solve: time step %v is not a positive number", s.DT)
	}
	for _, v := range s.Vars {
		if v.Value == nil || v.Deriv == nil || v.Value.Type != ir.Real || v.Deriv.Type != ir.Real {
			return fmt.Errorf("solve: variable %q has no real value and derivative", v.Name)
		}
	}
	for _, n := range s.Noises {
		if n.Leaf == nil || n.Normal == nil || n.Leaf.Type != ir.Real || n.Normal.Type != ir.Real {
			return fmt.Errorf("solve: noise %q has no real leaf and draw", n.Name)
		}
	}
	return nil
}

// values returns the leaves of the old values.
func (s *System) values() []*ir.Expr {
	x := make([]*ir.Expr, len(s.Vars))
	for i, v := range s.Vars {
		x[i] = v.Value
	}
	return x
}

func (s *System) noisy(v Var) bool { return s.noiseIn(v.Deriv) != "" }

// noiseIn returns the name of a noise source that occurs in e, or "".
func (s *System) noiseIn(e *ir.Expr) string {
	for _, n := range s.Noises {
		if ir.DependsOn(e, n.Leaf) {
			return n.Name
		}
	}
	return ""
}

// refuseNoise returns the refusal of methods that take no noise.
func (s *System) refuseNoise() *Unsuitable {
	for _, v := range s.Vars {
		if n := s.noiseIn(v.Deriv); n != "" {
			return &Unsuitable{Var: v.Name, Why: fmt.Sprintf("it contains the noise %s, and this method is for equations without noise", n)}
		}
	}
	return nil
}

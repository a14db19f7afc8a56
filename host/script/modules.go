package script

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/galvani-sim/galvani/host/pystar"
	"github.com/galvani-sim/galvani/host/units"
	"go.starlark.net/starlark"
)

// moduleValue lets scripts write np.sin(x), plt.plot(x, y), b2.NeuronGroup(...) and ann.Population(...), as the Python that they are ported from does.
type moduleValue struct {
	name    string
	members starlark.StringDict
}

var _ starlark.HasAttrs = (*moduleValue)(nil)

func (m *moduleValue) String() string        { return fmt.Sprintf("<module %s>", m.name) }
func (m *moduleValue) Type() string          { return "module" }
func (m *moduleValue) Freeze()               {}
func (m *moduleValue) Truth() starlark.Bool  { return true }
func (m *moduleValue) Hash() (uint32, error) { return starlark.String(m.name).Hash() }

// AttrNames lists the members.
func (m *moduleValue) AttrNames() []string { return slices.Sorted(maps.Keys(m.members)) }

// Attr is a member.
func (m *moduleValue) Attr(name string) (starlark.Value, error) {
	if v, ok := m.members[name]; ok {
		return v, nil
	}
	return nil, noAttr(m.name, name, m.AttrNames())
}

// numpyNames are numpy's names for what has another one in scripts.
var numpyNames = map[string]string{
	"absolute": "abs", "power": "pow", "asanyarray": "asarray", "ascontiguousarray": "asarray", "amax": "max", "amin": "min", "empty": "zeros",
	"atan2": "arctan2", "around": "round", "round_": "round", "empty_like": "zeros_like",
}

// addModules adds np, numpy, b2, brian2 and ann to the vocabulary; plt is there already.
func (in *interp) addModules(d starlark.StringDict) {
	addComplex(d)
	np := starlark.StringDict{}
	for _, name := range []string{"angle", "real", "imag", "conj", "conjugate"} {
		np[name] = d[name]
	}
	for _, part := range []starlark.StringDict{mathVocabulary(), arrayVocabulary(), numpyVocabulary(), analysisVocabulary(), moreVocabulary(), functions(in.savingVocabulary())} {
		for name := range part {
			if d[name] == nil {
				d[name] = part[name]
			}
			np[name] = d[name]
		}
	}
	withOut(np, append(slices.Collect(maps.Keys(mathVocabulary())), takesOut...))
	delete(np, "neg")
	delete(np, "pos")
	for name, own := range numpyNames {
		if np[name] = np[own]; np[name] == nil {
			np[name] = d[own]
		}
		if d[name] == nil {
			d[name] = d[own]
		}
	}
	for _, name := range []string{"int", "int8", "int16", "int32", "int64", "uint8", "float32", "float64", "bool", "bool_"} {
		if np[name] = starlark.NewBuiltin(name, toType); d[name] == nil && name != "bool" && name != "int" {
			d[name] = np[name]
		}
	}
	random := in.draws.numpyRandom()
	random["seed"] = d["seed"]
	for _, name := range []string{"RandomState", "default_rng"} {
		random[name] = starlark.NewBuiltin(name, randomState)
	}
	np["random"] = &moduleValue{"np.random", random}
	np[pystar.Load], np["loadtxt"], np["genfromtxt"], np["r_"] = d["read"], d["read"], d["read"], rowJoiner{}
	np["fft"], np["linalg"], np["errstate"], np["seterr"] = &moduleValue{"np.fft", fftModule()}, &moduleValue{"np.linalg", linalgModule()}, starlark.NewBuiltin("errstate", doNothing), starlark.NewBuiltin("seterr", doNothing)
	np["ndarray"] = starlark.NewBuiltin("ndarray", filled(0))
	np["set_printoptions"] = starlark.NewBuiltin("set_printoptions", doNothing)
	d[pystar.Constants] = &moduleValue{"brian2.units.constants", physicalConstants()}
	d["np"] = &moduleValue{"np", np}
	d["numpy"] = &moduleValue{"numpy", np}
	all := maps.Clone(d)
	d["b2"], d["brian2"] = &moduleValue{"b2", all}, &moduleValue{"brian2", all}
	d["ann"], d[pystar.Own] = &moduleValue{"ann", all}, &moduleValue{"the vocabulary", all}
	in.addLibrary(d)
}

// toType is np.float64(x) and the like. The name alone says what type elements have.
func toType(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	v, err := oneArg(b, args, kwargs)
	if err != nil {
		return nil, err
	}
	a, err := toArray(v)
	if err == nil {
		a, err = a.astype(b)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", b.Name(), err)
	}
	if len(a.shape) == 0 {
		a.dim = noDim
		return a.elem(a.data[0]), nil
	}
	return a, nil
}

// randomState is np.random.RandomState(seed): numbers of its own, which are not those that numpy draws.
func randomState(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var seed uint64
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "seed?", &seed); err != nil {
		return nil, withHint(err, "a seed is a whole number from 0 on")
	}
	own := (&draws{seed: seed, stream: "RandomState"}).numpyRandom()
	return &moduleValue{b.Name(), own}, nil
}

// physicalConstants are those of brian2.units.constants, with the values of Brian2 2.5.1 (CODATA 2014).
func physicalConstants() starlark.StringDict {
	d := starlark.StringDict{}
	for _, c := range []struct{ name, value string }{
		{"avogadro_constant", "6.022140857e23/mole"}, {"boltzmann_constant", "1.38064852e-23*joule/kelvin"}, {"electric_constant", "8.854187817e-12*farad/metre"},
		{"electron_mass", "9.10938356e-31*kilogram"}, {"elementary_charge", "1.6021766208e-19*coulomb"}, {"faraday_constant", "96485.33289*coulomb/mole"},
		{"gas_constant", "8.3144598*joule/mole/kelvin"}, {"magnetic_constant", "1.2566370614359173e-6*newton/amp**2"}, {"molar_mass_constant", "1e-3*kilogram/mole"},
		{"zero_celsius", "273.15*kelvin"},
	} {
		q, err := units.Parse(c.value)
		if err != nil {
			panic(err)
		}
		d[c.name] = quantity(q)
	}
	return d
}

// rowJoiner is np.r_: np.r_[a, b, 0:3] joins arrays, numbers and ranges.
type rowJoiner struct{}

var _ starlark.Mapping = rowJoiner{}

func (rowJoiner) String() string        { return "np.r_" }
func (rowJoiner) Type() string          { return "np.r_" }
func (rowJoiner) Freeze()               {}
func (rowJoiner) Truth() starlark.Bool  { return true }
func (rowJoiner) Hash() (uint32, error) { return 0, nil }

// Get joins.
func (rowJoiner) Get(key starlark.Value) (starlark.Value, bool, error) {
	parts, ok := key.(starlark.Tuple)
	if !ok {
		parts = starlark.Tuple{key}
	}
	list := make([]starlark.Value, len(parts))
	for k, p := range parts {
		if s, ok := p.(sliceValue); ok {
			idx, err := s.positions(math.MaxInt32)
			if err == nil && (!isGiven(s.stop)) {
				err = fmt.Errorf("np.r_: the range %v has no end", s)
			}
			if err != nil {
				return nil, false, err
			}
			p = intArray(idx)
		}
		a, err := toArray(p)
		if err != nil {
			return nil, false, fmt.Errorf("np.r_: %w", err)
		}
		if len(a.shape) == 0 {
			a = a.shaped(1)
		}
		list[k] = a
	}
	out, err := concatenate(nil, starlark.NewBuiltin("np.r_", nil), starlark.Tuple{starlark.NewList(list)}, nil)
	return out, err == nil, err
}

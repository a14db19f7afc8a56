package script

import (
	"fmt"
	"maps"
	"slices"

	"github.com/galvani-sim/galvani/host/pystar"
	"go.starlark.net/starlark"
)

// moduleValue lets scripts write np.sin(x), plt.plot(x, y) and b2.NeuronGroup(...), as the Python that they are ported from does.
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
	"atan2": "arctan2",
}

// addModules adds np, numpy, b2 and brian2 to the vocabulary; plt is there already.
func (in *interp) addModules(d starlark.StringDict) {
	np := starlark.StringDict{}
	for _, part := range []starlark.StringDict{mathVocabulary(), arrayVocabulary(), numpyVocabulary()} {
		for name := range part {
			if d[name] == nil {
				d[name] = part[name]
			}
			np[name] = d[name]
		}
	}
	delete(np, "neg")
	delete(np, "pos")
	for name, own := range numpyNames {
		if np[name] = d[own]; d[name] == nil {
			d[name] = d[own]
		}
	}
	for _, name := range []string{"int", "int8", "int16", "int32", "int64", "uint8", "float32", "float64", "bool", "bool_"} {
		if np[name] = starlark.String(name); d[name] == nil && name != "bool" && name != "int" {
			d[name] = np[name]
		}
	}
	random := maps.Clone(in.draws.vocabulary())
	random["random"], random["seed"] = random["rand"], d["seed"]
	for _, name := range []string{"RandomState", "default_rng"} {
		random[name] = starlark.NewBuiltin(name, randomState)
	}
	np["random"] = &moduleValue{"np.random", random}
	np[pystar.Load] = d["read"]
	d["np"] = &moduleValue{"np", np}
	d["numpy"] = &moduleValue{"numpy", np}
	all := maps.Clone(d)
	d["b2"], d["brian2"] = &moduleValue{"b2", all}, &moduleValue{"brian2", all}
}

// randomState is np.random.RandomState(seed): numbers of its own, which are not those that numpy draws.
func randomState(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var seed uint64
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "seed", &seed); err != nil {
		return nil, withHint(err, "a seed is a whole number from 0 on")
	}
	own := (&draws{seed: seed, stream: "RandomState"}).vocabulary()
	own["random"], own["random_sample"], own["integers"], own["standard_normal"] = own["rand"], own["rand"], own["randint"], own["randn"]
	return &moduleValue{b.Name(), own}, nil
}

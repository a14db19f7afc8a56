package script

import (
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"sort"
	"strings"

	"github.com/galvani-sim/galvani/host/figure"
	"github.com/galvani-sim/galvani/host/units"
	"go.starlark.net/starlark"
)

// FigureOptions say what becomes of a script's figures.
type FigureOptions struct {
	// Dir is the folder that figures are written to; none are with "".
	Dir string
	// All writes every figure, as figure-1.png and figure-1.svg or under its own name; otherwise only what savefig names.
	All bool
	// DPI is the resolution of PNG files; 0: figure.DefaultDPI.
	DPI float64
}

// figures are the figures of a script.
type figures struct {
	open    []*figureValue
	current *figureValue
	count   int
	names   map[string]bool
	written []string
	rc      *starlark.Dict // matplotlib's rcParams
	keep    *bool          // whether they are drawn at all, once known
}

// keepFigures says whether figures will be needed; if not, plotting only checks its arguments.
func (in *interp) keepFigures() bool {
	if in.figures.keep == nil {
		keep := in.opt.Figures.Dir != "" && in.opt.Figures.All
		for _, s := range in.sources {
			keep = keep || in.opt.Figures.Dir != "" && strings.Contains(s.Text, "savefig")
		}
		in.figures.keep = &keep
	}
	return *in.figures.keep
}

// figureValue is a figure of a script.
type figureValue struct {
	in    *interp
	f     *figure.Figure
	name  string // of its files
	saved bool

	wspace, hspace *float64 // as the script says; nil: as labels need it
}

var _ starlark.HasAttrs = (*figureValue)(nil)

func (f *figureValue) String() string        { return "Figure(" + f.name + ")" }
func (f *figureValue) Type() string          { return "Figure" }
func (f *figureValue) Freeze()               {}
func (f *figureValue) Truth() starlark.Bool  { return true }
func (f *figureValue) Hash() (uint32, error) { return starlark.String(f.name).Hash() }

// figureMethods are what a figure does; each is also a function for the current figure.
var figureMethods = map[string]func(f *figureValue, name string, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error){
	"savefig": (*figureValue).save, "suptitle": (*figureValue).suptitle, "colorbar": (*figureValue).colorbar,
	"add_subplot": (*figureValue).subplot, "subplots": (*figureValue).subplots, "traces": (*figureValue).traces,
	"subplot2grid": (*figureValue).subplotGrid, "clim": (*figureValue).colorLimits,
	"add_gridspec": (*figureValue).addGrid,
	"tight_layout": (*figureValue).nothing,
}

// AttrNames lists the methods.
func (f *figureValue) AttrNames() []string {
	names := []string{"gca"}
	for n := range figureMethods {
		names = append(names, n)
	}
	sort.Strings(names)
	return names
}

// Attr gives a method.
func (f *figureValue) Attr(name string) (starlark.Value, error) {
	if name == "gca" {
		return starlark.NewBuiltin(name, func(*starlark.Thread, *starlark.Builtin, starlark.Tuple, []starlark.Tuple) (starlark.Value, error) {
			return &axesValue{f.in, f.f.Current()}, nil
		}), nil
	}
	if m, ok := figureMethods[name]; ok {
		return starlark.NewBuiltin(name, func(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			return m(f, name, args, kwargs)
		}), nil
	}
	return nil, noAttr("Figure", name, f.AttrNames())
}

// newFigure opens a figure of a size in inches and makes it the current one.
func (in *interp) newFigure(name string, size starlark.Value) (*figureValue, error) {
	w, h := 0.0, 0.0
	if v, ok := in.rcValue("figure.figsize"); ok && !isGiven(size) {
		size = v
	}
	if isGiven(size) {
		a, err := toArray(size)
		if err != nil || len(a.data) != 2 || !a.dim.Dimensionless() {
			return nil, fmt.Errorf("figure: figsize is (width, height) in inches")
		}
		w, h = a.data[0], a.data[1]
	}
	f, err := figure.New(w, h)
	if err != nil {
		return nil, err
	}
	if !in.keepFigures() {
		f.Discard()
	}
	f.OnMixed = func(axis string, d units.Dim) {
		in.warnAt(in.thread, fmt.Sprintf("the %s axis shows numbers without unit: what is in %s is drawn as numbers in SI units", axis, d), "divide by a unit (as in t/ms) to choose another")
	}
	if err := in.applySettings(f); err != nil {
		return nil, err
	}
	for name == "" || in.figures.names[name] && strings.HasPrefix(name, "figure-") { // no figure takes another's file
		in.figures.count++
		if name = fmt.Sprintf("figure-%d", in.figures.count); !in.figures.names[name] {
			break
		}
	}
	if in.figures.names == nil {
		in.figures.names = map[string]bool{}
	}
	in.figures.names[name] = true
	v := &figureValue{in: in, f: f, name: name}
	in.figures.current = v
	if in.keepFigures() {
		in.figures.open = append(in.figures.open, v)
	}
	return v, nil
}

// gcf is the current figure, a new one if there is none.
func (in *interp) gcf() (*figureValue, error) {
	if in.figures.current == nil {
		return in.newFigure("", nil)
	}
	return in.figures.current, nil
}

// makeFigure is figure(num=None, figsize=(width, height)); num is a number or a name, of a new figure or of one that is open.
func (in *interp) makeFigure(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var num, size, dpi, face, layout starlark.Value
	if err := unpack(b.Name(), args, kwargs, "num?", &num, "figsize?", &size, "dpi?", &dpi, "facecolor?", &face, "layout?", &layout, "constrained_layout?", &layout, "tight_layout?", &layout, "edgecolor?", &face, "frameon?", &layout, "clear?", &layout); err != nil {
		return nil, err
	}
	name := ""
	switch n := num.(type) {
	case nil, starlark.NoneType:
	case starlark.Int:
		name = "figure-" + n.String()
	case starlark.String:
		if name = string(n); name == "" || filepath.Base(name) != name || strings.HasPrefix(name, ".") {
			return nil, fmt.Errorf("figure: %q cannot name a file", name)
		}
	default:
		return nil, fmt.Errorf("figure: the first argument is a number or a name, not %s; a size is figsize=(9, 4)", article(num))
	}
	for _, f := range in.figures.open {
		if name != "" && f.name == name {
			in.figures.current = f
			return f, nil
		}
	}
	return in.newFigure(name, size)
}

func (f *figureValue) nothing(string, starlark.Tuple, []starlark.Tuple) (starlark.Value, error) {
	return starlark.None, nil
}

func (f *figureValue) suptitle(name string, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var s string
	if err := unpack(name, args, kwargs, "t", &s); err != nil {
		return nil, err
	}
	f.f.SetTitle(s)
	return starlark.None, nil
}

// subplot is subplot(rows, columns, k), subplot(231), or subplot(rows, columns, (first, last)).
func (f *figureValue) subplot(name string, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args) == 1 {
		if g, ok := args[0].(gridPart); ok {
			a, err := f.f.SubplotOf(g.ratios, g.rows, g.cols, g.first+1, g.last+1)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			v := &axesValue{f.in, a}
			return v, v.configure(name, kwargs)
		}
	}
	var n []int
	for _, v := range args {
		a, err := toArray(v)
		if err != nil || a.kind == realElems {
			return nil, fmt.Errorf("%s: expected whole numbers: %s(rows, columns, k)", name, name)
		}
		for _, x := range a.data {
			n = append(n, int(x))
		}
	}
	if len(n) == 1 && n[0] > 110 && n[0] < 1000 {
		n = []int{n[0] / 100, n[0] / 10 % 10, n[0] % 10}
	}
	switch len(n) {
	case 0:
		n = []int{1, 1, 1, 1}
	case 3:
		n = append(n, n[2])
	case 4:
	default:
		return nil, fmt.Errorf("%s: expected %s(rows, columns, k)", name, name)
	}
	a, err := f.f.SubplotSpan(n[0], n[1], n[2], n[3])
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	v := &axesValue{f.in, a}
	return v, v.configure(name, kwargs)
}

// addGrid is fig.add_gridspec(rows, columns).
func (f *figureValue) addGrid(name string, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	return makeGridSpec(nil, starlark.NewBuiltin(name, nil), args, append(kwargs, starlark.Tuple{starlark.String("figure"), f}))
}

// shareOf reads sharex= and sharey=.
func shareOf(name string, v starlark.Value) (figure.Share, error) {
	switch v {
	case nil, starlark.None, starlark.False, starlark.String("none"):
		return figure.ShareNone, nil
	case starlark.True, starlark.String("all"):
		return figure.ShareAll, nil
	case starlark.String("row"):
		return figure.ShareRow, nil
	case starlark.String("col"):
		return figure.ShareCol, nil
	}
	return 0, fmt.Errorf("subplots: %s is True, False, \"all\", \"row\", \"col\" or \"none\"", name)
}

// subplots is Figure.subplots(nrows, ncols, ...): Axes, or a grid of them.
func (f *figureValue) subplots(name string, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	g := figure.Grid{Rows: 1, Cols: 1}
	var sx, sy, wr, hr, spec, each starlark.Value
	squeeze := true
	if err := unpack(name, args, kwargs, "nrows?", &g.Rows, "ncols?", &g.Cols, "sharex?", &sx, "sharey?", &sy, "squeeze?", &squeeze,
		"width_ratios?", &wr, "height_ratios?", &hr, "gridspec_kw?", &spec, "subplot_kw?", &each); err != nil {
		return nil, err
	}
	var err error
	if g.ShareX, err = shareOf("sharex", sx); err != nil {
		return nil, err
	}
	if g.ShareY, err = shareOf("sharey", sy); err != nil {
		return nil, err
	}
	if d, ok := spec.(*starlark.Dict); ok {
		var distances []starlark.Tuple
		for _, kv := range d.Items() {
			switch kv[0] {
			case starlark.String("width_ratios"):
				wr = kv[1]
			case starlark.String("height_ratios"):
				hr = kv[1]
			default:
				distances = append(distances, kv)
			}
		}
		if err := f.spacing("subplots: gridspec_kw", distances); err != nil {
			return nil, err
		}
	}
	if err := ratiosOf(&g, "subplots", wr, hr); err != nil {
		return nil, err
	}
	axes, err := f.f.Subplots(g)
	if err != nil {
		return nil, fmt.Errorf("subplots: %w", err)
	}
	grid := &axesGrid{cols: g.Cols}
	for _, a := range axes {
		v := &axesValue{f.in, a}
		if d, ok := each.(*starlark.Dict); ok {
			if err := v.configure("subplots: subplot_kw", d.Items()); err != nil {
				return nil, err
			}
		}
		grid.axes = append(grid.axes, v)
	}
	if squeeze && len(axes) == 1 {
		return grid.axes[0], nil
	}
	if squeeze && (g.Rows == 1 || g.Cols == 1) {
		return grid.list(), nil
	}
	return grid, nil
}

// makeSubplots is subplots(nrows, ncols, figsize=, sharex=, ...): a new figure and its Axes.
func (in *interp) makeSubplots(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var rest []starlark.Tuple
	var size starlark.Value
	name := ""
	for _, kv := range kwargs {
		switch kv[0] {
		case starlark.String("figsize"):
			size = kv[1]
		case starlark.String("num"):
			name, _ = starlark.AsString(kv[1])
		case starlark.String("layout"), starlark.String("constrained_layout"), starlark.String("tight_layout"), starlark.String("dpi"):
		default:
			rest = append(rest, kv)
		}
	}
	f, err := in.newFigure(name, size)
	if err != nil {
		return nil, err
	}
	axes, err := f.subplots(b.Name(), args, rest)
	if err != nil {
		return nil, err
	}
	return starlark.Tuple{f, axes}, nil
}

// save is savefig(path, dpi=): a .png or .svg under the output folder, both without an ending. Without an output folder nothing is written.
func (f *figureValue) save(name string, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var path string
	var dpi, ignored starlark.Value
	if err := unpack(name, args, kwargs, "fname", &path, "dpi?", &dpi, "bbox_inches?", &ignored, "facecolor?", &ignored, "transparent?", &ignored); err != nil {
		return nil, err
	}
	resolution := f.in.opt.Figures.DPI
	if q, ok := asQuantity(dpi); ok && dpi != nil {
		resolution = q.Value
	}
	if err := inOutput("savefig", path, "rates.png"); err != nil {
		return nil, err
	}
	ext := strings.ToLower(filepath.Ext(path))
	if ext == ".pdf" || ext == ".eps" || ext == ".ps" {
		instead := strings.TrimSuffix(path, filepath.Ext(path)) + ".svg"
		if f.in.opt.Figures.Dir != "" {
			f.in.warnAt(f.in.thread, fmt.Sprintf("the figure is written to %q, not to %q", instead, path), "figures are written as .png or .svg")
		}
		path, ext = instead, ".svg"
	}
	if ext != "" && ext != ".png" && ext != ".svg" {
		return nil, fmt.Errorf("savefig: figures are written as .png or .svg, not %q", ext)
	}
	if f.in.opt.Figures.Dir == "" {
		return starlark.None, nil
	}
	f.saved = true
	paths := []string{path}
	if ext == "" {
		paths = []string{path + ".png", path + ".svg"}
	}
	for _, p := range paths {
		if err := f.in.writeFigure(f, p, resolution); err != nil {
			return nil, err
		}
	}
	return starlark.None, nil
}

// writeFigure writes one file under the output folder.
func (in *interp) writeFigure(f *figureValue, name string, dpi float64) error {
	path := filepath.Join(in.opt.Figures.Dir, name)
	if err := outputFolder("savefig", in.opt.Figures.Dir, filepath.Dir(path)); err != nil {
		return err
	}
	if _, err := f.f.Save(path, dpi); err != nil {
		return fmt.Errorf("%s: %w", f.name, err)
	}
	in.figures.written = append(in.figures.written, path)
	return nil
}

// show is show(): what follows begins a new figure. With FigureOptions.All the figures are written.
func (in *interp) show(_ *starlark.Thread, _ *starlark.Builtin, _ starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	return starlark.None, in.finishFigures()
}

// finishFigures writes the open figures that were not saved by name, and closes all.
func (in *interp) finishFigures() error {
	var all []error
	for _, f := range in.figures.open {
		if !in.opt.Figures.All || f.saved || len(f.f.Axes()) == 0 {
			continue
		}
		for _, ext := range []string{".png", ".svg"} {
			if err := in.writeFigure(f, f.name+ext, in.opt.Figures.DPI); err != nil {
				all = append(all, err)
				break
			}
		}
	}
	in.figures.open, in.figures.current = nil, nil
	return errors.Join(all...)
}

// closeFigure is close(), close(fig) or close("all"). With FigureOptions.All what is closed is written first.
func (in *interp) closeFigure(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var which starlark.Value
	if err := unpack(b.Name(), args, kwargs, "fig?", &which); err != nil {
		return nil, err
	}
	target := in.figures.current
	switch w := which.(type) {
	case starlark.String:
		if w == "all" {
			return starlark.None, in.finishFigures()
		}
		return nil, fmt.Errorf("close: expected a figure or \"all\"")
	case *figureValue:
		target = w
	case nil, starlark.NoneType:
	default:
		return nil, fmt.Errorf("close: expected a figure or \"all\", got %s", article(which))
	}
	open := in.figures.open
	var rest []*figureValue
	in.figures.open = nil
	for _, f := range open {
		if f == target {
			in.figures.open = []*figureValue{f}
		} else {
			rest = append(rest, f)
		}
	}
	err := in.finishFigures()
	if in.figures.open = rest; len(rest) > 0 {
		in.figures.current = rest[len(rest)-1]
	}
	return starlark.None, err
}

// figureVocabulary is what scripts plot with: Matplotlib's functions for the current Axes, also as members of plt.
func (in *interp) figureVocabulary() starlark.StringDict {
	d := starlark.StringDict{}
	for name, f := range map[string]builtinFunc{
		"figure": in.makeFigure, "subplots": in.makeSubplots, "show": in.show, "close": in.closeFigure,
		"gca": func(*starlark.Thread, *starlark.Builtin, starlark.Tuple, []starlark.Tuple) (starlark.Value, error) {
			f, err := in.gcf()
			if err != nil {
				return nil, err
			}
			return &axesValue{in, f.f.Current()}, nil
		},
		"gcf": func(*starlark.Thread, *starlark.Builtin, starlark.Tuple, []starlark.Tuple) (starlark.Value, error) {
			return in.gcf()
		},
	} {
		d[name] = starlark.NewBuiltin(name, f)
	}
	for name, method := range map[string]string{"savefig": "savefig", "suptitle": "suptitle", "colorbar": "colorbar", "subplot": "add_subplot", "subplot2grid": "subplot2grid", "clim": "clim", "tight_layout": "tight_layout", "subplots_adjust": "subplots_adjust", "traces": "traces", "figtext": "text", "polar": "polar", "axes": "axes"} {
		m := figureMethods[method]
		d[name] = starlark.NewBuiltin(name, func(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			f, err := in.gcf()
			if err != nil {
				return nil, err
			}
			return m(f, name, args, kwargs)
		})
	}
	for name, method := range axesFunctions {
		m := axesMethods[method]
		d[name] = starlark.NewBuiltin(name, func(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			f, err := in.gcf()
			if err != nil {
				return nil, err
			}
			return m(&axesValue{in, f.f.Current()}, name, args, kwargs)
		})
	}
	plt := starlark.StringDict{}
	maps.Copy(plt, d)
	scatter := axesMethods["scatter"]
	in.pyplotSettings(plt)
	for _, name := range []string{"rcParams", "rc", "rcdefaults", "GridSpec", "ion", "ioff", "cycler"} {
		d[name] = plt[name]
	}
	maps.Copy(d, tickerModule())
	plt["scatter"] = starlark.NewBuiltin("scatter", func(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		f, err := in.gcf()
		if err != nil {
			return nil, err
		}
		return scatter(&axesValue{in, f.f.Current()}, "scatter", args, kwargs)
	})
	module := &moduleValue{"plt", plt}
	d["plt"], d["matplotlib"], plt["pyplot"] = module, module, module
	return d
}

package script

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/figure"
	"go.starlark.net/starlark"
)

// TestPyplot: what scripts of Brian2 plot with besides, and what stands in for what is not there.
func TestPyplot(t *testing.T) {
	var warned []string
	dir := t.TempDir()
	res, err := RunSource(context.Background(), filepath.Join(dir, "x.py"), `import matplotlib
matplotlib.use('Agg')
import matplotlib.pyplot as plt
import matplotlib.cm as cm
plt.style.use('ggplot')
plt.rcParams.update({'font.size': 9})
plt.rcParams['axes.grid'] = True
fig = plt.figure(figsize=(6, 4), constrained_layout=True)
gs = fig.add_gridspec(2, 2)
ax = fig.add_subplot(gs[0, :])
line, = ax.plot([0, 1, 2], [0, 1, 4], '.', ms=0.25)
ax.plot([0, 1, 2], [4, 1, 0])
ax.legend(['first', 'second'], loc=2)
right = ax.twinx()
right.plot([0, 1, 2], [100, 900, 300], color=cm.viridis(0.5))
right.set_ylabel('on the right')
ax2 = fig.add_subplot(gs[1, 0])
ax2.bar(['a', 'b', 'c'], [1, 3, 2])
ax2.bar([0, 0.5], [1, 1], width=0.6, color='r')
ax3 = plt.subplot(gs[3])
ax3.imshow([[0, 1], [2, 3]], cmap='RdBu')
ax3.axis([0, 1, 0, 1])
plt.eventplot([[1, 2], [3]])
print([round(c, 2) for c in plt.get_cmap('jet')(1.0)], ax3.get_xlim())
plt.savefig('all.pdf')
`, Options{Engine: &fakeEngine{}, Figures: FigureOptions{Dir: dir}, Warn: func(l diag.List) {
		for _, d := range l {
			warned = append(warned, d.Message)
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	svg, err := os.ReadFile(filepath.Join(dir, "all.svg"))
	if err != nil || len(res.Figures) != 1 {
		t.Fatal(err, res.Figures)
	}
	for _, label := range []string{"first", "second", "on the right", "800", "a", "c"} {
		if !strings.Contains(string(svg), `aria-label="`+label+`"`) {
			t.Errorf("%q is not drawn", label)
		}
	}
	if want := []string{`the colormap "RdBu" is drawn as "vik_r"`, `the colormap "jet" is drawn as "viridis"`, `the figure is written to "all.svg", not to "all.pdf"`}; !slices.Equal(warned, want) {
		t.Errorf("warned of %q", warned)
	}
}

// TestMarkerEdge: filled markers have an edge of a point, without which dots of plot(t, i, ".", ms=0.2) vanish.
func TestMarkerEdge(t *testing.T) {
	size := func(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		o, err := readOptions("plot", kwargs, "where", "markeredgewidth", "edgecolor")
		if err != nil {
			return nil, err
		}
		s, err := figure.ParseFormat(string(args[0].(starlark.String)))
		if err == nil {
			s, err = o.style(s)
		}
		if err == nil {
			err = o.edged(&s)
		}
		return starlark.Float(s.MarkerSize), err
	}
	for text, want := range map[string]float64{"f('.', ms=0.25)": 2.25, "f('o')": 7, "f('o', mew=0, ms=6)": 6, "f('s', mec='none', ms=3)": 3, "f('|', ms=4)": 4, "f(',', ms=4)": 4} {
		got, err := starlark.EvalOptions(fileOptions, &starlark.Thread{}, "x", text, starlark.StringDict{"f": starlark.NewBuiltin("f", size)})
		if err != nil || got != starlark.Value(starlark.Float(want)) {
			t.Errorf("%s: %v, %v; want %g", text, got, err, want)
		}
	}
}

package script

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/galvani-sim/galvani/host/diag"
)

// drawn runs a script and gives the SVG that it saves as all.svg, and what it was warned of.
func drawn(t *testing.T, text string) (svg string, warned []string, err error) {
	t.Helper()
	dir := t.TempDir()
	_, err = RunSource(context.Background(), filepath.Join(dir, "x.py"), "import matplotlib.pyplot as plt\nimport numpy as np\nfrom brian2 import *\n"+text+"\nplt.savefig('all.svg')\n",
		Options{Engine: &fakeEngine{}, Figures: FigureOptions{Dir: dir}, Warn: func(l diag.List) {
			for _, d := range l {
				warned = append(warned, d.Message)
			}
		}})
	b, _ := os.ReadFile(filepath.Join(dir, "all.svg"))
	return string(b), warned, err
}

// TestFigureSettings: what scripts say of Axes, ticks, texts and artists is drawn.
func TestFigureSettings(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		has  []string // labels that are written
		not  []string
		part map[string]int // how often something stands in the SVG
	}{
		"sharex": {text: "a = plt.subplot(211)\na.plot([0, 40], [0, 1])\nb = plt.subplot(212, sharex=a)\nb.plot([0, 1], [0, 1])\nb.sharey(a)", part: map[string]int{`aria-label="40"`: 2}},
		"gridspec": {text: "fig = plt.figure()\ngs = fig.add_gridspec(ncols=1, nrows=2, height_ratios=[4, 1], hspace=0)\na, b = gs.subplots(sharex='col')\na.plot([0, 40], [0, 1])\nfig.align_ylabels()\nfig.set_size_inches(4, 3)",
			part: map[string]int{`aria-label="40"`: 1, `width="288pt" height="216pt"`: 1}},
		"parts":      {text: "fig = plt.figure()\ngs = fig.add_gridspec(2, 2, width_ratios=(3, 1))\na = fig.add_subplot(gs[0, 0], title='first')\nb = fig.add_subplot(gs[:, 1], facecolor='r')", has: []string{"first"}, part: map[string]int{"#ff0000": 1}},
		"kw":         {text: "fig, axs = plt.subplots(1, 2, gridspec_kw={'right': 0.95, 'bottom': 0.15, 'wspace': 0.3, 'width_ratios': [2, 1]}, subplot_kw=dict(projection='polar'))", has: []string{"45°"}},
		"ticks":      {text: "plt.plot([0, 4], [0, 3000])\nax = plt.gca()\nax.xaxis.set_major_locator(plt.MultipleLocator(2))\nax.yaxis.set_major_formatter(lambda v, k: 'v=%g' % v)", has: []string{"2", "v=1000"}, not: []string{"1", "3"}},
		"names":      {text: "import matplotlib.ticker as mt\nplt.plot([0, 4], [0, 3])\nax = plt.gca()\nax.set_xticks([1, 2])\nax.set_xticklabels(map(str, ['one', 'two']))\nax.set_yticklabels([])\nax.yaxis.set_major_formatter(mt.FormatStrFormatter('%.2f'))", has: []string{"one", "two"}, not: []string{"1.00"}},
		"percent":    {text: "from matplotlib.ticker import PercentFormatter, MaxNLocator\nplt.plot([0, 4], [0, 1])\nax = plt.gca()\nax.yaxis.set_major_formatter(PercentFormatter(1))\nax.xaxis.set_major_locator(MaxNLocator(integer=True))", has: []string{"100%"}, not: []string{"0.5"}},
		"hidden":     {text: "plt.plot([0, 40], [0, 3])\nplt.tick_params(labelbottom=False, left=False)", not: []string{"40"}},
		"right":      {text: "plt.plot([0, 4], [0, 3])\nax = plt.gca()\nax.yaxis.tick_right()\nax.yaxis.set_label_position('right')\nax.set_ylabel('up', rotation=0, labelpad=10, fontsize='large')", has: []string{"up"}},
		"inset":      {text: "fig, ax = plt.subplots()\nin_ = ax.inset_axes([0.1, 0.1, 0.3, 0.3])\nin_.plot([0, 77], [0, 1])\nfree = fig.add_axes([0.5, 0.5, 0.2, 0.2], ylabel='free')\nfig.text(0.5, 0.9, 'above all')", has: []string{"free", "above all"}, part: map[string]int{`class="axes"`: 3}},
		"box":        {text: "plt.plot([0, 1], [0, 1])\nplt.text(0.5, 0.5, 'a', backgroundcolor='lime', fontsize='xx-large', fontfamily='monospace')\nplt.text(0.1, 0.5, 'b', bbox=dict(facecolor='none', edgecolor='teal', boxstyle='round'))", part: map[string]int{"#00ff00": 1, "#008080": 1}},
		"polar":      {text: "polar([0, 1, 2], [1, 2, 3], c='k')\naxvline(1, c='g')", has: []string{"315°"}, part: map[string]int{`class="axvline"`: 1}},
		"scatter":    {text: "s = scatter([0, 1, 2], [0, 1, 2], c=[10, 20, 30], cmap='gray', s=[5, 10, 20])\nclim(0, 40)\ncolorbar(s, label='how much')", has: []string{"how much", "40"}, part: map[string]int{`class="scatter"`: 1, `class="map"`: 1}},
		"plain":      {text: "plt.scatter([0, 1], [0, 1], c='r', marker='s')\nplt.scatter([0, 1], [0, 1], facecolors='none', edgecolors='b')", part: map[string]int{`class="scatter"`: 2}},
		"lines":      {text: "line, = plt.plot([0, 1], [0, 1])\nline.set_data([0, 50], [0, 1])\nline.set_color('lime')\nline.set(linewidth=3, label='grown')\ngone, = plt.plot([0, 99], [0, 1], color='teal')\ngone.remove()\nplt.legend()", has: []string{"grown", "50"}, part: map[string]int{"#008080": 0}},
		"dashes":     {text: "plt.plot([0, 1], [0, 1], ls=(0, (8, 6, 1, 6)), lw=1)", part: map[string]int{`stroke-dasharray="8`: 1}},
		"read cycle": {text: "c = plt.rcParams['axes.prop_cycle']\nassert c.by_key()['color'][0] == '#0072b2' and len(c[2:]) == len(c) - 2 and [x['color'] for x in c][1] == '#d55e00'\nfig, ax = plt.subplots()\nax.set_prop_cycle(cycler(color='k').concat(c[2:]))\nplt.rcParams['axes.prop_cycle'] = cycler(color=['lime']).concat(c[:1])\nplt.figure()\nplt.plot([0, 1])\nplt.plot([0, 2])", part: map[string]int{"#00ff00": 1, "#0072b2": 1}},
		"cycle":      {text: "plt.rc('axes', prop_cycle=cycler('linestyle', ['-', ':']) * cycler(color=['lime', 'teal']))\nplt.rcParams.update({'axes.spines.top': False, 'axes.spines.right': False})\nplt.figure()\nfor k in range(4): plt.plot([0, 1], [0, k])", part: map[string]int{"#00ff00": 2, "#008080": 2}},
		"arrow":      {text: "a = plt.arrow(0, 0, 1, 1, color='teal')\na.set_data(dx=20, dy=1)", has: []string{"20.0"}},
		"cosmetic":   {text: "fig, ax = plt.subplots()\nax.set_axisbelow(True)\nfig.align_xlabels()\nfig.autofmt_xdate()\nax.minorticks_on()\nax.spines.right.set_visible(False)\nax.spines[['top', 'left']].set_color('none')\nfor s in ax.spines.values(): s.set_linewidth(2)\nax.xaxis.set_label_coords(0.5, -0.1)"},
	} {
		svg, _, err := drawn(t, c.text)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, s := range c.has {
			if !strings.Contains(svg, `aria-label="`+s+`"`) {
				t.Errorf("%s: %q is not written", name, s)
			}
		}
		for _, s := range c.not {
			if strings.Contains(svg, `aria-label="`+s+`"`) {
				t.Errorf("%s: %q is written", name, s)
			}
		}
		for s, n := range c.part {
			if got := strings.Count(svg, s); got != n {
				t.Errorf("%s: %d of %q, want %d", name, got, s, n)
			}
		}
	}
}

// TestAnimation: of an animation the last picture is drawn, with a warning.
func TestAnimation(t *testing.T) {
	svg, warned, err := drawn(t, `import matplotlib.animation as animation
fig, ax = plt.subplots()
dots = ax.scatter([0], [0], c=[1])
line, = ax.plot([], [])
def update(k, far):
    line.set_data([0, k*far], [0, 1])
    dots.set_offsets(np.array([[k, 1]]))
    return line, dots
ani = animation.FuncAnimation(fig, update, frames=4, fargs=(20,), interval=20, blit=True)
ani.save('x.mp4')`)
	if err != nil || !strings.Contains(svg, `aria-label="60"`) || strings.Join(warned, ";") != "of an animation the last picture is drawn" {
		t.Errorf("%v, warned of %q", err, warned)
	}
}

// TestMixedUnits: numbers and quantities on one axis are numbers in SI units, as Matplotlib shows them, with a warning.
func TestMixedUnits(t *testing.T) {
	svg, warned, err := drawn(t, "plot([0, 3], [0, 1])\nplot([0, 5]*ms, [1, 2])\nxlim(0, 3)")
	if err != nil || !strings.Contains(svg, `aria-label="3.0"`) || strings.Join(warned, ";") != "the x axis shows numbers without unit: what is in second is drawn as numbers in SI units" {
		t.Errorf("%v, warned of %q", err, warned)
	}
}

// TestFigureSettingMistakes: what is wrong with settings is said.
func TestFigureSettingMistakes(t *testing.T) {
	for text, want := range map[string]string{
		"plt.subplot(211, sharex=True)":                                                    "sharex: expected Axes, got a bool",
		"plt.subplot(projection='3d')":                                                     "there are plain and polar Axes",
		"plt.subplot(211, colour='r')":                                                     "subplot has no argument colour=",
		"plt.subplots(gridspec_kw={'wspaces': 1})":                                         "gridspec_kw has no argument wspaces=",
		"plt.subplots_adjust(hspace=-1)":                                                   "hspace is a distance in sizes of Axes",
		"plt.GridSpec(2, 2, width_ratios=[1])":                                             "width_ratios has 1 numbers for 2",
		"plt.GridSpec(2, 2).subplots()":                                                    "the GridSpec is of no figure",
		"plt.plot([1, 2])\nplt.polar([1], [1])":                                            "something is drawn in these Axes already",
		"plt.gca().set_xticklabels(['a'])":                                                 "it is not known which ticks these are",
		"plt.gca().xaxis.set_major_locator(3)":                                             "set_major_locator: got a whole number",
		"plt.gca().yaxis.set_label_position('top')":                                        `it is "left" or "right"`,
		"plt.gca().xaxis.wrong":                                                            `axis has no attribute "wrong"`,
		"plt.MultipleLocator(0)":                                                           "the distance of ticks is positive",
		"plt.tick_params(axis='z')":                                                        `axis is "x", "y" or "both"`,
		"plt.gca().inset_axes([0, 1])":                                                     "a place is [left, bottom, width, height]",
		"plt.text(0, 0, 'a', fontsize='huge')":                                             "a size of text is points",
		"plt.text(0, 0, 'a', bbox='round')":                                                "bbox is a dictionary",
		"plt.text(0, 0, 'a', bbox=dict(colour='r'))":                                       `bbox has no "colour"`,
		"plt.scatter([1, 2], [1, 2], s=[1, 2, 3])":                                         "3 sizes for 2 points",
		"line, = plt.plot([1, 2])\nline.set_data([1], [1, 2])":                             "x has 1 values, y has 2",
		"line, = plt.plot([1, 2])\nline.wrong":                                             `Line2D has no attribute "wrong"`,
		"d = plt.scatter([1, 2], [1, 2], c=[1, 2])\nd.set_offsets([[1, 2]])":               "2 colors for 1 points",
		"plt.plot([1, 2], ls=(0, (1,)))":                                                   "dashes are pairs",
		"plt.plot([1, 2], ls=(0, (0, 0)))":                                                 "too short to be seen",
		"plt.rcParams['axes.prop_cycle'] = 3\nplt.figure()":                                "axes.prop_cycle is a cycler",
		"cycler(colour=['r'])":                                                             "cycler has no argument colour=",
		"from matplotlib.animation import FuncAnimation\nFuncAnimation(plt.figure(), len)": "frames= says how many pictures",
	} {
		if _, _, err := drawn(t, text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}

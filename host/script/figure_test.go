package script

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/galvani-sim/galvani/host/record"
)

// draw runs a script with figures and lists the files it wrote.
func draw(t *testing.T, text string, all bool) ([]string, string, error) {
	t.Helper()
	dir := t.TempDir()
	out := filepath.Join(dir, "out")
	if err := os.Mkdir(out, 0o777); err != nil {
		t.Fatal(err)
	}
	res, err := RunSource(context.Background(), filepath.Join(dir, "figures.star"), text, Options{Engine: &fakeEngine{}, Figures: FigureOptions{Dir: out, All: all, DPI: 50}})
	var files []string
	filepath.WalkDir(out, func(path string, d os.DirEntry, _ error) error {
		if !d.IsDir() {
			rel, _ := filepath.Rel(out, path)
			files = append(files, filepath.ToSlash(rel))
		}
		return nil
	})
	sort.Strings(files)
	var said []string
	for _, p := range res.Figures {
		rel, _ := filepath.Rel(out, p)
		said = append(said, filepath.ToSlash(rel))
	}
	sort.Strings(said)
	if !slices.Equal(said, files) && err == nil {
		t.Errorf("the result names %v, the folder holds %v", said, files)
	}
	return files, out, err
}

// The tutorial's plotting, nearly as it is written for matplotlib.
const tutorialFigures = `
t = linspace(0, 50, 501)*ms
v = -65*mV + 20*mV*sin(t/ms)
figure(figsize=(9, 4))
for l in range(5):
    axvline(l*10, ls='--', c='k')
    axhline(-65, ls='-', c='lightgray', lw=3)
plot(t/ms, v/mV, '-b')
plot([3, 9], [-50, -48], 'ob')
xlabel('Time (ms)')
ylabel('v (mV)')
show()

tau_range = linspace(1, 10, 30)*ms
plot(tau_range/ms, tau_range/ms)
xlabel(r'$\tau$ (ms)')
ylabel('Firing rate (sp/s)')
errorbar(tau_range/ms, 30*tau_range/ms, yerr=tau_range/ms)
show()

table = concatenate([t/ms, 2*t/ms]).reshape(2, 501)
plot(t/ms, table.T, '-', label='both')
legend(loc='best')
figure('spikes')
plot(t/ms, t/ms, '.k', ms=3)
xlim(0, 50)
ylim(0, 50)
`

func TestTutorialFigures(t *testing.T) {
	files, out, err := draw(t, tutorialFigures, true)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"figure-1.png", "figure-1.svg", "figure-2.png", "figure-2.svg", "figure-3.png", "figure-3.svg", "spikes.png", "spikes.svg"}
	if !slices.Equal(files, want) {
		t.Fatalf("wrote %v, want %v", files, want)
	}
	svg, err := os.ReadFile(filepath.Join(out, "figure-1.svg"))
	if err != nil {
		t.Fatal(err)
	}
	for part, n := range map[string]int{`class="axvline"`: 5, `class="axhline"`: 5, `class="line"`: 2, `aria-label="Time (ms)"`: 1, `aria-label="v (mV)"`: 1} {
		if got := strings.Count(string(svg), part); got != n {
			t.Errorf("%d of %s, want %d", got, part, n)
		}
	}
	svg, _ = os.ReadFile(filepath.Join(out, "figure-2.svg"))
	if !strings.Contains(string(svg), `aria-label="τ (ms)"`) {
		t.Error("no label with a Greek letter")
	}
}

func TestLines(t *testing.T) {
	_, out, err := draw(t, `
plot([0, 1], [0, 1])
vlines(array([0.5, 1, 2])*ms/ms, 0, [1, 2, 3], "r", linestyles="--")
hlines(0.3, 0, 2, colors="k")
tick_params(labelsize=3)
subplots_adjust(left=0.2)
`, true)
	if err != nil {
		t.Fatal(err)
	}
	svg, err := os.ReadFile(filepath.Join(out, "figure-1.svg"))
	if err != nil {
		t.Fatal(err)
	}
	paths := regexp.MustCompile(`(?s)class="line".*?</`).FindAllString(string(svg), -1)
	var moves []int
	for _, p := range paths {
		moves = append(moves, strings.Count(p, "M"))
	}
	if !slices.Equal(moves, []int{1, 3, 1}) {
		t.Errorf("lines of %v pieces", moves)
	}
	if _, _, err := draw(t, "vlines([1, 2], 0, [1, 2, 3])", false); err == nil || !strings.Contains(err.Error(), "3 lines and 2 values of x") {
		t.Error(err)
	}
}

// Spreizer's figure: a grid with ratios, maps, lying histograms, a logarithmic axis, a color scale in an Axes of its own.
const spreizerFigure = `
fig, axs = plt.subplots(2, 6, figsize=(15, 6), layout="constrained", gridspec_kw={"width_ratios": [1, 1, 1, 1, 0.1, 1]})
for idx, name in enumerate(["symmetric", "random", "perlin", "homog"]):
    in_deg = normal(1000, 100, size=400).reshape(20, 20)
    ax, ax_hist = axs[0, idx], axs[0, 5]
    m = ax.pcolormesh(in_deg, shading="flat", vmin=500, vmax=1500)
    ax_hist.hist(in_deg.flatten(), bins=50, density=True, label=name, histtype="step", orientation="horizontal", lw=2)
    ax_hist.set(ylabel="In-degree", ylim=(500, 1500))
    ax.set(aspect="equal", xticks=[], yticks=[], title=name)
    ax_hist.locator_params(axis="x", nbins=3)
    axs[1, 5].hist(in_deg.flatten()/50, bins=25, density=True, label=name, histtype="step", orientation="horizontal", lw=2)
    axs[1, 5].set(ylabel="Firing rate [Hz]", xlabel="Probability density", xscale="log", ylim=(0, 64))
plt.colorbar(m, cax=axs[0, 4])
axs[0, -1].legend()
for ax in axs[1][:4]:
    img = ax.imshow(normal(30, 10, size=400).reshape(20, 20), vmin=0, vmax=64, origin="lower")
    ax.set(xticks=[], yticks=[])
plt.colorbar(img, cax=axs[1, 4])
plt.savefig("spreizer/all")
plt.show()
`

func TestSpreizerFigure(t *testing.T) {
	files, out, err := draw(t, spreizerFigure, true)
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"spreizer/all.png", "spreizer/all.svg"}; !slices.Equal(files, want) {
		t.Fatalf("wrote %v, want %v", files, want)
	}
	svg, _ := os.ReadFile(filepath.Join(out, "spreizer", "all.svg"))
	for part, n := range map[string]int{`class="axes"`: 12, `class="map"`: 10, `class="histogram"`: 8, `aria-label="perlin"`: 2} {
		if got := strings.Count(string(svg), part); got != n {
			t.Errorf("%d of %s, want %d", got, part, n)
		}
	}
}

// What is plotted is as it was when plot was called, and quantities label their axes.
func TestFigureData(t *testing.T) {
	_, out, err := draw(t, "x = zeros(3)\nplot(x, array([1, 2, 3])*nA)\nx[0] = 100\nxlim(0, 1)\naxhline(2*nA)\ny = xlim()\nprint(y)", true)
	if err != nil {
		t.Fatal(err)
	}
	svg, _ := os.ReadFile(filepath.Join(out, "figure-1.svg"))
	if !strings.Contains(string(svg), `aria-label="nA"`) {
		t.Error("the axis does not say nA")
	}
	_, out, err = draw(t, "x = zeros(3)\nplot(x, [1, 2, 3])\nx[0] = 100\n", true)
	if err != nil {
		t.Fatal(err)
	}
	svg, _ = os.ReadFile(filepath.Join(out, "figure-1.svg"))
	if strings.Contains(string(svg), `aria-label="100"`) {
		t.Error("the figure shows what the script did later")
	}
}

// Without figures nothing is written and nothing kept, but mistakes are found; savefig alone writes only what it names.
func TestFigureOptions(t *testing.T) {
	if files, _, err := draw(t, "plot([1, 2])\n", false); err != nil || len(files) > 0 {
		t.Errorf("without figures: %v, %v", files, err)
	}
	if files, _, err := draw(t, "plot([1, 2])\nsavefig('a.png')\nfigure()\nplot([3, 4])\n", false); err != nil || !slices.Equal(files, []string{"a.png"}) {
		t.Errorf("savefig: %v, %v", files, err)
	}
	if files, _, err := draw(t, "figure(2)\nplot([1])\nfigure()\nplot([2])\nfigure()\nplot([3])\nfigure(2)\nplot([4])\n", true); err != nil || len(files) != 6 {
		t.Errorf("figures by number: %v, %v", files, err)
	}
	if files, _, err := draw(t, "plot([1])\nclose()\nplot([2])\nclose('all')\n", true); err != nil || len(files) != 4 {
		t.Errorf("close: %v, %v", files, err)
	}
	res, err := RunSource(context.Background(), filepath.Join(t.TempDir(), "x.star"), "plot([1, 2])\nsavefig('a.png')\nshow()\n", Options{Engine: &fakeEngine{}})
	if err != nil || len(res.Figures) > 0 {
		t.Errorf("without a folder: %v, %v", res.Figures, err)
	}
}

func TestFigureMistakes(t *testing.T) {
	for text, want := range map[string]string{
		"plot([1, 2], [1])":                                          "plot: x has 2 values, y has 1",
		"plot([1, 2], '-q')":                                         `the format "-q": "q" means nothing here`,
		"plot([1, 2], colour='k')":                                   "plot has no argument colour=",
		"plot([1, 2], c='blak')":                                     `"blak" is no color`,
		"plot([1, 2], ls='~')":                                       `"~" is no line style`,
		"plot([1, 2], marker='q')":                                   `"q" is no marker`,
		"plot(array([1, 2])*ms)\nplot(array([1, 2])*mV)":             "the y axis shows second, these values are volt",
		"plot(array([1, 2])*ms)\nylim(0, 3*mV)":                      "ylim: the y axis shows second, these values are volt",
		"subplot(2, 2, 5)":                                           "a grid of 2 x 2 has the places 1 to 4, not 5",
		"savefig('../a.png')":                                        "outside the output folder",
		"savefig('/tmp/a.png')":                                      "outside the output folder",
		"savefig('a.tiff')":                                          `not ".tiff"`,
		"imshow([1, 2])":                                             "an array of shape (2,) is no picture",
		"imshow([[1, 2]], cmap='jeet')":                              `there is no colormap "jeet"`,
		"fig = figure()\ngs = fig.add_gridspec(2, 2)\ngs[2, 0]":      "has no place 2",
		"legend(loc=11)":                                             "loc is 0 to 10",
		"axis([1, 2, 3])":                                            "[left, right, bottom, top]",
		"colorbar()":                                                 "there is no map yet",
		"errorbar([1, 2], [1, 2], yerr=[1, 2, 3])":                   "yerr has 3 values for 2 points",
		"hist([1, 2], histtype='pie')":                               `histtype is "bar", "step" or "stepfilled"`,
		"legend(loc='middle')":                                       `there is no place "middle"`,
		"xscale('cubic')":                                            `it is "linear" or "log"`,
		"raster([1, 2], [1, 2])":                                     "raster: times",
		"fig, axs = subplots(2, 2)\naxs[2, 0]":                       "has no place 2",
		"xlim(1, 1)":                                                 "both limits are 1",
		"figure(figsize=(900, 4))":                                   "each side is 0.5 to 100",
		"ylabel('I (mV)')\nplot(array([1, 2])*nA)":                   `names a unit of volt, but its values are amp`,
		"fill_between([1, 2], [1, 2, 3])":                            "fill_between: x has 2 values, y has 3",
		"pcolormesh([1, 2, 3, 4, 5], [1, 2], [[1, 2, 3]])":           "expected 4 edges or 3 centers",
		"plot([1, 2, 3], array([1, 2, 3, 4, 5, 6]).reshape(3, 2).T)": "turn it with .T",
	} {
		_, _, err := draw(t, text, true)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s:\n%v\nwant %q", text, err, want)
		}
	}
}

// A folder that cannot be written is an output error, whoever asked for the file.
func TestFigureOutputError(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"plot([1])", "plot([1])\nsavefig('a.png')"} {
		_, err := RunSource(context.Background(), filepath.Join(dir, "x.star"), text, Options{Engine: &fakeEngine{}, Figures: FigureOptions{Dir: filepath.Join(file, "out"), All: true}})
		if !errors.Is(err, record.ErrOutput) {
			t.Errorf("%q: %v is no output error", text, err)
		}
	}
}

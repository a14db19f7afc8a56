package script

import (
	"context"
	"strings"
	"testing"
)

// TestSubplotGrid: subplot2grid takes the cells that it names, and clim sets the color scale of the last image.
func TestSubplotGrid(t *testing.T) {
	in, err := newInterp(context.Background(), "figure.star", Options{Engine: &fakeEngine{}})
	if err != nil {
		t.Fatal(err)
	}
	err = in.main("figure.star", `
top = plt.subplot2grid((2, 3), (0, 0), colspan=3)
top.spines["top"].set_visible(False)
top.spines[["left", "right"]].set_visible(False)
low = subplot2grid((2, 3), (1, 1), rowspan=1, colspan=2)
low.imshow([[1*mV, 2*mV], [3*mV, 4*mV]])
clim(0, 10*mV)
ylabel("y", rotation="horizontal")
`)
	if err != nil {
		t.Fatal(err)
	}
	m := in.figures.current.f.LastMesh()
	if lo, hi := m.Range(); lo != 0 || hi != 0.01 {
		t.Errorf("the color scale runs from %g to %g", lo, hi)
	}
	for text, want := range map[string]string{
		"subplot2grid((2, 3), (1, 1), colspan=3)":      "1 x 3 cells at row 1 and column 1 do not fit into a grid of 2 x 3",
		"subplot2grid((2, 3), 4)":                      "the place is a pair",
		"clim(0, 1)":                                   "no image yet",
		"imshow([[1, 2]]*mV)\nclim(0, 5*second)":       "the values are in volt, the limits in second",
		"imshow([[1, 2], [3, 4]])\nclim(2, 1)":         "cannot run from 2 to 1",
		`subplot2grid((1, 1), (0, 0)).spines["north"]`: `not "north"`,
	} {
		if _, _, err := runText(t, text, Options{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}

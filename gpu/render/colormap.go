package render

import (
	"fmt"
	"strings"

	"github.com/galvani-sim/galvani/host/colormap"
)

// Colormap is a table of 256 sRGB colors.
type Colormap struct {
	Name string
	// Centered says that the middle of the table means zero: the scale's limits are then kept symmetric.
	Centered bool
	// Cyclic says that both ends mean the same value: the limits are one period.
	Cyclic bool
	table  *colormap.Table
}

// The colormaps by name, in the order shown to users.
var colormaps = []*Colormap{
	{Name: "viridis", table: colormap.Viridis()},
	{Name: "twilight", Cyclic: true, table: colormap.Twilight()},
	{Name: "vik", Centered: true, table: colormap.Vik()},
	{Name: "twotone", table: twoTones([3]uint8{0x35, 0x4a, 0x66}, [3]uint8{0xff, 0xc2, 0x4b})},
}

// Viridis is the colormap for amounts.
func Viridis() *Colormap { return colormaps[0] }

// Twilight is the colormap for phases.
func Twilight() *Colormap { return colormaps[1] }

// Vik is the colormap for signed values.
func Vik() *Colormap { return colormaps[2] }

// TwoTone is the colormap for 0 and 1.
func TwoTone() *Colormap { return colormaps[3] }

// ColormapByName finds a colormap; the error lists the names there are.
func ColormapByName(name string) (*Colormap, error) {
	var names []string
	for _, c := range colormaps {
		if c.Name == name {
			return c, nil
		}
		names = append(names, c.Name)
	}
	return nil, fmt.Errorf("no colormap %q; there are %s", name, strings.Join(names, ", "))
}

// At is the color at v in [0, 1], linearly interpolated; values outside are clamped and NaN gives the first color.
func (c *Colormap) At(v float64) Color {
	rgb := c.table.At(v)
	return Color{rgb[0], rgb[1], rgb[2], 1}
}

// mapIndex is the place of a colormap among all; of nil, that of the first.
func mapIndex(c *Colormap) int {
	for i, m := range colormaps {
		if m == c {
			return i
		}
	}
	return 0
}

// rgba is the table as 256 RGBA texels.
func (c *Colormap) rgba() []byte {
	out := make([]byte, 0, 1024)
	for _, t := range c.table {
		out = append(out, t[0], t[1], t[2], 255)
	}
	return out
}

func twoTones(no, yes [3]uint8) *colormap.Table {
	t := new(colormap.Table)
	for i := range t {
		t[i] = no
		if i >= 128 {
			t[i] = yes
		}
	}
	return t
}

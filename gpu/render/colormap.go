package render

import (
	"fmt"
	"strconv"
	"strings"
)

// Colormap is a table of 256 sRGB colors.
type Colormap struct {
	Name string
	// Centered says that the middle of the table means zero: the scale's limits are then kept symmetric.
	Centered bool
	// Cyclic says that both ends mean the same value: the limits are one period.
	Cyclic bool
	table  [256][3]uint8
}

// The colormaps by name, in the order shown to users.
var colormaps = []*Colormap{
	{Name: "viridis", table: parseTable(viridisTable)},
	{Name: "twilight", Cyclic: true, table: parseTable(twilightTable)},
	{Name: "vik", Centered: true, table: parseTable(vikTable)},
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
	if !(v > 0) {
		v = 0
	}
	if v > 1 {
		v = 1
	}
	x := v * 255
	k := int(x)
	if k > 254 {
		k = 254
	}
	f := float32(x - float64(k))
	a, b := c.table[k], c.table[k+1]
	mix := func(i int) float32 { return (float32(a[i])*(1-f) + float32(b[i])*f) / 255 }
	return Color{mix(0), mix(1), mix(2), 1}
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

func twoTones(no, yes [3]uint8) (t [256][3]uint8) {
	for i := range t {
		t[i] = no
		if i >= 128 {
			t[i] = yes
		}
	}
	return t
}

func parseTable(hex string) (t [256][3]uint8) {
	for i := range t {
		for j := range 3 {
			v, err := strconv.ParseUint(hex[6*i+2*j:6*i+2*j+2], 16, 8)
			if err != nil {
				panic(err) // the tables are constants of this package
			}
			t[i][j] = uint8(v)
		}
	}
	return t
}

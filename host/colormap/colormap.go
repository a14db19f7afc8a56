// Package colormap holds the tables of the perceptually uniform colormaps that windows and figures share.
//
// What belongs here: tables and their names. What does not: scales from values to [0, 1], which are the drawer's.
package colormap

import "strconv"

// Table is a colormap: 256 sRGB colors from the lowest value to the highest.
type Table [256][3]uint8

// The colormaps.
var (
	viridis  = parse(viridisTable)
	twilight = parse(twilightTable)
	vik      = parse(vikTable)
)

// Viridis is the colormap for amounts.
func Viridis() *Table { return &viridis }

// Twilight is the cyclic colormap for phases.
func Twilight() *Table { return &twilight }

// Vik is the colormap for signed values; its middle means zero.
func Vik() *Table { return &vik }

// At is the color at v in [0, 1], linearly interpolated, each part in [0, 1]; values outside are clamped and NaN gives the first
// color.
func (t *Table) At(v float64) [3]float32 {
	if !(v > 0) {
		v = 0
	}
	if v > 1 {
		v = 1
	}
	x := v * 255
	k := min(int(x), 254)
	f := float32(x - float64(k))
	var c [3]float32
	for i := range c {
		c[i] = (float32(t[k][i])*(1-f) + float32(t[k+1][i])*f) / 255
	}
	return c
}

func parse(hex string) (t Table) {
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

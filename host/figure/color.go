package figure

import (
	"fmt"
	"image/color"
	"sort"
	"strconv"
	"strings"
)

// Color is an sRGB color that is not premultiplied.
type Color = color.NRGBA

func rgb(hex uint32) Color {
	return Color{R: uint8(hex >> 16), G: uint8(hex >> 8), B: uint8(hex), A: 255}
}

// cycle holds the colors of artists that name none: Okabe and Ito's palette, which people with any color vision tell apart
// (https://jfly.uni-koeln.de/color/), ordered so that the first three differ most in lightness too.
var cycle = []Color{rgb(0x0072b2), rgb(0xd55e00), rgb(0x009e73), rgb(0xcc79a7), rgb(0xe69f00), rgb(0x56b4e9), rgb(0x5a5a5a), rgb(0xc4b000)}

var (
	black = rgb(0)
	white = rgb(0xffffff)
	faint = rgb(0xb0b0b0)
)

// Letters are Matplotlib's one-letter colors.
var letterColors = map[string]Color{
	"b": rgb(0x0000ff), "g": rgb(0x008000), "r": rgb(0xff0000), "c": rgb(0x00bfbf), "m": rgb(0xbf00bf), "y": rgb(0xbfbf00),
	"k": black, "w": white,
}

// namedColors are the names of CSS that people use, with Matplotlib's tab: colors.
var namedColors = map[string]Color{
	"black": black, "white": white, "red": rgb(0xff0000), "green": rgb(0x008000), "blue": rgb(0x0000ff), "yellow": rgb(0xffff00),
	"cyan": rgb(0x00ffff), "magenta": rgb(0xff00ff), "orange": rgb(0xffa500), "purple": rgb(0x800080), "brown": rgb(0xa52a2a),
	"pink": rgb(0xffc0cb), "gray": rgb(0x808080), "lightgray": rgb(0xd3d3d3), "darkgray": rgb(0xa9a9a9), "dimgray": rgb(0x696969),
	"silver": rgb(0xc0c0c0), "gainsboro": rgb(0xdcdcdc), "whitesmoke": rgb(0xf5f5f5), "navy": rgb(0x000080),
	"darkblue": rgb(0x00008b), "lightblue": rgb(0xadd8e6), "skyblue": rgb(0x87ceeb), "steelblue": rgb(0x4682b4),
	"royalblue": rgb(0x4169e1), "dodgerblue": rgb(0x1e90ff), "cornflowerblue": rgb(0x6495ed), "slateblue": rgb(0x6a5acd),
	"teal": rgb(0x008080), "turquoise": rgb(0x40e0d0), "darkgreen": rgb(0x006400), "lightgreen": rgb(0x90ee90),
	"forestgreen": rgb(0x228b22), "seagreen": rgb(0x2e8b57), "lime": rgb(0x00ff00), "limegreen": rgb(0x32cd32),
	"olive": rgb(0x808000), "khaki": rgb(0xf0e68c), "gold": rgb(0xffd700), "goldenrod": rgb(0xdaa520), "darkorange": rgb(0xff8c00),
	"coral": rgb(0xff7f50), "salmon": rgb(0xfa8072), "tomato": rgb(0xff6347), "orangered": rgb(0xff4500), "darkred": rgb(0x8b0000),
	"maroon": rgb(0x800000), "crimson": rgb(0xdc143c), "firebrick": rgb(0xb22222), "indianred": rgb(0xcd5c5c),
	"chocolate": rgb(0xd2691e), "sienna": rgb(0xa0522d), "tan": rgb(0xd2b48c), "beige": rgb(0xf5f5dc), "violet": rgb(0xee82ee),
	"orchid": rgb(0xda70d6), "plum": rgb(0xdda0dd), "indigo": rgb(0x4b0082), "darkviolet": rgb(0x9400d3), "hotpink": rgb(0xff69b4),
	"deeppink": rgb(0xff1493), "lavender": rgb(0xe6e6fa), "aqua": rgb(0x00ffff), "fuchsia": rgb(0xff00ff),
	"tab:blue": rgb(0x1f77b4), "tab:orange": rgb(0xff7f0e), "tab:green": rgb(0x2ca02c), "tab:red": rgb(0xd62728),
	"tab:purple": rgb(0x9467bd), "tab:brown": rgb(0x8c564b), "tab:pink": rgb(0xe377c2), "tab:gray": rgb(0x7f7f7f),
	"tab:olive": rgb(0xbcbd22), "tab:cyan": rgb(0x17becf),
}

// ParseColor reads a color as Matplotlib does: a letter ("k"), a name ("lightgray"), "#rgb", "#rrggbb" or "#rrggbbaa", a grey level
// ("0.5"), or a place in the cycle ("C0").
func ParseColor(s string) (Color, error) {
	name := strings.ToLower(strings.ReplaceAll(strings.TrimSpace(s), "grey", "gray"))
	if c, ok := letterColors[name]; ok {
		return c, nil
	}
	if c, ok := namedColors[name]; ok {
		return c, nil
	}
	if len(name) > 1 && name[0] == 'c' {
		if k, err := strconv.ParseUint(name[1:], 10, 16); err == nil {
			return cycle[int(k)%len(cycle)], nil
		}
	}
	if hex, ok := strings.CutPrefix(name, "#"); ok {
		if len(hex) == 3 {
			hex = string([]byte{hex[0], hex[0], hex[1], hex[1], hex[2], hex[2]})
		}
		if v, err := strconv.ParseUint(hex, 16, 32); err == nil && (len(hex) == 6 || len(hex) == 8) {
			if len(hex) == 6 {
				return rgb(uint32(v)), nil
			}
			c := rgb(uint32(v >> 8))
			c.A = uint8(v)
			return c, nil
		}
	}
	if v, err := strconv.ParseFloat(name, 64); err == nil && v >= 0 && v <= 1 {
		g := uint8(v*255 + 0.5)
		return Color{R: g, G: g, B: g, A: 255}, nil
	}
	return Color{}, fmt.Errorf("%q is no color: write a name (%s), a letter (b g r c m y k w), \"#rrggbb\", a grey level such as \"0.5\", or C0 to C%d",
		s, nearest(name), len(cycle)-1)
}

// nearest lists color names to help with a misspelt one.
func nearest(name string) string {
	names := make([]string, 0, len(namedColors))
	for n := range namedColors {
		if len(name) > 2 && (strings.HasPrefix(n, name[:3]) || strings.Contains(n, name)) {
			names = append(names, n)
		}
	}
	if len(names) == 0 {
		return "black, lightgray, orange, ..."
	}
	sort.Strings(names)
	return strings.Join(names[:min(len(names), 4)], ", ") + ", ..."
}

func withAlpha(c Color, alpha float64) Color {
	c.A = uint8(float64(c.A)*alpha + 0.5)
	return c
}

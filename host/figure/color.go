package figure

import (
	"fmt"
	"image/color"
	"slices"
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

// Cycle lists the colors of artists that name none, in their order.
func Cycle() []Color { return slices.Clone(cycle) }

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

// namedColors are the names of CSS, and Matplotlib's tab: colors. Names with grey are those with gray.
var namedColors = func() map[string]Color {
	d := map[string]Color{}
	for k, f := 0, strings.Fields(cssColors); k < len(f); k += 2 {
		v, _ := strconv.ParseUint(f[k+1], 16, 32)
		d[f[k]] = rgb(uint32(v))
	}
	return d
}()

const cssColors = `aliceblue f0f8ff antiquewhite faebd7 aqua 00ffff aquamarine 7fffd4 azure f0ffff beige f5f5dc bisque ffe4c4 black 000000
blanchedalmond ffebcd blue 0000ff blueviolet 8a2be2 brown a52a2a burlywood deb887 cadetblue 5f9ea0 chartreuse 7fff00
chocolate d2691e coral ff7f50 cornflowerblue 6495ed cornsilk fff8dc crimson dc143c cyan 00ffff darkblue 00008b darkcyan 008b8b
darkgoldenrod b8860b darkgray a9a9a9 darkgreen 006400 darkkhaki bdb76b darkmagenta 8b008b darkolivegreen 556b2f darkorange ff8c00
darkorchid 9932cc darkred 8b0000 darksalmon e9967a darkseagreen 8fbc8f darkslateblue 483d8b darkslategray 2f4f4f
darkturquoise 00ced1 darkviolet 9400d3 deeppink ff1493 deepskyblue 00bfff dimgray 696969 dodgerblue 1e90ff firebrick b22222
floralwhite fffaf0 forestgreen 228b22 fuchsia ff00ff gainsboro dcdcdc ghostwhite f8f8ff gold ffd700 goldenrod daa520 gray 808080
green 008000 greenyellow adff2f honeydew f0fff0 hotpink ff69b4 indianred cd5c5c indigo 4b0082 ivory fffff0 khaki f0e68c
lavender e6e6fa lavenderblush fff0f5 lawngreen 7cfc00 lemonchiffon fffacd lightblue add8e6 lightcoral f08080 lightcyan e0ffff
lightgoldenrodyellow fafad2 lightgray d3d3d3 lightgreen 90ee90 lightpink ffb6c1 lightsalmon ffa07a lightseagreen 20b2aa
lightskyblue 87cefa lightslategray 778899 lightsteelblue b0c4de lightyellow ffffe0 lime 00ff00 limegreen 32cd32 linen faf0e6
magenta ff00ff maroon 800000 mediumaquamarine 66cdaa mediumblue 0000cd mediumorchid ba55d3 mediumpurple 9370db
mediumseagreen 3cb371 mediumslateblue 7b68ee mediumspringgreen 00fa9a mediumturquoise 48d1cc mediumvioletred c71585
midnightblue 191970 mintcream f5fffa mistyrose ffe4e1 moccasin ffe4b5 navajowhite ffdead navy 000080 oldlace fdf5e6 olive 808000
olivedrab 6b8e23 orange ffa500 orangered ff4500 orchid da70d6 palegoldenrod eee8aa palegreen 98fb98 paleturquoise afeeee
palevioletred db7093 papayawhip ffefd5 peachpuff ffdab9 peru cd853f pink ffc0cb plum dda0dd powderblue b0e0e6 purple 800080
rebeccapurple 663399 red ff0000 rosybrown bc8f8f royalblue 4169e1 saddlebrown 8b4513 salmon fa8072 sandybrown f4a460
seagreen 2e8b57 seashell fff5ee sienna a0522d silver c0c0c0 skyblue 87ceeb slateblue 6a5acd slategray 708090 snow fffafa
springgreen 00ff7f steelblue 4682b4 tan d2b48c teal 008080 thistle d8bfd8 tomato ff6347 turquoise 40e0d0 violet ee82ee
wheat f5deb3 white ffffff whitesmoke f5f5f5 yellow ffff00 yellowgreen 9acd32 tab:blue 1f77b4 tab:brown 8c564b tab:cyan 17becf
tab:gray 7f7f7f tab:green 2ca02c tab:olive bcbd22 tab:orange ff7f0e tab:pink e377c2 tab:purple 9467bd tab:red d62728`

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

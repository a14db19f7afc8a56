package script

import (
	"fmt"
	"slices"
	"strings"

	"github.com/galvani-sim/galvani/host/figure"
	"go.starlark.net/starlark"
)

// textSizes are Matplotlib's words for sizes, in points.
var textSizes = map[string]float64{"xx-small": 5.79, "x-small": 6.94, "small": 8.33, "medium": 10, "large": 12, "x-large": 14.4, "xx-large": 17.28, "larger": 12, "smaller": 8.33}

// pointsOf reads a size of text.
func pointsOf(name string, v starlark.Value) (float64, error) {
	if s, ok := starlark.AsString(v); ok {
		if p, ok := textSizes[s]; ok {
			return p, nil
		}
	}
	q, ok := asQuantity(v)
	if !ok || !q.Dim.Dimensionless() || !(q.Value > 0 && q.Value <= 500) {
		return 0, fmt.Errorf("%s: a size of text is points, or \"small\", \"medium\", \"large\" and the like, not %v", name, v)
	}
	return q.Value, nil
}

// textSize makes the size of a text a number.
func (o *plotOptions) textSize() error {
	v, ok := o.get("size")
	if !ok {
		return nil
	}
	p, err := pointsOf(o.name, v)
	o.given["size"] = starlark.Float(p)
	return err
}

// textBox reads backgroundcolor= and bbox=dict(facecolor=, edgecolor=, pad=).
func (o *plotOptions) textBox(t *figure.TextOptions) (err error) {
	if t.Back, err = o.color("backgroundcolor"); err != nil {
		return err
	}
	if t.Back != nil {
		t.Pad = 4
	}
	v, ok := o.get("bbox")
	if !ok {
		return nil
	}
	d, ok := v.(*starlark.Dict)
	if !ok {
		return fmt.Errorf("%s: bbox is a dictionary, as in dict(facecolor=\"white\", edgecolor=\"black\")", o.name)
	}
	back, frame, alpha := starlark.Value(starlark.String("C0")), starlark.Value(starlark.String("k")), 1.0
	t.Pad = 4
	for _, kv := range d.Items() {
		switch name := plainString(kv[0]); name {
		case "facecolor", "fc":
			back = kv[1]
		case "edgecolor", "ec":
			frame = kv[1]
		case "color":
			back, frame = kv[1], kv[1]
		case "alpha":
			q, ok := asQuantity(kv[1])
			if !ok || !(q.Value >= 0 && q.Value <= 1) {
				return fmt.Errorf("%s: bbox: alpha is 0 to 1, not %v", o.name, kv[1])
			}
			alpha = q.Value
		case "pad":
			if q, ok := asQuantity(kv[1]); ok {
				t.Pad = q.Value
			}
		case "boxstyle", "lw", "linewidth", "ls", "linestyle", "zorder":
		default:
			return withHint(fmt.Errorf("%s: bbox has no %q", o.name, name), "it has facecolor, edgecolor, alpha and pad")
		}
	}
	for _, x := range []struct {
		v  starlark.Value
		to **figure.Color
	}{{back, &t.Back}, {frame, &t.Frame}} {
		c, err := colorOf(x.v)
		if err != nil {
			return fmt.Errorf("%s: bbox: %w", o.name, err)
		}
		c.A = uint8(float64(c.A)*alpha + 0.5)
		*x.to = c
	}
	return nil
}

// cosmeticText are arguments of titles and labels that texts here do not have.
var cosmeticText = strings.Fields("labelpad loc pad color c weight fontweight family fontfamily fontname style fontstyle ha va horizontalalignment verticalalignment position fontdict x y transform wrap rotation_mode zorder alpha")

// labelStyle takes what says how a title or a label looks out of its arguments: the size, and whether it is written like other text.
func labelStyle(name string, kwargs []starlark.Tuple) (size float64, flat bool, rest []starlark.Tuple, err error) {
	for _, kv := range kwargs {
		switch key := plainString(kv[0]); {
		case key == "fontsize" || key == "size":
			if kv[1] == starlark.None {
				continue
			}
			if size, err = pointsOf(name, kv[1]); err != nil {
				return
			}
		case key == "rotation":
			q, ok := asQuantity(kv[1])
			flat = ok && q.Value == 0 || kv[1] == starlark.Value(starlark.String("horizontal"))
		case !slices.Contains(cosmeticText, key):
			rest = append(rest, kv)
		}
	}
	return
}

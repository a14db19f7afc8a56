//go:build cgo && linux

package viewer

import (
	"fmt"
	"math"
	"time"

	"github.com/galvani-sim/galvani/gpu/render"
	"github.com/galvani-sim/galvani/gpu/ui"
	"github.com/galvani-sim/galvani/host/plan"
)

// sidebar lists groups, synapses and monitors with their variables, to be plotted, and their parameters, to be set.
type sidebar struct {
	shown  bool
	scroll ui.Scroll
	open   map[string]bool // entries, by name, that were opened or closed by hand
	filter ui.Text
	focus  string // the field that has the keyboard, "": none
	text   ui.Text
	fault  string // why what was typed in the focus is refused
	ranges map[string]ui.Slider
	drag   *sliderDrag
	tree   tree

	readings map[plan.BufferID]reading

	rows    []row   // as drawn last
	content float64 // their height
	spots   []spot  // what can be clicked on, as drawn last
	button  render.Rect

	pressed        time.Time // when and where, for a double click
	pressX, pressY float64
}

// The fields of the sidebar that are no values.
const (
	filterField = " filter"
	stepsField  = " steps"
	everyField  = " every"
)

const (
	sidebarHead = 104.0 // the part that does not scroll
	sidePad     = 12.0
	sideSmall   = 11.5
	scrollBar   = 7.0
)

// spot is a place that does something.
type spot struct {
	rect  render.Rect
	press func(at float64)
	field string // that takes the keyboard
	twice func() // of a double click, nil: press again
}

// sidebarWidth is about a quarter of the window.
func (v *Viewer) sidebarWidth() float64 {
	w, _, scale := v.size()
	return math.Round(math.Max(216, math.Min(290, 0.26*float64(w)/scale)))
}

// fit keeps the bars' room free of panels.
func (v *Viewer) fit() {
	in := render.Insets{}
	if !v.bare {
		in.Bottom = barHeight
		if v.sidebar.shown {
			in.Left = v.sidebarWidth()
		}
	}
	v.scene.Insets = in
}

func (v *Viewer) toggleSidebar() {
	s := &v.sidebar
	s.shown = !s.shown
	s.focus, s.drag = "", nil
	if s.shown && v.bare {
		v.bare = false
	}
	v.fit()
	v.changed = true
}

// sidebarSeen reports that the sidebar is on the screen.
func (v *Viewer) sidebarSeen() bool { return v.sidebar.shown && !v.bare }

// rowKind says how a row of the list looks.
type rowKind uint8

const (
	sectionRow rowKind = iota
	entryRow
	tagsRow
	itemRow
	kindsRow
	sliderRow
	noteRow
	numbersRow // heads the numbers of the script
)

var rowHeights = [...]float64{sectionRow: 26, entryRow: 23, tagsRow: 17, itemRow: 22, kindsRow: 24, sliderRow: 18, noteRow: 16, numbersRow: 22}

// row is one line of the list.
type row struct {
	kind  rowKind
	text  string
	open  bool
	entry *entry
	item  *item
	bad   bool
	chips []kind
	y     float64 // in the list
}

// isOpen reports whether the items of an entry are shown: few entries are open by themselves, and so are those that a filter has found.
func (s *sidebar) isOpen(e *entry, few bool) bool {
	if open, said := s.open[e.key()]; said {
		return open
	}
	return few || s.filter.String() != ""
}

// layRows lists the rows for the present state. width is what texts may take.
func (v *Viewer) layRows(o *render.Overlay, width float64) {
	s := &v.sidebar
	s.rows = s.rows[:0]
	y := 4.0
	add := func(r row) {
		r.y = y
		y += rowHeights[r.kind]
		s.rows = append(s.rows, r)
	}
	all := v.entries()
	list := found(all, s.filter.String())
	few := len(all) <= 3
	section := ""
	small := render.TextStyle{Size: sideSmall}
	for _, e := range list {
		if e.section != section {
			section = e.section
			add(row{kind: sectionRow, text: section})
		}
		open := s.isOpen(e, few)
		add(row{kind: entryRow, entry: e, open: open})
		if e.where != "" {
			add(row{kind: tagsRow, text: shorten(o, e.where, small, width-16)})
		}
		if len(e.tags) > 0 {
			tags := ""
			for _, t := range e.tags {
				tags += " #" + t
			}
			for _, l := range render.Wrap(o, tags, small, width-16) {
				add(row{kind: tagsRow, text: l})
			}
		}
		if !open {
			continue
		}
		numbers := false
		for _, it := range e.items {
			if it.param != nil && it.param.number && !numbers {
				numbers = true
				add(row{kind: numbersRow, text: "numbers of the script"})
			}
			add(row{kind: itemRow, item: it})
			if len(it.kinds) > 0 && len(v.viewsOf(&it.subject)) > 0 {
				for _, chips := range chipLines(o, it.kinds, width-16) {
					add(row{kind: kindsRow, item: it, chips: chips})
				}
			}
			if p := it.param; p != nil {
				add(row{kind: sliderRow, item: it})
				note := ""
				switch {
				case p.buf != nil && p.buf.Len > 1:
					note = "sets all " + grouped(int64(p.buf.Len))
				case len(p.also) == 1:
					note = shorten(o, "in "+p.also[0]+" too", small, width-16)
				case len(p.also) > 1:
					note = fmt.Sprintf("in %d more", len(p.also))
				}
				if note != "" {
					add(row{kind: noteRow, text: note})
				}
				if s.focus == it.key && s.fault != "" {
					for _, l := range render.Wrap(o, s.fault, small, width-16) {
						add(row{kind: noteRow, text: l, bad: true})
					}
				}
			}
		}
	}
	if len(list) == 0 {
		add(row{kind: noteRow, text: "nothing has this name or tag"})
	}
	s.content = y + 8
}

// chipLines breaks the buttons of kinds into lines.
func chipLines(o *render.Overlay, kinds []kind, width float64) (lines [][]kind) {
	x := 0.0
	for _, k := range kinds {
		w := chipWidth(o, k.name)
		if len(lines) == 0 || x+w > width {
			lines, x = append(lines, nil), 0
		}
		lines[len(lines)-1] = append(lines[len(lines)-1], k)
		x += w + 4
	}
	return lines
}

func chipWidth(o *render.Overlay, name string) float64 {
	w, _ := o.Measure(name, render.TextStyle{Size: sideSmall})
	return w + 14
}

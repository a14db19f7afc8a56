//go:build cgo && linux

package viewer

import (
	"fmt"
	"slices"

	"github.com/galvani-sim/galvani/gpu/render"
	"github.com/galvani-sim/galvani/host/net"
)

// fullAt is up to how many panels can be added by hand: more are too small to read.
const fullAt = 8

// panels are what the window shows. Until somebody adds or removes one they are those of the script, or one for each group.
type panels struct {
	views  []*net.View
	keys   []string
	chosen bool          // by hand
	sizes  []render.Rect // of the panels' views when cameras were fitted last
}

// viewKey tells views apart, so that a panel is found again when all are made anew.
func viewKey(v *net.View) string {
	s := *v
	object := ""
	if s.Group != nil {
		object = s.Group.Name
	}
	if s.Synapses != nil {
		object += "/" + s.Synapses.Name
	}
	if s.Spikes != nil {
		object += "/" + s.Spikes.Name
	}
	return fmt.Sprintf("%d %s.%s %s %s %s %q %v %q", s.Kind, object, s.Var, s.Size, s.Weight, s.Layout, s.Title, s.Elements, []string{s.X, s.Y, s.Z})
}

// possible is nil where the network has what a view shows; an edit of a rule may have taken it away.
func (st *stage) possible(v *net.View) error {
	if v.Group != nil && !slices.Contains(st.sim.Network().Groups, v.Group) || v.Synapses != nil && !slices.Contains(st.sim.Network().Synapses, v.Synapses) {
		return fmt.Errorf("it is not part of the network")
	}
	object, _ := st.owner(*v)
	for _, name := range []string{v.Var, v.Size, v.X, v.Y, v.Z} {
		if _, ok := st.plan.Find(object, name); name != "" && name != "degree" && !ok {
			return fmt.Errorf("%s.%s is not a stored variable", object, name)
		}
	}
	if v.Weight != "" {
		if _, ok := st.plan.Find(v.Synapses.Name, v.Weight); !ok {
			return fmt.Errorf("%s.%s is not a stored variable", v.Synapses.Name, v.Weight)
		}
	}
	return nil
}

// traceable registers a variable to be shown over time: that may be one that the whole group shares, as element 0.
func (st *stage) traceable(g *net.Group, name string) (*shown, error) {
	if b, ok := st.plan.Find(g.Name, name); ok && b.Len == 1 {
		return st.show(g.Name, name, b)
	}
	return st.variable(g, name)
}

// shared reports one value for a whole group of several elements.
func (st *stage) shared(g *net.Group, name string) bool {
	b, ok := st.plan.Find(g.Name, name)
	return ok && b.Len == 1 && g.N != 1
}

// rebuild makes the panels for the network as it is now; cameras, sizes, layouts and traces stay.
func (v *Viewer) rebuild() error {
	st := newStage(v.opt.Device, v.line.Sim(), v.kept)
	st.step = v.line.Advance
	ps := &v.panels
	if !ps.chosen {
		views, err := st.views()
		if err != nil && v.stage != nil {
			err = fmt.Errorf("after an edit: %w", err)
		}
		if err != nil {
			st.close()
			return err
		}
		ps.views = views
	}
	views := ps.views
	if v.stage != nil {
		views = nil
		for _, w := range ps.views {
			if err := st.possible(w); err != nil {
				if slices.Contains(ps.keys, viewKey(w)) {
					v.say("a panel is not shown: %v", err)
				}
				continue
			}
			views = append(views, w)
		}
	}
	made, err := st.panels(views)
	if err != nil {
		st.close()
		return err
	}
	keys := make([]string, len(views))
	old := map[string]*render.Panel{}
	if v.stage != nil {
		for k, p := range v.scene.Panels {
			old[ps.keys[k]] = p
		}
		v.stage.close()
	}
	for k, p := range made {
		keys[k] = viewKey(views[k])
		if o := old[keys[k]]; o != nil {
			p.Camera, p.Axes, p.Wide, p.Tall = o.Camera, o.Axes, o.Wide, o.Tall
			delete(old, keys[k])
		}
	}
	ps.keys = keys
	v.stage, v.sim = st, v.line.Sim()
	v.scene.Panels = made
	v.fit()
	w, h, scale := v.size()
	v.scene.FitCameras(w, h, scale)
	v.fitCameras()
	v.hover, v.undrawn = hover{}, true
	v.mouse.panel = nil
	v.stage.follow(v.line)
	v.changed = true
	return nil
}

// last is the item on top, nil for none.
func last(items []render.Item) render.Item {
	if len(items) == 0 {
		return nil
	}
	return items[len(items)-1]
}

// fitCameras fits what nobody has turned or zoomed to panels whose size has changed.
func (v *Viewer) fitCameras() {
	w, h, scale := v.size()
	var sizes []render.Rect
	for _, p := range v.scene.Layout(w, h, scale).Panels {
		sizes = append(sizes, p.View)
	}
	if !slices.Equal(sizes, v.panels.sizes) {
		v.panels.sizes = sizes
		v.scene.Refit(w, h, scale)
	}
}

// setViews shows other panels, or says why they cannot be shown and leaves those that are.
func (v *Viewer) setViews(views []*net.View) bool {
	was := v.panels
	v.panels.views, v.panels.chosen = views, true
	if err := v.rebuild(); err != nil {
		v.panels = was
		v.say("%s", firstLine(err))
		return false
	}
	return true
}

// addView adds a panel.
func (v *Viewer) addView(w *net.View) bool {
	if len(v.panels.views) >= fullAt {
		v.say("%d panels are shown, and more would be too small to read: click a marked variable to take its panel out", len(v.panels.views))
		return false
	}
	return v.setViews(append(slices.Clone(v.panels.views), w))
}

// removeView takes a panel out.
func (v *Viewer) removeView(w *net.View) bool {
	return v.setViews(slices.DeleteFunc(slices.Clone(v.panels.views), func(x *net.View) bool { return x == w }))
}

// replaceView shows a view in the place of another.
func (v *Viewer) replaceView(w, with *net.View) bool {
	views := slices.Clone(v.panels.views)
	k := slices.Index(views, w)
	if k < 0 {
		return v.addView(with)
	}
	views[k] = with
	return v.setViews(views)
}

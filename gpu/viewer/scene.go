//go:build cgo && linux

package viewer

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/galvani-sim/galvani/gpu/compute"
	"github.com/galvani-sim/galvani/gpu/device"
	"github.com/galvani-sim/galvani/gpu/render"
	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/plan"
	timeline "github.com/galvani-sim/galvani/host/session"
	"github.com/galvani-sim/galvani/host/sim"
	"github.com/galvani-sim/galvani/host/units"
)

// live is an instance whose buffers can be drawn in place.
type live interface {
	Here() *compute.Instance
}

// shown is one buffer that some panel draws.
type shown struct {
	name string
	buf  *plan.Buffer
	view device.View
	copy *device.Buffer // CPU backend: what was uploaded last
}

// stage connects panels to the variables of a simulation.
type stage struct {
	dev    *device.Device
	sim    *sim.Sim
	plan   *plan.Plan
	inst   exec.Instance
	shown  map[plan.BufferID]*shown
	kept   *kept
	graphs []*graphPanel
	// items maps each drawn item to the group it shows, for picking.
	items  map[render.Item]*panelItem
	own    []*device.Buffer // what panels show besides variables
	time   render.TimeAxis  // of all charts
	feeds  []feed
	branch int     // that is played
	reach  float64 // the time that the branch has reached
	// samplers are the feeds that look at the simulation while it runs.
	samplers []sampler
	// step advances the simulation.
	step func(ctx context.Context, until int64) error
	// copies: nothing is drawn in place, and mix may change values before they are drawn.
	copies bool
	mix    func(s *shown, values []float64)
	// What is under way to the GPU.
	values []float64
	single []float32
}

// panelItem says what an item of a panel stands for.
type panelItem struct {
	view  net.View
	color *shown
	scale *render.Scale
	at    [3]*shown // what says where points of a scatter are, along each axis
}

// scaleKey makes panels of the same quantity share limits and colorbar.
type scaleKey struct {
	label, unit, colormap string
	min, max              float64
}

func newStage(dev *device.Device, s *sim.Sim, k *kept) *stage {
	return &stage{dev: dev, sim: s, plan: s.Plan(), inst: s.Instance(), kept: k, step: s.Advance, shown: map[plan.BufferID]*shown{}, items: map[render.Item]*panelItem{}}
}

// close frees the copies of CPU values.
func (st *stage) close() {
	for _, s := range st.shown {
		if s.copy != nil {
			s.copy.Close()
		}
	}
	for _, b := range st.own {
		b.Close()
	}
	for _, p := range st.graphs {
		p.before.close()
	}
}

// views are the panels that the network asks for, or one for each group when it asks for none.
func (st *stage) views() ([]*net.View, error) {
	views := slices.DeleteFunc(slices.Clone(st.sim.Network().Views), func(v *net.View) bool { return v.Kind == net.Slider })
	if len(views) == 0 {
		views = st.defaults()
	}
	if len(views) == 0 {
		return nil, fmt.Errorf("the network has nothing to show: none of its groups has a variable")
	}
	return views, nil
}

// panels makes the panels of views.
func (st *stage) panels(views []*net.View) ([]*render.Panel, error) {
	var panels []*render.Panel
	for _, v := range views {
		p, err := st.panel(*v)
		if err != nil {
			return nil, err
		}
		panels = append(panels, p)
	}
	return panels, nil
}

// defaults shows of each group its rate, or its first state variable: on its grid, as a graph where synapses connect it to itself,
// else as points.
func (st *stage) defaults() []*net.View {
	var views []*net.View
	groups := st.sim.Network().Groups
	if many := slices.DeleteFunc(slices.Clone(groups), func(g *net.Group) bool { return g.N == 1 }); len(many) > 0 {
		groups = many // groups of one element drive the others, as a rule
	}
	for _, g := range groups {
		v := &net.View{Kind: net.Scatter, Group: g}
		if g.Grid != nil && g.Grid.Layers == 1 && g.Grid.Rows > 1 && g.Grid.Cols > 1 {
			v.Kind = net.Surface
		} else if s := st.within(g); s != nil && g.N <= graphNodes {
			if n, ok, _ := st.sim.Synapses(s); ok && n <= graphEdges {
				v.Kind, v.Synapses = net.Graph, s
			}
		}
		for _, b := range st.plan.Buffers {
			if b.Object == g.Name && b.Role == plan.State && b.Len == g.N && (v.Var == "" || b.Var == "r") {
				v.Var = b.Var
			}
		}
		if v.Var != "" {
			views = append(views, v)
		}
	}
	for _, m := range st.sim.Network().SpikeMonitors {
		if !m.CountOnly && m.Event == "" {
			views = append(views, &net.View{Kind: net.Raster, Group: m.Of.Group, Spikes: m, Title: m.Name})
		}
	}
	if len(views) > 0 {
		return views[:min(len(views), mostPanels)] // more are too small to read
	}
	// Groups without equations, such as PymoNNto's, have variables that only their code changes.
	for _, g := range st.sim.Network().Groups {
		for _, b := range st.plan.Buffers {
			if b.Object == g.Name && b.Role == plan.Param && b.Len == g.N && g.N > 1 {
				views = append(views, &net.View{Kind: net.Scatter, Group: g, Var: b.Var})
				break
			}
		}
	}
	return views
}

// mostPanels is how many panels are shown when the script asks for none.
const mostPanels = 6

// variable registers a variable to be drawn.
func (st *stage) variable(g *net.Group, name string) (*shown, error) {
	b, ok := st.plan.Find(g.Name, name)
	if m := st.sim.Result().Models[g]; !ok && m != nil && m.ByName[name] != nil && m.ByName[name].Kind == check.Subexpression {
		return nil, fmt.Errorf("a view shows %s.%s, which is computed where it is used and not stored\nhint: a parameter can be shown that "+
			"run_regularly(\"PARAMETER = %s\") sets in each step", g.Name, name, name)
	}
	if !ok {
		return nil, fmt.Errorf("a view shows %s.%s, which is not a stored variable", g.Name, name)
	}
	if b.Len != g.N {
		return nil, fmt.Errorf("a view shows %s.%s, which has one value for the whole group", g.Name, name)
	}
	return st.show(g.Name, name, b)
}

// show registers a buffer to be drawn.
func (st *stage) show(object, name string, b *plan.Buffer) (*shown, error) {
	if s := st.shown[b.ID]; s != nil {
		return s, nil
	}
	s := &shown{name: name, buf: b}
	if l, ok := st.sim.Instance().(live); ok && !st.copies {
		s.view = l.Here().View(b.ID)
	} else {
		buf, err := device.NewBufferFrom(st.dev, object+"."+name, device.F32, make([]float32, b.Len))
		if err != nil {
			return nil, err
		}
		s.copy, s.view = buf, buf.View()
	}
	st.shown[b.ID] = s
	return s, nil
}

// upload copies what is shown from a backend that does not live on the GPU.
func (st *stage) upload() error {
	for _, s := range st.shown {
		if s.copy == nil {
			continue
		}
		if err := st.send(s); err != nil {
			return err
		}
	}
	return nil
}

// send copies one variable to the GPU.
func (st *stage) send(s *shown) error {
	n := s.buf.Len
	if len(st.values) < n {
		st.values, st.single = make([]float64, n), make([]float32, n)
	}
	values, single := st.values[:n], st.single[:n]
	if err := st.sim.Instance().Read(s.buf.ID, 0, values); err != nil {
		return err
	}
	if st.mix != nil {
		st.mix(s, values)
	}
	for i, v := range values {
		single[i] = float32(v)
	}
	return device.Upload(s.copy, 0, single)
}

// scale returns the scale that all views of one quantity share.
func (st *stage) scale(v net.View) (*render.Scale, error) {
	key := scaleKey{v.Var, v.Unit, v.Colormap, v.Min, v.Max}
	object, model := st.owner(v)
	if v.Unit == "" {
		key.unit, _ = handyUnit(model, v.Var) // variables of the same name may differ in it
	}
	if s := st.kept.scales[key]; s != nil {
		return s, nil
	}
	name := v.Colormap
	if name == "" && st.boolean(object, v.Var) {
		name, v.Min, v.Max = render.TwoTone().Name, 0, 1
	}
	if name == "twilight" && v.Min == v.Max && dimensionless(model, v.Var) {
		v.Min, v.Max = 0, 2*math.Pi // one turn
	}
	if name == "" {
		name = "viridis"
		if v.Min < 0 && v.Max > 0 {
			name = "vik"
		}
	}
	cm, err := render.ColormapByName(name)
	if err != nil {
		return nil, err
	}
	s := render.NewScale(v.Var, v.Unit, cm)
	if v.Min != v.Max {
		s = render.NewFixedScale(v.Var, v.Unit, cm, v.Min, v.Max)
	}
	if v.Unit == "" {
		s.Unit, s.PerUnit = handyUnit(model, v.Var)
	}
	st.kept.scales[key] = s
	return s, nil
}

// dimensionless reports that a variable is a number, as an angle is.
func dimensionless(m *check.Model, name string) bool {
	return m == nil || m.ByName[name] == nil || m.ByName[name].Type.Dim.Dimensionless()
}

// owner is whose variable a view shows: a group's, or that of synapses in a histogram.
func (st *stage) owner(v net.View) (object string, m *check.Model) {
	if v.Kind == net.Histogram && v.Synapses != nil {
		return v.Synapses.Name, st.sim.Result().SynapseModel(v.Synapses)
	}
	if v.Group == nil {
		return "", nil
	}
	return v.Group.Name, st.sim.Result().Models[v.Group]
}

// boolean reports whether a variable is true or false.
func (st *stage) boolean(object, name string) bool {
	b, ok := st.plan.Find(object, name)
	return ok && b.Type == ir.Bool
}

// handyUnits are those that values of neurons are read in, one for a dimension.
var handyUnits = []string{"mV", "nA", "nS", "ms", "Hz"}

// handyUnit is the one that a variable of a model is shown in: its name, and its value in SI units.
func handyUnit(m *check.Model, name string) (string, float64) {
	if m == nil || m.ByName[name] == nil || m.Dialect == check.ANNarchy {
		return "", 0
	}
	for _, u := range handyUnits {
		if q, ok := units.Lookup(u); ok && q.Dim == m.ByName[name].Type.Dim {
			return u, q.Value
		}
	}
	return "", 0
}

func (st *stage) panel(v net.View) (*render.Panel, error) {
	if math.IsNaN(v.Min) || math.IsNaN(v.Max) || v.Min > v.Max {
		return nil, fmt.Errorf("a view of %s.%s has the limits %g to %g", v.Group.Name, v.Var, v.Min, v.Max)
	}
	if v.Kind > net.Scatter {
		return st.chart(v)
	}
	value, err := st.variable(v.Group, v.Var)
	if err != nil {
		return nil, err
	}
	scale, err := st.scale(v)
	if err != nil {
		return nil, err
	}
	title := v.Title
	if title == "" {
		title = v.Group.Name
	}
	p := &render.Panel{Title: title}
	grid := v.Group.Grid
	var item render.Item
	var at [3]*shown
	switch {
	case v.Kind == net.Surface && grid != nil && grid.Layers == 1:
		item = &render.Surface{Name: v.Group.Name, Values: value.view, Rows: grid.Rows, Cols: grid.Cols, Scale: scale}
	case v.Kind == net.Surface:
		return nil, fmt.Errorf("a surface needs a group on a two-dimensional grid, which %q is not; use a scatter", v.Group.Name)
	default:
		s := &render.Scatter{Name: v.Group.Name, N: v.Group.N, Color: value.view, Scale: scale, Grid: shape(v.Group)}
		if v.Size != "" {
			size, err := st.variable(v.Group, v.Size)
			if err != nil {
				return nil, err
			}
			sizeView := v
			sizeView.Var, sizeView.Min, sizeView.Max, sizeView.Colormap = v.Size, 0, 0, ""
			if v.Size == v.Var {
				sizeView = v
			}
			s.Size = size.view
			if s.SizeScale, err = st.scale(sizeView); err != nil {
				return nil, err
			}
		}
		if at, err = st.places(s, v); err != nil {
			return nil, err
		}
		item = s
	}
	p.Items = []render.Item{item}
	st.items[item] = &panelItem{view: v, color: value, scale: scale, at: at}
	return p, nil
}

// places lets variables say where the points of a scatter are. Limits hold all points from the first picture on.
func (st *stage) places(s *render.Scatter, v net.View) (at [3]*shown, err error) {
	m := st.sim.Result().Models[v.Group]
	for k, c := range []*render.Coord{&s.X, &s.Y, &s.Z} {
		name := [3]string{v.X, v.Y, v.Z}[k]
		if name == "" {
			continue
		}
		x, err := st.variable(v.Group, name)
		if err != nil {
			return at, err
		}
		at[k] = x
		key := scaleKey{label: name, unit: v.Group.Name, colormap: "along an axis"}
		c.Values, c.Scale = x.view, st.kept.scales[key]
		if c.Scale != nil {
			continue
		}
		lo, hi, err := st.extremes(x)
		if err != nil {
			return at, err
		}
		c.Scale = render.NewScale(name, "", nil)
		c.Scale.Unit, c.Scale.PerUnit = handyUnit(m, name)
		c.Scale.Length = m != nil && m.ByName[name] != nil && m.ByName[name].Type.Dim == units.Metre
		c.Scale.Observe(lo, hi)
		st.kept.scales[key] = c.Scale
	}
	return at, nil
}

// extremes are those of the finite values of a variable at present; lo is above hi where there are none.
func (st *stage) extremes(x *shown) (lo, hi float64, err error) {
	values := make([]float64, x.buf.Len)
	lo, hi = math.Inf(1), math.Inf(-1)
	if err := st.sim.Instance().Read(x.buf.ID, 0, values); err != nil {
		return lo, hi, err
	}
	for _, v := range values {
		if !math.IsInf(v, 0) && !math.IsNaN(v) {
			lo, hi = min(lo, v), max(hi, v)
		}
	}
	return lo, hi, nil
}

// place is where an element of a scatter is, in SI units along the axes that have variables, else on its grid.
func (st *stage) place(s *render.Scatter, it *panelItem, element int) (at [3]float64, err error) {
	at[0], at[1], at[2] = s.OnGrid(element)
	for k, x := range it.at {
		if x != nil {
			if err := st.sim.Instance().Read(x.buf.ID, element, at[k:k+1]); err != nil {
				return at, err
			}
		}
	}
	return at, nil
}

// shape lays a group without geometry out on a square.
func shape(g *net.Group) [3]int {
	if g.Grid != nil {
		return [3]int{g.Grid.Layers, g.Grid.Rows, g.Grid.Cols}
	}
	cols := int(math.Ceil(math.Sqrt(float64(g.N))))
	return [3]int{1, (g.N + cols - 1) / cols, cols}
}

// value reads one element of what an item shows, for the text under the pointer.
func (st *stage) value(it *panelItem, element int) (float64, error) {
	var v [1]float64
	err := st.sim.Instance().Read(it.color.buf.ID, element, v[:])
	return v[0], err
}

// follow places nodes where the log has them at the present position.
func (st *stage) follow(t *timeline.Timeline) {
	_, last := t.Range()
	st.reach = float64(last) * st.plan.BaseDT
	st.branch = t.Present()
	for _, p := range st.graphs {
		// A place that the layout refuses was refused by the log before.
		_ = p.nodes.pins(t.Positions(p.view.Group.Name))
	}
}

// settle lets layouts move on.
func (st *stage) settle() error {
	for _, p := range st.graphs {
		if err := p.settle(); err != nil {
			return err
		}
	}
	return nil
}

// moving reports that a layout has something new to show.
func (st *stage) moving() bool {
	return slices.ContainsFunc(st.graphs, func(p *graphPanel) bool { return p.nodes.lay.Ready() || p.nodes.touched })
}

// settling reports that a layout has not settled.
func (st *stage) settling() bool {
	return slices.ContainsFunc(st.graphs, func(p *graphPanel) bool { return !p.nodes.lay.Settled() })
}

// position reports whether the instance can be shown at all.
func (st *stage) position() exec.Position { return st.sim.Instance().At() }

// titled is what a panel without a title says beside the name of its group.
var titled = map[net.ViewKind]string{net.Raster: ": spikes", net.Spectrum: ": rate", net.ISI: ": intervals"}

// chart makes the panel of a view that is neither a surface nor a scatter.
func (st *stage) chart(v net.View) (*render.Panel, error) {
	p := &render.Panel{Title: v.Title}
	var item render.Item
	var color *shown
	var err error
	switch v.Kind {
	case net.Graph:
		item, color, err = st.graph(v)
	case net.Raster:
		item, err = st.raster(v)
	case net.Traces:
		p.Items, err = st.traces(v)
		if t, ok := last(p.Items).(*render.Traces); ok && st.shared(v.Group, v.Var) {
			t.Labels = nil // it has no elements
		}
		if p.Title == "" {
			p.Title = v.Group.Name + "." + v.Var
		}
	case net.Histogram:
		item, err = st.histogram(v)
		if object, _ := st.owner(v); p.Title == "" {
			p.Title = object + "." + v.Var
		}
	case net.PhaseCircle:
		if p.Title == "" {
			p.Title = v.Group.Name + "." + v.Var
		}
		item, err = st.phases(v)
	case net.ISI:
		item, err = st.isi(v)
	case net.Spectrum:
		if p.Title == "" && v.Spikes == nil {
			p.Title = v.Group.Name + "." + v.Var
		}
		item, err = st.spectrum(v)
	case net.Adjacency:
		if p.Title == "" {
			p.Title = v.Synapses.Name
		}
		item, err = st.adjacency(v)
	default:
		err = fmt.Errorf("views of kind %d are not drawn", v.Kind)
	}
	if err != nil {
		return nil, err
	}
	if p.Title == "" {
		of := v.Group.Name
		if v.Spikes != nil {
			of, _ = st.recorded(v.Spikes)
		}
		p.Title = of + titled[v.Kind]
	}
	if item != nil {
		p.Items = []render.Item{item}
	}
	if color != nil {
		scale, err := st.scale(v)
		if err != nil {
			return nil, err
		}
		st.items[item] = &panelItem{view: v, color: color, scale: scale}
	}
	return p, nil
}

package render

// Chart is the first chart of the panel, which its axes are named after; nil for a picture with a camera.
func (p *Panel) Chart() Item {
	if c := p.chart(); c != nil {
		return c
	}
	return nil
}

// DataAt is the place in the coordinates of a chart's axes that a point of the window, in units of scale 1, lies over; ok is false beside the plot.
func (p PanelLayout) DataAt(x, y float64) (dx, dy float64, ok bool) {
	r := p.Plot()
	if p.Panel.chart() == nil || !r.Contains(x, y) {
		return 0, 0, false
	}
	ex, ey, _ := p.Panel.extent()
	fy := (y - r.Y) / r.H
	if !p.down() {
		fy = 1 - fy
	}
	return ex.lo + (x-r.X)/r.W*(ex.hi-ex.lo), ey.lo + fy*(ey.hi-ey.lo), true
}

// PointAt is where a place of a chart lies in the window.
func (p PanelLayout) PointAt(dx, dy float64) (x, y float64) {
	r := p.Plot()
	ex, ey, _ := p.Panel.extent()
	fy := (dy - ey.lo) / (ey.hi - ey.lo)
	if !p.down() {
		fy = 1 - fy
	}
	return r.X + (dx-ex.lo)/(ex.hi-ex.lo)*r.W, r.Y + fy*r.H
}

// down reports that the chart's rows count from the top.
func (p PanelLayout) down() bool {
	_, down := p.Panel.chart().(*Matrix)
	return down
}

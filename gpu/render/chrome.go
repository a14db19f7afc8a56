package render

// paintChrome lays out axes, titles and colorbars, and appends to walls where each panel's part of the layer under the picture ends.
func paintChrome(under, marks, over *Overlay, th *Theme, lay Layout, walls []int) []int {
	for _, pl := range lay.Panels {
		if pl.Panel.chart() != nil {
			paintChart(under, marks, over, th, pl)
		}
		paintLabels(over, th, pl)
		paintAxes(under, marks, over, th, pl)
		walls = append(walls, len(under.prims))
		paintTitle(over, th, pl.Title, pl.Panel.Title)
		scales := pl.Panel.scales()
		for k, sc := range scales[:min(2, len(scales))] {
			area := pl.Colorbar
			area.H /= float64(min(2, len(scales)))
			area.Y += float64(k) * area.H
			paintColorbar(marks, over, th, area, sc)
		}
	}
	paintColorbar(marks, over, th, lay.Colorbar, lay.Shared)
	return walls
}

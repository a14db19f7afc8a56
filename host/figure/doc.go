// Package figure draws the figures of neuroscience as PNG and SVG: traces, rasters, maps, histograms, error bars.
//
// A [Figure] holds [Axes] in a grid; an Axes takes artists (Plot, ErrorBar, Hist, Mesh, ...) with Matplotlib's names and defaults.
// Values carry their dimension: an axis of volts chooses its prefix from its limits and writes the unit behind its label, and values of
// another dimension are refused. Nothing is drawn before PNG, SVG or Save is called.
//
// How it is built: the layout (layout.go) leaves each Axes the room that its labels take; artists turn data into points of 1/72 inch
// with the scales of a panel (scale.go) and draw on a canvas, of which there are two: pixels (raster.go, on gonum's vgimg) and SVG
// (svg.go). Both clip and thin in the same place, so both show the same. Scatters too large for SVG are embedded there as a picture,
// and a note says so.
//
// What belongs here: anything about how a figure looks. What does not: reading recordings, statistics beyond histograms, scripts
// (host/script has the vocabulary), windows (gpu/render).
package figure

// Package render draws a scene of surfaces and points, straight from the GL buffers that a simulation writes.
//
// What belongs here: the camera, the level of detail, colormaps and value scales, axes, colorbars, text, the flat overlay,
// picking, and off-screen targets. What does not: windows, input, pacing and movies (gpu/viewer), simulation buffers and
// their meaning (gpu/compute). The data comes in as device.View and is never copied to the CPU to be drawn.
//
//	r, err := render.New(dev)                       // on the GL thread, like everything marked so below
//	scale := render.NewScale("r", "", render.Viridis())
//	panel := &render.Panel{Title: "Focus", Items: []render.Item{
//		&render.Surface{Name: "Focus", Values: view, Rows: 20, Cols: 20, Scale: scale}}}
//	scene := &render.Scene{Theme: render.Dark(), Panels: []*render.Panel{panel}}
//	scene.FitCameras(width, height, 1)              // one camera shared by all panels
//	o := r.NewOverlay()                             // optional flat drawing on top
//	o.Reset(width, height, 1); o.Text(12, 20, "paused", render.TextStyle{Size: 14, Color: scene.Theme.Text})
//	scene.Overlay = o
//	r.Draw(scene, render.Frame{Width: width, Height: height, Scale: 1, Version: step})   // GL thread
//
// A Graph draws nodes at positions that a layout writes, and edges between them, all from views on the device:
//
//	g := &render.Graph{Name: "G", N: n, Positions: xyz, Color: theta, Scale: phases, Needle: true,
//		Edges: render.Edges{M: m, Pre: pre, Post: post, Directed: true}}
//
// Its edges are kept as a background until the camera or g.Geometry changes: whoever writes positions or weights counts
// Geometry up, and whoever writes the ends of edges Edges.Version. With Frame.Budget, a software rasteriser draws a part of the edges in each frame, spread over all of them, and
// Renderer.Dirty asks for the next frame until all are there. Marks, Pulses and Mix (slow motion between two steps) belong to the
// nodes' part and cost no edges. Picking gives nodes, and edges with Hit.Edge. A panel of a graph that is not Spatial has a camera
// with Planar set, which pans and zooms only.
//
// Charts (Raster, Traces, Histogram, Matrix, PhaseCircle, Curve) lie in panels with two axes; PanelLayout.Plot is where their data are.
// Charts that hold the same *TimeAxis scroll together, and traces that hold the same *Scale share limits. Renderer.Sample feeds a ring
// of traces on the device.
//
// Frame.Version tells which data the buffers hold; nothing is reduced again while it stays the same. Renderer.Dirty
// reports whether a frame would differ from the last one drawn, so that an idle scene draws none.
//
// Two items that share a *Scale share limits, heights and one colorbar. Fixed scales read nothing back; the others read
// eight bytes per item and version, through a fence, under device.ReadRange.
//
// Files without a build constraint are pure arithmetic (camera, ticks, scales, layout, text setting) and build without
// cgo; what calls gpu/device needs it.
package render

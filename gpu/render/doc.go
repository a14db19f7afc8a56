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
// Frame.Version tells which data the buffers hold; nothing is reduced again while it stays the same. Renderer.Dirty
// reports whether a frame would differ from the last one drawn, so that an idle scene draws none.
//
// Two items that share a *Scale share limits, heights and one colorbar. Fixed scales read nothing back; the others read
// eight bytes per item and version, through a fence, under device.ReadRange.
//
// Files without a build constraint are pure arithmetic (camera, ticks, scales, layout, text setting) and build without
// cgo; what calls gpu/device needs it.
package render

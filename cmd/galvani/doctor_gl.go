//go:build cgo && linux

package main

import (
	"github.com/galvani-sim/galvani/gpu/context"
	"github.com/galvani-sim/galvani/gpu/device"
	"github.com/galvani-sim/galvani/host/plan"
)

func (d *doctor) opengl() {
	results := map[string]error{}
	infos := map[string]context.Info{}
	platforms := []string{"device", "surfaceless", "default"}
	for _, platform := range platforms {
		c, err := context.NewHeadless(context.HeadlessOptions{Platform: platform})
		if results[platform] = err; err == nil {
			infos[platform] = c.Info()
			_ = c.Close()
		}
	}
	for _, platform := range platforms {
		switch {
		case results[platform] == nil:
			d.line("egl "+platform, found, "%v", infos[platform])
		case len(infos) > 0: // one is enough
			d.line("egl "+platform, "no", "not needed")
		default:
			d.line("egl "+platform, missing, "%v", results[platform])
		}
	}
	g, err := openHeadless()
	if err != nil {
		d.line("gl backend", missing, "%v", err)
		return
	}
	defer g.close()
	i := g.device.Info()
	kind := "hardware"
	if i.Software {
		kind = "software: correct, but no faster than the processor"
	}
	d.line("gl backend", found, "%s (%s)", i.Renderer, kind)
	if why := context.Hidden(g.context.Info()); why != "" {
		d.line("  graphics card", missing, "%s", why)
	}
	d.line("  driver", found, "%s, %s", i.Vendor, i.Version)
	d.line("  version", found, "OpenGL %d.%d, GLSL %d", i.Major, i.Minor, i.GLSL)
	l := i.Limits
	d.line("  storage", found, "blocks of %s, %d per compute stage, %d bindings", plan.FormatBytes(l.StorageBlockSize), l.StorageBlocks, l.StorageBindings)
	d.line("  work groups", found, "%d invocations, %s shared memory", l.WorkGroupInvocations, plan.FormatBytes(int64(l.SharedMemory)))
	if m := i.Features.VideoMemoryBytes; m > 0 {
		d.line("  video memory", found, "%s", plan.FormatBytes(m))
	}
	d.features(i.Features)
}

func (d *doctor) features(f device.Features) {
	for _, x := range []struct {
		has  bool
		name string
		use  string
	}{
		{f.Double, "fp64", "double precision"},
		{f.PersistentMap, "persistent maps", "recordings read back without waiting"},
		{f.Int64, "int64", "64-bit integers in shaders"},
		{f.FloatAtomics, "float atomics", "optional"},
		{f.ProgramBinary, "program binaries", "compiled shaders kept between runs"},
		{f.ParallelCompile, "parallel compile", "shaders compiled side by side"},
	} {
		verdict := found
		if !x.has {
			verdict = "no"
		}
		d.line("  "+x.name, verdict, "%s", x.use)
	}
}

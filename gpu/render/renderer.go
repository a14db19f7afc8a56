//go:build cgo

package render

import (
	"fmt"
	"image"
	"sort"
	"strings"

	"github.com/galvani-sim/galvani/gpu/device"
	"github.com/galvani-sim/galvani/shaders"
)

// Renderer draws scenes on one device. Its methods run on the GL thread.
type Renderer struct {
	d        *device.Device
	software bool
	programs map[string]*device.Program
	maps     *device.Texture // one row per colormap
	atlas    *device.Texture
	fonts    *fonts

	flat        [len(primMacros)]*device.Program // for shapes, by kind
	chrome      layer                            // axes, titles and colorbars
	walls       []int                            // shapes of chrome under the pictures: for each panel, where its own end
	above       []run                            // and those over them
	chromeState uint64                           // what chrome was made from
	user        layer                            // the caller's overlay

	under, marks, over *Overlay // chrome as it is laid out; only over has text
	scratch            []prim

	surfaces map[*Surface]*surfaceState
	meshes   map[[2]int]*mesh
	graphs   map[*Graph]*graphState
	// For tests: work groups of a dispatch over nodes, edges or values, at the most; 0: as many as the driver takes.
	mostGroups int
	charts     map[chart]*chartState
	back       background
	// coverFixed: titles and colorbars are part of the background.
	coverFixed bool
	ranges     ranges
	picks      *picker
	frame      int64
	drawn      uint64 // signature of the last frame
	draws      int64
}

// layer is a list of flat shapes on the GPU.
type layer struct {
	buffer *device.Buffer
	count  int
	hash   uint64
}

// New makes a renderer. On failure nothing is left behind.
func New(d *device.Device) (_ *Renderer, err error) {
	if n := d.Info().Limits.StorageBlocksVertex; n < 5 {
		return nil, fmt.Errorf("render: vertex shaders of %s can read %d storage buffers, 5 are needed", d.Info().Renderer, n)
	}
	r := &Renderer{d: d, software: d.Info().Software, programs: map[string]*device.Program{},
		surfaces: map[*Surface]*surfaceState{}, meshes: map[[2]int]*mesh{},
		graphs: map[*Graph]*graphState{}, charts: map[chart]*chartState{}}
	defer func() {
		if err != nil {
			r.Close()
		}
	}()
	if r.fonts, err = newFonts(); err != nil {
		return nil, err
	}
	if r.maps, err = d.NewTexture(device.TextureDesc{Label: "colormaps", Width: 256, Height: len(colormaps), Format: device.RGBA8, Linear: true}); err != nil {
		return nil, err
	}
	for i, c := range colormaps {
		if err = device.UploadTexels(r.maps, 0, 0, i, 256, 1, c.rgba()); err != nil {
			return nil, err
		}
	}
	if r.atlas, err = d.NewTexture(device.TextureDesc{Label: "glyphs", Width: atlasSize, Height: atlasSize, Format: device.R8}); err != nil {
		return nil, err
	}
	for _, l := range []*layer{&r.chrome, &r.user} {
		if l.buffer, err = d.NewBuffer("overlay", device.Bytes, 512*primBytes); err != nil {
			return nil, err
		}
	}
	if err = r.ranges.init(d); err != nil {
		return nil, err
	}
	r.under, r.marks, r.over = r.NewOverlay(), r.NewOverlay(), r.NewOverlay()
	for kind := range r.flat {
		if r.flat[kind], err = r.overlayProgram(uint32(kind)); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// NewOverlay makes a list of flat shapes that this renderer can draw; it needs no Close.
func (r *Renderer) NewOverlay() *Overlay { return &Overlay{fonts: r.fonts, scale: 1} }

// Draws is the number of frames drawn.
func (r *Renderer) Draws() int64 { return r.draws }

// Close frees everything.
func (r *Renderer) Close() {
	if r == nil {
		return
	}
	for _, s := range r.surfaces {
		s.close()
	}
	for _, m := range r.meshes {
		m.close()
	}
	for _, p := range r.programs {
		p.Close()
	}
	for _, g := range r.graphs {
		g.close()
	}
	for _, c := range r.charts {
		c.close()
	}
	clear(r.charts)
	r.back.frame.Close()
	r.back = background{}
	clear(r.graphs)
	clear(r.surfaces)
	clear(r.meshes)
	clear(r.programs)
	r.maps.Close()
	r.atlas.Close()
	r.chrome.buffer.Close()
	r.user.buffer.Close()
	r.ranges.close()
	r.picks.close()
	r.picks = nil
}

// graphics returns the program of shaders/render/NAME.{vert,frag}.glsl with the given macros.
func (r *Renderer) graphics(name string, define map[string]string) (*device.Program, error) {
	return r.program(name, define, func(label string, o shaders.Options) (*device.Program, error) {
		v, err := shaders.Load("render/"+name+".vert.glsl", o)
		if err != nil {
			return nil, err
		}
		f, err := shaders.Load("render/"+name+".frag.glsl", o)
		if err != nil {
			return nil, err
		}
		return r.d.NewGraphics(label, device.Source(v), device.Source(f))
	})
}

// compute returns the program of shaders/render/NAME.comp.glsl with the given macros.
func (r *Renderer) compute(name string, define map[string]string) (*device.Program, error) {
	return r.program(name, define, func(label string, o shaders.Options) (*device.Program, error) {
		s, err := shaders.Load("render/"+name+".comp.glsl", o)
		if err != nil {
			return nil, err
		}
		return r.d.NewCompute(label, device.Source(s))
	})
}

func (r *Renderer) program(name string, define map[string]string, build func(string, shaders.Options) (*device.Program, error)) (*device.Program, error) {
	key := name
	names := make([]string, 0, len(define))
	for n := range define {
		names = append(names, n)
	}
	sort.Strings(names)
	for _, n := range names {
		key += strings.TrimRight(" "+n+"="+define[n], "=")
	}
	if p, ok := r.programs[key]; ok {
		return p, nil
	}
	p, err := build(key, shaders.Options{Version: r.d.Info().GLSL, Define: define})
	if err != nil {
		return nil, fmt.Errorf("render: %w", err)
	}
	r.programs[key] = p
	return p, nil
}

// glslType is the shader type of a view's elements.
func glslType(v device.View) (string, error) {
	switch v.Elem {
	case device.F32:
		return "float", nil
	case device.F64:
		return "double", nil
	case device.I32:
		return "int", nil
	case device.U32:
		return "uint", nil
	}
	return "", fmt.Errorf("render: a variable of %v cannot be drawn; float32, float64, int32 and uint32 can", v.Elem)
}

// checkView says what is wrong with a view that should hold n elements.
func checkView(item, what string, v device.View, n int) error {
	if !v.Valid() {
		return fmt.Errorf("render: %s: %s has no data", item, what)
	}
	if v.Count < n {
		return fmt.Errorf("render: %s: %s has %d elements, want %d", item, what, v.Count, n)
	}
	_, err := glslType(v)
	return err
}

// uploadGlyphs sends what was rasterised since the last call.
func (r *Renderer) uploadGlyphs() error {
	d := r.fonts.dirty
	if d.Empty() {
		return nil
	}
	// Whole rows: the source is then one piece of memory.
	rows := image.Rect(0, d.Min.Y, atlasSize, d.Max.Y)
	r.fonts.dirty = image.Rectangle{}
	return device.UploadTexels(r.atlas, 0, 0, rows.Min.Y, atlasSize, rows.Dy(), r.fonts.pix[rows.Min.Y*atlasSize:rows.Max.Y*atlasSize])
}

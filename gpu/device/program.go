//go:build cgo

package device

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"unsafe"

	"github.com/go-gl/gl/v4.5-core/gl"
)

// Stage is a kind of shader.
type Stage uint32

const (
	Vertex   Stage = gl.VERTEX_SHADER
	Geometry Stage = gl.GEOMETRY_SHADER
	Fragment Stage = gl.FRAGMENT_SHADER
	Compute  Stage = gl.COMPUTE_SHADER
)

// String names the stage.
func (s Stage) String() string {
	return map[Stage]string{Vertex: "vertex", Geometry: "geometry", Fragment: "fragment", Compute: "compute"}[s]
}

// ProgramCache keeps linked programs. Keys are hashes of everything a binary depends on: sources, driver and version.
type ProgramCache interface {
	Load(key string) (format uint32, binary []byte, ok bool)
	Store(key string, format uint32, binary []byte)
}

// Program is a linked compute or graphics program.
type Program struct {
	d         *Device
	name      uint32
	label     string
	locations map[string]int32
	groupSize [3]int
	blocks    map[int32]string // names of storage blocks by binding, for verifyBound
}

// NewCompute compiles and links a compute program. The error is a *CompileError when the text is wrong.
func (d *Device) NewCompute(label string, s Source) (*Program, error) {
	return d.newProgram(label, []Stage{Compute}, []Source{s})
}

// NewGraphics compiles and links a vertex and a fragment shader.
func (d *Device) NewGraphics(label string, vertex, fragment Source) (*Program, error) {
	return d.newProgram(label, []Stage{Vertex, Fragment}, []Source{vertex, fragment})
}

// NewGraphicsGeometry is NewGraphics with a geometry shader between.
func (d *Device) NewGraphicsGeometry(label string, vertex, geometry, fragment Source) (*Program, error) {
	return d.newProgram(label, []Stage{Vertex, Geometry, Fragment}, []Source{vertex, geometry, fragment})
}

func (d *Device) newProgram(label string, stages []Stage, sources []Source) (*Program, error) {
	c, err := d.startProgram(label, stages, sources)
	if err != nil {
		return nil, err
	}
	return c.Finish()
}

// Compilation is a program that is being compiled and linked. Drivers with Features.ParallelCompile work on several at once, until one is asked for.
type Compilation struct {
	program *Program
	stages  []Stage
	sources []Source
	shaders []uint32
	key     string // in the cache; "": it has none, or the program came from it
	ready   bool
}

// StartCompute begins to compile and link a compute program. Finish must be called.
func (d *Device) StartCompute(label string, s Source) (*Compilation, error) {
	return d.startProgram(label, []Stage{Compute}, []Source{s})
}

func (d *Device) startProgram(label string, stages []Stage, sources []Source) (*Compilation, error) {
	name := gl.CreateProgram()
	if name == 0 {
		return nil, fmt.Errorf("device: program %s: OpenGL gives no program", label)
	}
	d.track(kindProgram, uint64(name), label)
	c := &Compilation{program: &Program{d: d, name: name, label: label, locations: map[string]int32{}}, stages: stages, sources: sources}
	if d.opts.Cache != nil && d.info.Features.ProgramBinary {
		c.key = d.cacheKey(stages, sources)
		if c.program.load(c.key) {
			c.ready = true
			return c, nil
		}
		gl.ProgramParameteri(name, gl.PROGRAM_BINARY_RETRIEVABLE_HINT, gl.TRUE)
	}
	for i, s := range sources {
		sh := gl.CreateShader(uint32(stages[i]))
		if sh == 0 {
			c.program.Close()
			return nil, fmt.Errorf("device: program %s: OpenGL gives no %v shader", label, stages[i])
		}
		text, free := gl.Strs(s.Text + "\x00")
		gl.ShaderSource(sh, 1, text, nil)
		free()
		gl.CompileShader(sh)
		gl.AttachShader(name, sh)
		gl.DeleteShader(sh) // goes with the program
		c.shaders = append(c.shaders, sh)
	}
	gl.LinkProgram(name)
	return c, nil
}

// Finish waits until the program is linked. The error is a *CompileError when a text is wrong.
func (c *Compilation) Finish() (_ *Program, err error) {
	p, d := c.program, c.program.d
	defer func() {
		if err != nil {
			p.Close()
		}
	}()
	if c.ready {
		c.findGroupSize()
		return p, nil
	}
	for i, sh := range c.shaders {
		var ok int32
		if gl.GetShaderiv(sh, gl.COMPILE_STATUS, &ok); ok == 0 {
			log := shaderLog(sh)
			_ = d.takeErr("glLinkProgram")
			return nil, newCompileError(p.label, c.stages[i].String(), log, c.sources[i])
		}
	}
	var ok int32
	gl.GetProgramiv(p.name, gl.LINK_STATUS, &ok)
	if ok == 0 {
		log := programLog(p.name)
		_ = d.takeErr("glLinkProgram")
		return nil, newCompileError(p.label, "link", log, c.sources[len(c.sources)-1])
	}
	for _, sh := range c.shaders {
		gl.DetachShader(p.name, sh) // and with that it is gone
	}
	c.findGroupSize()
	if c.key != "" {
		p.store(c.key)
	}
	if err := d.takeErr("glLinkProgram"); err != nil {
		return nil, fmt.Errorf("device: program %s: %w", p.label, err)
	}
	return p, nil
}

func (c *Compilation) findGroupSize() {
	if c.stages[0] == Compute {
		var size [3]int32
		gl.GetProgramiv(c.program.name, gl.COMPUTE_WORK_GROUP_SIZE, &size[0])
		c.program.groupSize = [3]int{int(size[0]), int(size[1]), int(size[2])}
	}
}

func shaderLog(sh uint32) string {
	var n int32
	gl.GetShaderiv(sh, gl.INFO_LOG_LENGTH, &n)
	log := make([]byte, max(n, 1))
	gl.GetShaderInfoLog(sh, int32(len(log)), nil, &log[0])
	return cString(log)
}

func programLog(name uint32) string {
	var n int32
	gl.GetProgramiv(name, gl.INFO_LOG_LENGTH, &n)
	log := make([]byte, max(n, 1))
	gl.GetProgramInfoLog(name, int32(len(log)), nil, &log[0])
	return cString(log)
}

func cString(b []byte) string {
	s, _, _ := strings.Cut(string(b), "\x00")
	return s
}

func (d *Device) cacheKey(stages []Stage, sources []Source) string {
	h := sha256.New()
	fmt.Fprintf(h, "%s\x00%s\x00%s\x00", d.info.Vendor, d.info.Renderer, d.info.Version)
	for i, s := range sources {
		fmt.Fprintf(h, "%d %d\x00%s\x00", stages[i], len(s.Text), s.Text)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// load takes the program from the cache. A driver may refuse a binary at any time; then it is compiled.
func (p *Program) load(key string) bool {
	format, data, ok := p.d.opts.Cache.Load(key)
	if !ok || len(data) == 0 {
		return false
	}
	gl.ProgramBinary(p.name, format, unsafe.Pointer(&data[0]), int32(len(data)))
	var linked int32
	gl.GetProgramiv(p.name, gl.LINK_STATUS, &linked)
	_ = p.d.takeErr("glProgramBinary")
	return linked != 0
}

func (p *Program) store(key string) {
	var n int32
	gl.GetProgramiv(p.name, gl.PROGRAM_BINARY_LENGTH, &n)
	if n <= 0 {
		return
	}
	data := make([]byte, n)
	var format uint32
	gl.GetProgramBinary(p.name, n, &n, &format, unsafe.Pointer(&data[0]))
	if p.d.takeErr("glGetProgramBinary") == nil {
		p.d.opts.Cache.Store(key, format, data[:n])
	}
}

// Close deletes the program.
func (p *Program) Close() {
	if p == nil || p.name == 0 {
		return
	}
	if p.d.program == p.name {
		gl.UseProgram(0)
		p.d.program = 0
	}
	gl.DeleteProgram(p.name)
	p.d.untrack(kindProgram, uint64(p.name))
	p.name = 0
	p.d.verify("glDeleteProgram")
}

// Label is the name given at creation.
func (p *Program) Label() string { return p.label }

// GroupSize is the local size of a compute program.
func (p *Program) GroupSize() [3]int { return p.groupSize }

func (d *Device) use(p *Program) {
	if d.program != p.name {
		gl.UseProgram(p.name)
		d.program = p.name
		d.verify("glUseProgram")
	}
}

// Has reports whether the linked program has an active uniform of this name.
func (p *Program) Has(name string) bool { return p.location(name) >= 0 }

// location is -1 for names that the compiler removed; setting those does nothing, as in OpenGL.
func (p *Program) location(name string) int32 {
	l, ok := p.locations[name]
	if !ok {
		l = gl.GetUniformLocation(p.name, gl.Str(name+"\x00"))
		p.locations[name] = l
	}
	return l
}

// SetInt sets an int, bool or sampler uniform.
func (p *Program) SetInt(name string, v int32) {
	gl.ProgramUniform1i(p.name, p.location(name), v)
	p.d.verify("glProgramUniform " + name)
}

// SetInts sets an int, ivec2, ivec3 or ivec4 uniform.
func (p *Program) SetInts(name string, v ...int32) {
	l := p.location(name)
	switch len(v) {
	case 1:
		gl.ProgramUniform1i(p.name, l, v[0])
	case 2:
		gl.ProgramUniform2i(p.name, l, v[0], v[1])
	case 3:
		gl.ProgramUniform3i(p.name, l, v[0], v[1], v[2])
	case 4:
		gl.ProgramUniform4i(p.name, l, v[0], v[1], v[2], v[3])
	}
	p.d.verify("glProgramUniform " + name)
}

// SetUints sets a uint, uvec2, uvec3 or uvec4 uniform.
func (p *Program) SetUints(name string, v ...uint32) {
	l := p.location(name)
	switch len(v) {
	case 1:
		gl.ProgramUniform1ui(p.name, l, v[0])
	case 2:
		gl.ProgramUniform2ui(p.name, l, v[0], v[1])
	case 3:
		gl.ProgramUniform3ui(p.name, l, v[0], v[1], v[2])
	case 4:
		gl.ProgramUniform4ui(p.name, l, v[0], v[1], v[2], v[3])
	}
	p.d.verify("glProgramUniform " + name)
}

// SetUintPairs sets an array of uvec2.
func (p *Program) SetUintPairs(name string, v []uint32) {
	if len(v) == 0 {
		return
	}
	gl.ProgramUniform2uiv(p.name, p.location(name), int32(len(v)/2), &v[0])
	p.d.verify("glProgramUniform " + name)
}

// SetFloats sets a float, vec2, vec3 or vec4 uniform.
func (p *Program) SetFloats(name string, v ...float32) {
	l := p.location(name)
	switch len(v) {
	case 1:
		gl.ProgramUniform1f(p.name, l, v[0])
	case 2:
		gl.ProgramUniform2f(p.name, l, v[0], v[1])
	case 3:
		gl.ProgramUniform3f(p.name, l, v[0], v[1], v[2])
	case 4:
		gl.ProgramUniform4f(p.name, l, v[0], v[1], v[2], v[3])
	}
	p.d.verify("glProgramUniform " + name)
}

// SetFloatArray sets a float[] uniform.
func (p *Program) SetFloatArray(name string, v []float32) {
	if len(v) > 0 {
		gl.ProgramUniform1fv(p.name, p.location(name), int32(len(v)), &v[0])
		p.d.verify("glProgramUniform " + name)
	}
}

// SetVec4Array sets a vec4[] uniform.
func (p *Program) SetVec4Array(name string, v [][4]float32) {
	if len(v) > 0 {
		gl.ProgramUniform4fv(p.name, p.location(name), int32(len(v)), &v[0][0])
		p.d.verify("glProgramUniform " + name)
	}
}

// SetDouble sets a double uniform.
func (p *Program) SetDouble(name string, v float64) {
	gl.ProgramUniform1d(p.name, p.location(name), v)
	p.d.verify("glProgramUniform " + name)
}

// SetMat4 sets a mat4 uniform from 16 numbers in column order.
func (p *Program) SetMat4(name string, m *[16]float32) {
	gl.ProgramUniformMatrix4fv(p.name, p.location(name), 1, false, &m[0])
	p.d.verify("glProgramUniform " + name)
}

// SetMat3 sets a mat3 uniform from 9 numbers in column order.
func (p *Program) SetMat3(name string, m *[9]float32) {
	gl.ProgramUniformMatrix3fv(p.name, p.location(name), 1, false, &m[0])
	p.d.verify("glProgramUniform " + name)
}

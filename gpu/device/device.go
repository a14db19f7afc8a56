//go:build cgo

package device

import (
	"errors"
	"fmt"
	"sort"
	"strings"
	"unsafe"

	"github.com/go-gl/gl/v4.5-core/gl"
)

// Thread is the context that a device works in; *context.Context is one.
type Thread interface {
	Do(func())
	OnThread() bool
	ProcAddress(name string) unsafe.Pointer
}

// Options of a device.
type Options struct {
	// Debug checks glGetError after every call and panics on misuse; always on in builds with the tag gldebug.
	Debug bool
	// Log receives the driver's messages of a debug context, one line each; nil drops them.
	Log func(message string)
	// Cache keeps linked programs between runs; nil: none.
	Cache ProgramCache
	// StagedReads lets reads go through a mapped buffer of the host's, as they always do on hardware.
	StagedReads bool
}

// Limits of the implementation.
type Limits struct {
	StorageBlockSize     int64 // bytes of one shader storage block
	StorageBlocks        int   // per compute stage
	StorageBlocksVertex  int
	StorageBindings      int
	StorageAlign         int // of a range's offset, bytes
	UniformBlockSize     int
	WorkGroups           [3]int
	WorkGroupSize        [3]int
	WorkGroupInvocations int
	SharedMemory         int // bytes per work group
	TextureSize          int
	TextureLayers        int
	TexelBufferSize      int // texels of a TexelBuffer
	Samples              int // of a framebuffer
	PointSize            [2]float32
	LineWidth            [2]float32
}

// Features that not every 4.3 context has.
type Features struct {
	Double           bool // double in shaders (core since 4.0, but absent on some drivers)
	PersistentMap    bool // 4.4
	FloatAtomics     bool // GL_NV_shader_atomic_float
	Int64            bool // GL_ARB_gpu_shader_int64
	BaseInstance     bool // gl_BaseInstance in vertex shaders
	ParallelCompile  bool // GL_KHR_parallel_shader_compile
	ProgramBinary    bool // at least one format
	DebugOutput      bool // the context reports through KHR_debug
	ClipControl      bool // GL_ARB_clip_control
	Anisotropy       float32
	VideoMemoryBytes int64 // total, 0 when the driver does not say
}

// Info describes a device.
type Info struct {
	Vendor, Renderer, Version string
	Major, Minor              int
	GLSL                      int // version to write behind #version: 450 or 430
	Software                  bool
	Limits                    Limits
	Features                  Features
}

// Stats counts what the device holds and what came back from it.
type Stats struct {
	ReadBack    [NumPurposes]int64 // bytes read back, by purpose
	BufferBytes int64              // allocated in buffers now
	TotalBytes  int64              // ever allocated in buffers
	Live        int                // objects not closed
	Dispatches  int64
	Barriers    int64
	Draws       int64
}

// Read is the number of bytes read back for all purposes.
func (s Stats) Read() int64 {
	var n int64
	for _, b := range s.ReadBack {
		n += b
	}
	return n
}

type objectKind uint8

const (
	kindBuffer objectKind = iota
	kindProgram
	kindVertexArray
	kindTexture
	kindRenderbuffer
	kindFramebuffer
	kindFence
	kindQuery
)

var kindNames = [...]string{"buffer", "program", "vertex array", "texture", "renderbuffer", "framebuffer", "fence", "query"}

type objectKey struct {
	kind objectKind
	name uint64
}

// Device is an OpenGL context as the rest of Galvani sees it.
type Device struct {
	thread Thread
	opts   Options
	debug  bool
	info   Info
	exts   map[string]bool
	stats  Stats
	live   map[objectKey]string // label by object
	lost   error                // sticky
	closed bool

	generation uint64
	scratchVAO uint32             // bound for draws without attributes
	program    uint32             // current program, to skip redundant binds
	bound      map[int]boundRange // storage bindings
	state      State
	stateKnown bool
	target     *Framebuffer // that draws go to
	// staging is what reads go through; nil until the first.
	staging     *staging
	stagedReads bool
	viewport    [4]int32
}

// ErrOutOfMemory: the GPU has no room for what was asked. Errors that wrap it say for what.
var ErrOutOfMemory = errors.New("out of GPU memory")

// New loads OpenGL's functions for the thread's context. It may be called from any goroutine.
func New(t Thread, o Options) (*Device, error) {
	d := &Device{thread: t, opts: o, debug: o.Debug || debugBuild, live: map[objectKey]string{}, bound: map[int]boundRange{}}
	var err error
	t.Do(func() { err = d.init() })
	if err != nil {
		return nil, err
	}
	return d, nil
}

func (d *Device) init() error {
	// go-gl refuses drivers that lack any function of 4.5. Those that 4.3 has not are never called here without
	// asking Features, so a stand-in address serves for them.
	standIn := d.thread.ProcAddress("glGetString")
	if standIn == nil {
		return errors.New("device: the context has no OpenGL functions")
	}
	err := gl.InitWithProcAddrFunc(func(name string) unsafe.Pointer {
		if p := d.thread.ProcAddress(name); p != nil {
			return p
		}
		return standIn
	})
	if err != nil {
		return fmt.Errorf("device: OpenGL function %v cannot be loaded", err)
	}
	for gl.GetError() != gl.NO_ERROR { // left by whoever made the context
	}
	d.query()
	if v := d.info.Major*10 + d.info.Minor; v < 43 {
		return fmt.Errorf("device: OpenGL 4.3 is needed, %s has %d.%d", d.info.Renderer, d.info.Major, d.info.Minor)
	}
	d.stagedReads = d.info.Features.PersistentMap && (d.opts.StagedReads || !d.info.Software)
	if d.debug {
		d.installCallback()
	}
	const most = 0xffffffff // as many threads as the driver likes: some begin with none
	switch {
	case d.exts["GL_KHR_parallel_shader_compile"]:
		gl.MaxShaderCompilerThreadsKHR(most)
	case d.exts["GL_ARB_parallel_shader_compile"]:
		gl.MaxShaderCompilerThreadsARB(most)
	}
	gl.GenVertexArrays(1, &d.scratchVAO)
	gl.PixelStorei(gl.UNPACK_ALIGNMENT, 1)
	gl.PixelStorei(gl.PACK_ALIGNMENT, 1)
	gl.Enable(gl.PROGRAM_POINT_SIZE)
	return d.check("init")
}

func geti(name uint32) int {
	var v int32
	gl.GetIntegerv(name, &v)
	return int(v)
}

func (d *Device) query() {
	i := &d.info
	i.Vendor, i.Renderer, i.Version = gl.GoStr(gl.GetString(gl.VENDOR)), gl.GoStr(gl.GetString(gl.RENDERER)), gl.GoStr(gl.GetString(gl.VERSION))
	i.Major, i.Minor = geti(gl.MAJOR_VERSION), geti(gl.MINOR_VERSION)
	r := strings.ToLower(i.Renderer)
	i.Software = strings.Contains(r, "llvmpipe") || strings.Contains(r, "softpipe") || strings.Contains(r, "swrast")
	v := i.Major*10 + i.Minor
	i.GLSL = 430
	if v >= 45 {
		i.GLSL = 450
	}
	n := geti(gl.NUM_EXTENSIONS)
	d.exts = make(map[string]bool, n)
	for k := range n {
		d.exts[gl.GoStr(gl.GetStringi(gl.EXTENSIONS, uint32(k)))] = true
	}
	l := &i.Limits
	gl.GetInteger64v(gl.MAX_SHADER_STORAGE_BLOCK_SIZE, &l.StorageBlockSize)
	l.StorageBlocks = geti(gl.MAX_COMPUTE_SHADER_STORAGE_BLOCKS)
	l.StorageBlocksVertex = geti(gl.MAX_VERTEX_SHADER_STORAGE_BLOCKS)
	l.StorageBindings = geti(gl.MAX_SHADER_STORAGE_BUFFER_BINDINGS)
	l.StorageAlign = geti(gl.SHADER_STORAGE_BUFFER_OFFSET_ALIGNMENT)
	l.UniformBlockSize = geti(gl.MAX_UNIFORM_BLOCK_SIZE)
	for k := range 3 {
		var w int32
		gl.GetIntegeri_v(gl.MAX_COMPUTE_WORK_GROUP_COUNT, uint32(k), &w)
		l.WorkGroups[k] = int(w)
		gl.GetIntegeri_v(gl.MAX_COMPUTE_WORK_GROUP_SIZE, uint32(k), &w)
		l.WorkGroupSize[k] = int(w)
	}
	l.WorkGroupInvocations = geti(gl.MAX_COMPUTE_WORK_GROUP_INVOCATIONS)
	l.SharedMemory = geti(gl.MAX_COMPUTE_SHARED_MEMORY_SIZE)
	l.TextureSize = geti(gl.MAX_TEXTURE_SIZE)
	l.TextureLayers = geti(gl.MAX_ARRAY_TEXTURE_LAYERS)
	l.TexelBufferSize = geti(gl.MAX_TEXTURE_BUFFER_SIZE)
	l.Samples = min(geti(gl.MAX_SAMPLES), geti(gl.MAX_COLOR_TEXTURE_SAMPLES))
	gl.GetFloatv(gl.POINT_SIZE_RANGE, &l.PointSize[0])
	gl.GetFloatv(gl.ALIASED_LINE_WIDTH_RANGE, &l.LineWidth[0])

	f := &i.Features
	f.Double = d.exts["GL_ARB_gpu_shader_fp64"] || v >= 45
	f.PersistentMap = v >= 44 || d.exts["GL_ARB_buffer_storage"]
	f.FloatAtomics = d.exts["GL_NV_shader_atomic_float"]
	f.Int64 = d.exts["GL_ARB_gpu_shader_int64"]
	f.BaseInstance = v >= 46 || d.exts["GL_ARB_shader_draw_parameters"]
	f.ClipControl = v >= 45 || d.exts["GL_ARB_clip_control"]
	f.ParallelCompile = d.exts["GL_KHR_parallel_shader_compile"] || d.exts["GL_ARB_parallel_shader_compile"]
	f.ProgramBinary = geti(gl.NUM_PROGRAM_BINARY_FORMATS) > 0
	if d.exts["GL_EXT_texture_filter_anisotropic"] || v >= 46 {
		gl.GetFloatv(0x84FF /* MAX_TEXTURE_MAX_ANISOTROPY */, &f.Anisotropy)
	}
	if d.exts["GL_NVX_gpu_memory_info"] {
		f.VideoMemoryBytes = int64(geti(0x9047 /* DEDICATED_VIDMEM_NVX */)) << 10
	}
	var flags int32
	gl.GetIntegerv(gl.CONTEXT_FLAGS, &flags)
	f.DebugOutput = flags&gl.CONTEXT_FLAG_DEBUG_BIT != 0
	for gl.GetError() != gl.NO_ERROR { // a limit that an old driver does not know is zero
	}
}

// Do runs f on the context's thread. It may be called from any goroutine.
func (d *Device) Do(f func()) { d.thread.Do(f) }

// OnThread reports whether the caller runs on the context's thread.
func (d *Device) OnThread() bool { return d.thread.OnThread() }

// Info describes the device.
func (d *Device) Info() Info { return d.info }

// Has reports whether the driver lists an extension.
func (d *Device) Has(extension string) bool { return d.exts[extension] }

// Stats returns the counters.
func (d *Device) Stats() Stats {
	s := d.stats
	s.Live = len(d.live)
	return s
}

// Leaks lists the objects not closed, sorted, as "kind label".
func (d *Device) Leaks() []string {
	var l []string
	for k, label := range d.live {
		l = append(l, kindNames[k.kind]+" "+label)
	}
	sort.Strings(l)
	return l
}

// Close ends the device. It returns an error that lists objects which were not closed before. The context stays open.
// It may be called from any goroutine.
func (d *Device) Close() error {
	if d == nil || d.closed {
		return nil
	}
	d.closed = true
	var err error
	d.Do(func() {
		gl.DeleteVertexArrays(1, &d.scratchVAO)
		d.closeStaging()
		if d.debug && d.info.Features.DebugOutput {
			gl.DebugMessageCallback(nil, nil)
		}
		d.uninstallCallback()
		err = d.Err()
	})
	if l := d.Leaks(); len(l) > 0 {
		err = errors.Join(err, fmt.Errorf("device: %d objects were not closed: %s", len(l), strings.Join(l, ", ")))
	}
	return err
}

func (d *Device) track(kind objectKind, name uint64, label string) {
	d.live[objectKey{kind, name}] = label
	if label == "" || name > 1<<32 {
		return
	}
	id, ok := map[objectKind]uint32{kindBuffer: gl.BUFFER, kindProgram: gl.PROGRAM, kindVertexArray: gl.VERTEX_ARRAY,
		kindTexture: gl.TEXTURE, kindRenderbuffer: gl.RENDERBUFFER, kindFramebuffer: gl.FRAMEBUFFER}[kind]
	if ok && d.info.Features.DebugOutput {
		gl.ObjectLabel(id, uint32(name), int32(len(label)), gl.Str(label+"\x00"))
	}
}

func (d *Device) untrack(kind objectKind, name uint64) { delete(d.live, objectKey{kind, name}) }

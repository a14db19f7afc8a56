//go:build cgo

package device

import (
	"fmt"
	"runtime/debug"
	"strings"
	"unsafe"

	"github.com/go-gl/gl/v4.5-core/gl"
)

var errorNames = map[uint32]string{
	gl.INVALID_ENUM: "invalid enum", gl.INVALID_VALUE: "invalid value", gl.INVALID_OPERATION: "invalid operation",
	gl.INVALID_FRAMEBUFFER_OPERATION: "incomplete framebuffer", gl.OUT_OF_MEMORY: "out of memory",
	gl.STACK_OVERFLOW: "stack overflow", gl.STACK_UNDERFLOW: "stack underflow", 0x0507: "context lost",
}

// check reads the error flag at a place where failure is possible in a correct program: allocation, linking, mapping.
func (d *Device) check(call string) error {
	var first error
	for range 8 { // a lost context reports forever
		e := gl.GetError()
		if e == gl.NO_ERROR {
			break
		}
		if first == nil {
			if e == gl.OUT_OF_MEMORY {
				first = fmt.Errorf("%s: %w", call, ErrOutOfMemory)
			} else {
				first = fmt.Errorf("%s: OpenGL reports %s", call, errorName(e))
			}
		}
	}
	if first != nil && d.lost == nil {
		d.lost = first
	}
	return first
}

func errorName(e uint32) string {
	if s, ok := errorNames[e]; ok {
		return s
	}
	return fmt.Sprintf("error 0x%x", e)
}

// verify follows every other call. It costs nothing unless debugging, where misuse stops the program at its place.
func (d *Device) verify(call string) {
	if !d.debug {
		return
	}
	if !d.thread.OnThread() {
		panic("device: " + call + " outside the OpenGL thread; use Device.Do")
	}
	if err := d.check(call); err != nil {
		panic("device: " + err.Error())
	}
}

// verifyBound stops, while debugging, a program of which a storage block has no buffer. OpenGL allows that for blocks that are declared and not used;
// Mesa's zink then gives buffers to the wrong blocks.
func (d *Device) verifyBound(p *Program) {
	if !d.debug {
		return
	}
	if p.blocks == nil {
		p.findBlocks()
	}
	for binding, name := range p.blocks {
		if d.bound[int(binding)].name == 0 {
			panic(fmt.Sprintf("device: program %s: storage block %s, binding %d, has no buffer", p.label, name, binding))
		}
	}
}

// findBlocks asks for the storage blocks of a program, by binding.
func (p *Program) findBlocks() {
	p.blocks = map[int32]string{}
	var n, long int32
	gl.GetProgramInterfaceiv(p.name, gl.SHADER_STORAGE_BLOCK, gl.ACTIVE_RESOURCES, &n)
	gl.GetProgramInterfaceiv(p.name, gl.SHADER_STORAGE_BLOCK, gl.MAX_NAME_LENGTH, &long)
	name := make([]byte, long+1)
	for k := range uint32(n) {
		property, binding := uint32(gl.BUFFER_BINDING), int32(0)
		gl.GetProgramResourceiv(p.name, gl.SHADER_STORAGE_BLOCK, k, 1, &property, 1, nil, &binding)
		gl.GetProgramResourceName(p.name, gl.SHADER_STORAGE_BLOCK, k, int32(len(name)), nil, &name[0])
		p.blocks[binding] = cString(name)
	}
}

// Err returns the first OpenGL error since the last call of Err, and clears it. Between debug checks OpenGL only keeps a
// flag, so the place named is that of the next check.
func (d *Device) Err() error {
	_ = d.check("unchecked call")
	err := d.lost
	d.lost = nil
	return err
}

// takeErr is check for allocations: the failure is returned, so it must not stay sticky.
func (d *Device) takeErr(call string) error {
	before := d.lost
	err := d.check(call)
	d.lost = before
	return err
}

// callbackOwner receives the messages of the one debug callback; it is touched on the OpenGL thread only.
var callbackOwner *Device

func (d *Device) installCallback() {
	if !d.info.Features.DebugOutput {
		return
	}
	callbackOwner = d
	gl.Enable(gl.DEBUG_OUTPUT)
	gl.Enable(gl.DEBUG_OUTPUT_SYNCHRONOUS)
	gl.DebugMessageCallback(onMessage, nil)
	gl.DebugMessageControl(gl.DONT_CARE, gl.DONT_CARE, gl.DEBUG_SEVERITY_NOTIFICATION, 0, nil, false)
}

func (d *Device) uninstallCallback() {
	if callbackOwner == d {
		callbackOwner = nil
	}
}

func onMessage(source, kind, id, severity uint32, length int32, message string, _ unsafe.Pointer) {
	d := callbackOwner
	// A shader that does not compile is returned as a *CompileError.
	if d == nil || d.opts.Log == nil || source == gl.DEBUG_SOURCE_SHADER_COMPILER {
		return
	}
	name, ok := map[uint32]string{gl.DEBUG_TYPE_ERROR: "error", gl.DEBUG_TYPE_DEPRECATED_BEHAVIOR: "deprecated",
		gl.DEBUG_TYPE_UNDEFINED_BEHAVIOR: "undefined behaviour", gl.DEBUG_TYPE_PORTABILITY: "portability",
		gl.DEBUG_TYPE_PERFORMANCE: "performance"}[kind]
	if !ok {
		name = "message"
	}
	text := fmt.Sprintf("OpenGL %s: %s", name, strings.TrimSpace(message))
	if kind == gl.DEBUG_TYPE_ERROR {
		text += "\n" + string(debug.Stack())
	}
	d.opts.Log(text)
}

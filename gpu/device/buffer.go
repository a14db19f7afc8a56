//go:build cgo

package device

import (
	"fmt"
	"unsafe"

	"github.com/go-gl/gl/v4.5-core/gl"
)

// Scalar is a Go type that buffers hold.
type Scalar interface {
	~int8 | ~uint8 | ~int16 | ~uint16 | ~int32 | ~uint32 | ~float32 | ~float64 | ~int64 | ~uint64
}

// Buffer is an array on the GPU. Its size changes only by Resize.
type Buffer struct {
	d          *Device
	name       uint32
	label      string
	elem       Element
	count      int
	generation uint64
}

// NewBuffer allocates count elements, all zero. The error wraps ErrOutOfMemory when there is no room.
func (d *Device) NewBuffer(label string, elem Element, count int) (*Buffer, error) {
	b := &Buffer{d: d, label: label, elem: elem}
	if err := b.allocate(count); err != nil {
		return nil, err
	}
	return b, nil
}

// NewBufferFrom allocates a buffer that holds data. The sizes of T and elem must agree, unless elem is Bytes.
func NewBufferFrom[T Scalar](d *Device, label string, elem Element, data []T) (*Buffer, error) {
	n := len(data)
	if elem == Bytes {
		n *= int(unsafe.Sizeof(*new(T)))
	}
	b, err := d.NewBuffer(label, elem, n)
	if err != nil {
		return nil, err
	}
	if err := Upload(b, 0, data); err != nil {
		b.Close()
		return nil, err
	}
	return b, nil
}

// allocate gives the buffer a new name and zeroed store; the old store is the caller's to delete.
func (b *Buffer) allocate(count int) error {
	d := b.d
	if count < 0 {
		return fmt.Errorf("device: buffer %s: negative size %d", b.label, count)
	}
	// A store of no bytes cannot be bound as a range; one element costs nothing and spares every caller the case.
	bytes := max(count, 1) * b.elem.Size()
	var name uint32
	gl.GenBuffers(1, &name)
	gl.BindBuffer(gl.COPY_WRITE_BUFFER, name)
	if d.info.Features.PersistentMap {
		// A store that can be neither mapped nor moved stays in the device's memory.
		gl.BufferStorage(gl.COPY_WRITE_BUFFER, bytes, nil, gl.DYNAMIC_STORAGE_BIT)
	} else {
		gl.BufferData(gl.COPY_WRITE_BUFFER, bytes, nil, gl.DYNAMIC_COPY)
	}
	err := d.takeErr("glBufferStorage")
	if err == nil {
		internal, typ := clearWith(0, bytes)
		gl.ClearBufferData(gl.COPY_WRITE_BUFFER, internal, gl.RED_INTEGER, typ, nil)
		err = d.takeErr("glClearBufferData")
	}
	if err != nil {
		gl.DeleteBuffers(1, &name)
		return fmt.Errorf("device: buffer %s of %d bytes: %w", b.label, bytes, err)
	}
	d.generation++
	b.name, b.count, b.generation = name, count, d.generation
	d.stats.BufferBytes += int64(bytes)
	d.stats.TotalBytes += int64(bytes)
	d.track(kindBuffer, uint64(name), b.label)
	return nil
}

func (b *Buffer) delete(name uint32, count int) {
	gl.DeleteBuffers(1, &name)
	b.d.forgetBound(name)
	b.d.stats.BufferBytes -= int64(max(count, 1) * b.elem.Size())
	b.d.untrack(kindBuffer, uint64(name))
	b.d.verify("glDeleteBuffers")
}

// Close frees the buffer.
func (b *Buffer) Close() {
	if b == nil || b.name == 0 {
		return
	}
	b.delete(b.name, b.count)
	b.name, b.count = 0, 0
}

// Name is the OpenGL name, for a View.
func (b *Buffer) Name() uint32 { return b.name }

// Label is the name given at creation.
func (b *Buffer) Label() string { return b.label }

// Elem is the element type.
func (b *Buffer) Elem() Element { return b.elem }

// Len is the number of elements.
func (b *Buffer) Len() int { return b.count }

// Size is the number of bytes.
func (b *Buffer) Size() int { return b.count * b.elem.Size() }

// Generation changes whenever the buffer's store does; it is unique within the device.
func (b *Buffer) Generation() uint64 { return b.generation }

// View is the whole buffer.
func (b *Buffer) View() View {
	return View{Buffer: b.name, Elem: b.elem, Count: b.count, Stride: 1, Generation: b.generation}
}

// Resize changes the number of elements; with keep the old ones stay as far as they fit, all others are zero. The
// buffer gets a new name and generation. On failure nothing changes.
func (b *Buffer) Resize(count int, keep bool) error {
	oldName, oldCount := b.name, b.count
	if err := b.allocate(count); err != nil {
		return err
	}
	if n := min(oldCount, count) * b.elem.Size(); keep && n > 0 {
		gl.BindBuffer(gl.COPY_READ_BUFFER, oldName)
		gl.BindBuffer(gl.COPY_WRITE_BUFFER, b.name)
		gl.CopyBufferSubData(gl.COPY_READ_BUFFER, gl.COPY_WRITE_BUFFER, 0, 0, n)
	}
	b.delete(oldName, oldCount)
	return nil
}

// span checks a range of elements and returns it in bytes.
func (b *Buffer) span(what string, off, n int) (byteOff, bytes int, err error) {
	if b.name == 0 {
		return 0, 0, fmt.Errorf("device: %s: buffer %s is closed", what, b.label)
	}
	if off < 0 || n < 0 || off > b.count-n {
		return 0, 0, fmt.Errorf("device: %s: elements [%d, %d) of buffer %s, which has %d", what, off, off+n, b.label, b.count)
	}
	return off * b.elem.Size(), n * b.elem.Size(), nil
}

// elements is how many elements of b the slice fills.
func elements[T Scalar](b *Buffer, what string, s []T) (int, error) {
	size := int(unsafe.Sizeof(*new(T)))
	if b.elem == Bytes {
		return len(s) * size, nil
	}
	if size != b.elem.Size() {
		return 0, fmt.Errorf("device: %s: values of %d bytes for buffer %s of %v", what, size, b.label, b.elem)
	}
	return len(s), nil
}

// Upload replaces the elements from off on. The data is copied before Upload returns.
func Upload[T Scalar](b *Buffer, off int, data []T) error {
	n, err := elements(b, "upload", data)
	if err != nil {
		return err
	}
	o, size, err := b.span("upload", off, n)
	if err != nil || size == 0 {
		return err
	}
	gl.BindBuffer(gl.COPY_WRITE_BUFFER, b.name)
	gl.BufferSubData(gl.COPY_WRITE_BUFFER, o, size, unsafe.Pointer(&data[0]))
	b.d.verify("glBufferSubData")
	return nil
}

// Read copies elements from off on into dst. It waits for the GPU; barriers for shader writes are the caller's
// (BarrierBufferUpdate).
func Read[T Scalar](b *Buffer, off int, dst []T, why Purpose) error {
	n, err := elements(b, "read", dst)
	if err != nil {
		return err
	}
	o, size, err := b.span("read", off, n)
	if err != nil || size == 0 {
		return err
	}
	b.d.stats.ReadBack[why] += int64(size)
	return b.d.read(b.name, o, bytesOf(dst))
}

// ReadView copies len(dst) elements of a view, from its element first on, into dst. It waits for the GPU.
func ReadView[T Scalar](d *Device, v View, first int, dst []T, why Purpose) error {
	size := v.Elem.Size()
	if int(unsafe.Sizeof(*new(T))) != size {
		return fmt.Errorf("device: values of %d bytes for a view of %v", unsafe.Sizeof(*new(T)), v.Elem)
	}
	if v.Buffer == 0 || first < 0 || first > v.Count-len(dst) {
		return fmt.Errorf("device: elements [%d, %d) of a view of %d", first, first+len(dst), v.Count)
	}
	if len(dst) == 0 {
		return nil
	}
	d.stats.ReadBack[why] += int64(len(dst) * size)
	if v.Stride == 1 {
		return d.read(v.Buffer, (v.Offset+first)*size, bytesOf(dst))
	}
	for k := range dst {
		if err := d.read(v.Buffer, (v.Offset+(first+k)*v.Stride)*size, bytesOf(dst[k:k+1])); err != nil {
			return err
		}
	}
	return nil
}

// Clear sets n elements from off on to zero.
func (b *Buffer) Clear(off, n int) error {
	o, size, err := b.span("clear", off, n)
	if err != nil || size == 0 {
		return err
	}
	gl.BindBuffer(gl.COPY_WRITE_BUFFER, b.name)
	internal, typ := clearWith(o, size)
	gl.ClearBufferSubData(gl.COPY_WRITE_BUFFER, internal, o, size, gl.RED_INTEGER, typ, nil)
	b.d.verify("glClearBufferSubData")
	return nil
}

// clearWith is the format with which a range of bytes is set to zero: words where it has whole ones, which no driver takes byte by byte.
func clearWith(off, size int) (internal, typ uint32) {
	if off%4 == 0 && size%4 == 0 {
		return gl.R32UI, gl.UNSIGNED_INT
	}
	return gl.R8UI, gl.UNSIGNED_BYTE
}

// Fill sets n elements of four or eight bytes from off on to value.
func Fill[T ~int32 | ~uint32 | ~float32 | ~float64 | ~int64 | ~uint64](b *Buffer, off, n int, value T) error {
	if int(unsafe.Sizeof(value)) != b.elem.Size() {
		return fmt.Errorf("device: fill: a value of %d bytes for buffer %s of %v", unsafe.Sizeof(value), b.label, b.elem)
	}
	o, size, err := b.span("fill", off, n)
	if err != nil || size == 0 {
		return err
	}
	gl.BindBuffer(gl.COPY_WRITE_BUFFER, b.name)
	internal, format := uint32(gl.R32UI), uint32(gl.RED_INTEGER)
	if b.elem.Size() == 8 {
		internal, format = gl.RG32UI, gl.RG_INTEGER
	}
	gl.ClearBufferSubData(gl.COPY_WRITE_BUFFER, internal, o, size, format, gl.UNSIGNED_INT, unsafe.Pointer(&value))
	b.d.verify("glClearBufferSubData")
	return nil
}

// Copy copies n elements of src from srcOff on to dst from dstOff on; both hold elements of the same size. Ranges of
// one buffer must not overlap.
func Copy(dst *Buffer, dstOff int, src *Buffer, srcOff, n int) error {
	if dst.elem.Size() != src.elem.Size() {
		return fmt.Errorf("device: copy from buffer %s of %v to %s of %v", src.label, src.elem, dst.label, dst.elem)
	}
	so, size, err := src.span("copy from", srcOff, n)
	if err != nil {
		return err
	}
	do, _, err := dst.span("copy to", dstOff, n)
	if err != nil || size == 0 {
		return err
	}
	gl.BindBuffer(gl.COPY_READ_BUFFER, src.name)
	gl.BindBuffer(gl.COPY_WRITE_BUFFER, dst.name)
	gl.CopyBufferSubData(gl.COPY_READ_BUFFER, gl.COPY_WRITE_BUFFER, so, do, size)
	dst.d.verify("glCopyBufferSubData")
	return nil
}

// BindStorage binds the whole buffer to a shader storage binding.
func (d *Device) BindStorage(binding int, b *Buffer) {
	if now := (boundRange{name: b.name}); d.bindsAnew(binding, now) {
		gl.BindBufferBase(gl.SHADER_STORAGE_BUFFER, uint32(binding), b.name)
		d.verify("glBindBufferBase")
	}
}

// boundRange is what a storage binding has: a buffer, all of it where size is 0.
type boundRange struct {
	name      uint32
	off, size int
}

// bindsAnew reports whether a storage binding has something else, and notes what it will have: dispatches mostly bind what is bound, and a driver looks at
// each binding anew.
func (d *Device) bindsAnew(binding int, now boundRange) bool {
	if d.bound[binding] == now && now.name != 0 {
		return false
	}
	d.bound[binding] = now
	return true
}

// forgetBound is called when a buffer is deleted, which OpenGL unbinds; its name may come again.
func (d *Device) forgetBound(name uint32) {
	for k, b := range d.bound {
		if b.name == name {
			delete(d.bound, k)
		}
	}
}

// BindStorageRange binds n elements from off on; off times the element size must be a multiple of Limits.StorageAlign.
func (d *Device) BindStorageRange(binding int, b *Buffer, off, n int) error {
	o, size, err := b.span("bind", off, n)
	if err != nil {
		return err
	}
	if o%d.info.Limits.StorageAlign != 0 {
		return fmt.Errorf("device: bind: byte %d of buffer %s is not a multiple of %d", o, b.label, d.info.Limits.StorageAlign)
	}
	if size == 0 {
		return fmt.Errorf("device: bind: empty range of buffer %s", b.label)
	}
	if d.bindsAnew(binding, boundRange{b.name, o, size}) {
		gl.BindBufferRange(gl.SHADER_STORAGE_BUFFER, uint32(binding), b.name, o, size)
		d.verify("glBindBufferRange")
	}
	return nil
}

// BindView binds the part of the view's buffer that holds the view. The shader finds element k of the view at
// [first + k*Stride]: first is what the alignment of ranges left over.
func (d *Device) BindView(binding int, v View) (first int, err error) {
	if !v.Valid() {
		return 0, fmt.Errorf("device: bind: the view has no data")
	}
	size := v.Elem.Size()
	step := max(d.info.Limits.StorageAlign/size, 1)
	start := v.Offset / step * step
	end := v.Offset + (v.Count-1)*v.Stride + 1
	if most := d.info.Limits.StorageBlockSize; int64(end-start)*int64(size) > most {
		return 0, fmt.Errorf("device: bind: the view spans %d bytes, a storage block of the OpenGL driver holds %d", (end-start)*size, most)
	}
	if d.bindsAnew(binding, boundRange{v.Buffer, start * size, (end - start) * size}) {
		gl.BindBufferRange(gl.SHADER_STORAGE_BUFFER, uint32(binding), v.Buffer, start*size, (end-start)*size)
		d.verify("glBindBufferRange")
	}
	return v.Offset - start, nil
}

// BindUniform binds the whole buffer to a uniform block binding.
func (d *Device) BindUniform(binding int, b *Buffer) {
	gl.BindBufferBase(gl.UNIFORM_BUFFER, uint32(binding), b.name)
	d.verify("glBindBufferBase")
}

//go:build cgo

package device

import (
	"errors"
	"fmt"
	"time"
	"unsafe"

	"github.com/go-gl/gl/v4.5-core/gl"
)

// stagingBytes is how much is copied at a time on its way to the host.
const stagingBytes = 4 << 20

// staging is a mapped buffer through which Read goes on hardware. NVIDIA's driver moves a buffer that is read directly from the card's memory to the
// host's, where it stays: every later access of a shader goes over the bus.
type staging struct {
	name   uint32
	mapped []byte
}

// read copies bytes of a buffer to dst and waits for them.
func (d *Device) read(buffer uint32, off int, dst []byte) error {
	gl.BindBuffer(gl.COPY_READ_BUFFER, buffer)
	if !d.stagedReads {
		gl.GetBufferSubData(gl.COPY_READ_BUFFER, off, len(dst), unsafe.Pointer(&dst[0]))
		d.verify("glGetBufferSubData")
		return nil
	}
	if d.staging == nil {
		if err := d.openStaging(); err != nil {
			return err
		}
	}
	for len(dst) > 0 {
		n := min(len(dst), stagingBytes)
		gl.BindBuffer(gl.COPY_READ_BUFFER, buffer)
		gl.BindBuffer(gl.COPY_WRITE_BUFFER, d.staging.name)
		gl.CopyBufferSubData(gl.COPY_READ_BUFFER, gl.COPY_WRITE_BUFFER, off, 0, n)
		if err := d.waitHere(); err != nil {
			return err
		}
		copy(dst, d.staging.mapped[:n])
		dst, off = dst[n:], off+n
	}
	d.verify("glCopyBufferSubData")
	return nil
}

// waitHere waits for all commands so far, however long they take.
func (d *Device) waitHere() error {
	f := gl.FenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0)
	defer gl.DeleteSync(f)
	for {
		switch gl.ClientWaitSync(f, gl.SYNC_FLUSH_COMMANDS_BIT, uint64(time.Second)) {
		case gl.ALREADY_SIGNALED, gl.CONDITION_SATISFIED:
			return nil
		case gl.TIMEOUT_EXPIRED:
		default:
			if err := d.takeErr("glClientWaitSync"); err != nil {
				return fmt.Errorf("device: read: %w", err)
			}
			return errors.New("device: read: the OpenGL driver does not say when the device has finished")
		}
	}
}

func (d *Device) openStaging() error {
	const flags = gl.MAP_READ_BIT | gl.MAP_PERSISTENT_BIT | gl.MAP_COHERENT_BIT
	s := &staging{}
	gl.GenBuffers(1, &s.name)
	gl.BindBuffer(gl.COPY_WRITE_BUFFER, s.name)
	gl.BufferStorage(gl.COPY_WRITE_BUFFER, stagingBytes, nil, flags|gl.CLIENT_STORAGE_BIT)
	p := gl.MapBufferRange(gl.COPY_WRITE_BUFFER, 0, stagingBytes, flags)
	err := d.takeErr("glMapBufferRange")
	if err == nil && p == nil {
		err = errors.New("it cannot be mapped")
	}
	if err != nil {
		gl.DeleteBuffers(1, &s.name)
		return fmt.Errorf("device: buffer of %d bytes for what is read back: %w", stagingBytes, err)
	}
	s.mapped = unsafe.Slice((*byte)(p), stagingBytes)
	d.staging = s
	return nil
}

func (d *Device) closeStaging() {
	if d.staging == nil {
		return
	}
	gl.BindBuffer(gl.COPY_WRITE_BUFFER, d.staging.name)
	gl.UnmapBuffer(gl.COPY_WRITE_BUFFER)
	gl.DeleteBuffers(1, &d.staging.name)
	d.staging = nil
}

// bytesOf are the bytes of a slice, which is not empty.
func bytesOf[T Scalar](s []T) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(&s[0])), len(s)*int(unsafe.Sizeof(s[0])))
}

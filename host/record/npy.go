package record

import (
	"bufio"
	"encoding/binary"
	"io"
	"math"
	"unsafe"
)

// block is how many bytes are converted at a time. Memory for an array grows by what was really read, so a hostile length costs nothing.
const block = 1 << 16

// ReadNPY reads one array. Size is the number of bytes that r holds, or -1 if that is unknown; with it the file's length is checked
// before anything is allocated. Integers of other widths are widened, big-endian data is turned round, Fortran order becomes C order.
func ReadNPY(r io.Reader, size int64) (*Array, error) {
	cr := &countingReader{r: r}
	h, err := readNPYHeader(cr)
	if err != nil {
		return nil, err
	}
	d, err := decoderOf(h.descr)
	if err != nil {
		return nil, err
	}
	n, ok := count(h.shape, d.size)
	if !ok {
		return nil, malformed("an array of shape %v is too large", h.shape)
	}
	if size >= 0 {
		if have, need := size-cr.n, int64(n)*int64(d.size); have < need {
			return nil, malformed("an array of shape %v needs %d bytes, but the file holds only %d", h.shape, need, have)
		}
	}
	a, err := d.read(r, n, size >= 0)
	if err != nil {
		return nil, err
	}
	a.Shape = h.shape
	if h.fortran {
		a.toCOrder()
	}
	return a, nil
}

type countingReader struct {
	r io.Reader
	n int64
}

func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

func (a *Array) toCOrder() {
	switch d := a.Data.(type) {
	case []float64:
		a.Data = cOrder(d, a.Shape)
	case []float32:
		a.Data = cOrder(d, a.Shape)
	case []int64:
		a.Data = cOrder(d, a.Shape)
	case []int32:
		a.Data = cOrder(d, a.Shape)
	case []uint8:
		a.Data = cOrder(d, a.Shape)
	case []bool:
		a.Data = cOrder(d, a.Shape)
	}
}

// decoder turns the data of one element type of a file into an array.
type decoder struct {
	size int
	read func(r io.Reader, n int, exact bool) (*Array, error)
}

func decoderOf(descr string) (*decoder, error) {
	if len(descr) < 2 {
		return nil, malformed("unknown element type %q", descr)
	}
	var order binary.ByteOrder = binary.LittleEndian
	kind := descr
	switch descr[0] {
	case '<', '|', '=':
		kind = descr[1:]
	case '>':
		kind = descr[1:]
		order = binary.BigEndian
	}
	switch kind {
	case "f8":
		return elements(8, func(b []byte) (float64, error) { return math.Float64frombits(order.Uint64(b)), nil }), nil
	case "f4":
		return elements(4, func(b []byte) (float32, error) { return math.Float32frombits(order.Uint32(b)), nil }), nil
	case "i8":
		return elements(8, func(b []byte) (int64, error) { return int64(order.Uint64(b)), nil }), nil
	case "u8":
		return elements(8, func(b []byte) (int64, error) {
			v := order.Uint64(b)
			if v > math.MaxInt64 {
				return 0, malformed("the unsigned integer %d does not fit in 64 bits with sign", v)
			}
			return int64(v), nil
		}), nil
	case "i4":
		return elements(4, func(b []byte) (int32, error) { return int32(order.Uint32(b)), nil }), nil
	case "u4":
		return elements(4, func(b []byte) (int64, error) { return int64(order.Uint32(b)), nil }), nil
	case "i2":
		return elements(2, func(b []byte) (int32, error) { return int32(int16(order.Uint16(b))), nil }), nil
	case "u2":
		return elements(2, func(b []byte) (int32, error) { return int32(order.Uint16(b)), nil }), nil
	case "i1":
		return elements(1, func(b []byte) (int32, error) { return int32(int8(b[0])), nil }), nil
	case "u1":
		return elements(1, func(b []byte) (uint8, error) { return b[0], nil }), nil
	case "b1":
		return elements(1, func(b []byte) (bool, error) {
			if b[0] > 1 {
				return false, malformed("a boolean is 0 or 1, not %d", b[0])
			}
			return b[0] == 1, nil
		}), nil
	case "O", "O4", "O8":
		return nil, malformed("the array holds Python objects (a pickle), which are never loaded; save numbers, e.g. with .astype(float)")
	}
	switch kind[0] {
	case 'c':
		return nil, malformed("complex numbers (%s) are not supported; save real and imaginary parts as two arrays", descr)
	case 'U', 'S', 'a':
		return nil, malformed("the array holds text (%s), not numbers", descr)
	}
	return nil, malformed("unknown element type %q; float64, float32, integers and bool are known", descr)
}

func elements[T Number](size int, get func(b []byte) (T, error)) *decoder {
	return &decoder{size: size, read: func(r io.Reader, n int, exact bool) (*Array, error) {
		var out []T
		if exact {
			out = make([]T, 0, n)
		} else {
			out = make([]T, 0, min(n, block))
		}
		buf := make([]byte, min(n*size, block))
		for left := n * size; left > 0; {
			b := buf[:min(left, len(buf))]
			if _, err := io.ReadFull(r, b); err != nil {
				return nil, short(err, "the data")
			}
			left -= len(b)
			for ; len(b) > 0; b = b[size:] {
				v, err := get(b)
				if err != nil {
					return nil, err
				}
				out = append(out, v)
			}
		}
		return &Array{Data: out}, nil
	}}
}

// WriteNPY writes an array in version 1.0 of the format, little-endian, C order.
func WriteNPY(w io.Writer, a *Array) error {
	if n, ok := count(a.Shape, a.Type().Size()); !ok || n != a.Len() {
		return malformed("%d elements do not fill an array of shape %v", a.Len(), a.Shape)
	}
	if _, err := w.Write(npyPrefix(a.Type(), a.Shape, 0)); err != nil {
		return err
	}
	b := bufio.NewWriterSize(w, block)
	if err := writeElements(b, a.Data); err != nil {
		return err
	}
	return b.Flush()
}

// writeElements writes a slice of numbers, little-endian.
func writeElements(w io.Writer, data any) error {
	if littleEndian {
		if b := memoryOf(data); b != nil {
			_, err := w.Write(b)
			return err
		}
	}
	switch d := data.(type) {
	case []uint8:
		_, err := w.Write(d)
		return err
	case []float64:
		return put(w, d, 8, func(b []byte, v float64) { binary.LittleEndian.PutUint64(b, math.Float64bits(v)) })
	case []float32:
		return put(w, d, 4, func(b []byte, v float32) { binary.LittleEndian.PutUint32(b, math.Float32bits(v)) })
	case []int64:
		return put(w, d, 8, func(b []byte, v int64) { binary.LittleEndian.PutUint64(b, uint64(v)) })
	case []int32:
		return put(w, d, 4, func(b []byte, v int32) { binary.LittleEndian.PutUint32(b, uint32(v)) })
	case []bool:
		return put(w, d, 1, func(b []byte, v bool) {
			b[0] = 0
			if v {
				b[0] = 1
			}
		})
	}
	return malformed("%T is not an array of numbers", data)
}

// littleEndian: numbers lie in memory as they do in files.
var littleEndian = binary.NativeEndian.Uint16([]byte{1, 0}) == 1

// memoryOf is where the numbers of an array lie, nil for one that is written otherwise.
func memoryOf(data any) []byte {
	switch d := data.(type) {
	case []float64:
		return bytesOf(d)
	case []float32:
		return bytesOf(d)
	case []int64:
		return bytesOf(d)
	case []int32:
		return bytesOf(d)
	}
	return nil
}

func bytesOf[T float64 | float32 | int64 | int32](d []T) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(d))), len(d)*int(unsafe.Sizeof(*new(T))))
}

func put[T any](w io.Writer, data []T, size int, f func(b []byte, v T)) error {
	buf := make([]byte, min(len(data)*size, block))
	for len(data) > 0 {
		n := min(len(data), len(buf)/size)
		for i, v := range data[:n] {
			f(buf[i*size:], v)
		}
		if _, err := w.Write(buf[:n*size]); err != nil {
			return err
		}
		data = data[n:]
	}
	return nil
}

package device

// Element is the type of a buffer's elements.
type Element uint8

const (
	Bytes Element = iota // one byte, no arithmetic meaning
	I32
	U32
	F32
	F64
	I64
	U64
)

var elementNames = [...]string{"bytes", "int32", "uint32", "float32", "float64", "int64", "uint64"}

// Size is the size of one element in bytes.
func (e Element) Size() int {
	switch e {
	case I32, U32, F32:
		return 4
	case F64, I64, U64:
		return 8
	}
	return 1
}

// String returns the Go name of the type.
func (e Element) String() string {
	if int(e) < len(elementNames) {
		return elementNames[e]
	}
	return "invalid"
}

// View is a borrowed, read-only look at part of a buffer: element k of the view is element Offset + k*Stride of the
// buffer. It is valid while the buffer's generation is Generation; a buffer that was resized has another.
type View struct {
	Buffer     uint32 // OpenGL name; 0: no data
	Elem       Element
	Count      int // elements in the view
	Offset     int // first element
	Stride     int // elements from one to the next, 1 when dense
	Generation uint64
}

// Valid reports whether the view has data.
func (v View) Valid() bool { return v.Buffer != 0 && v.Count > 0 }

// Slice is the part [from, to) of the view.
func (v View) Slice(from, to int) View {
	v.Offset += from * v.Stride
	v.Count = to - from
	return v
}

// Purpose says why bytes are read back.
type Purpose uint8

const (
	ReadFault    Purpose = iota // fault and halt words of a batch
	ReadRecord                  // monitors' rings
	ReadPick                    // the index under the pointer and its value
	ReadPixels                  // pictures and movies
	ReadState                   // values asked for by the user
	ReadSnapshot                // copies of the state, to go back to
	ReadTest                    // tests
	ReadRange                   // extremes of the data, for scales that follow it
	NumPurposes
)

var purposeNames = [NumPurposes]string{"fault", "record", "pick", "pixels", "state", "snapshot", "test", "range"}

// String names the purpose.
func (p Purpose) String() string {
	if p < NumPurposes {
		return purposeNames[p]
	}
	return "invalid"
}

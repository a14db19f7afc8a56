package record

import (
	"encoding/binary"
	"fmt"
	"io"
	"strconv"
	"strings"
)

const (
	npyMagic = "\x93NUMPY"
	// maxHeader bounds the description of an array; numpy itself refuses more than 10,000 characters.
	maxHeader = 1 << 16
)

// npyHeader is the description of an array: {'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }.
type npyHeader struct {
	descr   string
	fortran bool
	shape   []int
}

// readNPYHeader reads the magic, the version (1.0, 2.0 or 3.0) and the description.
func readNPYHeader(r io.Reader) (*npyHeader, error) {
	var start [8]byte
	if _, err := io.ReadFull(r, start[:]); err != nil {
		return nil, short(err, "the magic of a .npy file")
	}
	if string(start[:6]) != npyMagic {
		if start[0] == 0x80 || start[0] == '(' {
			return nil, malformed("this is a Python pickle, not an array; pickles are never loaded. Save the array with numpy.save")
		}
		return nil, malformed("not a .npy file: it begins with %q, not with %q", start[:6], npyMagic)
	}
	var size uint32
	switch start[6] {
	case 1:
		var b [2]byte
		if _, err := io.ReadFull(r, b[:]); err != nil {
			return nil, short(err, "the length of the header")
		}
		size = uint32(binary.LittleEndian.Uint16(b[:]))
	case 2, 3:
		var b [4]byte
		if _, err := io.ReadFull(r, b[:]); err != nil {
			return nil, short(err, "the length of the header")
		}
		size = binary.LittleEndian.Uint32(b[:])
	default:
		return nil, malformed("version %d.%d of the .npy format; 1.0, 2.0 and 3.0 are known", start[6], start[7])
	}
	if size > maxHeader {
		return nil, malformed("a header of %d bytes; no array needs more than %d", size, maxHeader)
	}
	text := make([]byte, size)
	if _, err := io.ReadFull(r, text); err != nil {
		return nil, short(err, "the header")
	}
	p := literal{text: string(text)}
	h, err := p.header()
	if err != nil {
		return nil, malformed("the header %.80q: %v", strings.TrimSpace(p.text), err)
	}
	return h, nil
}

func short(err error, what string) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return malformed("the file ends within %s", what)
	}
	return err
}

// literal parses the part of Python's literals that headers use.
type literal struct {
	text string
	pos  int
}

func (p *literal) space() {
	for p.pos < len(p.text) && strings.IndexByte(" \t\r\n", p.text[p.pos]) >= 0 {
		p.pos++
	}
}

func (p *literal) take(c byte) bool {
	p.space()
	if p.pos < len(p.text) && p.text[p.pos] == c {
		p.pos++
		return true
	}
	return false
}

func (p *literal) str() (string, error) {
	p.space()
	if p.pos < len(p.text) {
		if q := p.text[p.pos]; q == '\'' || q == '"' {
			if end := strings.IndexByte(p.text[p.pos+1:], q); end >= 0 {
				s := p.text[p.pos+1 : p.pos+1+end]
				p.pos += end + 2
				return s, nil
			}
		}
	}
	return "", fmt.Errorf("a string was expected at byte %d", p.pos)
}

func (p *literal) header() (*npyHeader, error) {
	if !p.take('{') {
		return nil, fmt.Errorf("it is not a dictionary")
	}
	h := &npyHeader{}
	seen := map[string]bool{}
	for !p.take('}') {
		key, err := p.str()
		if err != nil {
			return nil, err
		}
		if !p.take(':') {
			return nil, fmt.Errorf("no ':' after %q", key)
		}
		if seen[key] {
			return nil, fmt.Errorf("%q is given twice", key)
		}
		seen[key] = true
		switch key {
		case "descr":
			p.space()
			if p.pos < len(p.text) && p.text[p.pos] == '[' {
				return nil, fmt.Errorf("structured arrays are not supported; save each field as an array of its own")
			}
			h.descr, err = p.str()
		case "fortran_order":
			h.fortran, err = p.boolean()
		case "shape":
			h.shape, err = p.tuple()
		default:
			err = fmt.Errorf("unknown key %q", key)
		}
		if err != nil {
			return nil, err
		}
		if !p.take(',') {
			if !p.take('}') {
				return nil, fmt.Errorf("no ',' or '}' at byte %d", p.pos)
			}
			break
		}
	}
	p.space()
	if p.pos != len(p.text) {
		return nil, fmt.Errorf("text after the dictionary")
	}
	for _, key := range []string{"descr", "fortran_order", "shape"} {
		if !seen[key] {
			return nil, fmt.Errorf("%q is missing", key)
		}
	}
	return h, nil
}

func (p *literal) boolean() (bool, error) {
	p.space()
	for _, c := range []struct {
		word  string
		value bool
	}{{"True", true}, {"False", false}} {
		if strings.HasPrefix(p.text[p.pos:], c.word) {
			p.pos += len(c.word)
			return c.value, nil
		}
	}
	return false, fmt.Errorf("neither True nor False at byte %d", p.pos)
}

func (p *literal) tuple() ([]int, error) {
	if !p.take('(') {
		return nil, fmt.Errorf("the shape is not a tuple")
	}
	shape := []int{}
	for !p.take(')') {
		p.space()
		start := p.pos
		for p.pos < len(p.text) && (p.text[p.pos] >= '0' && p.text[p.pos] <= '9' || p.text[p.pos] == '-') {
			p.pos++
		}
		n, err := strconv.ParseInt(p.text[start:p.pos], 10, 64)
		if err != nil || n < 0 {
			return nil, fmt.Errorf("the shape holds %.30q, not a size", p.text[start:p.pos])
		}
		// Python 2 marked long integers.
		if p.pos < len(p.text) && p.text[p.pos] == 'L' {
			p.pos++
		}
		shape = append(shape, int(n))
		if len(shape) > 32 {
			return nil, fmt.Errorf("more than 32 dimensions")
		}
		if !p.take(',') {
			if !p.take(')') {
				return nil, fmt.Errorf("no ',' or ')' at byte %d", p.pos)
			}
			break
		}
	}
	return shape, nil
}

// npyPrefix is everything before the data, of a length divisible by 64; total, if positive, is the length to fill up to.
func npyPrefix(t Type, shape []int, total int) []byte {
	var s strings.Builder
	for _, d := range shape {
		fmt.Fprintf(&s, "%d, ", d)
	}
	dims := strings.TrimSuffix(s.String(), " ")
	if len(shape) > 1 {
		dims = strings.TrimSuffix(dims, ",")
	}
	text := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': (%s), }", t.descr(), dims)
	size := (10 + len(text) + 1 + 63) / 64 * 64
	size = max(size, total)
	out := make([]byte, 0, size)
	out = append(out, npyMagic...)
	out = append(out, 1, 0)
	out = binary.LittleEndian.AppendUint16(out, uint16(size-10))
	out = append(out, text...)
	for len(out) < size-1 {
		out = append(out, ' ')
	}
	return append(out, '\n')
}

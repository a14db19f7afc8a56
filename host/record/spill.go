package record

import (
	"github.com/galvani-sim/galvani/host/internal/pages"

	"errors"
	"io"
	"slices"
)

// prefixSize is the fixed length of a spill file's header, large enough for any shape, so that it can be rewritten in place.
const prefixSize = 128

// largestChunk is the most bytes of a column that lie together in memory.
const largestChunk = 1 << 23

// store holds the bytes of one column in order: what was spilled to a file, then what is in memory.
type store struct {
	typ    Type
	dims   []int
	chunks [][]byte
	memory int64
	file   handle
	name   string // of the file
	onDisk int64  // bytes of data in the file
}

// Write keeps p in memory.
func (s *store) Write(p []byte) (int, error) {
	n := len(p)
	s.memory += int64(n)
	for len(p) > 0 {
		k := len(s.chunks) - 1
		if k < 0 || len(s.chunks[k]) == cap(s.chunks[k]) {
			size := 1 << 12
			if k >= 0 {
				size = max(1<<12, min(2*cap(s.chunks[k]), largestChunk))
			}
			s.chunks = append(s.chunks, pages.Make[uint8](size)[:0])
			k++
		}
		c := s.chunks[k]
		m := min(len(p), cap(c)-len(c))
		s.chunks[k] = append(c, p[:m]...)
		p = p[m:]
	}
	return n, nil
}

// spill moves what is in memory to the file, and on success rewrites its header: the file is then a valid .npy of all samples so far.
// On failure the bytes stay in memory, and those already moved are not counted as written.
func (s *store) spill(fs fileSystem, target string, samples int64) error {
	if s.file == nil {
		f, name, err := createTemporary(fs, target)
		if err != nil {
			return err
		}
		s.file, s.name = f, name
	}
	if _, err := s.file.Seek(prefixSize+s.onDisk, io.SeekStart); err != nil {
		return cause(err)
	}
	for _, c := range s.chunks {
		if _, err := s.file.Write(c); err != nil {
			return cause(err)
		}
	}
	if _, err := s.file.Seek(0, io.SeekStart); err != nil {
		return cause(err)
	}
	if _, err := s.file.Write(npyPrefix(s.typ, s.shape(samples), prefixSize)); err != nil {
		return cause(err)
	}
	s.onDisk += s.memory
	s.memory = 0
	s.chunks = nil
	return nil
}

func (s *store) shape(samples int64) []int { return append([]int{int(samples)}, s.dims...) }

// reader gives all bytes from the beginning. Only one reader of a store may be in use.
func (s *store) reader() (io.Reader, error) { return s.readerAt(0) }

// readerAt gives the bytes from one on.
func (s *store) readerAt(from int64) (io.Reader, error) {
	var readers []io.Reader
	if s.file != nil && from < s.onDisk {
		if _, err := s.file.Seek(prefixSize+from, io.SeekStart); err != nil {
			return nil, cause(err)
		}
		readers = append(readers, io.LimitReader(s.file, s.onDisk-from))
	}
	from = max(from-s.onDisk, 0)
	for _, c := range s.chunks {
		if n := int64(len(c)); from >= n {
			from -= n
			continue
		}
		readers = append(readers, &sliceReader{c[from:]})
		from = 0
	}
	return io.MultiReader(readers...), nil
}

type sliceReader struct{ b []byte }

func (r *sliceReader) Read(p []byte) (int, error) {
	if len(r.b) == 0 {
		return 0, io.EOF
	}
	n := copy(p, r.b)
	r.b = r.b[n:]
	return n, nil
}

// drop removes the file and forgets everything.
func (s *store) drop(fs fileSystem) error {
	var err error
	if s.file != nil {
		err = errors.Join(s.file.Close(), fs.Remove(s.name))
	}
	*s = store{typ: s.typ, dims: slices.Clone(s.dims)}
	return err
}

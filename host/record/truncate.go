package record

import (
	"fmt"
	"io"
)

// Truncate forgets all samples but the first ones. A file that the recording has spilled to stays valid.
func (r *Recording) Truncate(samples int64) error {
	if samples < 0 || samples > r.samples {
		return fmt.Errorf("the recording has %d samples; it cannot be cut to %d", r.samples, samples)
	}
	for k, s := range r.stores {
		width, _ := count(r.columns[k].Dims, r.columns[k].Type.Size())
		if err := s.truncate(samples*int64(width*s.typ.Size()), samples); err != nil {
			return outputError(r.path, err)
		}
	}
	r.samples = samples
	return nil
}

// truncate keeps the first bytes. What is cut off in the file lies behind the array that its header describes.
func (s *store) truncate(bytes, samples int64) error {
	if bytes < s.onDisk {
		s.onDisk = bytes
		if _, err := s.file.Seek(0, io.SeekStart); err != nil {
			return cause(err)
		}
		if _, err := s.file.Write(npyPrefix(s.typ, s.shape(samples), prefixSize)); err != nil {
			return cause(err)
		}
	}
	keep := bytes - s.onDisk
	s.memory = keep
	for k, c := range s.chunks {
		if int64(len(c)) >= keep {
			s.chunks[k] = c[:keep]
			s.chunks = s.chunks[:k+1]
			break
		}
		keep -= int64(len(c))
	}
	if bytes == s.onDisk {
		s.chunks = nil
	}
	return nil
}

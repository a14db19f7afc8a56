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
	r.samples, r.hidden = samples, 0
	return nil
}

// Rewind makes the first samples the recording, for a simulation that goes back in time: reading and saving see no others. Those behind
// them stay, and are part of it again when Rewind goes forward or the simulation records them again; Truncate forgets them.
func (r *Recording) Rewind(samples int64) error {
	all := r.samples + r.hidden
	if samples < 0 || samples > all {
		return fmt.Errorf("the recording has %d samples; it cannot go to sample %d", all, samples)
	}
	r.samples, r.hidden = samples, all-samples
	return nil
}

// Hidden is the number of samples behind those of the recording, after Rewind.
func (r *Recording) Hidden() int64 { return r.hidden }

// Tail copies all columns from a sample on, with what is hidden: a []float64, []int64 or []int32 for each.
func (r *Recording) Tail(from int64) ([]any, error) {
	all := *r
	all.samples, all.hidden = r.samples+r.hidden, 0
	if from < 0 || from > all.samples {
		return nil, fmt.Errorf("the recording has %d samples, and no sample %d", all.samples, from)
	}
	data := make([]any, len(r.columns))
	for k, c := range r.columns {
		a, err := all.Array(c.Name)
		if err != nil {
			return nil, err
		}
		data[k] = a.Data
	}
	return rest(data, r.columns, int(from)), nil
}

// rest drops the first samples of data.
func rest(data []any, columns []Column, samples int) []any {
	out := make([]any, len(data))
	for k, d := range data {
		width, _ := count(columns[k].Dims, 1)
		n := samples * width
		switch d := d.(type) {
		case []float64:
			out[k] = d[n:]
		case []int64:
			out[k] = d[n:]
		case []int32:
			out[k] = d[n:]
		}
	}
	return out
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

// Bytes gives the first samples of a column as they are stored, little endian, without holding them in memory. It is to be read before the
// recording is used again.
func (r *Recording) Bytes(name string, samples int64) (io.Reader, error) {
	if samples < 0 || samples > r.samples+r.hidden {
		return nil, fmt.Errorf("the recording has %d samples, not %d", r.samples+r.hidden, samples)
	}
	for k, c := range r.columns {
		if c.Name != name {
			continue
		}
		n, ok := count(r.stores[k].shape(samples), c.Type.Size())
		if !ok {
			return nil, fmt.Errorf("array %q is too large", name)
		}
		src, err := r.stores[k].reader()
		if err != nil {
			return nil, outputError(r.path, err)
		}
		return io.LimitReader(src, int64(n)*int64(c.Type.Size())), nil
	}
	return nil, fmt.Errorf("the recording has no array %q", name)
}

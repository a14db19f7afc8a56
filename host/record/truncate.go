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
	if w := r.watched; w != nil {
		if w.gone = min(w.gone, samples); samples <= w.end {
			r.watched = nil
		}
	}
	r.cuts = append(r.cuts, samples)
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
func (r *Recording) Tail(from int64) ([]any, error) { return r.Part(from, r.samples+r.hidden) }

// Part copies the samples of all columns from one to before another, hidden ones too: a []float64, []int64 or []int32 for each. Its cost is
// that of the part.
func (r *Recording) Part(from, to int64) ([]any, error) {
	if all := r.samples + r.hidden; from < 0 || from > to || to > all {
		return nil, fmt.Errorf("the recording has %d samples, and no part from %d to %d", all, from, to)
	}
	if r.Kept(from, to) > from {
		return nil, fmt.Errorf("samples %d to %d of the recording are not kept", r.watched.end, r.watched.gone)
	}
	data := make([]any, len(r.columns))
	for k, c := range r.columns {
		width, _ := count(c.Dims, c.Type.Size())
		src, err := r.stores[k].readerAt(from * int64(width*c.Type.Size()))
		if err != nil {
			return nil, outputError(r.path, err)
		}
		d, err := decoderOf(c.Type.descr())
		if err != nil {
			return nil, err
		}
		n, ok := count(r.stores[k].shape(to-from), c.Type.Size())
		if !ok {
			return nil, fmt.Errorf("a part of %d samples of array %q is too large", to-from, c.Name)
		}
		a, err := d.read(src, n, true)
		if err != nil {
			return nil, outputError(r.path, err)
		}
		data[k] = a.Data
	}
	return data, nil
}

// Follower tells who keeps something made of a recording's samples which of them are new.
type Follower struct {
	r    *Recording
	seen int64
	cuts int
}

// Follow starts before the first sample.
func (r *Recording) Follow() *Follower { return &Follower{r: r, cuts: len(r.cuts)} }

// Changed gives the samples that are new since the last call, hidden ones too: those from one to before another. Where samples were
// forgotten by Truncate, they start before those that were told last. Rewind changes none.
func (f *Follower) Changed() (from, to int64) {
	from, to = f.seen, f.r.samples+f.r.hidden
	for _, c := range f.r.cuts[f.cuts:] {
		from = min(from, c)
	}
	f.seen, f.cuts = to, len(f.r.cuts)
	return from, to
}

// Split parts data of several samples, a slice per column, behind the first n of them.
func Split(data []any, n, samples int) (first, others []any) {
	if samples == 0 {
		return data, data
	}
	for _, d := range data {
		switch d := d.(type) {
		case []float64:
			k := len(d) / samples * n
			first, others = append(first, d[:k]), append(others, d[k:])
		case []int64:
			k := len(d) / samples * n
			first, others = append(first, d[:k]), append(others, d[k:])
		case []int32:
			k := len(d) / samples * n
			first, others = append(first, d[:k]), append(others, d[k:])
		}
	}
	return first, others
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
			s.chunks[k] = c[:keep:keep] // what follows goes to another chunk: this one may be shared, see forget
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

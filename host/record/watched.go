package record

// WatchedBound is the memory that a recording holds of what is only watched.
const WatchedBound = 64 << 20

// watched describes the samples at the end of a recording that no file gets.
type watched struct {
	end  int64 // the first of them
	gone int64 // those before this one are forgotten
}

// Watch appends samples as Append does, for those who look at them: Save leaves them out, and of the oldest only about bound bytes are kept, in
// memory. Truncate to where they begin ends it.
func (r *Recording) Watch(bound int64, data ...any) error {
	samples, data, err := r.fresh(data)
	if err != nil || samples == 0 {
		return err
	}
	if r.watched == nil {
		r.watched = &watched{r.samples, r.samples}
	}
	r.samples += samples
	each := int64(0)
	for k, d := range data {
		if err := writeElements(r.stores[k], d); err != nil {
			return err
		}
		each += r.width(k)
	}
	w := r.watched
	gone := r.samples - max(1, bound/max(each, 1))
	if gone <= w.gone {
		return nil
	}
	w.gone = gone
	for k, s := range r.stores {
		s.forget(w.end*r.width(k), gone*r.width(k))
	}
	return nil
}

// width is the number of bytes of a sample in a column.
func (r *Recording) width(column int) int64 {
	n, _ := count(r.columns[column].Dims, r.columns[column].Type.Size())
	return int64(n * r.columns[column].Type.Size())
}

// Watched is the number of samples that are only watched, hidden ones too.
func (r *Recording) Watched() int64 {
	if r.watched == nil {
		return 0
	}
	return r.samples + r.hidden - r.watched.end
}

// Kept is the first sample from which on those up to before another are all there: from, where none between them is forgotten.
func (r *Recording) Kept(from, to int64) int64 {
	if w := r.watched; w != nil && w.gone > w.end && to > w.end && from < w.gone {
		return min(to, w.gone)
	}
	return from
}

// saved is the number of samples that go to a file.
func (r *Recording) saved() int64 {
	if r.watched != nil {
		return min(r.samples, r.watched.end)
	}
	return r.samples
}

// nothing stands for forgotten chunks, so that what follows them stays where it is.
var nothing [largestChunk]byte

// forget frees the memory of the chunks between two bytes. They are not read again.
func (s *store) forget(from, to int64) {
	at := s.onDisk
	for k, c := range s.chunks {
		n := int64(len(c))
		if at >= from && at+n <= to && n > 0 && n <= largestChunk && k < len(s.chunks)-1 && &c[0] != &nothing[0] {
			s.chunks[k] = nothing[:n:n]
			s.memory -= n
		}
		if at += n; at >= to {
			return
		}
	}
}

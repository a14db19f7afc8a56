package viewer

// traceRow is what the elements of a trace hold at a time.
type traceRow struct {
	at     float64
	values []float32
}

// peaks are rows between two samples of a trace. Of these the ones are shown in which an element is higher or lower than at both ends: a trace
// through samples alone would show spikes of any height, or leave them out.
type peaks struct {
	last traceRow // the sample before them
	rows []traceRow
}

// peakPart is the part of the range of a scale by which a peak is higher or lower than its surroundings.
const peakPart = 0.01

// take gives the rows that are to be shown, in the order of time, and forgets all. The last of them is one of the ends.
func (p *peaks) take(scale float64) (out []traceRow) {
	if len(p.rows) == 0 {
		return nil
	}
	end := len(p.rows) - 1
	first := p.last
	if first.values == nil {
		first = p.rows[0]
	}
	keep := make([]bool, len(p.rows))
	keep[end] = true
	by := float32(peakPart * scale)
	for k := range p.rows[end].values {
		a, b := first.values[k], p.rows[end].values[k]
		low, high := 0, 0
		for j, r := range p.rows {
			if r.values[k] < p.rows[low].values[k] {
				low = j
			}
			if r.values[k] > p.rows[high].values[k] {
				high = j
			}
		}
		if p.rows[low].values[k] < min(a, b)-by {
			keep[low] = true
		}
		if p.rows[high].values[k] > max(a, b)+by {
			keep[high] = true
		}
	}
	for j, r := range p.rows {
		if keep[j] {
			out = append(out, r)
		}
	}
	p.last, p.rows = p.rows[end], nil
	return out
}

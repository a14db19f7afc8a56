package figure

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// ticks are the places and names along an axis, in SI units.
type ticks struct {
	at     []float64
	names  []string
	minor  []float64
	suffix string // "×10⁻³" beyond the end of the axis, as mathematics
}

// minus is the sign that is as wide as a plus.
func minus(s string) string { return strings.ReplaceAll(s, "-", "−") }

// steps are the distances of ticks that people read easily, times powers of ten.
var steps = []float64{1, 2, 2.5, 5, 10}

// linearTicks chooses at most n intervals; lo < hi.
func linearTicks(lo, hi float64, n int, integers bool) (at []float64, step float64) {
	n = max(n, 1)
	raw := (hi - lo) / float64(n)
	if !(raw > 0) || math.IsInf(raw, 0) {
		return nil, 1
	}
	p := math.Pow(10, math.Floor(math.Log10(raw)))
	step = 10 * p
	for _, s := range steps {
		if s*p >= raw*(1-1e-9) && (!integers || math.Mod(s*p, 1) == 0) {
			step = s * p
			break
		}
	}
	if integers {
		step = math.Max(step, 1)
	}
	first := math.Ceil(lo/step - 1e-9)
	for k := 0; k <= n+2; k++ {
		v := (first + float64(k)) * step
		if v > hi+1e-9*step {
			break
		}
		if math.Abs(v) < step*1e-9 {
			v = 0
		}
		at = append(at, v)
	}
	return at, step
}

// linearNames writes ticks with as many decimals as tell them apart; very large and small ones share a power of ten.
func linearNames(at []float64, step float64) (names []string, suffix string) {
	big := 0.0
	for _, v := range at {
		big = math.Max(big, math.Abs(v))
	}
	power := 0
	if big >= 1e5 || big > 0 && big < 1e-3 {
		power = int(math.Floor(math.Log10(big) + 1e-9))
		suffix = fmt.Sprintf("$\\times 10^{%d}$", power)
	}
	f := math.Pow(10, float64(-power))
	decimals := 0
	for d := step * f; decimals < 12 && math.Abs(d-math.Round(d)) > 1e-6*d; decimals++ {
		d *= 10
	}
	for _, v := range at {
		names = append(names, minus(strconv.FormatFloat(v*f, 'f', decimals, 64)))
	}
	return names, suffix
}

// logTicks are the decades between lo and hi with their minor ticks; few decades show numbers between them too.
func logTicks(lo, hi float64, n int) (t ticks) {
	a, b := math.Log10(lo), math.Log10(hi)
	first, last := int(math.Ceil(a-1e-9)), int(math.Floor(b+1e-9))
	every := max(1, int(math.Ceil(float64(last-first)/float64(max(n, 1)))))
	inside := func(v float64) bool { return v >= lo*(1-1e-9) && v <= hi*(1+1e-9) }
	few := last-first < 1
	for k := first - 1; k <= last; k++ {
		p := math.Pow(10, float64(k))
		if inside(p) {
			if mod(k-first, every) == 0 {
				t.at = append(t.at, p)
				t.names = append(t.names, fmt.Sprintf("$10^{%d}$", k))
			} else {
				t.minor = append(t.minor, p)
			}
		}
		for m := 2; m <= 9 && every == 1; m++ {
			v := float64(m) * p
			if !inside(v) {
				continue
			}
			if few && (m == 2 || m == 5 || b-a < 0.5) {
				t.at = append(t.at, v)
				t.names = append(t.names, fmt.Sprintf("$%d\\times 10^{%d}$", m, k))
			} else {
				t.minor = append(t.minor, v)
			}
		}
	}
	if few { // numbers near 1 are written out
		for i, v := range t.at {
			if v >= 1e-3 && v < 1e5 {
				t.names[i] = strconv.FormatFloat(v, 'g', 3, 64)
			}
		}
	}
	return t
}

func mod(a, b int) int { return ((a % b) + b) % b }

// marks are the ticks of an axis that is length points long on the page, with its unit.
func (a *axis) marks(length float64) (ticks, string, error) {
	t, unit, err := a.numbered(length)
	if err != nil || a.form == nil || len(t.names) == 0 {
		return t, unit, err
	}
	factor, _, err := a.unit(a.limits())
	for k, v := range t.at {
		if err == nil {
			t.names[k], err = a.form(v/factor, k)
		}
	}
	t.suffix = ""
	return t, unit, err
}

func (a *axis) numbered(length float64) (ticks, string, error) {
	lo, hi := a.limits()
	if lo > hi {
		lo, hi = hi, lo
	}
	factor, suffix, err := a.unit(lo, hi)
	if err != nil {
		return ticks{}, "", err
	}
	if a.fixed {
		t := ticks{names: a.names}
		t.at = append(t.at, a.ticks...)
		if t.names == nil {
			scaled := make([]float64, len(t.at))
			step := math.Inf(1)
			for i, v := range t.at {
				scaled[i] = v / factor
				for _, w := range []float64{scaled[i], scaled[i] - scaled[0]} {
					if w != 0 {
						step = min(step, math.Abs(w))
					}
				}
			}
			if a.log {
				for _, v := range scaled {
					t.names = append(t.names, minus(strconv.FormatFloat(v, 'g', 4, 64)))
				}
			} else {
				if math.IsInf(step, 0) {
					step = 1
				}
				t.names, t.suffix = linearNames(scaled, smallest(scaled))
			}
		}
		return t, suffix, nil
	}
	// Room for a tick: three letters beside each other, two lines above each other.
	room := length / (tickSize * 3)
	if a.name == "y" {
		room = length / (tickSize * 2)
	}
	n := int(min(max(room, 1), 9))
	if a.bins > 0 {
		n = a.bins
	}
	if a.log {
		t := logTicks(lo/factor, hi/factor, n)
		for i := range t.at {
			t.at[i] *= factor
		}
		for i := range t.minor {
			t.minor[i] *= factor
		}
		return t, suffix, nil
	}
	at, step := linearTicks(lo/factor, hi/factor, n, a.integers)
	if n := (hi - lo) / a.every; a.every > 0 && n <= 1000 {
		step, at = a.every/factor, nil
		for k := math.Ceil(lo/a.every - 1e-9); k <= hi/a.every+1e-9; k++ {
			at = append(at, k*step)
		}
	}
	t := ticks{at: at}
	t.names, t.suffix = linearNames(at, step)
	for i := range t.at {
		t.at[i] *= factor
	}
	return t, suffix, nil
}

// smallest is a number that all given are close to multiples of, by their decimals.
func smallest(v []float64) float64 {
	decimals := 0
	for _, x := range v {
		s := strconv.FormatFloat(math.Abs(x), 'f', -1, 64)
		if k := strings.IndexByte(s, '.'); k >= 0 {
			decimals = max(decimals, min(len(s)-k-1, 6))
		}
	}
	return math.Pow(10, float64(-decimals))
}

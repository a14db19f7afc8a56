package rng

func vectorForms() map[string]func(u, v []float64, s *schedule, first uint32) int {
	forms := map[string]func(u, v []float64, s *schedule, first uint32) int{"chosen": unitsFast}
	with := func(pairs func(u, v []float64, s *schedule, first uint32), alone func(u []float64, s *schedule, first uint32)) func(u, v []float64, s *schedule, first uint32) int {
		return func(u, v []float64, s *schedule, first uint32) int {
			n := len(u) &^ 7
			if v == nil {
				alone(u[:n], s, first)
			} else {
				pairs(u[:n], v[:n], s, first)
			}
			return n
		}
	}
	if hasAVX2 {
		forms["AVX2"] = with(unitPairsAVX2, unitsAVX2)
	}
	if hasAVX512 {
		forms["AVX512"] = with(unitPairsAVX512, unitsAVX512)
	}
	return forms
}

func wordForms() map[string]func(u []uint32, s *schedule, first uint32) int {
	forms := map[string]func(u []uint32, s *schedule, first uint32) int{"chosen": wordsFast}
	with := func(f func(u []uint32, s *schedule, first uint32)) func(u []uint32, s *schedule, first uint32) int {
		return func(u []uint32, s *schedule, first uint32) int {
			n := len(u) / 4 &^ 7
			f(u[:4*n], s, first)
			return n
		}
	}
	if hasAVX2 {
		forms["AVX2"] = with(wordsAVX2)
	}
	if hasAVX512 {
		forms["AVX512"] = with(wordsAVX512)
	}
	return forms
}

func singleForms() map[string]func(u []float32, s *schedule, first uint32) int {
	forms := map[string]func(u []float32, s *schedule, first uint32) int{"chosen": singlesFast}
	with := func(f func(u []float32, s *schedule, first uint32)) func(u []float32, s *schedule, first uint32) int {
		return func(u []float32, s *schedule, first uint32) int {
			n := len(u) &^ 7
			f(u[:n], s, first)
			return n
		}
	}
	if hasAVX2 {
		forms["AVX2"] = with(singlesAVX2)
	}
	if hasAVX512 {
		forms["AVX512"] = with(singlesAVX512)
	}
	return forms
}

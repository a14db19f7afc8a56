//go:build !amd64

package rng

func vectorForms() map[string]func(u, v []float64, s *schedule, first uint32) int {
	return map[string]func(u, v []float64, s *schedule, first uint32) int{"chosen": unitsFast}
}

func wordForms() map[string]func(u []uint32, s *schedule, first uint32) int { return nil }

func singleForms() map[string]func(u []float32, s *schedule, first uint32) int { return nil }

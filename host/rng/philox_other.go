//go:build !amd64

package rng

// unitsFast does no element: this processor has no vector form.
func unitsFast(u, v []float64, s *schedule, first uint32) int { return 0 }

// singlesFast likewise.
func singlesFast(u []float32, s *schedule, first uint32) int { return 0 }

// wordsFast likewise.
func wordsFast(u []uint32, s *schedule, first uint32) int { return 0 }

// normalsFast likewise.
func normalsFast[T Float](dst []T, u, v []float64) int { return 0 }

// shortsFast likewise.
func shortsFast(u, v []float64, s *schedule, first uint32) int { return 0 }

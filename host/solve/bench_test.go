package solve

import (
	"fmt"
	"testing"
)

// BenchmarkExactNumbers measures what a coupled system of numbers costs at compile time.
func BenchmarkExactNumbers(b *testing.B) {
	for _, n := range []int{2, 3, 5, 10, 20} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			m := make([][]float64, n)
			for i := range m {
				m[i] = make([]float64, n)
				for j := range m {
					m[i][j] = float64((i*7+j*3)%5) - 2
				}
				m[i][i] = -20
			}
			for b.Loop() {
				newNumericStep(m, 1e-4)
			}
		})
	}
}

// BenchmarkStep measures each method on FitzHugh-Nagumo or, where that is refused, on CUBA with shared time constants.
func BenchmarkStep(b *testing.B) {
	for _, method := range Methods() {
		b.Run(method, func(b *testing.B) {
			for b.Loop() {
				if _, err := Step(method, fitzHughNagumo().System); err != nil {
					cuba(constants["shared"]).must(b, method)
				}
			}
		})
	}
}

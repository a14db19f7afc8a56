package cpu

import "math"

// Constants of the logarithms: log(2) in two parts, the first with enough trailing zeros that k times it is exact; log10(2) likewise;
// log10(e) in two parts. The polynomial is that of FreeBSD's e_log.c.
const (
	logLn2Hi = 0x1.62e42fee00000p-1
	logLn2Lo = 0x1.a39ef35793c76p-33
	log10eHi = 0x1.bcb7b1526e50ep-2
	log10eLo = 0x1.95355baaafad3p-57
	log10of2 = 0x1.34413509f6000p-2
	log10lo2 = 0x1.9fef311f12b36p-42

	smallestNormal = 0x1p-1022

	bitsOne      = 0x3FF << 52
	bitsRootHalf = 0x3FE6A09E667F3BCD
	bitsFraction = 1<<52 - 1
	bitsShift    = 0x433 << 52 // of 2^52, in whose last places a whole number stands
)

// log is the natural logarithm, within 0.8 ulp (TestLog): the argument is 2^k (1+f), and log(1+f) a series in f/(2+f), after
// FreeBSD's e_log.c.
func log(x float64) float64 {
	if v, edge := logEdge(x, 0); edge {
		return v
	}
	k, f := logArgument(x)
	return logarithm(k, f)
}

// log10 is the logarithm to base 10, within 0.7 ulp (TestLog), and exact for powers of 10 (TestLog10). After FreeBSD's e_log10.c,
// log(1+f) is kept as a sum of two numbers.
func log10(x float64) float64 {
	if v, edge := logEdge(x, 0); edge {
		return v
	}
	k, f := logArgument(x)
	square, rest := logSeries(f)
	high := f - square
	low := (f - high) - square + rest
	p := float64(high * log10eHi)
	e := math.FMA(high, log10eLo, math.FMA(low, log10eHi, math.FMA(high, log10eHi, -p)))
	whole := float64(k * log10of2)
	sum := whole + p
	return sum + (e + math.FMA(k, log10lo2, (whole-sum)+p))
}

// log1p is log(1 + x), within 1.3 ulp (TestLog): the rounding error of 1 + x is added to f, see log.
func log1p(x float64) float64 {
	if math.Abs(x) < log1pLeast {
		return x
	}
	if v, edge := logEdge(x, -1); edge {
		return v
	}
	u := x + 1
	y := u - 1
	c := (1 - (u - y)) + (x - y)
	k, f, b := logSplit(u)
	power := math.Float64frombits(0x7FF<<52 - b&(0x7FF<<52)) // 2^(1-k), 0 for the largest k
	return logarithm(k, math.FMA(c*0.5, power, f))
}

// log1pLeast is the size of the argument below which log1p is the argument.
const log1pLeast = 0x1p-53

// logEdge is the logarithm of an argument that is not between the pole and infinity.
func logEdge(x, pole float64) (v float64, edge bool) {
	switch {
	case x > pole && x < math.Inf(1):
		return 0, false
	case x < pole:
		return math.NaN(), true
	case x == pole:
		return math.Inf(-1), true
	}
	return x, true
}

// logArgument is logSplit for subnormal numbers, too.
func logArgument(x float64) (k, f float64) {
	less := 0.0
	if x < smallestNormal {
		x *= 0x1p54
		less = 54
	}
	k, f, _ = logSplit(x)
	return k - less, f
}

// logSplit returns k and f with x = 2^k (1+f) and 1+f from sqrt(1/2) to sqrt(2). Above the fraction, b are the bits of 2^k.
func logSplit(x float64) (k, f float64, b uint64) {
	b = math.Float64bits(x) + (bitsOne - bitsRootHalf)
	k = math.Float64frombits(b>>52|bitsShift) - (0x1p52 + 1023)
	return k, math.Float64frombits(b&bitsFraction+bitsRootHalf) - 1, b
}

// logSeries returns f²/2 and the rest: log(1+f) = f - (square - rest).
func logSeries(f float64) (square, rest float64) {
	s := f / (f + 2)
	z := float64(s * s)
	w := float64(z * z)
	odd := math.FMA(math.FMA(math.FMA(0x1.2f112df3e5244p-3, w, 0x1.7466496cb03dep-3), w, 0x1.2492494229359p-2), w, 0x1.5555555555593p-1)
	even := math.FMA(math.FMA(0x1.39a09d078c69fp-3, w, 0x1.c71c51d8e78afp-3), w, 0x1.999999997fa04p-2)
	square = float64(float64(f*0.5) * f)
	return square, float64(s * (math.FMA(w, even, float64(odd*z)) + square))
}

// logarithm is k log(2) + log(1+f).
func logarithm(k, f float64) float64 {
	square, rest := logSeries(f)
	return math.FMA(k, logLn2Hi, -((square - math.FMA(k, logLn2Lo, rest)) - f))
}

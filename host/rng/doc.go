// Package rng makes the random numbers of a simulation: Philox4x32-10 and the distributions built from it.
//
// Philox (Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC11) is a function of a key and
// a counter, without state. A draw therefore has one value, whatever the schedule, the number of threads or the backend. The
// same layout is implemented in GLSL; testdata/vectors.txt holds values that both sides must give.
//
// # Key and counter
//
// The key belongs to a run: (k0, k1) are the first two words of
// Philox(counter = (run, replica, 0x67616c76, 0), key = (low half of seed, high half of seed)); see NewKey.
//
// The counter belongs to a draw:
//
//	c0 = element    index before any merging of groups; in synaptic domains the storage position
//	c1 = step       low 32 bits of the step of the kernel's clock
//	c2 = stream     FNV-1a hash (32 bits) of the kernel's stable name; see Stream
//	c3 = draw | attempt<<16    draw number within the stream (below 65536) and attempt of a rejection method
//
// # From words to distributions
//
// w0..w3 are the four words of attempt 0 unless another attempt is named. "float32" and "float64" are the plan's Real.
//
//	u(a, b)      float32: (a>>8) * 2^-24
//	             float64: ((a>>5) * 2^26 + (b>>6)) * 2^-53
//	             on [0, 1); both widths share their leading 24 bits, so a single precision run sees the noise of the
//	             double precision run, truncated
//	Uniform      u(w0, w1)
//	Exponential  -log(1 - u(w0, w1)); 1-u is exact and never 0
//	Normal       sqrt(-2 log(1 - u(w0, w1))) * cos(2 pi u(w2, w3))  (Box and Muller 1958). The cosine is reduced exactly:
//	             q = floor(4 u + 1/2), f = u - q/4, then cos, -sin, -cos, sin of 2 pi f for q mod 4 = 0, 1, 2, 3
//	Poisson(m)   not m > 0 (also NaN): 0. m < 10: inversion by sequential search with U = u(w0, w1):
//	             k = 0, p = s = exp(-m); while U >= s and k < 200: k = k+1, p = p*m/k (the product first), s = s+p.
//	             m >= 10: PTRS (Hörmann, "The transformed rejection method for generating Poisson random variables",
//	             1993), attempt a = 0, 1, ...: U = u(w0, w1) - 1/2 and V = u(w2, w3) of attempt a, and
//	             b = 0.931 + 2.53 sqrt(m), A = -0.059 + 0.02483 b, R = 1.1239 + 1.1328/(b - 3.4),
//	             vr = 0.9277 - 3.6224/(b - 2), us = 1/2 - |U|, k = floor((2 A/us + b) U + m + 0.43).
//	             us >= 0.07 and V <= vr accepts k; otherwise k < 0, or us < 0.013 and V > us, rejects; otherwise
//	             log(V R/(A/(us us) + b)) <= logPoisson(k, m) accepts. us = 0 rejects. k saturates at 2^31-1.
//	             After 64 attempts the result is floor(m) (probability below 1e-30).
//	logPoisson   log of the probability of k: k = 0: -m. k > 0, with d = (m-k)/k:
//	             k*(log(1+d) - d) - log(2 pi k)/2 - 1/(12k) + 1/(360k^3) - 1/(1260k^5),
//	             where log(1+d) - d for |d| < 1/2 is, with s = d/(2+d), z = s*s,
//	             -s d + 2 s z (1/3 + z/5 + z^2/7 + z^3/9 + z^4/11 + z^5/13): the form that does not cancel in float32.
//	             Below k = 10 the sum of log(2..k) replaces Stirling's series: k log(m) - m - log(k!).
//	Gamma(a)     a = 0: 0; a < 0 or NaN: NaN. a >= 1: Marsaglia and Tsang 2000: d = a - 1/3, c = 1/sqrt(9 d); for
//	             n = 0, 1, ...: x = Normal of attempt 2n, U = u(w0, w1) of attempt 2n+1, v = (1 + c x)^3;
//	             v > 0 and log(1-U) < x x/2 + d - d v + d log(v) accepts d v. After 64 tries the result is d.
//	             0 < a < 1: Gamma(a+1) * (1 - u(w0, w1) of attempt 65535)^(1/a).
//
// Arithmetic of Poisson's inversion is done in the plan's Real, in the order written; all other formulas are evaluated here in
// float64 from words cut to the plan's width and rounded once at the end.
//
// What does not belong here: choosing streams and draw numbers (package lower), and drawing connectivity (package connect).
package rng

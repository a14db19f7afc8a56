package diag

import (
	"sort"
	"strings"
	"unicode/utf8"
)

// Suggest returns the candidate that name was most likely meant to be, or "" when none is close. Distance is
// Damerau–Levenshtein (optimal string alignment); a difference of case only counts least. Ties go to the
// candidate that sorts first, so the answer does not depend on the order of candidates.
func Suggest(name string, candidates []string) string {
	n := utf8.RuneCountInString(name)
	if n == 0 || n > 100 {
		return ""
	}
	// One mistake in a short name, more in longer ones; a name of one letter resembles every other.
	limit := 1 + n/4
	if n == 1 {
		limit = 0
	}
	sorted := append([]string(nil), candidates...)
	sort.Strings(sorted)
	best, bestDist := "", 2*limit+2
	for _, c := range sorted {
		if c == name || c == "" {
			continue
		}
		d := 1
		if !strings.EqualFold(c, name) {
			k := distance(name, c, limit)
			if k > limit || k >= max(n, utf8.RuneCountInString(c)) {
				continue
			}
			d = 2 * k
		}
		if d < bestDist {
			best, bestDist = c, d
		}
	}
	return best
}

// DidYouMean returns `did you mean "X"?` for the best candidate, or "".
func DidYouMean(name string, candidates []string) string {
	if s := Suggest(name, candidates); s != "" {
		return `did you mean "` + s + `"?`
	}
	return ""
}

// distance is the optimal string alignment distance of a and b, or a number above limit when it exceeds limit.
func distance(a, b string, limit int) int {
	ra, rb := []rune(a), []rune(b)
	if d := len(ra) - len(rb); d > limit || -d > limit {
		return limit + 1
	}
	before := make([]int, len(rb)+1)
	prev := make([]int, len(rb)+1)
	cur := make([]int, len(rb)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(ra); i++ {
		cur[0] = i
		for j := 1; j <= len(rb); j++ {
			cost := 1
			if ra[i-1] == rb[j-1] {
				cost = 0
			}
			cur[j] = min(prev[j]+1, cur[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && ra[i-1] == rb[j-2] && ra[i-2] == rb[j-1] {
				cur[j] = min(cur[j], before[j-2]+1)
			}
		}
		before, prev, cur = prev, cur, before
	}
	return prev[len(rb)]
}

package ui

import (
	"math"
	"strings"
)

// Scroll is how far a list of some length has been moved up under a window of another.
type Scroll struct{ Offset float64 }

// By moves the list, as far as there is something to see.
func (s *Scroll) By(d, content, view float64) {
	s.Offset = math.Max(0, math.Min(s.Offset+d, content-view))
}

// Show moves the list no further than needed to bring a part of it into view, given in the list's own lengths.
func (s *Scroll) Show(at, size, content, view float64) {
	switch {
	case at < s.Offset:
		s.Offset = at
	case at+size > s.Offset+view:
		s.Offset = at + size - view
	}
	s.By(0, content, view)
}

// Thumb is the part of the list that is seen, as a stretch of a track of the view's length; ok is false where all of it is.
func (s *Scroll) Thumb(content, view float64) (at, size float64, ok bool) {
	if content <= view || content <= 0 {
		return 0, 0, false
	}
	size = math.Max(view*view/content, math.Min(24, view))
	return s.Offset / (content - view) * (view - size), size, true
}

// Matches reports whether each word of a filter is part of one of the texts, in upper or lower case.
func Matches(filter string, texts ...string) bool {
words:
	for _, w := range strings.Fields(strings.ToLower(filter)) {
		for _, t := range texts {
			if strings.Contains(strings.ToLower(t), w) {
				continue words
			}
		}
		return false
	}
	return true
}

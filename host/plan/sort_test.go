package plan

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/galvani-sim/galvani/host/net"
)

// Rows hold the synapses that are left, by delay, longest first, and in order of creation, whatever the order in which they come.
func TestSort(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 1))
	for _, elements := range []int{90, 1<<16 + 1} {
		for _, order := range []string{"in rows", "in runs", "any"} {
			for _, n := range []int{0, 1, 1000, aloneBelow + 3*partLen + 7} {
				for _, longest := range []int{0, 1, 60, 1 << 17} {
					t.Run(fmt.Sprintf("%d of %d, %s, delays up to %d", n, elements, order, longest), func(t *testing.T) {
						pre, post := make([]int32, n), make([]int32, n)
						for k := range n {
							pre[k], post[k] = r.Int32N(80), r.Int32N(int32(elements))
							if order == "in runs" && k%50 > 0 {
								pre[k] = pre[k-1]
							}
						}
						if order == "in rows" {
							slices.Sort(pre)
						}
						p := &pairs{pre: endsOf(pre, 80), post: endsOf(post, elements)}
						var steps Index
						if longest > 0 {
							steps = makeIndex(n, longest+1)
							for k := range n {
								steps.set(k, r.Int32N(int32(min(longest, 60)))+int32(longest-min(longest, 60)))
							}
						}
						checkSort(t, p, pre, post, steps, elements)
						p.removed = make([]bool, n)
						for k := range n {
							p.removed[k] = r.IntN(3) == 0
						}
						checkSort(t, p, pre, post, steps, elements)
					})
				}
			}
		}
	}
}

func checkSort(t *testing.T, p *pairs, pre, post []int32, steps Index, elements int) {
	t.Helper()
	for _, byPost := range []bool{false, true} {
		rows, far, near, other := 85, elements, pre, post // more elements than when the synapses were made
		if byPost {
			rows, far, near, other = elements+5, 80, post, pre
		}
		seen, last := 0, 1<<30
		next := map[[2]int]int{} // by row and delay: the synapse from which on the next is looked for
		for _, s := range p.sort(byPost, rows, far, steps) {
			if s.lag >= last {
				t.Fatalf("delay %d behind %d", s.lag, last)
			}
			last = s.lag
			if len(s.ptr) != rows+1 || s.ptr[0] != 0 || int(s.ptr[rows]) != s.index.Len() {
				t.Fatalf("rows from %d to %d of %d", s.ptr[0], s.ptr[rows], s.index.Len())
			}
			for row := range rows {
				for k := s.ptr[row]; k < s.ptr[row+1]; k++ {
					syn := int(k)
					if s.mapped {
						syn = int(s.syn.At(int(k)))
					}
					lag := 0
					if steps.Len() > 0 {
						lag = int(steps.At(syn))
					}
					if int(near[syn]) != row || other[syn] != s.index.At(int(k)) || lag != s.lag || syn < next[[2]int{row, lag}] || p.removed != nil && p.removed[syn] {
						t.Fatalf("by post %v: synapse %d, of delay %d from %d to %d, is in row %d of delay %d with end %d, behind %d", byPost, syn, lag, near[syn], other[syn], row, s.lag, s.index.At(int(k)), next[[2]int{row, lag}]-1)
					}
					next[[2]int{row, lag}] = syn + 1
					seen++
				}
			}
		}
		left := len(pre)
		for k := range p.removed {
			if p.removed[k] {
				left--
			}
		}
		if seen != left {
			t.Fatalf("by post %v: %d synapses of %d", byPost, seen, left)
		}
	}
}

// Segments of all kinds are joined in their order.
func TestSegments(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 2))
	for _, elements := range []int{50, 1<<16 + 1} {
		for _, count := range []int{0, 1, 2, 40} {
			c := &collector{}
			var pre, post []int32
			for range count {
				s := segment{toPre: r.Int32N(5), toPost: r.Int32N(5), times: 1 + r.IntN(3), copied: r.IntN(2) == 0, byPost: r.IntN(2) == 0}
				var a, b []int32
				for range r.IntN(30) {
					given := r.Int32N(40)
					run := run{given, 0}
					for range r.IntN(4) {
						a, b = append(a, given), append(b, r.Int32N(40))
						run.n += int32(s.times)
					}
					s.runs = append(s.runs, run)
				}
				if s.byPost {
					a, b = b, a
				}
				s.pre, s.post = a, b
				if r.IntN(2) == 0 {
					s.runs = nil
				}
				for k := range a {
					for range s.times {
						x, y := a[k]+s.toPre, b[k]+s.toPost
						if s.runs != nil && s.byPost { // runs are elements of the group
							y = b[k]
						} else if s.runs != nil {
							x = a[k]
						}
						pre, post = append(pre, x), append(post, y)
					}
				}
				c.segments = append(c.segments, s)
			}
			c.n = int64(len(pre))
			span := net.Span{Group: &net.Group{N: elements}, Stop: elements}
			p := c.take(&net.Synapses{Pre: span, Post: span})
			if !slices.Equal(p.pre.List(), pre) || !slices.Equal(p.post.List(), post) {
				t.Errorf("%d segments of %d elements: %v %v, want %v %v", count, elements, p.pre.List(), p.post.List(), pre, post)
			}
		}
	}
}

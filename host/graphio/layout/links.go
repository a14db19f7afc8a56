package layout

import (
	"fmt"
	"math"
	"slices"
)

// Links are the neighbours of each node, in compressed rows: those of node k are To[Ptr[k]:Ptr[k+1]], ascending, each once, without
// the node itself. C are the strengths of the edges' pull on the node.
type Links struct {
	Ptr []int32
	To  []int32
	C   []float32
}

// NewLinks makes the links of edges between n nodes, whatever their direction.
func NewLinks(n int, i, j []int32) (*Links, error) {
	if n < 0 || n > math.MaxInt32 || len(i) != len(j) || len(i) > math.MaxInt32/2 {
		return nil, fmt.Errorf("a layout of %d nodes, %d sources and %d targets of edges", n, len(i), len(j))
	}
	l := &Links{Ptr: make([]int32, n+2)}
	for k := range i {
		a, b := i[k], j[k]
		if a < 0 || b < 0 || int(a) >= n || int(b) >= n {
			return nil, fmt.Errorf("edge %d goes from node %d to node %d; there are nodes 0 to %d", k, a, b, n-1)
		}
		if a != b {
			l.Ptr[a+2]++
			if b+2 != a+2 {
				l.Ptr[b+2]++
			}
		}
	}
	for k := 2; k < len(l.Ptr); k++ {
		l.Ptr[k] += l.Ptr[k-1]
	}
	to := make([]int32, l.Ptr[n+1])
	for k := range i {
		if a, b := i[k], j[k]; a != b {
			to[l.Ptr[a+1]] = b
			l.Ptr[a+1]++
			to[l.Ptr[b+1]] = a
			l.Ptr[b+1]++
		}
	}
	l.Ptr = l.Ptr[:n+1]
	// Each row sorted and without repetitions.
	length := make([]int32, n)
	parallel(n, 256, func(lo, hi int) {
		for k := lo; k < hi; k++ {
			row := to[l.Ptr[k]:l.Ptr[k+1]]
			slices.Sort(row)
			length[k] = int32(len(slices.Compact(row)))
		}
	})
	end := int32(0)
	for k := range n {
		start := l.Ptr[k]
		l.Ptr[k] = end
		end += int32(copy(to[end:], to[start:start+length[k]]))
	}
	l.Ptr[n] = end
	l.To = to[:end]
	l.C = make([]float32, end)
	for k := range n {
		a := float64(l.Degree(k))
		for e := l.Ptr[k]; e < l.Ptr[k+1]; e++ {
			b := float64(l.Degree(int(l.To[e])))
			l.C[e] = float32(1 / math.Min(a, b) * b / (a + b))
		}
	}
	return l, nil
}

// N is the number of nodes.
func (l *Links) N() int { return len(l.Ptr) - 1 }

// Degree is the number of neighbours of a node.
func (l *Links) Degree(k int) int { return int(l.Ptr[k+1] - l.Ptr[k]) }

// Neighbours are those of a node, ascending.
func (l *Links) Neighbours(k int) []int32 { return l.To[l.Ptr[k]:l.Ptr[k+1]] }

// bfs sets the distances from a node, in edges, of the nodes it reaches; all others keep theirs. It returns the nodes in the
// order in which they are reached, in queue.
func (l *Links) bfs(from int32, distance, queue []int32) []int32 {
	queue = append(queue[:0], from)
	distance[from] = 0
	for at := 0; at < len(queue); at++ {
		k := queue[at]
		for _, j := range l.Neighbours(int(k)) {
			if distance[j] < 0 {
				distance[j] = distance[k] + 1
				queue = append(queue, j)
			}
		}
	}
	return queue
}

package session

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"

	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/net"
)

// walker turns bytes into what a person might do.
type walker struct {
	*rig
	data []byte
	// seen is what there was at each position: the same edits up to the same step must give the same bits again.
	seen map[string]string
	made map[string]int // edits by kind
}

func (w *walker) next(n int) int {
	if len(w.data) == 0 {
		return 0
	}
	b := w.data[0]
	w.data = w.data[1:]
	return int(b) % n
}

func (w *walker) position() string {
	key := fmt.Sprint(w.Step())
	for _, e := range w.cur.log[:w.cursor] {
		data, err := json.Marshal(e)
		w.must(err)
		key += string(data)
	}
	return key
}

func (w *walker) look() {
	w.t.Helper()
	key := w.position()
	now := w.everything()
	if was, known := w.seen[key]; known {
		if was != now {
			w.t.Log("position:", key)
			w.same("the same position", was)
		}
	}
	w.seen[key] = now
}

var rules = []string{
	"dv/dt = (drive + pull - v)/(tau*second) : 1 (unless refractory)\ndrive : 1\nage : integer\npull : 1",
	"dv/dt = (2*drive - v)/(tau*second) + 0.5*xi*second**-0.5 : 1 (unless refractory)\ndrive : 1\nage : integer\nu : 1\npull : 1",
	"dv/dt = (drive - 1.5*v + u)/(tau*second) : 1\ndu/dt = (v - u)/(50*ms) : 1\ndrive : 1\nage : integer\npull : 1",
	"v = 0.5*v : 1", // is refused
}

func (w *walker) edit() Edit {
	g := w.net.Groups[1]
	node := func() int32 { return int32(w.next(g.N + 1)) } // sometimes none
	pre, _, _ := w.sim.Edges(w.net.Synapses[1])
	edge := func() int32 { return int32(w.next(len(pre) + 1)) }
	switch w.next(14) {
	case 0:
		return SetValues{Object: "g", Variable: "v", Elements: []int32{node()}, Values: []float64{float64(w.next(100)) / 100}}
	case 1:
		return SetValues{Object: "rec", Variable: "w", Elements: []int32{edge(), edge()}, Values: []float64{0.3, float64(w.next(10)) / 10}}
	case 2:
		return SetParameter{Name: "gain", Value: float64(w.next(10)) / 10}
	case 3:
		return SetParameter{Object: "g", Name: "drive", Value: float64(w.next(20)) / 10}
	case 4:
		return AddEdge{Synapses: "rec", Pre: []int32{node()}, Post: []int32{node()}, Values: map[string][]float64{"w": {0.4}}, Delays: map[string]float64{"pre": float64(w.next(9)) * 1e-3}}
	case 5:
		return AddEdge{Synapses: "feed", Pre: []int32{int32(w.next(3))}, Post: []int32{node()}}
	case 6:
		return RemoveEdge{"rec", []int32{edge()}}
	case 7:
		return AddNode{"g", 1 + w.next(2), map[string][]float64{"drive": {1.1}}}
	case 8:
		return RemoveNode{"g", []int32{node()}}
	case 9:
		return SetRule{Group: "g", Equations: &rules[w.next(len(rules))]}
	case 10:
		reset := "v = 0.2"
		return SetRule{Group: "g", Nodes: []int32{node()}, Equations: &rules[w.next(3)], Reset: &reset}
	case 11:
		return AddEdge{Synapses: "late", Pre: []int32{node()}, Post: []int32{node()}, Values: map[string][]float64{"w": {0.3}}, Delays: map[string]float64{net.SumsPathway: float64(w.next(12)) * 1e-3}}
	case 12:
		return RemoveEdge{"late", []int32{edge()}}
	default:
		return Together{MoveNode{Group: "g", Node: node(), X: float64(w.next(10))}, SetParameter{Object: "g", Name: "tau", Value: 0.01 + float64(w.next(10))/1000}}
	}
}

// walk does what the bytes say, and checks that every position that is come back to is what it was.
func walk(t testing.TB, data []byte) *walker {
	w := &walker{rig: start(t, network(4), Options{Spacing: 6, Memory: 200 << 10}), data: data, seen: map[string]string{}, made: map[string]int{}}
	ctx := context.Background()
	for k := 0; len(w.data) > 0 && k < 60; k++ {
		first, last := w.Range()
		switch w.next(8) {
		case 0, 1:
			w.must(w.Advance(ctx, w.Step()+int64(w.next(20))))
		case 2:
			w.seek(first + int64(w.next(int(last-first)+1)))
		case 3:
			if _, err := w.Undo(ctx); err != nil && err != ErrNothing {
				w.explained(err)
			}
		case 4:
			if _, err := w.Redo(); err != nil && err != ErrNothing {
				w.explained(err)
			}
		case 5:
			w.must(w.Switch(ctx, w.next(len(w.branches))))
		default:
			before := w.everything()
			e := w.edit()
			if err := w.Do(e); err != nil {
				w.explained(err)
				w.same("after the refused "+e.String(), before)
			} else {
				w.made[e.kind()]++
			}
		}
		w.look()
	}
	return w
}

// explained accepts errors that a person can understand.
func (w *walker) explained(err error) {
	var l diag.List
	if text := err.Error(); errors.As(err, &l) || len(text) > 0 && !containsAny(text, "internal error") {
		return
	}
	w.t.Fatal(err)
}

func containsAny(text string, parts ...string) bool {
	for _, p := range parts {
		for k := range text {
			if len(text)-k >= len(p) && text[k:k+len(p)] == p {
				return true
			}
		}
	}
	return false
}

// replay plays each branch from the beginning, without going back, and compares its end.
func (w *walker) replay() {
	ctx := context.Background()
	for _, b := range w.branches {
		w.must(w.Switch(ctx, b.id))
		w.seek(max(b.last, w.Step()))
		want := w.everything()
		r := start(w.t, network(4), Options{})
		for _, e := range w.Log()[:w.cursor] {
			r.must(r.Advance(ctx, e.Step))
			r.must(r.Do(e.Edit))
		}
		r.must(r.Advance(ctx, w.Step()))
		r.same(fmt.Sprintf("branch %d, played again", b.id), want)
	}
}

// TestWalk makes random edits to every kind of object while spikes are under way, goes back, branches, undoes.
func TestWalk(t *testing.T) {
	made := map[string]int{}
	for seed := range uint64(25) {
		data := make([]byte, 250)
		x := seed*2654435761 + 12345
		for k := range data {
			x = x*6364136223846793005 + 1442695040888963407
			data[k] = byte(x >> 56)
		}
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			w := walk(t, data)
			w.replay()
			for k, n := range w.made {
				made[k] += n
			}
		})
	}
	t.Log(made)
	for _, kind := range []string{"set_values", "set_parameter", "add_edge", "remove_edge", "add_node", "remove_node", "set_rule", "together"} {
		if made[kind] == 0 {
			t.Errorf("no edit of kind %q was made", kind)
		}
	}
}

func FuzzWalk(f *testing.F) {
	f.Add([]byte("the quick brown fox jumps over the lazy dog"))
	f.Add([]byte{6, 7, 1, 6, 4, 0, 1, 3, 0, 19, 3, 6, 8, 1, 2, 4, 3, 3, 3})
	f.Fuzz(func(t *testing.T, data []byte) { walk(t, data).replay() })
}

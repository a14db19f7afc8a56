package glsl

import (
	"fmt"
	"testing"
)

// walker is a work group of Stretch: where it is, the steps it has begun, the times it has come to where all meet, and what it shares.
type walker struct {
	at        byte // (e)lements, (1) and (2) arrive, (l)ast, (w)ait, (g)ive up, a(c)t, (t)ail, (.) ended
	phase     byte // of l, w and g
	k, open   int
	on, alone bool
}

// meeting is the state of all: the word that is open and whether it ends there, arrivals, and by step who has done the elements and who acts; bit n: one acts
// for all, bit n+1: spikes are left to their own dispatch.
type meeting struct {
	g             [3]walker
	open, arrived int
	ended         bool
	done          int
	elements, act [3]int
}

// All interleavings of work groups that wait, or leave at any time, take whole steps, each once, and act once for the spikes of each.
func TestStretchProtocol(t *testing.T) {
	for _, c := range [][2]int{{1, 3}, {2, 2}, {2, 3}, {3, 2}} {
		n, steps := c[0], c[1]
		all, forAll, many := 1<<n-1, 1<<n, 2<<n
		var first meeting
		for k := range first.g {
			first.g[k] = walker{at: 'e', on: true}
			if k >= n {
				first.g[k].at = '.'
			}
		}
		seen, todo, ends := map[meeting]bool{first: true}, []meeting{first}, 0
		for len(todo) > 0 {
			s := todo[len(todo)-1]
			todo = todo[:len(todo)-1]
			wrong := func(what string) { t.Fatalf("%d work groups, %d steps: %s: %+v", n, steps, what, s) }
			next := func(x meeting) {
				if !seen[x] {
					seen[x] = true
					todo = append(todo, x)
				}
			}
			over := true
			for k := range n {
				x := s
				g := &x.g[k]
				if g.at == '.' {
					continue
				}
				over = false
				// opens makes the word open that of g, if nobody has left; goes: it goes on there.
				opens := func(goes bool) bool {
					ok := !x.ended && x.open == g.open-1
					if ok {
						x.open, x.ended = g.open, !goes
					}
					g.on = ok && goes
					if !g.on {
						x.done = g.k
					}
					return ok
				}
				switch g.at {
				case 'e':
					if g.k == steps {
						g.at = '.'
						break
					}
					if g.k > 0 && s.act[g.k-1] != all || s.elements[g.k]>>k&1 != 0 {
						wrong("a step begins before the last has ended, or twice")
					}
					x.elements[g.k] |= 1 << k
					g.k, g.open, g.at = g.k+1, g.open+1, '1'
				case '1', '2':
					g.phase = g.at
					if g.at = 'w'; x.arrived == n*g.open-1 {
						g.at = 'l'
					}
					x.arrived++
				case 'l':
					if s.elements[g.k-1] != all || g.phase == '2' && s.act[g.k-1] != all {
						wrong("opened early")
					}
					y := x
					if g.phase == '1' {
						opens(true)
						g.alone, g.at = !g.on, 'c'
						next(x)
						x = y
						opens(false)
						g.alone, g.at = false, 'c'
						x.act[g.k-1] |= many
						break
					}
					opens(g.k < steps)
					g.at = 't'
					next(x)
					x = y // rounds do not suffice
					opens(false)
					g.at = 't'
				case 'w', 'g':
					to := byte('c')
					if g.phase == '2' {
						to = 't'
					}
					switch free := !s.ended && s.open == g.open-1; {
					case g.phase == '2' && g.k == steps:
						g.on, g.at = false, to
					case s.open >= g.open:
						g.on, g.at = s.open != g.open || !s.ended, to
					case g.at == 'w':
						g.at = 'g'
					case free:
						x.open, x.ended, g.on, g.at = g.open, true, false, to
					default:
						wrong("the word goes back")
					}
				case 'c':
					switch {
					case g.alone:
						if s.act[g.k-1] != 0 {
							wrong("one acts for all beside others")
						}
						x.act[g.k-1], g.at, g.alone = forAll, 't', false
					case g.on:
						if s.act[g.k-1]>>k != 0 && s.act[g.k-1]&^(all) != 0 || s.act[g.k-1]>>k&1 != 0 {
							wrong("acts though another does")
						}
						x.act[g.k-1] |= 1 << k
						g.open, g.at = g.open+1, '2'
					default:
						g.at = 't'
					}
				case 't':
					if g.at = '.'; g.on {
						g.at = 'e'
					}
				}
				next(x)
			}
			if !over {
				continue
			}
			ends++
			for k := range steps {
				some := s.act[k] == all || s.act[k] == forAll || s.act[k] == many && k == s.done-1
				if k < s.done && (s.elements[k] != all || !some) || k >= s.done && s.elements[k] != 0 || s.done < 1 {
					wrong(fmt.Sprintf("step %d is not whole", k))
				}
			}
		}
		t.Logf("%d work groups, %d steps: %d states, %d ends", n, steps, len(seen), ends)
	}
}

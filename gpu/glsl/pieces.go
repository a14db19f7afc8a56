package glsl

import (
	"fmt"
	"strings"
)

// A buffer that is larger than a storage block is a slab of its own, bound as several blocks. Its accessor macro calls a function that finds the
// block of an element: neighbours are nearly always in one, so that the branches go one way in a whole work group.

// Block is a range of a slab that a program sees as one storage block.
type Block struct{ Slab, From, Len int }

// wholeRanges rounds a number of elements so that the ranges of all pieces begin where drivers allow it.
func wholeRanges(piece, size int) int {
	unit := align / size
	return max(piece/unit*unit, unit)
}

// blocksOf are the storage blocks of a slab.
func (l *Layout) blocksOf(slab int) []Block {
	s := l.Slabs[slab]
	if s.Piece == 0 {
		return []Block{{slab, 0, s.Len}}
	}
	var list []Block
	for from := 0; from < s.Len; from += s.Piece {
		list = append(list, Block{slab, from, min(s.Piece, s.Len-from)})
	}
	return list
}

// divisible are the buffers of the layout whose every use is through an accessor, to load, or through generator.store.
func (l *Layout) divisible() map[int]bool {
	set := map[int]bool{}
	for b := range l.Plan.Divisible() {
		set[int(b)] = true
	}
	for _, r := range l.Rings {
		for _, v := range r.Vars {
			set[v.Rows] = true
			if v.Elements >= 0 {
				set[v.Elements] = true
			}
		}
	}
	return set
}

// inPieces reports whether a buffer has several storage blocks.
func (l *Layout) inPieces(b int) bool { return l.Slabs[l.Buffers[b].Slab].Piece > 0 }

// Pieces lists the buffers that a program sees as several storage blocks, and how many each takes.
func (l *Layout) Pieces(p *Program) (buffers, blocks []int) {
	count := map[int]int{}
	for _, b := range p.Blocks {
		count[b.Slab]++
	}
	for k, b := range l.Buffers {
		if l.inPieces(k) && count[b.Slab] > 0 {
			buffers, blocks = append(buffers, k), append(blocks, count[b.Slab])
		}
	}
	return buffers, blocks
}

// What names what a buffer holds, for people.
func (l *Layout) What(b int) string {
	if b < len(l.Plan.Buffers) {
		return l.Plan.Buffers[b].Object + "." + l.Plan.Buffers[b].Var
	}
	for m, r := range l.Rings {
		for v, rv := range r.Vars {
			if rv.Rows == b || rv.Elements == b {
				return "the samples of " + l.Plan.Monitors[m].Name + "." + l.Plan.Monitors[m].Vars[v].Name
			}
		}
	}
	for c, d := range l.Drawn {
		if d.Table == b || d.Guide == b {
			return "the table of gaps of " + l.Plan.Conns[c].Name
		}
	}
	return l.Buffers[b].Name
}

// BytesOf is the size of a buffer.
func (l *Layout) BytesOf(b int) int64 {
	return int64(l.Buffers[b].Len) * int64(l.Size(l.Buffers[b].Type))
}

// store spells a statement that stores a value in a buffer.
func (g *generator) store(b int, at, value string) string {
	name := g.l.Buffers[b].Name
	if !g.l.inPieces(b) {
		return fmt.Sprintf("%s(%s) = %s;", name, at, value)
	}
	if g.storers[b] == "" {
		g.storers[b] = g.names.unique("run_store_" + name)
	}
	return fmt.Sprintf("%s(uint(%s), %s);", g.storers[b], at, value)
}

// accessors writes the functions that load from and store to a buffer in pieces.
func (g *generator) accessors(t *strings.Builder, b int) {
	buf := g.l.Buffers[b]
	typ, blocks := g.l.storedName(buf.Type), g.l.blocksOf(buf.Slab)
	load := g.names.unique("run_load_" + buf.Name)
	fmt.Fprintf(t, "%s %s(uint i) {\n", typ, load)
	search(t, blocks, 0, len(blocks), "\t", "return %s;\n")
	fmt.Fprintf(t, "}\n#define %s(i) %s\n", buf.Name, buf.access(load+"(%s)"))
	if s := g.storers[b]; s != "" {
		fmt.Fprintf(t, "void %s(uint i, %s x) {\n", s, typ)
		search(t, blocks, 0, len(blocks), "\t", "%s = x;\n")
		t.WriteString("}\n")
	}
}

// search writes what to do with the place of element i, which is in one of the blocks from lo to hi-1.
func search(t *strings.Builder, blocks []Block, lo, hi int, indent, do string) {
	if hi-lo == 1 {
		at := "i"
		if from := blocks[lo].From; from > 0 {
			at = fmt.Sprintf("i - %du", from)
		}
		fmt.Fprintf(t, indent+do, fmt.Sprintf("slab%d_%d[%s]", blocks[lo].Slab, lo, at))
		return
	}
	mid := (lo + hi) / 2
	fmt.Fprintf(t, "%sif (i < %du) {\n", indent, blocks[mid].From)
	search(t, blocks, lo, mid, indent+"\t", do)
	fmt.Fprintf(t, "%s} else {\n", indent)
	search(t, blocks, mid, hi, indent+"\t", do)
	fmt.Fprintf(t, "%s}\n", indent)
}

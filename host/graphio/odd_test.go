package graphio

import (
	"fmt"
	"strings"
	"testing"
)

// TestOddFiles reads files that are unusual but mean one thing.
func TestOddFiles(t *testing.T) {
	const mark = "\ufeff"
	for _, c := range []struct {
		name string
		f    Format
		text string
		want string
	}{
		{"mark", GraphML, mark + graphml(`<node id="a"/><node id="b"/><edge source="a" target="b"/>`), "a b: 0-1"},
		{"mark", GEXF, mark + gexf(`<nodes><node id="a"/></nodes>`), "a:"},
		{"mark", JSON, mark + nodeLink(`{"id": 0}`, ""), "0:"},
		{"mark", MTX, mark + "%%MatrixMarket matrix coordinate pattern general\n2 2 1\n1 2\n", "0 1: 0>1"},
		{"mark", CSV, mark + "0,1\n1,0\n", "0 1: 0-1"},
		{"mark", EdgeList, mark + "0 1\n", "0 1: 0-1"},
		{"CRLF", GraphML, strings.ReplaceAll(graphml("<node id=\"a\"/>\n<node id=\"b\"/>\n<edge source=\"a\" target=\"b\"/>"), "\n", "\r\n"), "a b: 0-1"},
		{"CRLF", MTX, "%%MatrixMarket matrix coordinate real general\r\n% c\r\n\r\n2 2 1\r\n1 2 3\r\n", "0 1: 0>1*3"},
		{"CRLF", EdgeList, "0 1 2.5\r\n1 2 3.5\r\n", "0 1 2: 0-1*2.5 1-2*3.5"},
		{"CR", EdgeList, "0 1\r1 2\r", "0 1 2: 0-1 1-2"},
		{"CR", CSV, "0,1\r1,0\r", "0 1: 0-1"},
		{"semicolons", CSVEdges, "a,b;c;2\n", "a,b c: 0-1*2"},
		{"an index of rows", CSVEdges, ",source,target,weight\n0,a,b,2\n1,b,c,3\n", "a b c: 0-1*2 1-2*3"},
		{"labels", CSV, ",a,b\na,0,1\nb,0,2\n", "a b: 0>1 1>1*2"},
		{"labels in quotes", CSV, "\"\",\"a, b\",c\n\"a, b\",0,1\nc,1,0\n", "a, b c: 0-1"},
		{"numbers as labels", CSV, ",0,1\n0,0,1\n1,1,0\n", "0 1: 0-1"},
		{"other numbers", CSV, ",7,9\n7,0,1\n9,1,0\n", "7 9: 0-1"},
		{"ports", GraphML, graphml(`<node id="a"><port name="p"/></node><node id="b"/><edge source="a" target="b" sourceport="p"/>`), "a b: 0-1"},
		{"CDATA", GraphML, graphml(`<node id="a"/><edge source="a" target="a"><data key="w"><![CDATA[2.5]]></data></edge>`), "a: 0-0*2.5"},
		{"directed=1", GraphML, strings.ReplaceAll(graphml(`<node id="a"/><edge source="a" target="a" directed="1"/>`), "undirected", "directed"), "a: 0>0"},
		{"a prefix", GraphML, `<g:graphml xmlns:g="x"><g:graph edgedefault="directed"><g:node id="a"/></g:graph></g:graphml>`, "a:"},
		{"a count that lies", GEXF, gexf(`<nodes count="1000000000"><node id="a"/></nodes>`), "a:"},
		{"a file name as its type", GraphML, `<!DOCTYPE graphml SYSTEM "http://localhost/x.dtd">` + graphml(`<node id="a"/>`), "a:"},
		{"symmetric", MTX, "%%MatrixMarket matrix coordinate real symmetric\n3 3 2\n2 1 5\n3 3 1\n", "0 1 2: 0-1*5 2-2"},
		{"skew", MTX, "%%MatrixMarket matrix coordinate real skew-symmetric\n2 2 1\n2 1 5\n", "0 1: 1>0*5 0>1*-5"},
		{"the same entry twice", MTX, "%%MatrixMarket matrix coordinate real general\n2 2 2\n1 2 1\n1 2 4\n", "0 1: 0>1 0>1*4"},
		{"big endian", NPY, npy("'>f8'", "(2, 2)", strings.Repeat("\x00", 8)+"\x40"+strings.Repeat("\x00", 23)), "0 1: 0>1*2"},
		{"Fortran", NPY, strings.Replace(npy("'<i1'", "(2, 2)", "\x00\x00\x05\x00"), "False", "True ", 1), "0 1: 0>1*5"},
		{"negative and huge names", JSON, nodeLink(`{"id": -1}, {"id": 123456789012345678901234567890}`, `{"source": -1, "target": 123456789012345678901234567890}`), "-1 123456789012345678901234567890: 0-1"},
		{"numbers that are far", EdgeList, "-5 1000000000\n", "-5 1000000000: 0-1"},
		{"attributes like variables", JSON, nodeLink(`{"id": "Theta", "i": 1, "N": 2, "weight": "x"}`, `{"source": "Theta", "target": "Theta", "Theta": 3}`), "Theta: 0-0"},
	} {
		g, err := parse(c.text, c.f)
		if err != nil {
			t.Errorf("%s %s: %v", c.f, c.name, err)
			continue
		}
		var b strings.Builder
		for k := range g.N {
			if k > 0 {
				b.WriteString(" ")
			}
			b.WriteString(g.ID(k))
		}
		b.WriteString(":")
		for k := range g.I {
			arrow := "-"
			if g.Directed {
				arrow = ">"
			}
			fmt.Fprintf(&b, " %d%s%d", g.I[k], arrow, g.J[k])
			if w := g.Weight(k); w != 1 {
				fmt.Fprintf(&b, "*%v", w)
			}
		}
		if b.String() != c.want {
			t.Errorf("%s %s: %s, want %s", c.f, c.name, b.String(), c.want)
		}
	}
}

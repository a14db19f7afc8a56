package graphio

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/galvani-sim/galvani/host/record"
)

func graphml(body string) string {
	return "<graphml>\n<key id=\"w\" for=\"edge\" attr.name=\"weight\" attr.type=\"double\"/>\n<graph edgedefault=\"undirected\">\n" + body + "\n</graph></graphml>"
}

func gexf(body string) string {
	return "<gexf>\n<graph defaultedgetype=\"undirected\">\n" + body + "\n</graph></gexf>"
}

func nodeLink(nodes, links string) string {
	return "{\"nodes\": [" + nodes + "],\n\"links\": [" + links + "]}"
}

// npy is a file with the given parts of its header.
func npy(descr, shape, data string) string {
	h := fmt.Sprintf("{'descr': %s, 'fortran_order': False, 'shape': %s, }\n", descr, shape)
	return "\x93NUMPY\x01\x00" + string([]byte{byte(len(h)), byte(len(h) >> 8)}) + h + data
}

const bomb = `<?xml version="1.0"?>
<!DOCTYPE lolz [
 <!ENTITY lol "lol">
 <!ENTITY lol2 "&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;">
]>
<graphml><graph><node id="&lol2;"/></graph></graphml>`

// badFiles are hostile and malformed files with the places that the errors must name.
var badFiles = []struct {
	name string
	f    Format
	text string
	want string
}{
	{"entity bomb", GraphML, bomb, "line 2:1: the file declares its own document type"},
	{"entity bomb", GEXF, strings.ReplaceAll(bomb, "graphml", "gexf"), "line 2:1: the file declares its own document type"},
	{"external entity", GraphML, "<!DOCTYPE g [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><graphml/>", "line 1:1: the file declares its own"},
	{"unknown entity", GraphML, graphml(`<node id="&foo;"/>`), "line 4"},
	{"entity", GraphML, "<!ENTITY x \"y\"><graphml/>", "line 1:1"},
	{"duplicate node", GraphML, graphml("<node id=\"a\"/>\n <node id=\"a\"/>"), `line 5:2: the node "a" is declared twice`},
	{"undeclared node", GraphML, graphml("<node id=\"a\"/>\n<edge source=\"a\" target=\"b\"/>"), `line 5:1: an edge names the node "b", which the file does not declare`},
	{"NaN weight", GraphML, graphml(`<node id="a"/><edge source="a" target="a"><data key="w">NaN</data></edge>`), "line 4:43: the weight is NaN; weights are finite numbers"},
	{"infinite weight", GraphML, graphml(`<node id="a"/><edge source="a" target="a"><data key="w">1e999</data></edge>`), "the weight is +Inf"},
	{"text weight", GraphML, graphml(`<node id="a"/><edge source="a" target="a"><data key="w">heavy</data></edge>`), `"heavy" is not a value of type double`},
	{"unknown key", GraphML, graphml(`<node id="a"><data key="q">1</data></node>`), `the key "q" is not declared`},
	{"value twice", GraphML, graphml(`<node id="a"/><edge source="a" target="a"><data key="w">1</data><data key="w">2</data></edge>`), `"weight" is given twice`},
	{"no source", GraphML, graphml(`<edge target="a"/>`), `<edge> has no attribute "source"`},
	{"truncated", GraphML, graphml(`<node id="a"/>`)[:120], "the file ends within"},
	{"truncated tag", GraphML, graphml("<node id=\"a"), "line"},
	{"mixed", GraphML, graphml(`<node id="a"/><edge source="a" target="a" directed="true"/>`), "make all edges alike"},
	{"hyperedge", GraphML, graphml(`<hyperedge/>`), "hyperedges are not supported"},
	{"nested graph", GraphML, graphml(`<node id="a"><graph/></node>`), "within a node"},
	{"two graphs", GraphML, "<graphml><graph/><graph/></graphml>", "a second <graph>"},
	{"no graph", GraphML, "<graphml/>", "there is no <graph>"},
	{"another format", GraphML, gexf(""), "<gexf> stands where <graphml> was expected"},
	{"deep", GraphML, "<graphml><desc>" + strings.Repeat("<a>", 200000), "nested more than 100 deep"},
	{"not XML", GraphML, "hello", "line 1"},
	{"empty", GraphML, "", "there is no element <graphml>"},
	{"type", GraphML, `<graphml><key id="a" attr.type="complex"/></graphml>`, `the type "complex"`},
	{"encoding", GraphML, `<?xml version="1.0" encoding="EBCDIC"?><graphml/>`, `the encoding "EBCDIC" is not known`},
	{"twice", GraphML, graphml(`<node id="a" id="b"/>`), `has the attribute "id" twice`},

	{"duplicate node", GEXF, gexf("<nodes><node id=\"1\"/>\n<node id=\"1\"/></nodes>"), `line 4:1: the node "1" is declared twice`},
	{"undeclared node", GEXF, gexf(`<nodes/><edges><edge source="1" target="2"/></edges>`), `the node "1", which the file does not declare`},
	{"NaN weight", GEXF, gexf(`<nodes><node id="1"/></nodes><edges><edge source="1" target="1" weight="nan"/></edges>`), "the weight is NaN"},
	{"dynamic", GEXF, `<gexf><graph mode="dynamic"/></gexf>`, "only static graphs"},
	{"position", GEXF, gexf(`<nodes><node id="1"><position x="1" y="inf"/></node></nodes>`), `the coordinate "inf" is not a finite number`},
	{"color", GEXF, gexf(`<nodes><node id="1"><color r="300" g="0" b="0"/></node></nodes>`), "0 to 255"},
	{"deep", GEXF, gexf("<nodes>" + strings.Repeat(`<node id="1"><nodes>`, 1000)), "declared twice"},
	{"deep", GEXF, gexf("<nodes>" + func() (s string) {
		for k := range 1000 {
			s += fmt.Sprintf(`<node id="%d"><nodes>`, k)
		}
		return s
	}()), "nested more than 100 deep"},
	{"undeclared attribute", GEXF, gexf(`<nodes><node id="1"><attvalues><attvalue for="3" value="1"/></attvalues></node></nodes>`), `the attribute "3" is not declared`},

	{"duplicate node", JSON, nodeLink(`{"id": "x"},`+"\n"+`{"id": "x"}`, ""), `line 2:2: the node "x" is declared twice`},
	{"undeclared node", JSON, nodeLink(`{"id": 0}`, `{"source": 0, "target": 7}`), `line 2:11: an edge names the node "7"`},
	{"NaN weight", JSON, nodeLink(`{"id": 0}`, `{"source": 0, "target": 0, "weight": NaN}`), "line 2:48: the weight is NaN"},
	{"infinite weight", JSON, nodeLink(`{"id": 0}`, `{"source": 0, "target": 0, "weight": -1e400}`), "the weight is -Inf"},
	{"no target", JSON, nodeLink(`{"id": 0}`, `{"source": 0}`), `an edge has a "source" and a "target"`},
	{"deep", JSON, `{"graph": {"a": ` + strings.Repeat("[", 1_000_000), "nested more than 100 deep"},
	{"deep id", JSON, nodeLink(`{"id": `+strings.Repeat("[", 1_000_000), ""), "nested more than 100 deep"},
	{"truncated", JSON, `{"nodes": [{"id": 0}`, `the file ends where "," or "]" was expected`},
	{"truncated text", JSON, `{"nodes": [{"id": "abc`, "line 1:19: the text that begins here does not end"},
	{"no nodes", JSON, `{}`, `there is no list "nodes"`},
	{"list", JSON, `[1]`, "the object of a node-link graph"},
	{"edges twice", JSON, `{"nodes": [], "links": [], "edges": []}`, "the edges are given twice"},
	{"adjacency", JSON, `{"adjacency": []}`, "node_link_data"},
	{"directed", JSON, `{"directed": 1}`, "true or false"},
	{"more", JSON, `{"nodes": []} x`, "the end of the file"},
	{"word", JSON, `{"nodes": [{"id": abc}]}`, `"abc" is not a value`},
	{"attribute twice", JSON, nodeLink(`{"id": 0, "a": 1, "a": 2}`, ""), `"a" is given twice`},
	{"escape", JSON, nodeLink(`{"id": "\ud800"}`, ""), "surrogate"},
	{"number", JSON, nodeLink(`{"id": 01}`, ""), `"01" is not a value`},
	{"id", JSON, nodeLink(`{"id": NaN}`, ""), "NaN is not a node's name"},

	{"weight", EdgeList, "0 1 x\n", `line 1:5: the weight is "x", not a number`},
	{"NaN weight", EdgeList, "0 1 1\n0 1 nan\n", "line 2:5: the weight is NaN"},
	{"dictionary", EdgeList, "0 1 {'weight': inf}\n", "line 1:5: the weight is +Inf"},
	{"dictionary", EdgeList, "0 1 {'weight': 1\n", "line 1:5: the file ends"},
	{"code", EdgeList, "0 1 {'weight': __import__('os')}\n", "not a value"},
	{"columns", EdgeList, "source,target,weight\na,b\n", "there are 2 fields, but the first line names 3 columns"},
	{"empty name", EdgeList, "a,,1\n", "a name is empty"},
	{"quote", EdgeList, "\"a b\n", "does not end"},
	{"binary", EdgeList, "\xff\xfe\x00\n", "not UTF-8"},

	{"a billion nodes", MTX, "%%MatrixMarket matrix coordinate pattern general\n1000000000 1000000000 1\n1 1\n", "are not believed"},
	{"a billion entries", MTX, "%%MatrixMarket matrix coordinate pattern general\n9 9 1000000000\n1 1\n", "the file ends before entry 2 of 1000000000"},
	{"a billion rows", MTX, "%%MatrixMarket matrix array real general\n1000000000 1000000000\n1\n", "the file ends before entry"},
	{"out of range", MTX, "%%MatrixMarket matrix coordinate pattern general\n3 3 1\n4 1\n", "line 3: the row \"4\" is not an index from 1 to 3"},
	{"zero", MTX, "%%MatrixMarket matrix coordinate pattern general\n3 3 1\n0 1\n", "not an index from 1 to 3"},
	{"NaN", MTX, "%%MatrixMarket matrix coordinate real general\n3 3 1\n2 1 nan\n", "row 2, column 1 is NaN"},
	{"rectangle", MTX, "%%MatrixMarket matrix coordinate real general\n3 4 0\n", "is square"},
	{"complex", MTX, "%%MatrixMarket matrix coordinate complex general\n3 3 0\n", "complex"},
	{"rectangle", CSV, "1,2,3,4\n1,2,3,4\n", "is square"},
	{"NaN", CSV, "0,1\nnan,0\n", "row 1, column 0 is NaN"},
	{"text", CSV, "0,1\n0,x\n", "line 2"},
	{"ragged", CSV, "0,1\n0\n", "line 2"},
	{"empty", CSV, "", "empty"},
	{"labels", CSV, ",a,b\na,0,1\nc,1,0\n", `line 3: row 2 is named "c"; the first line names its node "b"`},
	{"labels", CSV, ",a,b\na,0,1\n", "an adjacency matrix is square"},
	{"labels", CSV, ",a,b\na,0,x\nb,1,0\n", "line 2"},
	{"labels twice", CSV, ",a,a\na,0,1\na,1,0\n", `nodes 0 and 1 are both named "a"`},
	{"a source twice", CSV, "source,target,From\n1,2,3\n", `line 1:1: the columns 1 and 3, "source" and "From", are both the same end`},
	{"wide", CSV, strings.Repeat("0,", 100_000) + "0\n", "an adjacency matrix is square"},
	{"wide", EdgeList, "0 1" + strings.Repeat(" 1", 100_000), "line 1:1: the line has 100002 fields"},
	{"decimal commas", EdgeList, "a;b;1,5\n", `line 1:5: the weight is "1,5", not a number`},
	{"gzip", EdgeList, "\x1f\x8b\x08\x00", "compressed with gzip; unpack it first"},
	{"gzip", GraphML, "\x1f\x8b\x08\x00", "compressed with gzip; unpack it first"},
	{"gzip", NPY, "\x1f\x8b\x08\x00", "compressed with gzip; unpack it first"},
	{"npz", NPY, "PK\x03\x04", "a zip archive; unpack it first"},
	{"UTF-16", GraphML, "\xff\xfe<\x00g\x00", "line 1:1: the file is not UTF-8 but UTF-16"},
	{"UTF-16", JSON, "\xfe\xff\x00{", "UTF-16"},
	{"a second graph", GraphML, graphml("") + "<graphml/>", "stands behind the end of <graphml>"},
	{"parameter entity", GraphML, `<!DOCTYPE r [<!ENTITY % a "x"><!ENTITY b "%a;%a;">]><graphml/>`, "line 1:1: the file declares its own"},
	{"NUL", GraphML, graphml("<node id=\"a\x00b\"/>"), "line 4"},
	{"long weight", GraphML, graphml(`<node id="a"/><edge source="a" target="a"><data key="w">` + strings.Repeat("9", 100_000) + "</data></edge>"), "the weight is +Inf"},
	{"long name", GraphML, graphml(`<node id="b"/><edge source="` + strings.Repeat("é", 50_000) + `" target="b"/>`), "ééé…"},
	{"unclosed", GraphML, strings.Repeat("<graphml><graph>", 50_000), "<graphml> is not known"},
	{"spells", GEXF, gexf(`<nodes><node id="a"><spells><spell start="1"/></spells></node></nodes>`), "the node has a time; only static graphs are read"},
	{"attributes over time", GEXF, gexf(`<attributes class="node" mode="dynamic"/>`), "the attributes are dynamic"},
	{"objects", JSON, `{"nodes": [{"id": ` + strings.Repeat(`{"a":`, 1_000_000), "nested more than 100 deep"},
	{"dictionary", EdgeList, "0 1 " + strings.Repeat(`{"a":`, 100_000), "line 1:5: values are nested more than 100 deep"},
	{"a negative size", MTX, "%%MatrixMarket matrix coordinate real general\n-3 -3 1\n", `line 2: the size "-3" is not an integer`},
	{"a huge size", MTX, "%%MatrixMarket matrix array real general\n4294967296 4294967296\n", `line 2: the size "4294967296" is not an integer`},
	{"hermitian", MTX, "%%MatrixMarket matrix coordinate complex hermitian\n3 3 0\n", "complex"},
	{"a fraction", MTX, "%%MatrixMarket matrix coordinate real general\n3 3 1\n1.5 1 1\n", `line 3: the row "1.5" is not an index`},
	{"an array of a pattern", MTX, "%%MatrixMarket matrix array pattern general\n2 2\n", "pattern"},
	{"more entries", MTX, "%%MatrixMarket matrix coordinate real general\n3 3 1\n1 1 1\n2 2 2\n", "line 4: there are more entries"},
	{"overflow", NPY, npy("'<f8'", "(4294967296, 4294967296)", ""), "is too large"},
	{"overflow", NPY, npy("'<f8'", "(3037000500, 3037000500)", ""), "is too large"},
	{"overflow", NPY, npy("'<f8'", "(99999999999999999999, 1)", ""), "not a size"},
	{"no bytes", NPY, npy("'<f8'", "(1000000000, 0)", ""), "an adjacency matrix is square"},
	{"void", NPY, npy("'|V0'", "(100000, 100000)", ""), `unknown element type "|V0"`},
	{"negative", NPY, npy("'<f8'", "(-3, -3)", ""), `"-3", not a size`},
	{"code", NPY, npy("__import__('os').system('x')", "(3, 3)", ""), "a string was expected"},
	{"objects", NPY, npy("'|O'", "(3, 3)", strings.Repeat("x", 72)), "pickle"},
	{"complex", NPY, npy("'<c16'", "(1, 1)", strings.Repeat("\x00", 16)), "complex"},
	{"truncated", NPY, npy("'<f8'", "(3, 3)", strings.Repeat("\x00", 70)), "needs 72 bytes, but the file holds only 70"},
	{"a header of 4 GB", NPY, "\x93NUMPY\x02\x00\x00\x28\x6b\xee{", "no array needs more than"},
	{"no npy", NPY, "hello", ""},
	{"a billion rows", NPY, "\x93NUMPY\x01\x00v\x00{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000, 1000000000), }" + strings.Repeat(" ", 41) + "\n", ""},
}

func TestBadFiles(t *testing.T) {
	for _, c := range badFiles {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := parse(c.text, c.f)
		runtime.ReadMemStats(&after)
		if err == nil {
			t.Errorf("%s %s is read", c.f, c.name)
			continue
		}
		var f *record.FormatError
		if !errors.As(err, &f) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %s:\n got %v (%T)\nwant %s", c.f, c.name, err, err, c.want)
		}
		if used, bound := after.TotalAlloc-before.TotalAlloc, uint64(1<<20+200*len(c.text)); used > bound {
			t.Errorf("%s %s: %d bytes of memory for a file of %d", c.f, c.name, used, len(c.text))
		}
	}
}

// TestManyAttributes reads a file in which every node has an attribute of its own, and one that gives all nodes many defaults: a
// table of nodes and attributes would be quadratic.
func TestManyAttributes(t *testing.T) {
	const n = 20000
	var own strings.Builder
	own.WriteString(`{"nodes": [`)
	for k := range n {
		if k > 0 {
			own.WriteString(",")
		}
		fmt.Fprintf(&own, `{"id": %d, "a%d": %d}`, k, k, k)
	}
	own.WriteString(`]}`)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	g, err := parse(own.String(), JSON)
	if err != nil || len(g.Node) != n {
		t.Fatal(err)
	}
	for _, f := range []Format{GraphML, GEXF, JSON} {
		var b strings.Builder
		if _, err := Write(&b, g, Options{Format: f}); err != nil {
			t.Fatal(err)
		}
	}
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > 500*uint64(own.Len()) {
		t.Errorf("%d bytes of memory for a file of %d", used, own.Len())
	}
	var b strings.Builder
	b.WriteString("<graphml>")
	for k := range n {
		fmt.Fprintf(&b, `<key id="k%d"><default>x</default></key>`, k)
	}
	b.WriteString("<graph>")
	for k := range n {
		fmt.Fprintf(&b, `<node id="%d"/>`, k)
	}
	b.WriteString("</graph></graphml>")
	if _, err := parse(b.String(), GraphML); err == nil || !strings.Contains(err.Error(), "default values") {
		t.Errorf("%d defaults for %d nodes: %v", n, n, err)
	}
}

// FuzzRead reads anything in any format: no panic, and a graph that is read is valid, can be written and is read back as it was.
func FuzzRead(f *testing.F) {
	for _, c := range badFiles {
		if len(c.text) < 2000 {
			f.Add(c.text, uint8(index(c.f)))
		}
	}
	f.Add(",a,b\na,0,1\nb,0,2\n", uint8(index(CSV)))
	f.Add("0 1\r1 2\r", uint8(index(EdgeList)))
	files, err := os.ReadDir("testdata")
	if err != nil {
		f.Fatal(err)
	}
	for _, e := range files {
		if format, err := FormatOf(e.Name()); err == nil && !e.IsDir() {
			b, err := os.ReadFile(filepath.Join("testdata", e.Name()))
			if err != nil {
				f.Fatal(err)
			}
			if len(b) < 5000 {
				f.Add(string(b), uint8(index(format)))
			}
		}
	}
	f.Fuzz(func(t *testing.T, text string, kind uint8) {
		format := Formats()[int(kind)%len(Formats())]
		g, err := parse(text, format)
		if err != nil {
			return
		}
		if err := g.Validate(); err != nil {
			t.Fatalf("a graph that was read is not valid: %v", err)
		}
		if g.N > 10000 {
			return // a header may claim a million isolated nodes, which take seconds to write
		}
		for _, out := range []Format{JSON, GraphML, GEXF, EdgeList} {
			var b strings.Builder
			if _, err := Write(&b, g, Options{Format: out}); err != nil {
				continue
			}
			back, err := parse(b.String(), out)
			if err != nil {
				t.Fatalf("%s that was written is not read: %v\n%s", out, err, b.String())
			}
			if back.N != g.N || back.Edges() != g.Edges() || out != EdgeList && back.Directed != g.Directed {
				t.Fatalf("%s: %d nodes and %d edges became %d and %d\n%s", out, g.N, g.Edges(), back.N, back.Edges(), b.String())
			}
			for k := range g.I {
				if g.Weight(k) != back.Weight(k) || g.ID(int(g.I[k])) != back.ID(int(back.I[k])) || g.ID(int(g.J[k])) != back.ID(int(back.J[k])) {
					t.Fatalf("%s: edge %d changed\n%s", out, k, b.String())
				}
			}
		}
	})
}

func index(f Format) int {
	for k, g := range Formats() {
		if f == g {
			return k
		}
	}
	return 0
}

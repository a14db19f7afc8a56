package graphio

import (
	"strings"
	"testing"
)

// Weights that are written as texts count as numbers where all of them are; otherwise they stay an attribute, and the first one that is no number
// is named with its place.
func TestWeightsAsTexts(t *testing.T) {
	ml := func(kind, a, b string) string {
		return "<graphml>\n<key id=\"w\" for=\"edge\" attr.name=\"weight\" attr.type=\"" + kind + "\"/>\n<graph edgedefault=\"undirected\">\n<node id=\"a\"/><node id=\"b\"/>\n" +
			"<edge source=\"a\" target=\"b\"><data key=\"w\">" + a + "</data></edge>\n<edge source=\"b\" target=\"b\"><data key=\"w\">" + b + "</data></edge>\n</graph></graphml>"
	}
	json := func(a, b string) string {
		return "{\"directed\": false, \"multigraph\": false, \"graph\": {}, \"nodes\": [{\"id\": 0}, {\"id\": 1}],\n\"links\": [{\"source\": 0, \"target\": 1, \"weight\": " + a + "},\n" +
			"{\"source\": 1, \"target\": 1, \"weight\": " + b + "}]}"
	}
	xf := func(a, b string) string {
		return "<gexf><graph><attributes class=\"edge\"><attribute id=\"0\" title=\"weight\" type=\"string\"/></attributes>\n<nodes><node id=\"0\"/><node id=\"1\"/></nodes>\n<edges>" +
			"<edge source=\"0\" target=\"1\"><attvalues><attvalue for=\"0\" value=\"" + a + "\"/></attvalues></edge>\n" +
			"<edge source=\"1\" target=\"1\"><attvalues><attvalue for=\"0\" value=\"" + b + "\"/></attvalues></edge></edges></graph></gexf>"
	}
	for _, c := range []struct {
		format Format
		text   string
		want   []float64 // nil: none
		note   string
	}{
		{GraphML, ml("string", "0.5", " -2e1 "), []float64{0.5, -20}, ""},
		{GraphML, ml("string", "0.5", "heavy"), nil, `line 6:`},
		{GraphML, ml("string", "nan", "heavy"), nil, `the weight of an edge is "nan", not a number: weights stay an attribute`},
		{GraphML, ml("boolean", "true", "false"), nil, `is true, not a number`},
		{JSON, json(`"3"`, `4`), []float64{3, 4}, ""},
		{JSON, json(`1`, `"strong"`), nil, `line 3:`},
		{GEXF, xf("7", "8"), []float64{7, 8}, ""},
		{GEXF, xf("7", "low"), nil, `line 4:`},
	} {
		g, err := Read(strings.NewReader(c.text), c.format)
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		if len(g.W) != len(c.want) || c.want != nil && (g.W[0] != c.want[0] || g.W[1] != c.want[1]) {
			t.Errorf("%s\nhas the weights %v, want %v", c.text, g.W, c.want)
		}
		kept := false
		for _, a := range g.Edge {
			kept = kept || a.Name == "weight" && len(a.Values) == 2
		}
		if kept != (c.want == nil) {
			t.Errorf("%s\nhas the attribute weight: %v", c.text, kept)
		}
		if c.note == "" {
			if len(g.Notes) != 0 {
				t.Errorf("%s\nnote %v", c.text, g.Notes[0])
			}
		} else if len(g.Notes) != 1 || !strings.Contains(g.Notes[0].Error(), c.note) {
			t.Errorf("%s\nhas the notes %v, want one of %q", c.text, g.Notes, c.note)
		}
	}
}

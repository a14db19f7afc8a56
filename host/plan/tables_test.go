package plan_test

import (
	"testing"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/plan"
	"github.com/galvani-sim/galvani/host/units"
)

type tableScope struct{ ta *net.TimedArray }

func (s tableScope) Lookup(name string) (check.Value, bool) {
	return check.Value{Kind: check.ValTable, Table: s.ta}, name == "ta"
}

func (s tableScope) Names() []string { return nil }

// A column outside of a TimedArray is refused where it is known before the run.
func TestTimedArrayColumn(t *testing.T) {
	ta, err := net.NewTimedArray("ta", []float64{1, 2, 3, 4, 5, 6}, 3, 1e-3, units.Dim{})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		column string
		n      int
		want   string
	}{
		{"i", 3, ""}, {"2", 9, ""},
		{"i", 4, `the TimedArray "ta" has the columns 0 to 2, but column 3 is asked for`},
		{"5", 1, `the TimedArray "ta" has the columns 0 to 2, but column 5 is asked for`},
	} {
		g := &net.Group{Name: "G", N: c.n, Equations: text("dv/dt = (ta(t, " + c.column + ") - v)/(10*ms) : 1"), Namespace: tableScope{ta}}
		_, err := plan.Build(&net.Network{DT: 1e-4, Groups: []*net.Group{g}}, options(1))
		got := ""
		if err != nil {
			got = err.Error()
		}
		if got != c.want && got != "error: "+c.want {
			t.Errorf("column %s of %d neurons: %q, want %q", c.column, c.n, got, c.want)
		}
	}
}

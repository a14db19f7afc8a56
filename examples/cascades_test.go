package examples

import (
	"bytes"
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/galvani-sim/galvani/host/script"
)

func printed(t *testing.T, path string, set ...string) string {
	t.Helper()
	var out bytes.Buffer
	res, err := script.Run(context.Background(), path, script.Options{Engine: inDouble, Set: set, Stdout: &out})
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range res.Networks {
		n.Sim.Close()
	}
	return out.String()
}

// Watts's window of global cascades at the threshold 0.18: his condition sum of k (k-1) p_k over k up to 5 is above z from z = 1.03 to 5.76.
// Inside, at z = 3, the giant component of the network has 94% of the nodes and most of its nodes of degree 1 to 5 start a cascade of all
// of it; outside nothing spreads.
func TestCascadeWindow(t *testing.T) {
	line := regexp.MustCompile(`z = ([0-9.]+): global (\d+) of (\d+), their mean size ([0-9.]+), other cascades up to (\d+) nodes`)
	for _, c := range []struct {
		z      string
		least  int // of ten seeds that start a global cascade
		most   int
		lo, hi float64 // mean size of global cascades
	}{
		{"0.7", 0, 0, 0, 0},
		{"3.0", 7, 10, 0.91, 0.96},
		{"8.0", 0, 0, 0, 0},
	} {
		out := printed(t, "threshold_cascade/threshold_cascade.star", "trials=10", "z_min="+c.z, "z_max="+c.z)
		m := line.FindStringSubmatch(out)
		if m == nil {
			t.Fatalf("no result in %q", out)
		}
		n, _ := strconv.Atoi(m[2])
		size, _ := strconv.ParseFloat(m[4], 64)
		if n < c.least || n > c.most || size < c.lo || size > c.hi {
			t.Errorf("z = %s: %s", c.z, strings.TrimSpace(m[0]))
		}
		if !strings.Contains(out, "from 1.03 to 5.76") {
			t.Errorf("the cascade condition: %q", out)
		}
	}
}

// The nodes that are on in the end are the same in any order; the number of sweeps is not.
func TestCascadeOrder(t *testing.T) {
	sweeps := regexp.MustCompile(`, (\d+) sweeps`)
	for _, phi := range []string{"0.18", "0"} {
		var first string
		took := map[string]bool{}
		for _, update := range []string{"random order", "index order", "synchronous"} {
			out := printed(t, "threshold_cascade/threshold_cascade.star", "N=2000", "trials=4", "z_min=3.0", "z_max=3.0", "phi="+phi, "update="+update)
			took[sweeps.FindString(out)] = true
			out = sweeps.ReplaceAllString(out, "")
			if first == "" {
				first = out
			}
			if out != first {
				t.Errorf("phi = %s: %s gives %q, another order %q", phi, update, out, first)
			}
		}
		if phi != "0" && len(took) < 2 {
			t.Errorf("all orders took the same number of sweeps: %v", took)
		}
	}
}

// Without antagonists nodes compute monotone functions that are false without inputs; with them others too.
func TestBooleanFunctions(t *testing.T) {
	out := printed(t, "boolean_cascade/boolean_cascade.star", "networks=300")
	for _, name := range []string{"a AND b", "a", "b", "a OR b"} {
		var plain, mixed int
		i := strings.Index("\n"+out, "\n"+name+": ")
		if i < 0 {
			t.Errorf("no node computes %s", name)
		} else if fmt.Sscanf(out[i:], name+": %d nodes, with antagonists %d", &plain, &mixed); plain == 0 {
			t.Errorf("%s: %d nodes, with antagonists %d", name, plain, mixed)
		}
	}
	for _, name := range []string{"NOT a", "a NOR b", "TRUE"} {
		if !strings.Contains(out, name+": 0 nodes, with antagonists") {
			t.Errorf("%s does not take antagonists, or is not computed with them", name)
		}
	}
	if !strings.Contains(out, "5 functions, with antagonists 1") {
		t.Errorf("%s", out)
	}
}

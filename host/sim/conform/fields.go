package conform

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/galvani-sim/galvani/host/check"
	"github.com/galvani-sim/galvani/host/connect"
	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/net"
)

// field is a population on a grid that excites and inhibits itself through a kernel.
func field(grid connect.Grid, rule connect.Rule, delay float64) (*net.Network, *net.Group) {
	g := &net.Group{Name: "field", N: grid.Len(), Grid: &grid, Dialect: check.ANNarchy,
		Equations: &diag.Source{Name: "field", Text: "s = sum(lat)\nr = 0.5 + 0.5*sin(0.37*x + 0.2*t)*cos(0.61*y + 0.3*z) + 0.1*tanh(s)"}}
	n := &net.Network{DT: 1e-3, Groups: []*net.Group{g}, Projections: []*net.Projection{
		{Name: "lat", Pre: g, Post: g, Target: "lat", Rule: rule, Delay: delay, DelaySet: true},
	}}
	return n, g
}

// checkField compares the sum at some cells with the explicit sum over all others, by the definition of the kernel.
func (s *suite) checkField(t *testing.T, grid connect.Grid, rule connect.Rule, r, got []float64, cells []int) {
	t.Helper()
	bell, floor, self, err := bellOf(rule)
	if err != nil {
		t.Fatal(err)
	}
	for _, post := range cells {
		var sum, lost, size float64 // lost: Kahan's compensation, so that the reference does not add rounding of its own
		for pre, rate := range r {
			if w := bell(distance2(grid, pre, post)); math.Abs(w) > floor && (pre != post || self) {
				term := float64(w*rate) - lost
				next := sum + term
				sum, lost = next, (next-sum)-term
				size += math.Abs(w * rate)
			}
		}
		bound := s.opt.Network * s.eps() * max(size, 1)
		if d := math.Abs(got[post] - sum); !(d <= bound) {
			t.Errorf("%+v on %v: the sum at cell %d is %v, explicitly %v: off by %.3g, %.3g allowed", rule, grid, post, got[post], sum, d, bound)
		}
	}
}

// kernels runs one kernel in each form that a plan may give it.
func (s *suite) kernels(t *testing.T) {
	for form, c := range map[string]struct {
		grid connect.Grid
		rule connect.Rule
	}{
		"passes":   {connect.Grid{Layers: 1, Rows: 40, Cols: 50}, connect.Gaussian{Amp: 0.3, Sigma: 0.01}},
		"direct":   {connect.Grid{Layers: 1, Rows: 20, Cols: 30}, connect.DoG{AmpPos: 0.2, SigmaPos: 0.1, AmpNeg: 0.1, SigmaNeg: 0.7, Limit: 0.01}},
		"factored": {connect.Grid{Layers: 1, Rows: 60, Cols: 60}, connect.DoG{AmpPos: 0.2, SigmaPos: 0.2, AmpNeg: 0.1, SigmaNeg: 0.7, AllowSelf: true}},
		"fourier":  {connect.Grid{Layers: 1, Rows: 40, Cols: 48}, connect.Gaussian{Amp: 0.3, Sigma: 0.25, Limit: 0.1}},
		"taps":     {connect.Grid{Layers: 1, Rows: 9, Cols: 11}, connect.Gaussian{Amp: 0.3, Sigma: 0.08, Limit: 0.3}},
		"layers":   {connect.Grid{Layers: 3, Rows: 12, Cols: 9}, connect.DoG{AmpPos: 0.2, SigmaPos: 0.1, AmpNeg: 0.1, SigmaNeg: 0.7, Limit: 0.05}},
	} {
		for _, delay := range []float64{0, 3e-3} {
			t.Run(fmt.Sprintf("%s delay %g", form, delay), func(t *testing.T) {
				n, g := field(c.grid, c.rule, delay)
				r := compile(t, n, s.options())
				var dump strings.Builder
				r.Plan().Dump(&dump)
				if form != "layers" && !strings.Contains(dump.String(), form+" lat") {
					t.Errorf("%+v on %v is not applied as %s:\n%s", c.rule, c.grid, form, dump.String())
				}
				rates := [][]float64{get(t, r, g, "r")}
				for k := 1; k <= 6; k++ {
					steps(t, r, 1)
					rates = append(rates, get(t, r, g, "r"))
					if from := k - max(int(delay/1e-3+0.5), 1); from >= 0 {
						s.checkField(t, c.grid, c.rule, rates[from], get(t, r, g, "s"), []int{0, g.N / 2, g.N - 1, 3 * g.N / 7})
					}
				}
			})
		}
	}
}

// largeField builds and runs 7e10 synapses.
func (s *suite) largeField(t *testing.T) {
	grid := connect.Grid{Layers: 1, Rows: 512, Cols: 512}
	rule := connect.DoG{AmpPos: 0.2, SigmaPos: 0.1, AmpNeg: 0.1, SigmaNeg: 0.7, Limit: 0.01}
	n, g := field(grid, rule, 0)
	r := compile(t, n, s.options())
	if got := r.Result().Synapses["lat"]; got < 6e10 {
		t.Errorf("%d synapses", got)
	}
	steps(t, r, 2)
	before := get(t, r, g, "r")
	steps(t, r, 1)
	s.checkField(t, grid, rule, before, get(t, r, g, "s"), []int{0, 511, 512*256 + 255, 512*400 + 31})
}

// child marks a process that measures the memory of the field of 100 x 100 and does nothing else.
const child = "GALVANI_CONFORM_MEMORY"

var peak = regexp.MustCompile(`field needs (\d+) bytes`)

// memory bounds what 1e8 synapses take: by the plan's estimate, and in a process of its own by what the system gave.
func (s *suite) memory(t *testing.T) {
	const limit = 200e6
	n, _ := field(connect.Grid{Layers: 1, Rows: 100, Cols: 100}, connect.DoG{AmpPos: 0.2, SigmaPos: 0.1, AmpNeg: 0.1, SigmaNeg: 0.7, Limit: 0.01}, 0)
	before := resident("VmRSS")
	r := compile(t, n, s.options())
	steps(t, r, 20)
	if got := r.Result().Synapses["lat"]; got < 9e7 {
		t.Errorf("%d synapses", got)
	}
	if got := r.Plan().Memory().Total; got <= 0 || got > limit {
		t.Errorf("the plan estimates %d bytes, %g allowed", got, limit)
	}
	if runtime.GOOS != "linux" {
		return // where the system cannot be asked so
	}
	if os.Getenv(child) != "" {
		fmt.Printf("field needs %d bytes\n", resident("VmHWM")-before)
		return
	}
	path := "^" + strings.ReplaceAll(t.Name(), "/", "$/^") + "$"
	cmd := exec.Command(os.Args[0], "-test.run="+path, "-test.v")
	cmd.Env = append(os.Environ(), child+"=1")
	out, err := cmd.CombinedOutput()
	m := peak.FindSubmatch(out)
	if err != nil || m == nil {
		t.Fatalf("%v\n%s", err, out)
	}
	got, err := strconv.ParseInt(string(m[1]), 10, 64)
	if err != nil || got > limit {
		t.Errorf("the field takes %d bytes at its peak, %g allowed", got, limit)
	}
	t.Logf("estimated %d bytes, took %d", r.Plan().Memory().Total, got)
}

// resident reads one of the memory figures of this process, in bytes; 0 when there is none.
func resident(field string) int64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for _, line := range bytes.Split(status, []byte("\n")) {
		if rest, ok := bytes.CutPrefix(line, []byte(field+":")); ok {
			kB, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(string(rest)), " kB"), 10, 64)
			if err == nil {
				return kB << 10
			}
		}
	}
	return 0
}

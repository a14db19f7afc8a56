package device

import "testing"

// The places in the logs of several drivers; the logs are shortened.
func TestDriverLogs(t *testing.T) {
	s := Source{Name: "kernel", Text: "#version 450 core\n//#line 1 0\nvoid f() {\n\tx = 1;\n}\n//#line 30 1\ny = 2;\n", Files: []string{"a.glsl", "b.glsl"}}
	for _, c := range []struct{ driver, log, want string }{
		{"Mesa", "0:4(2): error: `x' undeclared\n", "program p does not compile (compute)\n  a.glsl:2: error: `x' undeclared\n    x = 1;"},
		{"NVIDIA", "0(7) : error C1503: undefined variable \"y\"\n", "program p does not compile (compute)\n  b.glsl:30: error C1503: undefined variable \"y\"\n    y = 2;"},
		{"AMD", "ERROR: 0:4: 'x' : undeclared identifier\nERROR: 1 compilation errors.\n", "program p does not compile (compute)\n  a.glsl:2: 'x' : undeclared identifier\n    x = 1;\n  ERROR: 1 compilation errors."},
		{"a line that is not there", "0:400(2): error: odd\n", "program p does not compile (compute)\n  error: odd"},
		{"none", "", "program p does not compile (compute)\n  the driver gives no reason"},
		{"first line", "0:1(1): error: version\n", "program p does not compile (compute)\n  kernel:1: error: version\n    #version 450 core"},
	} {
		if got := newCompileError("p", "compute", c.log, s).Error(); got != c.want {
			t.Errorf("%s:\n%s\nwant\n%s", c.driver, got, c.want)
		}
	}
}

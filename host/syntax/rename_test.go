package syntax

import (
	"testing"

	"github.com/galvani-sim/galvani/host/diag"
)

func TestRename(t *testing.T) {
	src := &diag.Source{Text: "dv/dt = (g*v - v)/v_tau : volt (unless refractory) # v\ntau*dg/dt + g = exp(v/\n  mV) : 1\nv_tau = tau : second\nexp : 1"}
	eqs, list := ParseEquations(src, Brian)
	if list.Err() != nil {
		t.Fatal(list.Err())
	}
	got := Rename(eqs, map[string]string{"v": "vm", "g": "ge", "tau": "(10*ms)", "exp": "e", "volt": "x"})
	want := "dvm/dt = (ge*vm - vm)/v_tau : volt (unless refractory) # v\n(10*ms)*dge/dt + ge = exp(vm/\n  mV) : 1\nv_tau = (10*ms) : second\ne : 1"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

package bench

import (
	"strings"
	"testing"
)

// A reason that several workloads share is written once.
func TestPeersMissing(t *testing.T) {
	r := &Result{Peers: []PeerResult{
		{Workload: "one", Peer: "tortoise", Missing: "not installed"}, {Workload: "two", Peer: "tortoise", Missing: "not installed"},
		{Workload: "two", Peer: "hare"}, {Workload: "two", Peer: "snail", Rounds: []float64{2, 4}, Setup: 3},
	}}
	var b strings.Builder
	r.peers(&b)
	for _, want := range []string{
		"\nNot measured: one, tortoise; two, tortoise: not installed\n", "\nNot measured: two, hare: stopped before its first round\n",
		"| two      | snail | 4            | 3       | -  |",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%q is missing in\n%s", want, &b)
		}
	}
}

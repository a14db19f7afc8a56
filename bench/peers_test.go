package bench

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
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

// A peer that ends with the context keeps its rounds; one that measures nothing has none, and a reason.
func TestPeerStopped(t *testing.T) {
	sh := "/bin/sh"
	if _, err := os.Stat(sh); err != nil {
		t.Skip(err)
	}
	dir := t.TempDir()
	for name, script := range map[string]string{
		"hare.sh":  `echo '{"Setup":1}'; read x; echo '{"Steps":10,"Seconds":2}'; sleep 1000; read x`, // a program of its own holds the output
		"snail.sh": `echo '{"Setup":1}'; read x; echo '{"Steps":0,"Seconds":2}'`,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(script), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	hare := startPeer(ctx, sh, dir, Peer{Name: "hare", Script: "hare.sh"}, "w", time.Minute)
	snail := startPeer(ctx, sh, dir, Peer{Name: "snail", Script: "snail.sh"}, "w", time.Minute)
	defer hare.close()
	defer snail.close()
	snail.round(ctx)
	if len(snail.res.Rounds) > 0 || !strings.HasPrefix(snail.res.Missing, "the script told of 0 steps in 2 s") {
		t.Errorf("%+v", snail.res)
	}
	hare.round(ctx)
	cancel()
	hare.round(ctx)
	if len(hare.res.Rounds) != 1 || hare.res.Rounds[0] != 5 || hare.res.Missing != "" {
		t.Errorf("%+v", hare.res)
	}
}

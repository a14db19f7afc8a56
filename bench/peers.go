package bench

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// Peer is another simulator: a script that follows peers/protocol.py, in one of its modes.
type Peer struct {
	Name, Script, Mode string
	Draws              bool // pictures of graphs, instead of simulating
}

// Peers are the simulators with scripts in bench/peers.
func Peers() []Peer {
	return []Peer{
		{Name: "Brian2 C++", Script: "brian.py", Mode: "cpp1"}, {Name: "Brian2 C++, 2 threads", Script: "brian.py", Mode: "cpp2"},
		{Name: "Brian2 Cython", Script: "brian.py", Mode: "cython"},
		{Name: "ANNarchy", Script: "annarchy.py", Mode: "omp1"}, {Name: "ANNarchy, 2 threads", Script: "annarchy.py", Mode: "omp2"},
		{Name: "PymoNNto", Script: "pymonnto.py", Mode: "module"}, {Name: "NumPy as PymoNNto", Script: "pymonnto.py", Mode: "numpy"},
		{Name: "networkx", Script: "networkx_draw.py", Mode: "draw", Draws: true},
		{Name: "networkx, colors only", Script: "networkx_draw.py", Mode: "colors", Draws: true},
	}
}

// PeerResult is one workload by a peer.
type PeerResult struct {
	Workload, Peer string
	// Missing says why there are no numbers: the peer is not installed, or its script failed.
	Missing string `json:",omitempty"`
	// Setup is everything before the first step, in seconds, with nothing compiled before.
	Setup float64
	// Rounds are steps per second, and User processor seconds per step, where the peer knows them, of each round.
	Rounds, User []float64
	// Rate is in spikes per second and cell, in the last round; nil: the workload has no spikes.
	Rate *float64
}

// peerCase is a peer's process, waiting for its turn.
type peerCase struct {
	res  PeerResult
	cmd  *exec.Cmd
	in   io.WriteCloser
	out  *bufio.Scanner
	last *strings.Builder // of standard error
}

// startPeer runs a script until it is ready to simulate. One that has no script for the workload is nil.
func startPeer(ctx context.Context, python, dir string, p Peer, workload string, limit time.Duration) *peerCase {
	k := &peerCase{res: PeerResult{Workload: workload, Peer: p.Name}, last: &strings.Builder{}}
	k.cmd = exec.CommandContext(ctx, python, filepath.Join(dir, p.Script), workload, p.Mode)
	k.cmd.Stderr = k.last
	apart(k.cmd)
	var err error
	if k.in, err = k.cmd.StdinPipe(); err == nil {
		var out io.Reader
		if out, err = k.cmd.StdoutPipe(); err == nil {
			k.out = bufio.NewScanner(out)
			err = k.cmd.Start()
		}
	}
	if err != nil {
		k.res.Missing = err.Error()
		k.cmd = nil
		return k
	}
	watch := time.AfterFunc(limit, func() { _ = stop(k.cmd) })
	defer watch.Stop()
	var ready struct {
		Setup   float64
		Missing string
	}
	err = k.read(&ready)
	switch {
	case ready.Missing == "no script for it":
		k.close()
		return nil
	case ready.Missing != "":
		k.res.Missing = ready.Missing
		k.close()
	case err != nil:
		k.fail(err)
	}
	k.res.Setup = ready.Setup
	return k
}

func (k *peerCase) read(into any) error {
	if !k.out.Scan() {
		return errors.Join(errors.New("the script ended"), k.out.Err())
	}
	return json.Unmarshal(k.out.Bytes(), into)
}

// round gives the peer a turn. Where the context ends, the peer has ended with it and keeps the rounds before.
func (k *peerCase) round(ctx context.Context) {
	if k.cmd == nil {
		return
	}
	var r struct {
		Steps   int64
		Seconds float64
		User    *float64
		Rate    *float64
	}
	_, err := io.WriteString(k.in, "go\n")
	if err == nil {
		err = k.read(&r)
	}
	if err == nil && (r.Steps <= 0 || r.Seconds <= 0) {
		err = fmt.Errorf("the script told of %d steps in %g s", r.Steps, r.Seconds)
	}
	switch {
	case err == nil:
	case ctx.Err() != nil:
		k.close()
		return
	default:
		k.fail(err)
		return
	}
	k.res.Rounds, k.res.Rate = append(k.res.Rounds, float64(r.Steps)/r.Seconds), r.Rate
	if r.User != nil {
		k.res.User = append(k.res.User, *r.User/float64(r.Steps))
	}
}

// fail ends the process and keeps the last line of what it complained about.
func (k *peerCase) fail(err error) {
	k.close()
	lines := strings.Split(strings.TrimSpace(k.last.String()), "\n")
	k.res.Missing = fmt.Sprintf("%v: %s", err, lines[len(lines)-1])
	k.res.Rounds = nil
}

func (k *peerCase) close() {
	if k.cmd != nil {
		_ = k.in.Close()
		_ = stop(k.cmd)
		_ = k.cmd.Wait()
		k.cmd = nil
	}
}

func (r *PeerResult) best() float64 { return (&CaseResult{Rounds: r.Rounds}).Best() }

func (r *PeerResult) leastUser() float64 { return (&CaseResult{User: r.User}).LeastUser() }

// peers writes one line per workload and peer: how many times faster the fastest case of this program in double precision, and that of gl
// in single precision, were in the same run.
func (r *Result) peers(b *strings.Builder) {
	if len(r.Peers) == 0 {
		return
	}
	rows := [][]string{{"workload", "peer", "steps/s best", "setup s", "Hz", "cpu double", "ratio", "of user time", "gl single", "ratio", "setup s", "ratio"}}
	var reasons []string // why something has no numbers, each once
	missing := map[string][]string{}
	for i := range r.Peers {
		p := &r.Peers[i]
		why := p.Missing
		if why == "" && len(p.Rounds) == 0 {
			why = "stopped before its first round"
		}
		if why != "" {
			if missing[why] == nil {
				reasons = append(reasons, why)
			}
			missing[why] = append(missing[why], p.Workload+", "+p.Peer)
			continue
		}
		row := []string{p.Workload, p.Peer, count(p.best()), fmt.Sprintf("%.3g", p.Setup), "-"}
		if p.Rate != nil {
			row[4] = fmt.Sprintf("%.3g", *p.Rate)
		}
		cpu, gl := r.fastest(p.Workload, "cpu", "double"), r.fastest(p.Workload, "gl", "single")
		row = append(row, ratio(cpu, p.best())...)
		user := "-"
		if one := r.leastUser(p.Workload); p.leastUser() > 0 && one > 0 {
			user = fmt.Sprintf("%.3g", p.leastUser()/one)
		}
		row = append(append(row, user), ratio(gl, p.best())...)
		setup, over := "-", "-"
		if cpu != nil {
			s := cpu.Compile + cpu.Connect + cpu.Load
			setup, over = fmt.Sprintf("%.3g", s), fmt.Sprintf("%.3g", p.Setup/s)
		}
		rows = append(rows, append(row, setup, over))
	}
	if len(rows) > 1 {
		table(b, rows)
	}
	for _, why := range reasons {
		fmt.Fprintf(b, "\nNot measured: %s: %s\n", strings.Join(missing[why], "; "), why)
	}
}

func ratio(c *CaseResult, other float64) []string {
	if c == nil || other == 0 {
		return []string{"-", "-"}
	}
	return []string{count(c.Best()), fmt.Sprintf("%.3g", c.Best()/other)}
}

// fastest is the case with the best round, nil without one.
func (r *Result) fastest(workload, backend, precision string) *CaseResult {
	var best *CaseResult
	for i := range r.Cases {
		c := &r.Cases[i]
		if len(c.Rounds) > 0 && c.Workload == workload && c.Backend == backend && c.Precision == precision && (best == nil || c.Best() > best.Best()) {
			best = c
		}
	}
	return best
}

// leastUser is the processor time of a step on the cpu backend in double precision, of the case that takes least.
func (r *Result) leastUser(workload string) float64 {
	least := 0.0
	for i := range r.Cases {
		c := &r.Cases[i]
		if len(c.Rounds) > 0 && c.Workload == workload && c.Backend == "cpu" && c.Precision == "double" && (least == 0 || c.LeastUser() < least) {
			least = c.LeastUser()
		}
	}
	return least
}

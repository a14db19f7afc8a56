//go:build cgo && linux

package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/galvani-sim/galvani/host/record"
)

const servedModel = `
p = Population(geometry=(12, 12), neuron=Neuron(equations="r = r + 1"), name="P")
Monitor(p, "r", period=1000.0, name="M")
simulate(2000.0)
print("it runs")
simulate(1e12)
`

// serving is a galvani view --serve.
type serving struct {
	t      testing.TB
	cmd    *exec.Cmd
	url    *url.URL
	stdout *bufio.Reader // after the line with the address
	stderr bytes.Buffer
	out    string
}

func startServing(t testing.TB, model string, args ...string) *serving {
	t.Helper()
	if !haveGL() {
		t.Skip("SKIPPED: no OpenGL on this machine")
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "model.star")
	if err := os.WriteFile(path, []byte(model), 0o644); err != nil {
		t.Fatal(err)
	}
	s := &serving{t: t, out: filepath.Join(dir, "out")}
	s.cmd = exec.Command(os.Args[0], append([]string{"view", path, "--serve", "--out", s.out}, args...)...)
	s.cmd.Env = append(os.Environ(), "GALVANI_TEST_MAIN=1", "DISPLAY=")
	s.cmd.Stderr = &s.stderr
	stdout, err := s.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	guard := time.AfterFunc(60*time.Second, func() { _ = s.cmd.Process.Kill() })
	t.Cleanup(func() { guard.Stop(); _ = s.cmd.Process.Kill() })
	s.stdout = bufio.NewReader(stdout)
	line, err := s.stdout.ReadString('\n')
	if err == nil {
		s.url, err = url.Parse(strings.TrimSpace(line))
	}
	if err != nil {
		t.Fatalf("no address: %v\n%s", err, s.stderr.String())
	}
	return s
}

// look connects a browser and waits for its first frame.
func (s *serving) look(ctx context.Context) *websocket.Conn {
	s.t.Helper()
	u := *s.url
	u.Scheme, u.Path = "ws", "/ws"
	c, _, err := websocket.Dial(ctx, u.String(), nil)
	if err != nil {
		s.t.Fatal(err)
	}
	c.SetReadLimit(1 << 22)
	if kind, data, err := c.Read(ctx); err != nil || kind != websocket.MessageBinary || data[0] != 'J' {
		s.t.Fatalf("no frame: %v\n%s", err, s.stderr.String())
	}
	return c
}

// end waits for the program and returns its exit code and what browsers were told.
func (s *serving) end(ctx context.Context, c *websocket.Conn) (code int, told string) {
	s.t.Helper()
	for {
		kind, data, err := c.Read(ctx)
		if err != nil {
			break
		}
		if kind == websocket.MessageText {
			told += string(data)
			_ = c.Close(websocket.StatusNormalClosure, "")
		}
	}
	err := s.cmd.Wait()
	var e *exec.ExitError
	if err != nil && !errors.As(err, &e) {
		s.t.Fatal(err)
	}
	return s.cmd.ProcessState.ExitCode(), told
}

// Ctrl-C ends the program, which tells browsers why, writes what was recorded and frees the port.
func TestServeInterrupted(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	defer cancel()
	s := startServing(t, servedModel, "--size", "320x240", "--speed", "0")
	c := s.look(ctx)
	for path, want := range map[string]int{s.url.String(): 200, "http://" + s.url.Host: 403} {
		if res, err := http.Get(path); err != nil || res.StatusCode != want {
			t.Errorf("%s: %v, %v", path, res, err)
		} else {
			res.Body.Close()
		}
	}
	http.DefaultClient.CloseIdleConnections()
	if line, err := s.stdout.ReadString('\n'); line != "it runs\n" {
		t.Fatalf("the script printed %q: %v", line, err)
	}
	if err := s.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	code, told := s.end(ctx, c)
	if code != exitInterrupted {
		t.Errorf("exit code %d\n%s", code, s.stderr.String())
	}
	if !strings.Contains(told, `"t":"ended","text":"stopped by Ctrl-C"`) {
		t.Errorf("the browser was told %q", told)
	}
	l, err := net.Listen("tcp", s.url.Host)
	if err != nil {
		t.Fatalf("the port is not free: %v", err)
	}
	l.Close()
	if _, err := record.ReadFile(filepath.Join(s.out, "M.npz")); err != nil {
		t.Error(err)
	}
	for _, want := range []string{"ssh -N -L " + s.url.Port() + ":" + s.url.Host, "stopped by Ctrl-C at t = "} {
		if !strings.Contains(s.stderr.String(), want) {
			t.Errorf("%q is not in %q", want, s.stderr.String())
		}
	}
}

// Esc in a browser closes the window, as on a desktop.
func TestServeClosed(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	defer cancel()
	s := startServing(t, servedModel, "--size", "320x240", "--speed", "0")
	c := s.look(ctx)
	if err := c.Write(ctx, websocket.MessageText, []byte(`{"t":"key","code":"Escape","down":true}`)); err != nil {
		t.Fatal(err)
	}
	code, told := s.end(ctx, c)
	if code != exitOK || !strings.Contains(told, "the window was closed") {
		t.Errorf("exit code %d, told %q\n%s", code, told, s.stderr.String())
	}
}

// BenchmarkServe is frames of 800 x 600 pixels of the neural field in real time, as a browser on this machine receives them, and what
// that costs: seconds of processor time, of simulation, drawing and encoding together, in a second.
func BenchmarkServe(b *testing.B) {
	model, err := os.ReadFile("../../examples/neural_field/neural_field.star")
	if err != nil {
		b.Fatal(err)
	}
	for _, fps := range []string{"30", "240"} {
		b.Run("fps="+fps, func(b *testing.B) {
			ctx, cancel := context.WithTimeout(b.Context(), 60*time.Second)
			defer cancel()
			s := startServing(b, string(model), "--size", "800x600", "--fps", fps, "--set", "duration=1000*second", "--quiet")
			c := s.look(ctx)
			before, size := cpuTime(b, s.cmd.Process.Pid), 0
			// The first frame was not answered, so one frame is on its way while one is read.
			for b.Loop() {
				_, data, err := c.Read(ctx)
				if err != nil {
					b.Fatal(err)
				}
				size += len(data)
				number := strconv.FormatUint(binary.BigEndian.Uint64(data[1:]), 10)
				if err := c.Write(ctx, websocket.MessageText, []byte(`{"t":"ack","n":`+number+`}`)); err != nil {
					b.Fatal(err)
				}
			}
			wall := b.Elapsed().Seconds()
			b.ReportMetric(float64(b.N)/wall, "frames/s")
			cpu := cpuTime(b, s.cmd.Process.Pid) - before
			b.ReportMetric(cpu/wall, "cpu-s/s")
			b.ReportMetric(1e3*cpu/float64(b.N), "cpu-ms/frame")
			b.ReportMetric(float64(size)/float64(b.N)/1024, "KiB/frame")
			_ = s.cmd.Process.Signal(os.Interrupt)
			s.end(ctx, c)
		})
	}
}

// cpuTime is the processor time that a process has used, in seconds.
func cpuTime(b *testing.B, pid int) float64 {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		b.Fatal(err)
	}
	_, rest, _ := bytes.Cut(text, []byte(") "))
	f := strings.Fields(string(rest))
	user, err1 := strconv.ParseFloat(f[11], 64)
	system, err2 := strconv.ParseFloat(f[12], 64)
	if err := errors.Join(err1, err2); err != nil {
		b.Fatal(err)
	}
	return (user + system) / 100 // USER_HZ is 100 on every Linux that Go runs on
}

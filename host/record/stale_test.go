//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package record

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
)

// spilled makes a recording in a folder whose columns are in temporary files.
func spilled(dir string) (*Recording, error) {
	r, err := NewRecording(filepath.Join(dir, "trace.npz"), StateColumns([]string{"v"}, []int{1}), 1)
	if err != nil {
		return nil, err
	}
	return r, r.Append([]float64{1, 2}, []float64{3, 4})
}

// TestHoldSpilled is the other process of TestRemoveStale: it spills, says so, and waits to be killed.
func TestHoldSpilled(t *testing.T) {
	dir := os.Getenv("GALVANI_TEST_SPILL")
	if dir == "" {
		return
	}
	if _, err := spilled(dir); err != nil {
		t.Fatal(err)
	}
	fmt.Println("ready")
	var b [1]byte
	_, _ = os.Stdin.Read(b[:])
}

// TestRemoveStale removes what a killed process left, and nothing else: not what a living one writes, and not what others named.
func TestRemoveStale(t *testing.T) {
	dir := t.TempDir()
	others := []string{"trace.npz", ".trace.npz.0123abcd.part", ".trace.npz.galvani-part", "trace.npz.0123abcd.galvani-part", ".trace.npz.0123ABCD.galvani-part", ".trace.npz.0123abcd.galvani-part.bak"}
	for _, name := range others {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("x"), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	folder, link := ".trace.npz.00000001.galvani-part", ".trace.npz.00000002.galvani-part"
	if err := os.Mkdir(filepath.Join(dir, folder), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("trace.npz", filepath.Join(dir, link)); err != nil {
		t.Fatal(err)
	}
	others = append(others, folder, link)

	c := exec.Command(os.Args[0], "-test.run=^TestHoldSpilled$")
	c.Env = append(os.Environ(), "GALVANI_TEST_SPILL="+dir)
	in, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if line != "ready\n" {
		_ = c.Process.Kill()
		t.Fatalf("%q, %v", line, err)
	}
	if removed, err := RemoveStale(dir); len(removed) > 0 || err != nil {
		t.Errorf("removed %q of a process that runs, %v", removed, err)
	}
	_ = c.Process.Kill()
	_ = c.Wait()

	own, err := spilled(dir)
	if err != nil {
		t.Fatal(err)
	}
	half, err := Create(filepath.Join(dir, "other.npz"))
	if err != nil {
		t.Fatal(err)
	}
	removed, err := RemoveStale(dir)
	if len(removed) != 2 || err != nil {
		t.Errorf("removed %q, %v; want the two columns of the process that was killed", removed, err)
	}
	if again, err := RemoveStale(dir); len(again) > 0 || err != nil {
		t.Errorf("removed %q, %v", again, err)
	}
	if err := own.Save(); err != nil {
		t.Error(err)
	}
	if err := half.Commit(); err != nil {
		t.Error(err)
	}
	if err := own.Close(); err != nil {
		t.Error(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var left []string
	for _, e := range entries {
		left = append(left, e.Name())
	}
	want := append(others, "other.npz")
	slices.Sort(want)
	if !slices.Equal(left, want) {
		t.Errorf("left are %q, want %q", left, want)
	}
	if removed, err := RemoveStale(filepath.Join(dir, "none")); len(removed) > 0 || err != nil {
		t.Errorf("a folder that does not exist: %q, %v", removed, err)
	}
}

package sim

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// onDisk is the names and contents of all files in a folder.
func onDisk(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "%s %x\n", e.Name(), data)
	}
	return b.String()
}

// TestFailedRestore leaves everything as it was: variables, spikes under way, random key, recordings in memory and those in files, the state file and
// the states in memory; and the run goes on to the same bits as one that never tried.
func TestFailedRestore(t *testing.T) {
	dir := t.TempDir()
	made := func(out string) *chain {
		c := newChain(t, 3)
		c.opt.RecordPath = func(m string) string { return filepath.Join(dir, out, m+".npz") }
		c.must(os.MkdirAll(filepath.Join(dir, out), 0o777))
		c.run(9e-3)
		c.must(c.sim.Store("early"))
		c.must(c.sim.StoreFile(filepath.Join(dir, out, "state"), ""))
		c.run(5e-3)
		// A part of every recording is in its file, and a part in memory.
		for _, r := range c.sim.Recordings() {
			c.must(r.Checkpoint())
		}
		c.run(3e-3)
		return c
	}
	undisturbed := made("undisturbed")
	undisturbed.run(6e-3)
	want := undisturbed.everything()
	undisturbed.must(undisturbed.sim.Restore("early", RestoreOptions{Random: true}))
	wantEarly := undisturbed.everything()

	c := made("out")
	good, err := os.ReadFile(filepath.Join(dir, "out", "state"))
	c.must(err)
	other := newChain(t, 4)
	other.run(4e-3)
	other.must(other.sim.StoreFile(filepath.Join(dir, "other"), ""))
	of4, err := os.ReadFile(filepath.Join(dir, "other"))
	c.must(err)
	tampered := bytes.Clone(good)
	tampered[len(tampered)/2] ^= 1
	version := bytes.Clone(good)
	binary.LittleEndian.PutUint32(version[len(stateMagic):], stateVersion+1)

	device := func() string {
		snap, err := c.sim.inst.Snapshot()
		c.must(err)
		return fmt.Sprint(snap.At, c.sim.seconds, c.sim.random, c.sim.restores, c.sim.Stored(), snap.Data)
	}
	for _, x := range []struct {
		name string
		data []byte
		want string
	}{
		{"truncated", good[:len(good)-1], "cut off or changed"},
		{"half", good[:len(good)/2], "cut off or changed"},
		{"tampered", tampered, "damaged"},
		{"another network", of4, "belongs to another network"},
		{"another version", version, fmt.Sprint("has version ", stateVersion+1)},
		{"empty", nil, "it ends after 0 bytes"},
		{"not a state", bytes.Repeat([]byte("text "), 100), "not a file that store() has written"},
	} {
		t.Run(x.name, func(t *testing.T) {
			c.t = t
			bad := filepath.Join(dir, "bad")
			c.must(os.WriteFile(bad, x.data, 0o666))
			state, recorded, files := device(), c.everything(), onDisk(t, filepath.Join(dir, "out"))
			for _, o := range []RestoreOptions{{}, {Random: true}} {
				wantError(t, c.sim.RestoreFile(bad, "", o), x.want)
			}
			c.wantSame("state", device(), state)
			c.wantSame("recordings", c.everything(), recorded)
			if onDisk(t, filepath.Join(dir, "out")) != files {
				t.Error("files have changed")
			}
			if now, err := os.ReadFile(bad); err != nil || !bytes.Equal(now, x.data) {
				t.Error("the file that could not be restored has changed", err)
			}
		})
	}
	c.t = t
	c.run(6e-3)
	c.wantSame("the run that goes on", c.everything(), want)
	c.must(c.sim.Restore("early", RestoreOptions{Random: true}))
	c.wantSame("the state in memory", c.everything(), wantEarly)
}

// TestStoreFileSpilled stores a recording that is partly in its file, and partly cut off behind what is stored: the state file has the samples of one
// that never left memory.
func TestStoreFileSpilled(t *testing.T) {
	dir := t.TempDir()
	var want []byte
	for _, out := range []string{"", dir} {
		c := newChain(t, 3)
		if out != "" {
			c.opt.RecordPath = func(m string) string { return filepath.Join(out, m+".npz") }
		}
		c.run(9e-3)
		for _, r := range c.sim.Recordings() {
			c.must(r.Checkpoint())
		}
		c.run(2e-3)
		path := filepath.Join(t.TempDir(), "state")
		c.must(c.sim.StoreFile(path, ""))
		data, err := os.ReadFile(path)
		c.must(err)
		if want == nil {
			want = data
		} else if !bytes.Equal(want, data) {
			t.Errorf("%d bytes, %d of a recording in memory, or others", len(data), len(want))
		}
		before := c.everything()
		c.run(4e-3)
		c.must(c.sim.RestoreFile(path, "", RestoreOptions{Random: true}))
		c.wantSame("restored", c.everything(), before)
	}
}

package record

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// brokenFiles syncs nothing, lets room bytes be written in all and calls calls of everything else succeed; then every call fails.
type brokenFiles struct {
	osFiles
	room, calls int
	err         error
}

func (b *brokenFiles) call(op string) error {
	if b.calls == 0 {
		return &os.PathError{Op: op, Path: "somewhere", Err: b.err}
	}
	b.calls--
	return nil
}

func (b *brokenFiles) Create(path string) (handle, error) {
	if err := b.call("open"); err != nil {
		return nil, err
	}
	h, err := b.osFiles.Create(path)
	if err != nil {
		return nil, err
	}
	return &brokenHandle{h, b}, nil
}

func (b *brokenFiles) Rename(from, to string) error {
	if err := b.call("rename"); err != nil {
		return err
	}
	return b.osFiles.Rename(from, to)
}

func (b *brokenFiles) SyncDir(string) error {
	return b.call("sync")
}

type brokenHandle struct {
	handle
	b *brokenFiles
}

func (h *brokenHandle) Write(p []byte) (int, error) {
	if len(p) <= h.b.room {
		h.b.room -= len(p)
		return h.handle.Write(p)
	}
	n, _ := h.handle.Write(p[:h.b.room])
	h.b.room = 0
	return n, &os.PathError{Op: "write", Path: "somewhere", Err: h.b.err}
}

func (h *brokenHandle) Sync() error {
	return h.b.call("sync")
}

func (h *brokenHandle) Close() error {
	err := h.handle.Close()
	if e := h.b.call("close"); e != nil {
		return e
	}
	return err
}

// onlyFiles fails unless the folder holds exactly the named files.
func onlyFiles(t *testing.T, dir string, names ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var have []string
	for _, e := range entries {
		have = append(have, e.Name())
	}
	if strings.Join(have, " ") != strings.Join(names, " ") {
		t.Errorf("the folder holds %q, want %q", have, names)
	}
}

func content(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return "none"
	}
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// everyFailure runs write with a file system that fails after any number of bytes (every one of the first 400) and of calls, over an old file and over none.
// Whatever fails, the name keeps its old meaning, no other file stays, and the error says which file and why.
func everyFailure(t *testing.T, name string, write func(fs fileSystem, path string) error) {
	t.Helper()
	full := 1 << 30
	dir := t.TempDir()
	path := filepath.Join(dir, name)
	try := func(old string, room, calls int) bool {
		t.Helper()
		_ = os.Remove(path)
		if old != "none" {
			if err := os.WriteFile(path, []byte(old), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		err := write(&brokenFiles{room: room, calls: calls, err: syscall.ENOSPC}, path)
		if err == nil {
			onlyFiles(t, dir, name)
			return true
		}
		var o *OutputError
		if !errors.Is(err, ErrOutput) || !errors.As(err, &o) || o.Path != path || !errors.Is(err, syscall.ENOSPC) {
			t.Errorf("room %d, calls %d: error %v", room, calls, err)
		}
		if got := content(t, path); got != old {
			// After the rename only the folder's sync can fail: the new content is then whole.
			whole := filepath.Join(t.TempDir(), name)
			if calls == full || write(&brokenFiles{room: full, calls: full}, whole) != nil || got != content(t, whole) {
				t.Errorf("room %d, calls %d: %d bytes under the final name", room, calls, len(got))
			}
		}
		if old == "none" && content(t, path) == "none" {
			onlyFiles(t, dir)
		} else {
			onlyFiles(t, dir, name)
		}
		return false
	}
	for _, old := range []string{"none", "old content"} {
		step := 1
		for room := 0; !try(old, room, full); room += step {
			if room > 400 {
				step = 13
			}
		}
		for calls := 0; !try(old, full, calls); calls++ {
		}
	}
}

func TestFilesAreWholeOrAbsent(t *testing.T) {
	everyFailure(t, "a.npy", func(fs fileSystem, path string) error {
		return writeFile(fs, path, func(w io.Writer) error { return WriteNPY(w, New(ramp(40))) })
	})
	everyFailure(t, "run.json", func(fs fileSystem, path string) error { return (&RunInfo{Model: "a"}).write(fs, path) })
	everyFailure(t, "x.csv", func(fs fileSystem, path string) error {
		return writeFile(fs, path, func(w io.Writer) error { return WriteCSV(w, []string{"a"}, [][]float64{ramp(20)}) })
	})
}

func TestRecordingsAreWholeOrAbsent(t *testing.T) {
	for _, name := range []string{"m.npz", "m.csv"} {
		for _, bound := range []int64{1 << 20, 100} {
			everyFailure(t, name, func(fs fileSystem, path string) error {
				r, err := NewRecording(path, StateColumns([]string{"v"}, []int{3}), bound)
				if err != nil {
					return err
				}
				r.fs = fs
				defer r.Close()
				for k := range 12 {
					if err := r.Append([]float64{float64(k)}, []float64{1, 2, float64(k)}); err != nil {
						return err
					}
				}
				return r.Save()
			})
		}
	}
}

func TestAbortLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	f, err := Create(filepath.Join(dir, "a.bin"))
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(f, "half")
	onlyFilesCount(t, dir, 1)
	f.Abort()
	onlyFiles(t, dir)
	if f, err = Create(filepath.Join(dir, "a.bin")); err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(f, "whole")
	if err := f.Commit(); err != nil {
		t.Fatal(err)
	}
	f.Abort()
	if got := content(t, filepath.Join(dir, "a.bin")); got != "whole" {
		t.Error(got)
	}
	info, err := os.Stat(filepath.Join(dir, "a.bin"))
	if err != nil || info.Mode().Perm()&0o444 == 0 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

func onlyFilesCount(t *testing.T, dir string, n int) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != n {
		t.Errorf("%d files, %v; want %d", len(entries), err, n)
	}
}

func TestUnwritableFolder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "missing", "a.npy")
	err := SaveNPY(path, New(ramp(3)))
	if !errors.Is(err, ErrOutput) || !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), path) || strings.Contains(err.Error(), "-part") {
		t.Error(err)
	}
	if _, err := Create(t.TempDir() + "/"); !errors.Is(err, ErrOutput) {
		t.Error(err)
	}
}

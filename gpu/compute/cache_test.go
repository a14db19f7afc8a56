package compute

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

func TestDiskCache(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b")
	c := NewDiskCacheIn(dir)
	if _, _, ok := c.Load("key"); ok {
		t.Fatal("an empty cache has a program")
	}
	want := []byte("program")
	c.Store("key", 7, want)
	format, got, ok := c.Load("key")
	if !ok || format != 7 || !bytes.Equal(got, want) {
		t.Fatalf("got %d %q %v", format, got, ok)
	}
	file := filepath.Join(dir, "key.bin")
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for name, bad := range map[string][]byte{
		"truncated": data[:len(data)-1],
		"tampered":  append(bytes.Clone(data[:len(data)-1]), 'x'),
		"empty":     nil,
		"foreign":   bytes.Repeat([]byte("z"), 200),
	} {
		if err := os.WriteFile(file, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, _, ok := c.Load("key"); ok {
			t.Errorf("a %s file was taken for a program", name)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "new*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestDiskCacheWithoutPlace(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	c := NewDiskCacheIn(filepath.Join(file, "below")) // a folder below a file cannot be made
	if c != nil {
		t.Fatal("a cache where there is no place")
	}
	c.Store("key", 1, []byte("x")) // must do nothing
	if _, _, ok := c.Load("key"); ok {
		t.Fatal("a program from no cache")
	}
}

package compute

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"os"
	"path/filepath"
	"sort"
)

// DiskCache keeps linked programs in a folder, so that a model that ran before starts without compiling. It implements
// device.ProgramCache. Several programs may share the folder; whatever goes wrong there only costs time.
type DiskCache struct{ dir string }

// cacheLimit is the size above which the oldest programs are removed.
const cacheLimit = 64 << 20

var cacheMagic = []byte("galvani program 1\n")

// NewDiskCache opens the cache of the current user, or returns nil where there is no place for one.
func NewDiskCache() *DiskCache {
	base, err := os.UserCacheDir()
	if err != nil {
		return nil
	}
	return NewDiskCacheIn(filepath.Join(base, "galvani", "programs"))
}

// NewDiskCacheIn opens a cache in dir, which is made when needed, or returns nil where it cannot be written.
func NewDiskCacheIn(dir string) *DiskCache {
	if os.MkdirAll(dir, 0o700) != nil {
		return nil
	}
	c := &DiskCache{dir}
	c.prune()
	return c
}

func (c *DiskCache) path(key string) string { return filepath.Join(c.dir, key+".bin") }

// Load returns the program stored under key, when its file is whole.
func (c *DiskCache) Load(key string) (format uint32, program []byte, ok bool) {
	if c == nil {
		return 0, nil, false
	}
	data, err := os.ReadFile(c.path(key))
	if err != nil {
		return 0, nil, false
	}
	head := len(cacheMagic) + 4 + sha256.Size
	if len(data) < head || !bytes.HasPrefix(data, cacheMagic) {
		return 0, nil, false
	}
	program = data[head:]
	if sum := sha256.Sum256(program); !bytes.Equal(sum[:], data[head-sha256.Size:head]) {
		return 0, nil, false
	}
	return binary.LittleEndian.Uint32(data[len(cacheMagic):]), program, true
}

// Store keeps a program. The file appears whole or not at all.
func (c *DiskCache) Store(key string, format uint32, program []byte) {
	if c == nil {
		return
	}
	f, err := os.CreateTemp(c.dir, "new*")
	if err != nil {
		return
	}
	sum := sha256.Sum256(program)
	data := binary.LittleEndian.AppendUint32(bytes.Clone(cacheMagic), format)
	data = append(append(data, sum[:]...), program...)
	_, err = f.Write(data)
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Rename(f.Name(), c.path(key))
	}
	if err != nil {
		os.Remove(f.Name())
	}
}

// prune removes the oldest files until the rest fits.
func (c *DiskCache) prune() {
	entries, err := os.ReadDir(c.dir)
	if err != nil {
		return
	}
	var files []os.FileInfo
	var total int64
	for _, e := range entries {
		if i, err := e.Info(); err == nil && i.Mode().IsRegular() {
			files = append(files, i)
			total += i.Size()
		}
	}
	sort.Slice(files, func(i, j int) bool { return files[i].ModTime().Before(files[j].ModTime()) })
	for _, f := range files {
		if total <= cacheLimit {
			return
		}
		if os.Remove(filepath.Join(c.dir, f.Name())) == nil {
			total -= f.Size()
		}
	}
}

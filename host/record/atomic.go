package record

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
)

// fileSystem is what writing needs of the operating system, so that tests can make any call fail.
type fileSystem interface {
	Create(path string) (handle, error) // fails if path exists
	Rename(from, to string) error
	Remove(path string) error
	SyncDir(path string) error
}

type handle interface {
	io.Reader
	io.Writer
	io.Seeker
	Sync() error
	Close() error
}

type osFiles struct{}

func (osFiles) Create(path string) (handle, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return nil, err
	}
	// The lock tells RemoveStale that the file is in use; without one, where locks do not exist, nothing is removed. RemoveStale may have been
	// there in between.
	if lock(f) && !sameFile(f, path) {
		return nil, errors.Join(&os.PathError{Op: "create", Path: path, Err: os.ErrExist}, f.Close())
	}
	return f, nil
}
func (osFiles) Rename(from, to string) error { return os.Rename(from, to) }
func (osFiles) Remove(path string) error     { return os.Remove(path) }

func (osFiles) SyncDir(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	// Some file systems cannot sync a folder; the rename is then as durable as it gets.
	_ = d.Sync()
	return d.Close()
}

// File is a file that appears under its name only when it is complete. Its errors are [*OutputError].
type File struct {
	path, temporary string
	fs              fileSystem
	f               handle
	w               *bufio.Writer
	err             error
	done            bool
}

// Create starts a file that will replace path. The caller ends it with Commit, or with Abort, which does nothing after Commit.
func Create(path string) (*File, error) { return create(osFiles{}, path) }

func create(fs fileSystem, path string) (*File, error) {
	f, temporary, err := createTemporary(fs, path)
	if err != nil {
		return nil, outputError(path, err)
	}
	return &File{path: path, temporary: temporary, fs: fs, f: f, w: bufio.NewWriterSize(f, 1<<18)}, nil
}

// createTemporary makes a new hidden file next to path.
func createTemporary(fs fileSystem, path string) (handle, string, error) {
	dir, base := filepath.Split(path)
	if base == "" {
		return nil, "", errors.New("it is a folder")
	}
	for range 100 {
		temporary := filepath.Join(dir, fmt.Sprintf(".%s.%08x.galvani-part", base, rand.Uint32()))
		f, err := fs.Create(temporary)
		if errors.Is(err, os.ErrExist) {
			continue
		}
		return f, temporary, cause(err)
	}
	return nil, "", errors.New("no free temporary name")
}

// cause strips the name of the temporary file, which means nothing to the user.
func cause(err error) error {
	var p *os.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	var l *os.LinkError
	if errors.As(err, &l) {
		return l.Err
	}
	return err
}

// Write adds data. After a failure every call returns the same error.
func (f *File) Write(p []byte) (int, error) {
	if f.err != nil {
		return 0, f.err
	}
	n, err := f.w.Write(p)
	f.fail(err)
	return n, f.err
}

func (f *File) fail(err error) {
	if err != nil && f.err == nil {
		f.err = outputError(f.path, cause(err))
	}
}

// Commit makes the data durable and gives the file its name. On an error the name still means what it meant before.
func (f *File) Commit() error {
	if f.done {
		return f.err
	}
	f.done = true
	if f.err == nil {
		f.fail(f.w.Flush())
	}
	if f.err == nil {
		f.fail(f.f.Sync())
	}
	f.fail(f.f.Close())
	if f.err == nil {
		f.fail(f.fs.Rename(f.temporary, f.path))
	}
	if f.err != nil {
		_ = f.fs.Remove(f.temporary)
		return f.err
	}
	f.fail(f.fs.SyncDir(filepath.Dir(f.path)))
	return f.err
}

// Abort removes what was written.
func (f *File) Abort() {
	if f.done {
		return
	}
	f.done = true
	_ = f.f.Close()
	_ = f.fs.Remove(f.temporary)
}

// WriteFile writes a file whole, or not at all, by f. Errors: *OutputError.
func WriteFile(path string, f func(w io.Writer) error) error { return writeFile(osFiles{}, path, f) }

func writeFile(fs fileSystem, path string, f func(w io.Writer) error) error {
	out, err := create(fs, path)
	if err != nil {
		return err
	}
	defer out.Abort()
	if err := f(out); err != nil {
		return outputError(path, err)
	}
	return out.Commit()
}

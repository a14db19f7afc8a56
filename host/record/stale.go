package record

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
)

// temporaryName is how createTemporary names files, and nothing else does.
var temporaryName = regexp.MustCompile(`^\..+\.[0-9a-f]{8}\.galvani-part$`)

// RemoveStale removes the temporary files that killed programs have left in a folder, and returns their names. The program that writes a
// temporary file holds a lock on it, which ends with the program; files of others, folders and links stay. A folder that does not exist holds none.
func RemoveStale(dir string) (removed []string, err error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, outputError(dir, cause(err))
	}
	for _, e := range entries {
		if !e.Type().IsRegular() || !temporaryName.MatchString(e.Name()) {
			continue
		}
		path := filepath.Join(dir, e.Name())
		gone, err := removeUnheld(path)
		if err != nil {
			return removed, outputError(path, cause(err))
		}
		if gone {
			removed = append(removed, e.Name())
		}
	}
	return removed, nil
}

// removeUnheld removes a file whose lock it can get. What cannot be opened belongs to someone else.
func removeUnheld(path string) (bool, error) {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return false, nil
	}
	defer f.Close()
	if !lock(f) || !sameFile(f, path) {
		return false, nil
	}
	return true, os.Remove(path)
}

// sameFile reports whether a path still means an open file.
func sameFile(f *os.File, path string) bool {
	here, err := f.Stat()
	if err != nil {
		return false
	}
	there, err := os.Lstat(path)
	return err == nil && os.SameFile(here, there)
}

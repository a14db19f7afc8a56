package record

import (
	"archive/zip"
	"errors"
	"io"
	"strings"
)

// maxInflated bounds what one compressed entry of an .npz file may grow to; entries stored as they are are bounded by the file.
const maxInflated = 4 << 30

// ReadNPZ reads all arrays of a zip archive of .npy files, as numpy.savez and savez_compressed write it, by name without ".npy".
func ReadNPZ(r io.ReaderAt, size int64) (map[string]*Array, error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, malformed("not an .npz file: %v", err)
	}
	out := map[string]*Array{}
	for _, f := range z.File {
		if f.FileInfo().IsDir() {
			continue
		}
		name, ok := strings.CutSuffix(f.Name, ".npy")
		if !ok {
			return nil, malformed("entry %q is not an array; an .npz file holds .npy entries", f.Name)
		}
		if _, twice := out[name]; twice {
			return nil, malformed("two arrays are named %q", name)
		}
		a, err := readEntry(f, size)
		if err != nil {
			return nil, inFile(f.Name, err)
		}
		out[name] = a
	}
	return out, nil
}

func readEntry(f *zip.File, size int64) (*Array, error) {
	known := int64(-1)
	switch {
	case f.Method == zip.Store && f.UncompressedSize64 <= uint64(size):
		known = int64(f.UncompressedSize64)
	case f.UncompressedSize64 > maxInflated:
		return nil, malformed("it expands to %d bytes, more than %d", f.UncompressedSize64, int64(maxInflated))
	}
	r, err := f.Open()
	if err != nil {
		return nil, malformed("%v", err)
	}
	defer r.Close()
	limited := io.LimitReader(r, max(known, maxInflated))
	a, err := ReadNPY(limited, known)
	if err == nil {
		// The checksum is only compared at the end of the entry.
		_, err = io.Copy(io.Discard, limited)
	}
	if errors.Is(err, zip.ErrChecksum) || errors.Is(err, zip.ErrFormat) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, malformed("the entry is damaged: %v", err)
	}
	return a, err
}

// npzWriter writes arrays as stored entries of a zip archive, which numpy.load reads; entries and archives above 4 GiB become zip64.
type npzWriter struct {
	z *zip.Writer
}

func newNPZ(w io.Writer) npzWriter { return npzWriter{zip.NewWriter(w)} }

// Named is an array with its name.
type Named struct {
	Name  string
	Array *Array
}

// WriteNPZ writes an .npz archive.
func WriteNPZ(w io.Writer, arrays []Named) error {
	z := newNPZ(w)
	for _, a := range arrays {
		e, err := z.entry(a.Name)
		if err != nil {
			return err
		}
		if err := WriteNPY(e, a.Array); err != nil {
			return err
		}
	}
	return z.z.Close()
}

func (w npzWriter) entry(name string) (io.Writer, error) {
	return w.z.CreateHeader(&zip.FileHeader{Name: name + ".npy", Method: zip.Store})
}

// SaveNPZ writes an .npz file whole.
func SaveNPZ(path string, arrays []Named) error {
	return WriteFile(path, func(w io.Writer) error { return WriteNPZ(w, arrays) })
}

// SaveNPY writes an .npy file whole.
func SaveNPY(path string, a *Array) error {
	return WriteFile(path, func(w io.Writer) error { return WriteNPY(w, a) })
}

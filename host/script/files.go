package script

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"

	"github.com/galvani-sim/galvani/host/record"
	"go.starlark.net/starlark"
)

func realDir(path string) (string, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	real, err := filepath.EvalSymlinks(abs)
	if err != nil {
		var p *os.PathError
		if errors.As(err, &p) {
			err = p.Err
		}
		return "", fmt.Errorf("%s: %w", path, err)
	}
	info, err := os.Stat(real)
	if err != nil {
		return "", err
	}
	if !info.IsDir() {
		return "", fmt.Errorf("%s is not a folder", path)
	}
	return real, nil
}

// within reports whether path lies in dir; both have no symlinks left.
func within(dir, path string) bool {
	rel, err := filepath.Rel(dir, path)
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}

// readable resolves the name of a file that a script wants to read. Names are relative to the script's folder, then to the
// --data folders. What lies elsewhere, also by a symlink, is refused.
func (in *interp) readable(name string) (string, error) {
	dirs := append([]string{in.root}, in.dirs...)
	try := make([]string, 0, len(dirs))
	if filepath.IsAbs(name) {
		try = append(try, name)
	} else {
		for _, d := range dirs {
			try = append(try, filepath.Join(d, name))
		}
	}
	outside := false
	for _, path := range try {
		real, err := filepath.EvalSymlinks(path)
		if err != nil {
			// The existence of files elsewhere is not a script's business.
			if filepath.IsAbs(name) || strings.Contains(name, "..") {
				ok := false
				for _, d := range dirs {
					ok = ok || within(d, filepath.Clean(path))
				}
				outside = outside || !ok
			}
			if !errors.Is(err, fs.ErrNotExist) && !outside {
				return "", errors.New(readError("file", name, err))
			}
			continue
		}
		for _, d := range dirs {
			if within(d, real) {
				if !slices.Contains(in.seen, real) {
					in.seen = append(in.seen, real)
				}
				return real, nil
			}
		}
		outside = true
	}
	list := strings.Join(dirs, ", ")
	if outside {
		return "", withHint(fmt.Errorf("%q is outside the folders that this script may read (%s)", name, list), "allow its folder with --data DIR")
	}
	return "", withHint(fmt.Errorf("there is no file %q in %s", name, list), "files are looked for in the script's folder and in those given with --data DIR")
}

// read is read("name.npy"): npy, npz, csv, mtx and png files as arrays.
func (in *interp) read(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var name string
	if err := unpack(b.Name(), args, kwargs, "file", &name); err != nil {
		return nil, err
	}
	return in.readFile(name)
}

// readFile reads a file of numbers: an array; a dictionary of arrays for npz and for csv with named columns; a sparse matrix
// for mtx.
func (in *interp) readFile(name string) (starlark.Value, error) {
	path, err := in.readable(name)
	if err != nil {
		return nil, err
	}
	v, err := record.ReadFile(path)
	if err != nil {
		var f *record.FormatError
		var p *os.PathError
		if errors.As(err, &f) {
			f.Path = name
			return nil, f
		}
		if errors.As(err, &p) {
			err = p.Err
		}
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	switch v := v.(type) {
	case *record.Array:
		return fromRecord(v, name), nil
	case map[string]*record.Array:
		names := make([]string, 0, len(v))
		for n := range v {
			names = append(names, n)
		}
		sort.Strings(names)
		d := starlark.NewDict(len(v))
		for _, n := range names {
			if err := d.SetKey(starlark.String(n), fromRecord(v[n], name)); err != nil {
				return nil, err
			}
		}
		return d, nil
	case *record.Table:
		a := fromRecord(v.Array, name)
		if v.Header == nil {
			if len(a.shape) == 2 && a.shape[1] == 1 {
				a.shape = a.shape[:1]
			}
			return a, nil
		}
		d := starlark.NewDict(len(v.Header))
		for _, h := range v.Header {
			col, _ := v.Column(h)
			c := fromSlice(col, noDim)
			c.source = name
			if err := d.SetKey(starlark.String(h), c); err != nil {
				return nil, err
			}
		}
		return d, nil
	case *record.Triplets:
		return &sparseMatrix{rows: v.Rows, cols: v.Cols, i: v.I, j: v.J, v: v.V, source: name}, nil
	}
	return nil, fmt.Errorf("%s: files of this kind hold no numbers", name)
}

func fromRecord(a *record.Array, name string) *Array {
	out := &Array{data: a.Float64s(), shape: append([]int(nil), a.Shape...), source: name}
	switch a.Type() {
	case record.Int32, record.Int64, record.Uint8:
		out.kind = intElems
	case record.Bool:
		out.kind = boolElems
	}
	if len(out.shape) == 0 {
		out.shape = []int{1}
	}
	return out
}

// inOutput refuses names of files that lead out of the output folder.
func inOutput(what, name, example string) error {
	if filepath.IsLocal(name) {
		return nil
	}
	return withHint(fmt.Errorf("%s: %q is outside the output folder", what, name), fmt.Sprintf("give a name within it, such as %q", example))
}

// outputFolder makes a folder under the output folder; links that lead out of it are refused.
func outputFolder(what, out, dir string) error {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		var p *fs.PathError
		if errors.As(err, &p) {
			err = p.Err
		}
		return &record.OutputError{Path: dir, Err: err}
	}
	root, err := filepath.EvalSymlinks(out)
	if err == nil {
		dir, err = filepath.EvalSymlinks(dir)
	}
	if err != nil {
		return &record.OutputError{Path: dir, Err: err}
	}
	if !within(root, dir) {
		return fmt.Errorf("%s: %q is outside the output folder", what, dir)
	}
	return nil
}

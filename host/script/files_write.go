package script

import (
	"bytes"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/galvani-sim/galvani/host/record"
	"go.starlark.net/starlark"
)

// savingVocabulary is what scripts write their own results with, under the output folder.
func (in *interp) savingVocabulary() map[string]builtinFunc {
	return map[string]builtinFunc{"save": in.saveArray, "savez": in.saveArrays, "savez_compressed": in.saveArrays, "savetxt": in.saveText}
}

// outputFile is where a script's file goes; "" without an output folder, which is a warning: nothing of a run depends on what it writes.
func (in *interp) outputFile(t *starlark.Thread, what, name string) (string, error) {
	if filepath.IsAbs(name) || !filepath.IsLocal(name) {
		return "", withHint(fmt.Errorf("%s: %q is outside the output folder", what, name), "give a name within it, such as \"results/rates.npz\", and run with --out DIR")
	}
	if in.opt.Out == "" {
		in.warnAt(t, fmt.Sprintf("%q is not written", name), "files of scripts go to the folder that --out DIR names")
		return "", nil
	}
	p := filepath.Join(in.opt.Out, name)
	return p, outputFolder(what, in.opt.Out, filepath.Dir(p))
}

// savedArray is an array as files have it, in SI units.
func savedArray(a *Array) *record.Array {
	shape := a.shape
	switch a.kind {
	case intElems:
		out := make([]int64, len(a.data))
		for k, v := range a.data {
			out[k] = int64(v)
		}
		return record.New(out, shape...)
	case boolElems:
		out := make([]bool, len(a.data))
		for k, v := range a.data {
			out[k] = v != 0
		}
		return record.New(out, shape...)
	}
	return record.New(a.data, shape...)
}

func withExtension(name, ext string) string {
	if strings.HasSuffix(name, ext) {
		return name
	}
	return name + ext
}

// saveArray is numpy's save(file, array): an .npy file.
func (in *interp) saveArray(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var name string
	var v, ignored starlark.Value
	if err := unpack(b.Name(), args, kwargs, "file", &name, "arr", &v, "allow_pickle?", &ignored); err != nil {
		return nil, err
	}
	a, err := toArray(v)
	if err != nil {
		return nil, fmt.Errorf("save: %w", err)
	}
	p, err := in.outputFile(t, "save", withExtension(name, ".npy"))
	if err != nil || p == "" {
		return starlark.None, err
	}
	return starlark.None, record.SaveNPY(p, savedArray(a))
}

func writeBytes(path string, b []byte) error {
	return record.WriteFile(path, func(w io.Writer) error {
		_, err := w.Write(b)
		return err
	})
}

// saveArrays is numpy's savez(file, a, b, name=c): an .npz file with arr_0, arr_1 and name.
func (in *interp) saveArrays(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args) == 0 {
		return nil, fmt.Errorf("%s: expected a file name", b.Name())
	}
	name, ok := starlark.AsString(args[0])
	if !ok {
		return nil, fmt.Errorf("%s: a file name is a text, not %s", b.Name(), article(args[0]))
	}
	var list []record.Named
	add := func(n string, v starlark.Value) error {
		a, err := toArray(v)
		if err != nil {
			return fmt.Errorf("%s: %s: %w", b.Name(), n, err)
		}
		list = append(list, record.Named{Name: n, Array: savedArray(a)})
		return nil
	}
	for k, v := range args[1:] {
		if err := add(fmt.Sprintf("arr_%d", k), v); err != nil {
			return nil, err
		}
	}
	for _, kv := range kwargs {
		if err := add(plainString(kv[0]), kv[1]); err != nil {
			return nil, err
		}
	}
	p, err := in.outputFile(t, b.Name(), withExtension(name, ".npz"))
	if err != nil || p == "" {
		return starlark.None, err
	}
	return starlark.None, record.SaveNPZ(p, list)
}

// saveText is numpy's savetxt(file, array, fmt="%.18e", delimiter=" ", header="", comments="# "): a row a line.
func (in *interp) saveText(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var name string
	var v starlark.Value
	form, between, header, footer, comments := "%.18e", " ", "", "", "# "
	if err := unpack(b.Name(), args, kwargs, "fname", &name, "X", &v, "fmt?", &form, "delimiter?", &between, "header?", &header, "footer?", &footer, "comments?", &comments); err != nil {
		return nil, err
	}
	a, err := toArray(v)
	if err != nil {
		return nil, fmt.Errorf("savetxt: %w", err)
	}
	cols := 1
	switch len(a.shape) {
	case 0, 1:
	case 2:
		cols = a.shape[1]
	default:
		return nil, fmt.Errorf("savetxt: an array of shape %s has more than two dimensions", shapeString(a.shape))
	}
	if strings.Count(form, "%") == 1 {
		form = strings.TrimSuffix(strings.Repeat(form+between, cols), between)
	}
	p, err := in.outputFile(t, "savetxt", name)
	if err != nil || p == "" {
		return starlark.None, err
	}
	var text bytes.Buffer
	comment := func(s string) {
		if s != "" {
			fmt.Fprintln(&text, comments+strings.ReplaceAll(s, "\n", "\n"+comments))
		}
	}
	comment(header)
	row := make(starlark.Tuple, cols)
	for k := 0; k < len(a.data); k += cols {
		for c := range row {
			row[c] = a.elem(a.data[k+c])
		}
		line, err := percentFormat(t, b, starlark.Tuple{starlark.String(form), row}, nil)
		if err != nil {
			return nil, fmt.Errorf("savetxt: %w", err)
		}
		fmt.Fprintln(&text, plainString(line))
	}
	comment(footer)
	return starlark.None, writeBytes(p, text.Bytes())
}

// textFile is a file that open(name, "w") began; it is written when it is closed, or at the end of the script.
type textFile struct {
	path string // "": nowhere
	text bytes.Buffer
	done bool
}

var (
	_ starlark.HasAttrs = (*textFile)(nil)
	_ managed           = (*textFile)(nil)
)

func (f *textFile) String() string        { return "file" }
func (f *textFile) Type() string          { return "file" }
func (f *textFile) Freeze()               {}
func (f *textFile) Truth() starlark.Bool  { return true }
func (f *textFile) Hash() (uint32, error) { return 0, fmt.Errorf("unhashable: file") }

func (f *textFile) leave() error {
	if f.done {
		return nil
	}
	f.done = true
	if f.path == "" {
		return nil
	}
	return writeBytes(f.path, f.text.Bytes())
}

// AttrNames lists the methods.
func (f *textFile) AttrNames() []string { return []string{"close", "flush", "write", "writelines"} }

// Attr gives a method.
func (f *textFile) Attr(name string) (starlark.Value, error) {
	put := func(v starlark.Value) error {
		s, ok := starlark.AsString(v)
		if !ok {
			return withHint(fmt.Errorf("write: expected a text, got %s", article(v)), "str(x) makes a text of anything")
		}
		if f.done {
			return fmt.Errorf("write: the file is closed")
		}
		f.text.WriteString(s)
		return nil
	}
	var do builtinFunc
	switch name {
	case "write", "writelines":
		do = func(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			v, err := oneArg(b, args, kwargs)
			if err != nil {
				return nil, err
			}
			if name == "write" {
				return starlark.None, put(v)
			}
			list, err := partsOf(name, v)
			for _, line := range list {
				if err == nil {
					err = put(line)
				}
			}
			return starlark.None, err
		}
	case "close":
		do = func(*starlark.Thread, *starlark.Builtin, starlark.Tuple, []starlark.Tuple) (starlark.Value, error) {
			return starlark.None, f.leave()
		}
	case "flush":
		do = doNothing
	default:
		return nil, noAttr("file", name, f.AttrNames())
	}
	return starlark.NewBuiltin(name, do), nil
}

// openFile is open(name, "w"), for texts. What a script reads are arrays and tables: read(name).
func (in *interp) openFile(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var name string
	mode := "r"
	var ignored starlark.Value
	if err := unpack(b.Name(), args, kwargs, "file", &name, "mode?", &mode, "encoding?", &ignored, "newline?", &ignored); err != nil {
		return nil, err
	}
	switch mode {
	case "w", "wt", "x":
	case "r", "rt", "rb":
		return nil, withHint(fmt.Errorf("open: scripts read files of numbers, not of text"), "read(\"table.csv\") reads npy, npz, csv, mtx and png files as arrays, np.loadtxt does too")
	default:
		return nil, withHint(fmt.Errorf("open: files are written as text, mode \"w\", not %q", mode), "np.savez(\"results.npz\", v=M.v, t=M.t) writes arrays; what monitors record is written by --out DIR anyway")
	}
	p, err := in.outputFile(t, "open", name)
	if err != nil {
		return nil, err
	}
	f := &textFile{path: p}
	in.files = append(in.files, f)
	return f, nil
}

// closeFiles writes what a script left open.
func (in *interp) closeFiles() error {
	for _, f := range in.files {
		if err := f.leave(); err != nil {
			return err
		}
	}
	return nil
}

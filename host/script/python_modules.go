package script

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/pystar"
	"go.starlark.net/starlark"
)

// A module of the user's own is a file beside the script, or in a folder of --data: params.py for "import params", tools/plots.py or
// tools/plots/__init__.py for "import tools.plots", and relative to the file that imports it for "from .plots import draw".

// filePlace is where a file that is run belongs.
type filePlace struct {
	dir  string // its folder, which dots at the beginning of a path mean; no symlinks
	path string // of a module, as in import
}

// moduleFile finds a module by its path as an import has it: its file, "" for a folder without one, and where it belongs.
func (in *interp) moduleFile(from *diag.Source, path string) (file string, at filePlace, ok bool) {
	name := strings.TrimLeft(path, ".")
	dots := len(path) - len(name)
	dirs := append([]string{in.root}, in.dirs...)
	at = filePlace{path: name}
	if dots > 0 {
		here := in.places[from]
		dir := here.dir
		for range dots - 1 {
			dir = filepath.Dir(dir)
		}
		dirs = []string{dir}
	}
	if name == "" && dots == 0 {
		return "", at, false
	}
	parts := strings.Split(name, ".")
	for _, dir := range dirs {
		whole := filepath.Join(append([]string{dir}, parts...)...)
		if rel, err := filepath.Rel(in.root, whole); err == nil && filepath.IsLocal(rel) {
			at.path = strings.ReplaceAll(rel, string(filepath.Separator), ".")
		}
		if name != "" && isFile(whole+".py") {
			at.dir = filepath.Dir(whole)
			return whole + ".py", at, true
		}
		at.dir = whole
		if init := filepath.Join(whole, "__init__.py"); isFile(init) {
			return init, at, true
		}
		if info, err := os.Stat(whole); err == nil && info.IsDir() {
			return "", at, true
		}
	}
	return "", at, false
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && !info.IsDir()
}

// localModules finds modules for what is imported in a file.
func (in *interp) localModules(from *diag.Source) pystar.Local {
	return func(path string, star bool) (names []string, ok bool) {
		file, at, ok := in.moduleFile(from, path)
		if !ok || file == "" || !star {
			return nil, ok
		}
		real, err := in.readable(file)
		if err != nil {
			return nil, true // which the import says, too
		}
		m := in.moduleOf(real)
		if m.names == nil {
			m.names = []string{} // of modules that import each other
			m.names = in.definedNames(real, at)
		}
		return m.names, true
	}
}

// moduleOf is what is known of a file; nothing at first.
func (in *interp) moduleOf(real string) *module {
	m := in.modules[real]
	if m == nil {
		m = &module{}
		in.modules[real] = m
	}
	return m
}

// definedNames are the names of a file's own variables, functions and classes that do not begin with "_": those that "from it import *" brings.
func (in *interp) definedNames(file string, at filePlace) (names []string) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil
	}
	src := &diag.Source{Name: in.moduleName(file), Text: string(text)}
	in.places[src] = at
	defer delete(in.places, src)
	f, err := fileOptions.Parse(src.Name, pystar.Rewrite(src.Text, in.localModules(src)).Code, 0)
	if err != nil {
		return nil
	}
	own := map[string]bool{}
	locals(nil, (&classMaker{}).stmts(decorated(entered(f.Stmts))), own)
	for name := range own {
		if !strings.HasPrefix(name, "_") && !strings.HasPrefix(name, ".") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// moduleName is what messages call a file: relative to where the script's own name is.
func (in *interp) moduleName(file string) string {
	if rel, err := filepath.Rel(in.root, file); err == nil && filepath.IsLocal(rel) {
		return filepath.Join(in.shown, rel)
	}
	return file
}

// vocabularyOf is what a file can name, with the name that it has itself.
func (in *interp) vocabularyOf(src *diag.Source) starlark.StringDict {
	d := maps.Clone(in.vocabulary)
	d["__file__"] = starlark.String(src.Name)
	if at := in.places[src]; at.path != "" {
		d["__name__"] = starlark.String(at.path)
	}
	return d
}

func (in *interp) moduleVocabulary(d starlark.StringDict) {
	d[pystar.Module] = starlark.NewBuiltin("import", in.importModule)
}

// importModule is pystar.Module: it runs the file when it is first imported.
func (in *interp) importModule(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var path string
	if err := starlark.UnpackPositionalArgs(b.Name(), args, kwargs, 1, &path); err != nil {
		return nil, err
	}
	from, _, _ := in.callSite(t)
	return in.importFrom(from, path)
}

// importFrom is a module that a file imports. What is asked for again, as for each name of a star, is not looked for again.
func (in *interp) importFrom(from *diag.Source, path string) (*localModule, error) {
	key := moduleKey{path: path}
	if strings.HasPrefix(path, ".") {
		key.dir = in.places[from].dir
	}
	if m := in.imported[key]; m != nil {
		return m, nil
	}
	file, at, ok := in.moduleFile(from, path)
	if !ok {
		return nil, withHint(fmt.Errorf("there is no module %q here", path), importHint)
	}
	m := &localModule{in: in, src: &diag.Source{Name: "a folder"}, path: path}
	if file != "" {
		real, err := in.readable(file)
		if err != nil {
			return nil, err
		}
		m.src.Name, m.module = in.moduleName(file), in.moduleOf(real)
		if !m.loading { // else modules import each other
			if _, err := in.loadFile(real, m.src, at); err != nil {
				return nil, err
			}
		}
	}
	in.places[m.src] = at
	in.imported[key] = m
	return m, nil
}

// moduleKey is what an import means: its path, and the folder where it begins if that is the importing file's.
type moduleKey struct{ dir, path string }

// localModule is a module of the user's own.
type localModule struct {
	in      *interp
	src     *diag.Source
	path    string // as it was imported
	*module        // nil: a folder without a file
}

var _ starlark.HasSetField = (*localModule)(nil)

func (m *localModule) String() string        { return fmt.Sprintf("<module %s>", m.path) }
func (m *localModule) Type() string          { return "module" }
func (m *localModule) Freeze()               {}
func (m *localModule) Truth() starlark.Bool  { return true }
func (m *localModule) Hash() (uint32, error) { return starlark.String(m.path).Hash() }

// members are the variables as they are now: a function may have changed those of its global statements.
func (m *localModule) members() starlark.StringDict {
	if m.module == nil {
		return nil
	}
	all := maps.Clone(m.globals)
	if n := m.thread.CallStackDepth(); m.loading && n > 0 { // what it has up to now
		all = m.thread.DebugFrame(n - 1).Callable().(*starlark.Function).Globals()
		maps.DeleteFunc(all, func(_ string, v starlark.Value) bool { return v == nil })
	}
	if box, ok := all[boxName].(*globalBox); ok {
		delete(all, boxName)
		maps.Copy(all, box.values)
	}
	return all
}

// AttrNames lists the members.
func (m *localModule) AttrNames() []string { return slices.Sorted(maps.Keys(m.members())) }

// Attr is a member, or a module within.
func (m *localModule) Attr(name string) (starlark.Value, error) {
	all := m.members()
	if v := all[name]; v != nil {
		return v, nil
	}
	if _, _, ok := m.in.moduleFile(m.src, "."+name); ok && m.isPackage() {
		return m.in.importFrom(m.src, "."+name)
	}
	if m.module != nil && m.loading {
		return nil, withHint(starlark.NoSuchAttrError(fmt.Sprintf("the module %q has no %q yet: it is being imported", m.path, name)), "two files import each other; move what both need to a third")
	}
	if m.module != nil && slices.Contains(m.names, name) {
		return unsetName{name, m.path}, nil
	}
	if v := m.in.vocabulary[name]; v != nil { // what "from brian2 import *" brings to it
		return v, nil
	}
	return nil, noAttr(fmt.Sprintf("the module %q", m.path), name, m.AttrNames())
}

// isPackage reports whether the module is a folder, or its __init__.py.
func (m *localModule) isPackage() bool {
	return m.module == nil || filepath.Base(m.src.Name) == "__init__.py"
}

// SetField refuses: functions of the module would not see it.
func (m *localModule) SetField(name string, _ starlark.Value) error {
	return withHint(fmt.Errorf("%s.%s cannot be given another value from outside of the module %q", m.path, name, m.path),
		fmt.Sprintf("write a function in %s that sets it (global %s), or keep what changes in a dictionary", m.src.Name, name))
}

// unsetName is a name of "from module import *" that has no value, since the statement that gives it one did not run.
type unsetName struct{ name, module string }

func (u unsetName) String() string {
	return fmt.Sprintf("<%s, which has no value in the module %s>", u.name, u.module)
}
func (u unsetName) Type() string {
	return fmt.Sprintf("name without a value (%s of the module %s)", u.name, u.module)
}
func (u unsetName) Freeze()              {}
func (u unsetName) Truth() starlark.Bool { return false }
func (u unsetName) Hash() (uint32, error) {
	return 0, fmt.Errorf("%s has no value in the module %s", u.name, u.module)
}

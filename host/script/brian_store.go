package script

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"sort"

	"github.com/galvani-sim/galvani/host/diag"
	"go.starlark.net/starlark"
)

// storing are the arguments of store and restore.
type storing struct {
	name   string
	file   string // "": in memory
	random bool
}

// storedState is a state in memory, with the time step of defaultclock, which comes back with it.
type storedState struct {
	Snapshot
	dt float64
}

// storingArgs reads store(name='default', filename=None) and restore(name='default', filename=None, restore_random_state=False).
func storingArgs(b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (a storing, err error) {
	var filename starlark.Value
	a.name = "default"
	pairs := []any{"name?", &a.name, "filename?", &filename}
	if b.Name() == "restore" {
		pairs = append(pairs, "restore_random_state?", &a.random)
	}
	if err := unpack(b.Name(), args, kwargs, pairs...); err != nil {
		return a, err
	}
	a.file, _, err = text(b.Name()+": filename=", filename)
	if err == nil && isGiven(filename) && a.file == "" {
		err = fmt.Errorf("%s: filename= is empty", b.Name())
	}
	return a, err
}

// store is net.store(...).
func (n *network) store(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	a, err := storingArgs(b, args, kwargs)
	if err != nil {
		return nil, err
	}
	if err := n.open(t); err != nil {
		return nil, err
	}
	return starlark.None, n.in.store(n.w, a)
}

// restore is net.restore(...).
func (n *network) restore(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	a, err := storingArgs(b, args, kwargs)
	if err != nil {
		return nil, err
	}
	if a.file != "" {
		if err := n.open(t); err != nil {
			return nil, err
		}
	}
	return starlark.None, n.in.restore(n.w, a)
}

// magicStore is store(...): of the objects that run() would take.
func (in *interp) magicStore(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	a, err := storingArgs(b, args, kwargs)
	if err != nil {
		return nil, err
	}
	if err := in.ready(t); err != nil {
		return nil, err
	}
	return starlark.None, in.store(in.brian.magic, a)
}

// magicRestore is restore(...).
func (in *interp) magicRestore(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	a, err := storingArgs(b, args, kwargs)
	if err != nil {
		return nil, err
	}
	if in.state != nil {
		return nil, fmt.Errorf("a network operation cannot restore the network")
	}
	if a.file != "" {
		if err := in.ready(t); err != nil {
			return nil, err
		}
		return starlark.None, in.restore(in.brian.magic, a)
	}
	if in.brian.magic == nil || in.brian.magic.sim == nil {
		return nil, withHint(fmt.Errorf("restore: nothing was stored"), "call store() first")
	}
	for _, o := range in.visible(capture(t)) {
		if o.world != in.brian.magic {
			return nil, withHint(fmt.Errorf("restore: %q was not there when the state was stored", o.name), "a state can only be restored into the network that it was stored of")
		}
	}
	return starlark.None, in.restore(in.brian.magic, a)
}

func (in *interp) store(w *world, a storing) error {
	s, ok := w.sim.(Storing)
	if !ok {
		return notYet("store")
	}
	if a.file != "" {
		path, err := in.statePath(a.file)
		if err != nil {
			return err
		}
		return s.StoreFile(path, a.name, uint64(in.draws.call))
	}
	snap, err := s.Store(uint64(in.draws.call))
	if err == nil {
		w.stored[a.name] = storedState{snap, in.defaultDT()}
	}
	return err
}

func (in *interp) restore(w *world, a storing) (err error) {
	s, ok := w.sim.(Storing)
	if !ok && w.sim != nil {
		return notYet("restore")
	}
	var draws uint64
	if a.file != "" {
		path, err := in.stateFile(a.file)
		if err != nil {
			return err
		}
		draws, err = s.RestoreFile(path, a.name, a.random)
		if err != nil {
			return err
		}
	} else {
		snap, ok := w.stored[a.name]
		if !ok {
			var names []string
			for n := range w.stored {
				names = append(names, n)
			}
			sort.Strings(names)
			return withHint(fmt.Errorf("restore: no state %q was stored of this network", a.name),
				cmp.Or(diag.DidYouMean(a.name, names), joined("there is ", names), "call store() first; a state belongs to the network that it was stored of"))
		}
		if draws, err = s.Restore(snap.Snapshot, a.random); err != nil {
			return err
		}
		in.net.DT, in.dtSet = snap.dt, true
	}
	in.moment++
	if a.random {
		in.draws.call = uint32(draws)
	}
	return nil
}

// statePath is where store(filename=...) writes: under the output folder.
func (in *interp) statePath(name string) (string, error) {
	if in.opt.Out == "" {
		return "", withHint(fmt.Errorf("store: there is no folder to write %q to", name), "run with --out DIR, or leave out filename= to keep the state in memory")
	}
	if err := inOutput("store", name, "trained.state"); err != nil {
		return "", err
	}
	path := filepath.Join(in.opt.Out, name)
	return path, outputFolder("store", in.opt.Out, filepath.Dir(path))
}

// stateFile is where restore(filename=...) reads: in the output folder, or where the script may read.
func (in *interp) stateFile(name string) (string, error) {
	if in.opt.Out != "" && filepath.IsLocal(name) {
		path := filepath.Join(in.opt.Out, name)
		if _, err := os.Stat(path); err == nil {
			root, err := filepath.EvalSymlinks(in.opt.Out)
			if err != nil {
				return "", err
			}
			real, err := filepath.EvalSymlinks(path)
			if err != nil {
				return "", err
			}
			if within(root, real) {
				return real, nil
			}
		}
	}
	path, err := in.readable(name)
	if err != nil {
		return "", fmt.Errorf("restore: %w", err)
	}
	return path, nil
}

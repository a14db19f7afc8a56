package script

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/net"
	"github.com/galvani-sim/galvani/host/units"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// DefaultSteps is how many Starlark steps a script may take between two runs.
const DefaultSteps = 100_000_000

// DefaultSeed is the seed of scripts that name none, so that a run can be repeated.
const DefaultSeed = 1

// Options of one run of a script.
type Options struct {
	Engine Engine
	// Set are the NAME=VALUE arguments that override param(NAME, ...).
	Set []string
	// Data are folders besides the script's own that it may read.
	Data []string
	// Seed, when not nil, takes the place of the script's seed.
	Seed *uint64
	// Steps bounds the script between two runs; 0 means DefaultSteps.
	Steps uint64
	// Open opens the network at the end of a script that never ran it, to be checked or watched.
	Open   bool
	Stdout io.Writer
	// Out is the folder that store(filename=...) writes to; without one that is an error.
	Out string
	// Figures say whether figures are written, and where; without a folder plotting only checks its arguments.
	Figures FigureOptions
	// Warn receives warnings about the script and its equations; may be nil.
	Warn func(diag.List)
}

// Result is what a script left behind.
type Result struct {
	Network *net.Network
	// Sim is open when the script ran the network; the caller closes it.
	Sim Simulation
	// Networks are all networks that the script opened, in order; Network and Sim are the last of them. The caller closes each.
	Networks []Opened
	Params   []Param
	Seed     uint64
	// Figures are the files of figures that were written.
	Figures []string
	// Files are the files that the script read, with their full names.
	Files []string
	// Complete is false when the script ended early because the engine or a stop of the user said so.
	Complete bool
}

// Opened is one network of a script with its simulation.
type Opened struct {
	// Name is that of a Network, or "run()" for what a bare run() collected.
	Name    string
	Network *net.Network
	Sim     Simulation
}

var noDim units.Dim

const cancelReason = "stopped by the user"

// interp is one run of one script.
type interp struct {
	ctx   context.Context
	opt   Options
	root  string   // the script's folder, symlinks resolved
	shown string   // that folder as messages name it
	dirs  []string // further folders that may be read
	seen  []string // files that were read
	// moment counts what may have changed the state of networks, for arrays that show it.
	moment int

	warned map[string]bool // rendered warnings already given

	thread     *starlark.Thread
	sources    map[string]*diag.Source // by the file name that positions carry
	literals   []literalText
	calls      []callText
	origins    map[*diag.Source]origin
	modules    map[string]*module // by their files
	imported   map[moduleKey]*localModule
	places     map[*diag.Source]filePlace // of scripts and modules
	vocabulary starlark.StringDict
	allowed    uint64 // steps of the thread at which the script has taken too many
	exceeded   string // reason of a limit that was hit

	params params
	draws  draws

	// world is the network that ANNarchy's objects join when they are made: that of a bare run(), or while a Network makes some its own.
	*world
	byGroup  map[*net.Group]*population
	runFrame *frameScope // where run was last called
	state    net.State   // not nil inside a network operation
	// functions and constants are ANNarchy's, for all equations.
	functions []function
	constants map[string]*constantValue
	// classes are the classes of behaviours in each script that was read.
	classes map[*diag.Source][]*pyClass
	brian   brian
	figures figures
	lists   comprehensions
	// following is held while a function is followed for equations, which runs of a sweep are checked for at once.
	following sync.Mutex
	// defined are the functions of the scripts that were read, by the place of their first word.
	defined map[place]*definition
	// files are those that open() began.
	files []*textFile
}

type module struct {
	globals starlark.StringDict
	names   []string // that "from it import *" brings
	err     error
	loading bool
	thread  *starlark.Thread // on which it runs, or ran
	loaded  bool
}

var fileOptions = &syntax.FileOptions{Set: true, While: true, TopLevelControl: true, GlobalReassign: true, Recursion: true}

// Run runs the script at path. The result is not nil even with an error: it holds what was recorded until then.
// Errors are an *Error, or the context's cause when it ended.
func Run(ctx context.Context, path string, o Options) (*Result, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return &Result{Network: &net.Network{}}, &Error{List: diag.List{{Message: readError("script", path, err), Hint: scriptHint(path)}}}
	}
	return RunSource(ctx, path, string(text), o)
}

func readError(what, path string, err error) string {
	var p *os.PathError
	if errors.As(err, &p) {
		err = p.Err
	}
	return fmt.Sprintf("cannot read the %s %q: %v", what, path, err)
}

func scriptHint(path string) string {
	if filepath.Ext(path) == "" {
		if _, err := os.Stat(path + ".star"); err == nil {
			return "did you mean \"" + path + ".star\"?"
		}
	}
	return ""
}

// RunSource is Run for a script whose text is at hand; path says where its folder is.
func RunSource(ctx context.Context, path, text string, o Options) (*Result, error) {
	text, err := plainText(path, text)
	if err != nil {
		return &Result{Network: &net.Network{}}, err
	}
	in, err := newInterp(ctx, path, o)
	if err != nil {
		return &Result{Network: &net.Network{}}, err
	}
	err = in.main(path, text)
	in.net.DT = in.defaultDT()
	res := &Result{Network: in.net, Sim: in.sim, Params: in.params.list(), Seed: in.draws.seed, Complete: err == nil}
	in.resultNetworks(res)
	if errors.Is(err, ErrStop) {
		err = nil
	}
	if ferr := errors.Join(in.finishFigures(), in.closeFiles()); ferr != nil && err == nil {
		err = ferr
	}
	res.Figures, res.Files = in.figures.written, in.seen
	return res, err
}

// plainText is the text of a script without a mark of its byte order; what is no text in UTF-8 is an error.
func plainText(path, text string) (string, error) {
	text = strings.TrimPrefix(text, "\ufeff")
	if at := strings.IndexFunc(strings.ToValidUTF8(text, "\x00"), func(r rune) bool { return r == 0 }); at >= 0 {
		d := diag.Diagnostic{Message: fmt.Sprintf("%s:%d: the script is not a text in UTF-8", path, 1+strings.Count(text[:at], "\n")),
			Hint: "save it with the encoding UTF-8, or is it another kind of file?"}
		return "", &Error{List: diag.List{d}}
	}
	return text, nil
}

func newInterp(ctx context.Context, path string, o Options) (*interp, error) {
	if o.Stdout == nil {
		o.Stdout = io.Discard
	}
	if o.Warn == nil {
		o.Warn = func(diag.List) {}
	}
	if o.Steps == 0 {
		o.Steps = DefaultSteps
	}
	in := &interp{ctx: ctx, opt: o, world: newWorld("run()", &net.Network{}), sources: map[string]*diag.Source{}, origins: map[*diag.Source]origin{},
		modules: map[string]*module{}, imported: map[moduleKey]*localModule{}, places: map[*diag.Source]filePlace{}, warned: map[string]bool{}, byGroup: map[*net.Group]*population{}, draws: draws{seed: DefaultSeed}, lists: comprehensions{}, defined: map[place]*definition{}}
	if o.Seed != nil {
		in.draws.seed = *o.Seed
	}
	var err error
	if in.root, err = realDir(filepath.Dir(path)); err != nil {
		return nil, &Error{List: diag.List{{Message: fmt.Sprintf("the script's folder: %v", err)}}}
	}
	for _, d := range o.Data {
		dir, err := realDir(d)
		if err != nil {
			return nil, &Error{List: diag.List{{Message: fmt.Sprintf("--data %s: %v", d, err)}}}
		}
		in.dirs = append(in.dirs, dir)
	}
	if err := in.params.read(o.Set); err != nil {
		return nil, &Error{List: diag.List{{Message: err.Error(), Hint: hintOf(err)}}}
	}
	in.vocabulary = in.predeclared()
	return in, nil
}

func hintOf(err error) string {
	var h *hinted
	if errors.As(err, &h) {
		return h.hint
	}
	return ""
}

// main executes the script and finishes what it left open.
func (in *interp) main(path, text string) error {
	in.thread = in.newThread("script")
	stop := context.AfterFunc(in.ctx, func() { in.thread.Cancel(cancelReason) })
	defer stop()
	src := &diag.Source{Name: filepath.Clean(path), Text: text}
	in.places[src] = filePlace{dir: in.root}
	in.shown = filepath.Dir(src.Name)
	_, err := in.exec(in.thread, src)
	if errors.Is(err, errExited) {
		err = nil
	}
	if err == nil || errors.Is(err, ErrStop) {
		if perr := in.params.unknown(); perr != nil && (err == nil || !in.params.dynamic) {
			return &Error{List: diag.List{{Message: perr.Error(), Hint: hintOf(perr)}}}
		}
	}
	if err == nil {
		if perr := in.checkPending(); perr != nil {
			return perr
		}
		if in.sim == nil && len(in.brian.worlds) == 0 {
			if err := in.describeAll(); err != nil {
				return in.diagnose(err)
			}
			if in.opt.Open && len(in.net.Groups) > 0 {
				return in.openAtEnd()
			}
		}
		in.unseen()
	}
	return err
}

// openAtEnd opens a network that the script only described.
func (in *interp) openAtEnd() error {
	s, err := in.open()
	if err != nil {
		var list diag.List
		if errors.As(err, &list) {
			return &Error{List: in.place(list), Cause: err}
		}
		return in.diagnose(err)
	}
	in.sim = s
	return nil
}

// Starlark's stack is Go's: endless recursion would end the program, so depth is looked at every few steps.
const (
	maxDepth    = 10_000
	checkEvery  = 20_000
	depthReason = "too deep"
	stepsReason = "too many steps"
)

func (in *interp) newThread(name string) *starlark.Thread {
	t := &starlark.Thread{
		Name:  name,
		Print: func(_ *starlark.Thread, msg string) { fmt.Fprintln(in.opt.Stdout, msg) },
		Load:  in.load,
		OnMaxSteps: func(t *starlark.Thread) {
			switch {
			case t.CallStackDepth() > maxDepth:
				in.exceeded = depthReason
				t.Cancel(depthReason)
			case t.ExecutionSteps() >= in.allowed:
				in.exceeded = stepsReason
				t.Cancel(stepsReason)
			default:
				t.SetMaxExecutionSteps(min(t.ExecutionSteps()+checkEvery, in.allowed))
			}
		},
	}
	t.SetLocal(comprehensionsKey, in.lists)
	in.allowed = in.opt.Steps
	t.SetMaxExecutionSteps(min(checkEvery, in.allowed))
	return t
}

// grantSteps starts the count of steps anew: a script may loop over runs for as long as it likes.
func (in *interp) grantSteps() {
	in.allowed = in.thread.ExecutionSteps() + in.opt.Steps
}

// exceededMessage says which limit of a script was hit.
func (in *interp) exceededMessage() (msg, hint string) {
	if in.exceeded == depthReason {
		return fmt.Sprintf("functions call each other more than %d deep", maxDepth), "does the recursion ever end?"
	}
	return fmt.Sprintf("the script took more than %d steps without running the network", in.opt.Steps),
		"is there a loop that never ends? Work on arrays, which does not count, or raise the limit with --script-steps"
}

// exec parses and runs one file. Errors are rendered.
func (in *interp) exec(t *starlark.Thread, src *diag.Source) (starlark.StringDict, error) {
	in.sources[src.Name] = src
	read, f, err := readPython(src.Name, src.Text, in.localModules(src))
	if err != nil {
		return nil, in.diagnose(err)
	}
	if err := in.readClasses(src, read.Classes, f); err != nil {
		return nil, err
	}
	likePython(f)
	in.collectLiterals(f, src)
	in.lists.add(f)
	in.collectFunctions(f, src)
	if t == in.thread {
		in.params.scan(f)
		if err := in.params.unknown(); err != nil && !in.params.dynamic {
			return nil, &Error{List: diag.List{{Message: err.Error(), Hint: hintOf(err)}}}
		}
	}
	return in.runFile(t, f, in.vocabularyOf(src))
}

// runFile runs a file that knows the names given, and returns what it defines. Errors are rendered.
func (in *interp) runFile(t *starlark.Thread, f *syntax.File, names starlark.StringDict) (starlark.StringDict, error) {
	prog, err := starlark.FileProgram(f, names.Has)
	if err != nil {
		return nil, in.diagnose(err)
	}
	globals, err := prog.Init(t, names)
	if err != nil {
		return nil, in.diagnose(err)
	}
	return globals, nil
}

// load implements load("file.star", "name"): another script of an allowed folder, run once.
func (in *interp) load(_ *starlark.Thread, name string) (starlark.StringDict, error) {
	path, err := in.readable(name)
	if err != nil {
		return nil, err
	}
	return in.loadFile(path, &diag.Source{Name: name}, filePlace{dir: in.root})
}

// loadFile runs a file once and returns what it defines; at is where it belongs.
func (in *interp) loadFile(path string, src *diag.Source, at filePlace) (starlark.StringDict, error) {
	m := in.moduleOf(path)
	switch {
	case m.loading:
		return nil, fmt.Errorf("%s loads itself", src.Name)
	case m.loaded:
		return m.globals, m.err
	}
	m.loading, m.loaded = true, true
	text, err := os.ReadFile(path)
	if err != nil {
		m.err = errors.New(readError("script", src.Name, err))
	} else {
		t := in.newThread(src.Name)
		m.thread = t
		stop := context.AfterFunc(in.ctx, func() { t.Cancel(cancelReason) })
		if src.Text, m.err = plainText(src.Name, string(text)); m.err == nil {
			in.places[src] = at
			m.globals, m.err = in.exec(t, src)
		}
		stop()
	}
	m.loading = false
	return m.globals, m.err
}

// predeclared is everything a script can name.
func (in *interp) predeclared() starlark.StringDict {
	d := starlark.StringDict{}
	for _, name := range units.Names() {
		q, _ := units.Lookup(name)
		d[name] = number(q.Value, q.Dim)
	}
	for _, part := range []starlark.StringDict{mathVocabulary(), arrayVocabulary(), unitVocabulary(), in.draws.vocabulary(), in.commonVocabulary(), in.annarchyVocabulary(), in.brianVocabulary(), in.functionVocabulary(), in.pymonntoVocabulary(), in.figureVocabulary(), in.graphVocabulary()} {
		maps.Copy(d, part)
	}
	in.machinery(d)
	in.sharePanelNames(d)
	in.addModules(d)
	d["print"] = starlark.NewBuiltin("print", in.print)
	pythonVocabulary(d)
	in.tryVocabulary(d)
	in.classVocabulary(d)
	in.moduleVocabulary(d)
	return d
}

// frameSource is the script place of a call from which a builtin was called: the innermost frame of a script.
func (in *interp) callSite(t *starlark.Thread) (src *diag.Source, span diag.Span, line int) {
	for depth := 0; depth < t.CallStackDepth(); depth++ {
		pos := t.CallFrame(depth).Pos
		if src := in.sources[pos.Filename()]; src != nil {
			return src, spanAt(src, pos), int(pos.Line)
		}
	}
	return nil, diag.Span{}, 0
}

func (in *interp) placeOf(t *starlark.Thread) net.Place {
	src, _, line := in.callSite(t)
	if src == nil {
		return net.Place{}
	}
	return net.Place{File: src.Name, Line: line}
}

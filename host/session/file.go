package session

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/galvani-sim/galvani/host/record"
)

// A session file is text, one JSON object a line: {"session": Header}, a {"branch": ...} for each branch with the entries that its parent does
// not have, {"check": ...} for states on the way, and last {"end": ...} with the position and a SHA-256 of everything.

// FormatVersion is the version of session files that this program writes and reads.
const FormatVersion = 1

// maxFile bounds a session file; a log of a million edits takes about 100 MB.
const maxFile = 1 << 30

// Header says what a session is a session of.
type Header struct {
	Format  int    `json:"format"`
	Version string `json:"version"` // of the program that wrote it
	// Model is the path of the script, relative to the session file, with forward slashes; Script is its text.
	Model  string     `json:"model"`
	Script string     `json:"script"`
	Data   []DataFile `json:"data,omitempty"`
	// Set are the NAME=VALUE of --set.
	Set       []string `json:"set,omitempty"`
	Seed      uint64   `json:"seed"`
	Backend   string   `json:"backend"`   // cpu or gl
	Precision string   `json:"precision"` // single or double
}

// DataFile is a file that the script read.
type DataFile struct {
	Path   string `json:"path"`
	SHA256 string `json:"sha256"`
}

// Check is the hash of the state at a position.
type Check struct {
	Run     int    `json:"run"`
	Step    int64  `json:"step"`
	Entries int    `json:"entries"` // of the log, applied
	Hash    string `json:"hash"`
}

// File is a session as it is kept.
type File struct {
	Header   Header
	Branches []FileBranch
	Checks   []Check
	// Present is the branch, and At the position in it, at which the session was saved.
	Present int
	At      Check
}

// FileBranch is a branch in a file: the first Common entries are its parent's.
type FileBranch struct {
	ID      int      `json:"id"`
	Parent  int      `json:"parent"`
	Fork    int64    `json:"fork"`
	Last    int64    `json:"last"`
	Closed  bool     `json:"closed,omitempty"`
	Common  int      `json:"common"`
	Entries []*Entry `json:"entries"`
}

type end struct {
	Branch int    `json:"branch"`
	At     Check  `json:"at"`
	SHA256 string `json:"sha256"`
}

type line struct {
	Session *Header     `json:"session,omitempty"`
	Branch  *FileBranch `json:"branch,omitempty"`
	Check   *Check      `json:"check,omitempty"`
	End     *end        `json:"end,omitempty"`
}

// mostChecks is how many states on the way a file holds hashes of.
const mostChecks = 16

// File is the session at the present position.
func (t *Timeline) File(h Header) (*File, error) {
	h.Format = FormatVersion
	f := &File{Header: h, Present: t.cur.id}
	for _, b := range t.branches {
		fb := FileBranch{ID: b.id, Parent: b.parent, Fork: b.fork, Last: b.last, Closed: b.closed, Entries: b.log}
		if b.parent >= 0 {
			p := t.branches[b.parent].log
			for fb.Common < len(p) && fb.Common < len(b.log) && p[fb.Common] == b.log[fb.Common] {
				fb.Common++
			}
			fb.Entries = b.log[fb.Common:]
		}
		f.Branches = append(f.Branches, fb)
	}
	hash, err := t.hash()
	if err != nil {
		return nil, err
	}
	f.At = t.check(t.now(), t.cursor, hash)
	var on []*snapshot
	for _, s := range t.snaps.list {
		if s.at.Step() <= t.now() && s.entries <= t.cursor && s.fits(t.cur) {
			on = append(on, s)
		}
	}
	for k := range min(mostChecks, len(on)) {
		s := on[k*len(on)/min(mostChecks, len(on))]
		hash, err := s.at.Hash()
		if err != nil {
			return nil, err
		}
		f.Checks = append(f.Checks, t.check(s.at.Step(), s.entries, hash))
	}
	return f, nil
}

func (t *Timeline) check(step int64, entries int, hash [sha256.Size]byte) Check {
	return Check{Run: t.run, Step: step, Entries: entries, Hash: hex.EncodeToString(hash[:])}
}

// Save writes the session to a file, whole or not at all. The error wraps record.ErrOutput when the file cannot be written.
func (t *Timeline) Save(path string, h Header) error {
	f, err := t.File(h)
	if err != nil {
		return fmt.Errorf("save: %w", err)
	}
	data, err := f.Encode()
	if err != nil {
		return fmt.Errorf("save: %w", err)
	}
	out, err := record.Create(path)
	if err != nil {
		return err
	}
	defer out.Abort()
	if _, err := out.Write(data); err != nil {
		return err
	}
	return out.Commit()
}

// Encode is the content of the file.
func (f *File) Encode() ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(line{Session: &f.Header}); err != nil {
		return nil, err
	}
	for k := range f.Branches {
		if err := e.Encode(line{Branch: &f.Branches[k]}); err != nil {
			return nil, err
		}
	}
	for k := range f.Checks {
		if err := e.Encode(line{Check: &f.Checks[k]}); err != nil {
			return nil, err
		}
	}
	last := &end{Branch: f.Present, At: f.At}
	last.SHA256 = last.sum(b.Bytes())
	err := e.Encode(line{End: last})
	return b.Bytes(), err
}

// sum is the checksum of the lines before the end, and of the end itself.
func (e end) sum(body []byte) string {
	h := sha256.New()
	h.Write(body)
	fmt.Fprintln(h, e.Branch, e.At.Run, e.At.Step, e.At.Entries, e.At.Hash)
	return hex.EncodeToString(h.Sum(nil))
}

// Open reads a session file.
func Open(path string) (*File, error) {
	in, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	data, err := io.ReadAll(io.LimitReader(in, maxFile+1))
	if err != nil {
		return nil, err
	}
	f, err := Decode(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return f, nil
}

// ErrDamaged is wrapped by the errors of session files that were cut off or changed.
var ErrDamaged = errors.New("the session file is damaged")

// Decode reads a session from the bytes of a file.
func Decode(data []byte) (*File, error) {
	if len(data) > maxFile {
		return nil, fmt.Errorf("a session file has at most %d bytes", maxFile)
	}
	first, _, _ := bytes.Cut(data, []byte("\n"))
	var head struct {
		Session *struct {
			Format  int    `json:"format"`
			Version string `json:"version"`
		} `json:"session"`
	}
	if json.Unmarshal(first, &head) != nil || head.Session == nil {
		return nil, errors.New("this is not a session that galvani has saved")
	}
	if v := head.Session.Format; v != FormatVersion {
		return nil, fmt.Errorf("the session has format %d, written by galvani %q; this program reads format %d", v, head.Session.Version, FormatVersion)
	}
	body, last, ok := lastLine(data)
	var tail line
	if !ok || strictJSON(last, &tail) != nil || tail.End == nil {
		return nil, fmt.Errorf("%w: its last line is not the end of a session; it was cut off", ErrDamaged)
	}
	if tail.End.sum(body) != tail.End.SHA256 {
		return nil, fmt.Errorf("%w: its checksum does not fit its contents; it was changed after it was saved", ErrDamaged)
	}
	f := &File{Present: tail.End.Branch, At: tail.End.At}
	for n, text := range bytes.Split(bytes.TrimSuffix(body, []byte("\n")), []byte("\n")) {
		var l line
		if err := strictJSON(text, &l); err != nil {
			return nil, fmt.Errorf("%w: line %d: %w", ErrDamaged, n+1, err)
		}
		switch {
		case n == 0 && l.Session != nil:
			f.Header = *l.Session
		case n > 0 && l.Branch != nil && l.Check == nil && l.Session == nil:
			f.Branches = append(f.Branches, *l.Branch)
		case n > 0 && l.Check != nil && l.Branch == nil && l.Session == nil:
			f.Checks = append(f.Checks, *l.Check)
		default:
			return nil, fmt.Errorf("%w: line %d is neither a branch nor a check", ErrDamaged, n+1)
		}
	}
	if err := f.sound(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return f, nil
}

// lastLine splits off the last line.
func lastLine(data []byte) (body, last []byte, ok bool) {
	if !bytes.HasSuffix(data, []byte("\n")) {
		return nil, nil, false
	}
	k := bytes.LastIndexByte(data[:len(data)-1], '\n')
	return data[:k+1], data[k+1 : len(data)-1], k >= 0
}

// sound checks what refers to what.
func (f *File) sound() error {
	lengths := make([]int, len(f.Branches))
	for k, b := range f.Branches {
		switch {
		case b.ID != k || b.Parent >= k || b.Parent < -1 || (b.Parent < 0) != (k == 0):
			return fmt.Errorf("branch %d is number %d and has the parent %d", k, b.ID, b.Parent)
		case b.Common < 0 || b.Parent < 0 && b.Common > 0 || b.Parent >= 0 && b.Common > lengths[b.Parent]:
			return fmt.Errorf("branch %d has %d entries of its parent", k, b.Common)
		case b.Fork < 0 || b.Last < b.Fork:
			return fmt.Errorf("branch %d goes from step %d to step %d", k, b.Fork, b.Last)
		case slices.Contains(b.Entries, nil):
			return fmt.Errorf("branch %d has an entry that is none", k)
		}
		lengths[k] = b.Common + len(b.Entries)
	}
	if f.Present < 0 || f.Present >= len(f.Branches) {
		return fmt.Errorf("there is no branch %d", f.Present)
	}
	for k := range f.Branches {
		log := f.log(k)
		for i, e := range log {
			if i > 0 && (e.Run < log[i-1].Run || e.Run == log[i-1].Run && e.Step < log[i-1].Step) {
				return fmt.Errorf("branch %d: entry %d happened before entry %d", k, i, i-1)
			}
			if e.Undoes >= i {
				return fmt.Errorf("branch %d: entry %d undoes entry %d", k, i, e.Undoes)
			}
		}
	}
	log := f.log(f.Present)
	for _, c := range append(slices.Clone(f.Checks), f.At) {
		if c.Step < 0 || c.Run < 0 || c.Entries < 0 || c.Entries > len(log) {
			return fmt.Errorf("a state at step %d with %d entries of %d", c.Step, c.Entries, len(log))
		}
		if c.Entries > 0 {
			if e := log[c.Entries-1]; e.Run > c.Run || e.Run == c.Run && e.Step > c.Step {
				return fmt.Errorf("a state at step %d that includes an edit of step %d", c.Step, e.Step)
			}
		}
	}
	return nil
}

// log is the whole log of a branch.
func (f *File) log(k int) []*Entry {
	b := f.Branches[k]
	if b.Parent < 0 {
		return b.Entries
	}
	return append(f.log(b.Parent)[:b.Common:b.Common], b.Entries...)
}

package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/galvani-sim/galvani/host/script"
	timeline "github.com/galvani-sim/galvani/host/session"
	"github.com/galvani-sim/galvani/host/sim"
	"github.com/spf13/cobra"
)

// isSession reports whether a file is a session by its name.
func isSession(path string) bool { return strings.EqualFold(filepath.Ext(path), ".galvani") }

// header describes a session of a script for timeline.Save: path is where the session goes, model the script's path and text its content.
func (s *session) header(path, model, text string, res *script.Result) (timeline.Header, error) {
	h := timeline.Header{Version: version(), Script: text, Set: s.flags.set, Seed: s.seed, Backend: s.backend.caps.Name,
		Precision: precisionName(s.flags.chosen(s.backend.caps.Name))}
	var err error
	if h.Model, err = relative(filepath.Dir(path), model); err != nil {
		return h, err
	}
	if res == nil {
		return h, nil
	}
	for _, file := range res.Files {
		d := timeline.DataFile{}
		if d.SHA256, err = hashFile(file); err != nil {
			return h, err
		}
		if d.Path, err = relative(filepath.Dir(path), file); err != nil {
			return h, err
		}
		h.Data = append(h.Data, d)
	}
	return h, nil
}

// relative is a path as seen from a folder, with forward slashes; where there is no way from one to the other it is the full path.
func relative(dir, path string) (string, error) {
	from, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	to, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	if rel, err := filepath.Rel(from, to); err == nil {
		to = rel
	}
	return filepath.ToSlash(to), nil
}

func hashFile(path string) (string, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:]), nil
}

// openSession reads a session, makes the flags those of it, and returns the path of its script.
func openSession(c *cobra.Command, path string, f *modelFlags) (*timeline.File, string, error) {
	file, err := timeline.Open(path)
	if err != nil {
		return nil, "", err
	}
	for _, name := range []string{"set", "seed", "backend", "precision"} {
		if c.Flags().Changed(name) {
			return nil, "", usageError("--%s: a session is played with what it was saved with; run its script %s for another", name, file.Header.Model)
		}
	}
	h := file.Header
	if !slices.Contains([]string{"cpu", "gl"}, h.Backend) || !slices.Contains([]string{"single", "double"}, h.Precision) {
		return nil, "", fmt.Errorf("%s: backend %q in precision %q is not known", path, h.Backend, h.Precision)
	}
	f.set, f.backend, f.precision = h.Set, h.Backend, h.Precision
	f.seed = seedFlag{h.Seed, true}
	from := func(name string) string {
		if name = filepath.FromSlash(name); filepath.IsAbs(name) {
			return name
		}
		return filepath.Join(filepath.Dir(path), name)
	}
	for _, d := range h.Data {
		switch sum, err := hashFile(from(d.Path)); {
		case err != nil:
			return nil, "", fmt.Errorf("%s: the script read a file that is not there now: %w", path, err)
		case sum != d.SHA256:
			return nil, "", fmt.Errorf("%s: the file %s, which the script reads, has changed since the session was saved", path, d.Path)
		}
	}
	return file, from(h.Model), nil
}

// replayDriver ends the script where the session ended.
type replayDriver struct{ *timeline.Replay }

// Drive implements sim.Driver.
func (d replayDriver) Drive(ctx context.Context, s *sim.Sim, until int64) error {
	err := d.Replay.Drive(ctx, s, until)
	if errors.Is(err, timeline.ErrEnd) {
		return script.ErrStop
	}
	return err
}

// replaySession plays a session without a window.
func (p *program) replaySession(c *cobra.Command, path string, f *modelFlags) error {
	ctx := c.Context()
	file, model, err := openSession(c, path, f)
	if err != nil {
		return err
	}
	if err := prepareOut(f.out); err != nil {
		return err
	}
	note := p.note(f)
	if err := cleanOut(f.out, note); err != nil {
		return err
	}
	if now, err := os.ReadFile(model); err == nil && string(now) != file.Header.Script {
		note(fmt.Sprintf("%s has changed since the session was saved; the session's own copy is played", file.Header.Model))
	}
	r := timeline.NewReplay(file, timeline.Options{Warn: note})
	s := &session{flags: f, pending: openBackend(f, note), note: note, driver: func(*backend) (sim.Driver, error) { return replayDriver{r}, nil }}
	defer s.pending.release()
	o := f.options(s, p.out, p.warn(&progress{w: p.err}))
	o.Open = true
	res, err := script.RunSource(ctx, model, file.Header.Script, o)
	if err == nil {
		err = r.Finish(ctx, s.sim)
	}
	if err == nil {
		if s.state, err = r.Timeline().Hash(); err == nil {
			fmt.Fprintf(p.out, "state %s at step %d\n", s.state, r.Timeline().Step())
		}
	}
	return p.finish(s, path, res, err)
}

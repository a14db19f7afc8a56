package main

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/galvani-sim/galvani/host/script"
	timeline "github.com/galvani-sim/galvani/host/session"
	"github.com/galvani-sim/galvani/host/sim"
	"github.com/spf13/cobra"
)

//go:embed canvas.star
var canvas string

// watching is what a window shows: a script, or a session of one.
type watching struct {
	model, text string
	flags       *viewFlags
	replay      *timeline.Replay // nil: none
	changed     bool             // the script is no longer what the session was made with
	path        string           // of the session file, once there is one
	session     *session
	result      *script.Result
}

// open reads a script or a session. A wrong name should not open a window first.
func (w *watching) open(c *cobra.Command, path string, f *modelFlags) error {
	w.model = path
	if isSession(path) {
		file, model, err := openSession(c, path, f)
		if err != nil {
			return err
		}
		now, err := os.ReadFile(model)
		w.changed = err == nil && string(now) != file.Header.Script
		w.model, w.text, w.path = model, file.Header.Script, path
		w.replay = timeline.NewReplay(file, timeline.Options{})
		return nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		_, err := script.Run(c.Context(), path, script.Options{})
		return rendered(err)
	}
	w.text = string(text)
	return nil
}

// driver plays a session up to where it was saved before the window takes over.
func (w *watching) driver(sh show, note func(string)) sim.Driver {
	if w.replay == nil {
		return sh
	}
	if w.changed {
		note(w.model + " has changed since the session was saved; the session's own copy is played")
	}
	return replayDriver{w.replay}
}

// resume hands a session that was played to the window.
func (w *watching) resume(ctx context.Context, sh show) error {
	if w.replay == nil {
		return nil
	}
	if err := w.replay.Finish(ctx, w.session.sim); err != nil {
		return err
	}
	sh.Adopt(w.replay.Timeline())
	return nil
}

// save writes the session, first under a name that is free.
func (w *watching) save(t *timeline.Timeline) (string, error) {
	switch {
	case w.flags.session != "":
		w.path = w.flags.session
	case w.path == "":
		path, err := freeName(strings.TrimSuffix(filepath.Base(w.model), filepath.Ext(w.model)), ".galvani")
		if err != nil {
			return "", err
		}
		w.path = path
	}
	if err := prepareOut(filepath.Dir(w.path)); err != nil {
		return "", err
	}
	h, err := w.session.header(w.path, w.model, w.text, w.result)
	if err != nil {
		return "", err
	}
	return w.path, t.Save(w.path, h)
}

// freeName is the first of NAME.ext, NAME-2.ext, ... that does not exist.
func freeName(name, ext string) (string, error) {
	path := name + ext
	for k := 2; ; k++ {
		if _, err := os.Lstat(path); errors.Is(err, os.ErrNotExist) {
			return path, nil
		} else if err != nil {
			return "", err
		}
		path = fmt.Sprintf("%s-%d%s", name, k, ext)
	}
}

package session

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// Together is several edits made as one: in order, or not at all.
type Together []Edit

func several(list []Edit) Edit {
	if len(list) == 1 {
		return list[0]
	}
	return Together(list)
}

func (Together) kind() string { return "together" }

func (g Together) String() string {
	var parts []string
	for _, e := range g {
		parts = append(parts, e.String())
	}
	return strings.Join(parts, ", ")
}

func (g Together) apply(t *Timeline) (Edit, error) {
	if len(g) == 0 {
		return nil, errors.New("no edits")
	}
	before := t.ver
	var inverse Together
	reverts := true
	for k, e := range g {
		i, err := e.apply(t)
		if err != nil {
			return nil, t.unmake(before, k, err)
		}
		reverts = reverts && i != nil
		inverse = append(Together{i}, inverse...)
	}
	if !reverts {
		return nil, nil
	}
	return inverse, nil
}

// unmake reverts the first edits of several when a later one failed.
func (t *Timeline) unmake(before *version, made int, err error) error {
	if made == 0 {
		return err
	}
	if s := t.snaps.best(t.cur, t.now(), t.cursor); s != nil && s.at.Step() == t.now() && s.entries == t.cursor {
		return errors.Join(err, t.restore(s))
	}
	if t.ver != before {
		before.restore(t.sim)
		t.ver = before
		err = errors.Join(err, t.sim.Reload())
	}
	return err
}

// MarshalJSON writes the edits with their kinds.
func (g Together) MarshalJSON() ([]byte, error) {
	list := make([]part, len(g))
	for k, e := range g {
		data, err := json.Marshal(e)
		if err != nil {
			return nil, err
		}
		list[k] = part{e.kind(), data}
	}
	return json.Marshal(list)
}

type part struct {
	Kind string          `json:"kind"`
	Edit json.RawMessage `json:"edit"`
}

func readTogether(data json.RawMessage) (Edit, error) {
	var list []part
	if err := strictJSON(data, &list); err != nil {
		return nil, err
	}
	var g Together
	for _, p := range list {
		if p.Kind == (Together{}).kind() {
			return nil, fmt.Errorf("an edit of kind %q within another", p.Kind)
		}
		e, err := readEdit(p.Kind, p.Edit)
		if err != nil {
			return nil, err
		}
		g = append(g, e)
	}
	if len(g) == 0 {
		return nil, errors.New("no edits")
	}
	return g, nil
}

package session

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
)

// Edit is something a person does to a network. Edits are plain data: the same edit on the same state has the same outcome.
type Edit interface {
	// String describes the edit in a line for a person.
	String() string
	kind() string
	// apply makes the edit at the present position and returns the edit that reverts it, nil when only going back does. An error leaves
	// everything as it is.
	apply(t *Timeline) (inverse Edit, err error)
}

// SetValues sets elements of a variable of a group or of synapses: editing a state, plucking, stimulating, painting a field. Elements nil
// means all; Values has one value for all of them or one each, in SI units (in those of the equations in ANNarchy's dialect).
type SetValues struct {
	Object   string    `json:"object"`
	Variable string    `json:"variable"`
	Elements []int32   `json:"elements,omitempty"`
	Values   []float64 `json:"values"`
}

func (SetValues) kind() string { return "set_values" }

func (e SetValues) String() string {
	where := e.Object
	switch len(e.Elements) {
	case 0:
	case 1:
		where = fmt.Sprintf("%s[%d]", e.Object, e.Elements[0])
	default:
		where = fmt.Sprintf("%s[%d elements]", e.Object, len(e.Elements))
	}
	if len(e.Values) == 1 {
		return fmt.Sprintf("%s.%s = %.6g", where, e.Variable, e.Values[0])
	}
	return fmt.Sprintf("%s.%s = ...", where, e.Variable)
}

// SetParameter sets a parameter as a whole: a variable of Object that the equations do not change, or a constant that the equations take
// from outside. With Object "" the constant is set wherever equations use that name. The first edit of a constant compiles the equations anew;
// they read it from a variable from then on. Value is in SI units; a constant keeps its dimension.
type SetParameter struct {
	Object string  `json:"object,omitempty"`
	Name   string  `json:"name"`
	Value  float64 `json:"value"`
}

func (SetParameter) kind() string { return "set_parameter" }

func (e SetParameter) String() string {
	name := e.Name
	if e.Object != "" {
		name = e.Object + "." + name
	}
	return fmt.Sprintf("%s = %.6g", name, e.Value)
}

// MoveNode places a node of a group where a person has dragged it. Positions are no part of the simulation; see Timeline.Positions.
type MoveNode struct {
	Group string  `json:"group"`
	Node  int32   `json:"node"`
	X     float64 `json:"x"`
	Y     float64 `json:"y"`
	Z     float64 `json:"z,omitempty"`
	// Free gives the node back to the layout.
	Free bool `json:"free,omitempty"`
}

func (MoveNode) kind() string { return "move_node" }

func (e MoveNode) String() string { return fmt.Sprintf("move %s[%d]", e.Group, e.Node) }

// Entry is one edit in a log. It happened before step Step of run Run.
type Entry struct {
	Run  int
	Step int64
	Edit Edit
	// Undoes is the place in the log of the edit that this one reverts, -1 for none.
	Undoes int
	// Gesture is the same for edits that were made in one go, such as by dragging a slider, and are undone as one; 0 for a single edit.
	Gesture int

	inverse Edit
}

type entryJSON struct {
	Run     int             `json:"run"`
	Step    int64           `json:"step"`
	Kind    string          `json:"kind"`
	Undoes  *int            `json:"undoes,omitempty"`
	Gesture int             `json:"gesture,omitempty"`
	Edit    json.RawMessage `json:"edit"`
}

// MarshalJSON writes the entry with the kind of its edit.
func (e *Entry) MarshalJSON() ([]byte, error) {
	edit, err := json.Marshal(e.Edit)
	if err != nil {
		return nil, err
	}
	j := entryJSON{Run: e.Run, Step: e.Step, Kind: e.Edit.kind(), Gesture: e.Gesture, Edit: edit}
	if e.Undoes >= 0 {
		j.Undoes = &e.Undoes
	}
	return json.Marshal(j)
}

// UnmarshalJSON reads what MarshalJSON writes, and refuses everything else.
func (e *Entry) UnmarshalJSON(data []byte) error {
	var j entryJSON
	if err := strictJSON(data, &j); err != nil {
		return err
	}
	edit, err := readEdit(j.Kind, j.Edit)
	if err != nil {
		return fmt.Errorf("an edit of kind %q: %w", j.Kind, err)
	}
	if j.Step < 0 || j.Run < 0 || j.Gesture < 0 || j.Undoes != nil && *j.Undoes < 0 {
		return fmt.Errorf("an edit at step %d of run %d", j.Step, j.Run)
	}
	*e = Entry{Run: j.Run, Step: j.Step, Edit: edit, Undoes: -1, Gesture: j.Gesture}
	if j.Undoes != nil {
		e.Undoes = *j.Undoes
	}
	return nil
}

// readEdit reads an edit of a kind.
func readEdit(kind string, data json.RawMessage) (Edit, error) {
	for _, known := range []Edit{SetValues{}, SetParameter{}, AddEdge{}, RemoveEdge{}, RestoreEdge{}, AddNode{}, RemoveNode{}, RestoreNode{}, SetRule{}, setVariants{}, MoveNode{}} {
		if known.kind() != kind {
			continue
		}
		e := reflect.New(reflect.TypeOf(known))
		err := strictJSON(data, e.Interface())
		return e.Elem().Interface().(Edit), err
	}
	if kind == (Together{}).kind() {
		return readTogether(data)
	}
	return nil, errors.New("this program does not know it")
}

// cloneEdit is a copy that shares no memory with what a caller may change.
func cloneEdit(e Edit) (Edit, error) {
	data, err := json.Marshal(e)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", e.kind(), err)
	}
	return readEdit(e.kind(), data)
}

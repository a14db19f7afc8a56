package compute

import (
	"fmt"
	"slices"
	"strings"
)

// Mode is a way to run a schedule. Results do not depend on it.
type Mode uint8

const (
	Auto     Mode = iota // what is fastest here; with plain dispatches, software takes many steps in one where that can be
	Plain                // one dispatch per operation, or per few
	Resident             // one work group takes many steps; refused at Load where an operation is too large
	// Persistent lets many work groups take many steps and wait for each other between the passes of a step. OpenGL does not promise that they run at
	// the same time: Load tries it, and refuses where they do not. If they ever wait in vain, the run goes on plainly from before the dispatch.
	Persistent
	AutoPersistent // as Auto, but Persistent instead of Plain where that is not refused
)

var modeNames = []string{"auto", "plain", "resident", "persistent", "auto-persistent"}

func (m Mode) String() string { return modeNames[m] }

// Modes are the names of all modes.
func Modes() []string { return slices.Clone(modeNames) }

// ParseMode is the mode of a name.
func ParseMode(name string) (Mode, error) {
	k := slices.Index(modeNames, name)
	if k < 0 {
		return Auto, fmt.Errorf("mode %q of the gl backend: expected %s", name, strings.Join(modeNames, ", "))
	}
	return Mode(k), nil
}

// Refused says why a plan cannot run in the Mode that was asked for.
type Refused struct {
	Mode Mode
	// Kind names the reason in a word or two, Why in a sentence.
	Kind, Why string
}

func (e *Refused) Error() string {
	return fmt.Sprintf("this network does not run in the %s way: %s\nhint: --gl-mode plain runs everything", e.Mode, e.Why)
}

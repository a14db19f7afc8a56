//go:build !(amd64 && linux)

package native

import "errors"

// Code is a compiled loop; there is none on this machine.
type Code struct{}

// Available reports whether loops can be compiled for the set and run here.
func (Set) Available() bool { return false }

// Compile fails here.
func Compile(*Loop, Set) (*Code, error) { return nil, errors.New("no machine code on this machine") }

// Run does nothing; there is no Code to run.
func (*Code) Run(*Args) {}

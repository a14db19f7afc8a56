package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/galvani-sim/galvani/gpu/context"
	"github.com/galvani-sim/galvani/host/exec"
	"github.com/galvani-sim/galvani/host/plan"
	"github.com/galvani-sim/galvani/host/record"
)

// Exit codes; other programs may rely on them.
const (
	exitOK          = 0
	exitModel       = 1   // the model or its input is wrong
	exitUsage       = 2   // the command line is wrong
	exitMachine     = 3   // this machine cannot: no OpenGL, not enough memory
	exitFault       = 4   // the run was stopped by a numeric fault
	exitOutput      = 5   // output could not be written
	exitInterrupted = 130 // stopped by Ctrl-C or SIGTERM
)

// errInterrupted is what an interruption is.
var errInterrupted = errors.New("interrupted")

// interruption is the cause of a context ended by a signal.
type interruption struct{ signal os.Signal }

// Error says what a person, or another program, did.
func (i interruption) Error() string {
	if i.signal == os.Interrupt {
		return "stopped by Ctrl-C"
	}
	return "stopped by a signal to end"
}

// Is makes every interruption an errInterrupted.
func (interruption) Is(target error) bool { return target == errInterrupted }

// coded is an error with its exit code.
type coded struct {
	code int
	err  error
}

func (c *coded) Error() string { return c.err.Error() }
func (c *coded) Unwrap() error { return c.err }

// usageError is an error about the command line.
func usageError(format string, args ...any) error {
	return &coded{exitUsage, fmt.Errorf(format, args...)}
}

func machineError(err error) error { return &coded{exitMachine, err} }

// exitCode classifies an error.
func exitCode(err error) int {
	var c *coded
	var fault *exec.Fault
	var large *plan.TooLarge
	var gl *context.Error
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &c):
		return c.code
	case errors.Is(err, errInterrupted):
		return exitInterrupted
	case errors.As(err, &fault):
		return exitFault
	case errors.As(err, &large), errors.As(err, &gl):
		return exitMachine
	case errors.Is(err, record.ErrOutput):
		return exitOutput
	}
	return exitModel
}

// report prints an error the way every command does.
func report(w io.Writer, err error) {
	if err == nil || errors.Is(err, errInterrupted) {
		return
	}
	fmt.Fprintln(w, message(err))
}

// message is an error's text. Rendered diagnostics start with their place; other errors get a prefix.
func message(err error) string {
	var d interface{ Rendered() bool }
	if errors.As(err, &d) && d.Rendered() {
		return err.Error()
	}
	return "galvani: " + err.Error()
}

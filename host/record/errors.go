package record

import (
	"errors"
	"fmt"
)

// ErrOutput is wrapped by every error about writing output.
var ErrOutput = errors.New("output could not be written")

// OutputError says which file could not be written, and why.
type OutputError struct {
	Path string
	Err  error
}

// Error names the file and the cause.
func (e *OutputError) Error() string {
	return fmt.Sprintf("%s could not be written: %v", e.Path, e.Err)
}

// Unwrap gives the cause and ErrOutput.
func (e *OutputError) Unwrap() []error { return []error{e.Err, ErrOutput} }

func outputError(path string, err error) error {
	var o *OutputError
	if err == nil || errors.As(err, &o) {
		return err
	}
	return &OutputError{Path: path, Err: err}
}

// FormatError says what is wrong with the content of an input file.
type FormatError struct {
	Path    string // empty when the data did not come from a file
	Line    int    // of a text file, from 1; 0: none
	Column  int    // in bytes, from 1; 0: none
	Message string
}

// Error names the file, the line and column if any, and the mistake.
func (e *FormatError) Error() string {
	s := e.Path
	if e.Line > 0 {
		if s == "" {
			s = "line "
		} else {
			s += ":"
		}
		s += fmt.Sprint(e.Line)
		if e.Column > 0 {
			s += fmt.Sprintf(":%d", e.Column)
		}
	}
	if s == "" {
		return e.Message
	}
	return s + ": " + e.Message
}

func malformed(format string, args ...any) error {
	return &FormatError{Message: fmt.Sprintf(format, args...)}
}

// inFile adds the file's name to an error about its content.
func inFile(path string, err error) error {
	var f *FormatError
	if errors.As(err, &f) {
		c := *f
		if c.Path == "" {
			c.Path = path
		} else {
			c.Path = path + ": " + c.Path
		}
		return &c
	}
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

package diag

// Source is a named piece of text that spans point into: a script, or one block of equations.
type Source struct {
	Name string // shown in messages, e.g. "model.star" or "equations of NeuronGroup 'neurongroup'"
	Text string
}

// Span is a half-open range of byte offsets into Source.Text.
type Span struct {
	Start, End int
}

// Severity grades a diagnostic.
type Severity uint8

const (
	Error Severity = iota
	Warning
)

// Note adds a second place or a remark to a diagnostic. Source may be nil for a remark without a place.
type Note struct {
	Source  *Source
	Span    Span
	Message string
}

// Diagnostic is one problem found in a source.
type Diagnostic struct {
	Severity Severity
	Source   *Source // nil when the problem has no place in a text
	Span     Span
	Message  string // what is wrong
	Hint     string // what would be right; may be empty
	Notes    []Note
}

// List is an ordered collection of diagnostics. A nil or warning-only List is not a failure; see Err.
type List []Diagnostic

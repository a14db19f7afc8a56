// Package diag holds positioned diagnostics: where in a text a problem is, what it is, and what would be right.
//
// Every stage of the front end returns a List. A List that contains an error is turned into a Go error by Err; its
// text shows the source line with the place underlined:
//
//	equations of NeuronGroup 'neurongroup':2:9: error: unknown name "taau"
//	    dv/dt = -v/taau : volt
//	               ^~~~
//	  hint: did you mean "tau"?
//
// What belongs here: sources, spans, lists, rendering, spelling suggestions. What does not: any knowledge of the
// language that the text is written in.
package diag

// Package session is time travel for a running network: a Timeline steps a simulation, applies a person's edits to it, logs them with their
// step, goes back to any earlier step exactly, and keeps the old future as a branch when the past is edited.
//
// # Position
//
// A position is a base step and a number of applied edits. Edits happen before the step at which they are logged; at a step that was sought,
// all edits logged at it have been applied. Going back restores a snapshot and runs the steps between it and the target again, with the
// logged edits: random numbers are a function of (seed, stream, step, element), so the same bits come out, on every backend. Snapshots are
// kept within a budget of memory and thinned so that they lie ever wider apart the older they are.
//
// # Undo
//
// Parameters, edges, nodes, rules and positions are reverted at the present step, by an edit of their own that is logged too. A value of the
// state that time has moved past is undone by going back to its step, before the edit; what came after becomes a branch. An edit of the
// present step that nothing came after is taken back without a trace.
//
// Edits of one gesture (DoWithin), such as dragging a slider through many steps, are undone and made again as one.
//
// # Limits
//
// A timeline goes back within the present run of a script, and within what follows the script's end; Begin marks the start of a run, since
// scripts may do to the network between two runs what no log holds. Operations (functions of the script that are called during the run) are
// called again when steps run again; one that remembers something outside of the network cannot be rewound. Where a snapshot lies ahead the
// outcome is compared with it, and a difference is reported through Options.Warn.
//
// What belongs here: edits, the log, snapshots, branches, session files and their replay. What does not: stepping and recording (host/sim),
// scripts (a replay is given a function that makes the network), windows (gpu/viewer).
package session

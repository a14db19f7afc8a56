// Package record writes what a run produced and reads what a model needs.
//
// A [Recording] collects the samples of one monitor, in memory up to a bound and beyond it in temporary .npy files next to its target,
// and ends as one .npz or .csv file. [RunInfo] is run.json. Readers give arrays from npy, npz, csv, Matrix Market and PNG files;
// [ReadFile] chooses by the file's name.
//
// Files appear whole or not at all: [Create] writes under a temporary name in the target's folder and Commit renames it. Temporary files are
// locked while they are written; [RemoveStale] removes those of programs that were killed. Every
// failure to write wraps [ErrOutput]; every malformed input is a [*FormatError] that names the file and the place. Readers trust
// no length in a file: memory grows with the data that is really there.
//
// What does not belong here: connectivity (package connect), figures, statistics of spike trains, and which folders a script may use.
package record

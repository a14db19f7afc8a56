// Package host groups everything that needs no GPU; README.md in this folder is the plan of its rooms. The package itself holds only
// the test of the import graph.
package host

// Command galvani simulates networks of neurons written as equations: it runs, shows, checks and measures models.
//
// Each subcommand is one file. What they share: exit.go (exit codes), flags.go (flags of models), session.go (a script's network on
// a backend), output.go (files), progress.go (the line on a terminal). Everything that needs OpenGL is in *_gl.go, with a
// stand-in in *_nogl.go for builds without cgo.
package main

import "os"

func main() { os.Exit(Main(os.Args[1:], os.Stdout, os.Stderr)) }

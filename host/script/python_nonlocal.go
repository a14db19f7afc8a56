package script

import (
	"fmt"
	"maps"
	"strconv"
	"strings"

	"github.com/galvani-sim/galvani/host/pystar"
	"go.starlark.net/syntax"
)

// enclosed puts the variables that functions name in nonlocal statements into a box of the function that they belong to. It returns the names that
// belong further out.
func (b *enclosing) enclosed(def *syntax.DefStmt) map[string]bool {
	wanted := map[string]bool{}
	var visit func(list []syntax.Stmt)
	visit = func(list []syntax.Stmt) {
		for _, st := range list {
			if inner, ok := st.(*syntax.DefStmt); ok {
				maps.Copy(wanted, b.enclosed(inner))
				continue
			}
			for _, body := range bodies(st) {
				visit(*body)
			}
		}
	}
	visit(def.Body)
	own := ownNames(def.Params, def.Body)
	if !isTried(def) {
		for _, name := range triedNames(def.Body) {
			own[name] = true
		}
		for _, name := range declaredIn(def.Body, pystar.Nonlocal) {
			delete(own, name)
		}
	}
	shared := map[string]bool{}
	for name := range wanted {
		if own[name] {
			shared[name] = true
			delete(wanted, name)
		}
	}
	if len(shared) > 0 {
		b.count++
		box := &boxer{shared, localsName + strconv.Itoa(b.count)}
		def.Body = box.stmts(def.Body, map[string]bool{})
		ident := func(name string) *syntax.Ident { return &syntax.Ident{NamePos: def.Def, Name: name} }
		head := []syntax.Stmt{box.made(def.Def)}
		for name := range ownNames(def.Params, nil) {
			if shared[name] {
				head = append(head, &syntax.AssignStmt{OpPos: def.Def, Op: syntax.EQ, LHS: box.element(ident(name)), RHS: ident(name)})
			}
		}
		def.Body = append(head, def.Body...)
	}
	for _, name := range declaredIn(def.Body, pystar.Nonlocal) {
		wanted[name] = true
	}
	return wanted
}

// isTried reports a function that stands for what is under a try.
func isTried(def *syntax.DefStmt) bool { return strings.HasPrefix(def.Name.Name, tryName) }

// triedNames are the variables of a function that are given values under a try.
func triedNames(list []syntax.Stmt) (names []string) {
	for _, st := range list {
		def, ok := st.(*syntax.DefStmt)
		if ok && isTried(def) {
			names = append(names, declaredIn(def.Body, pystar.Nonlocal)...)
		}
		if !ok || isTried(def) {
			for _, body := range bodies(st) {
				names = append(names, triedNames(*body)...)
			}
		}
	}
	return names
}

// enclosing counts boxes.
type enclosing struct{ count int }

// localsName begins the names of boxes of functions.
const localsName = ".locals"

// enclosedAll is enclosed for all functions of a file. A name that no function around has is an error.
func enclosedAll(f *syntax.File) (err error) {
	b := &enclosing{}
	var visit func(list []syntax.Stmt)
	visit = func(list []syntax.Stmt) {
		for _, st := range list {
			if def, ok := st.(*syntax.DefStmt); ok {
				for name := range b.enclosed(def) {
					if err == nil {
						err = syntax.Error{Pos: def.Def, Msg: fmt.Sprintf("nonlocal %s: no function around has this variable", name)}
					}
				}
				continue
			}
			for _, body := range bodies(st) {
				visit(*body)
			}
		}
	}
	visit(f.Stmts)
	return err
}

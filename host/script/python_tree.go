package script

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/galvani-sim/galvani/host/diag"
	"github.com/galvani-sim/galvani/host/pystar"
	"github.com/galvani-sim/galvani/host/units"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// sliceName is what assigned slices call; no script can have a name like it.
const sliceName = "[i:j]"

// wholeName is what x[:] calls with x, so that it works where x is one number: S.N[:], as in Brian2.
const wholeName = "[:]"

// wholeFieldName is what an assignment to x.name[:] calls with x and the name.
const wholeFieldName = ".x[:]"

// keepName and keptName are what chains of comparisons call.
const keepName, keptName = ".keep", ".kept"

// oneValue is a number that [:] leaves as it is.
type oneValue struct{ starlark.Value }

var _ starlark.Sliceable = oneValue{}

func (oneValue) Len() int                                    { return 1 }
func (o oneValue) Index(int) starlark.Value                  { return o.Value }
func (o oneValue) Slice(start, end, step int) starlark.Value { return o.Value }

// wholeField is x.name for an assignment to x.name[:]. Of an object whose name is one number, a shared variable, that sets x.name.
func wholeField(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	name := string(args[1].(starlark.String))
	of, ok := args[0].(starlark.HasAttrs)
	if !ok {
		return nil, fmt.Errorf("%s has no .%s field or method", args[0].Type(), name)
	}
	v, err := of.Attr(name)
	if v == nil && err == nil {
		err = fmt.Errorf("%s has no .%s field or method", args[0].Type(), name)
	}
	to, settable := of.(starlark.HasSetField)
	switch v.(type) {
	case starlark.Int, starlark.Float, starlark.Bool, quantity:
		if settable {
			return &oneField{oneValue{v}, to, name}, err
		}
	}
	return v, err
}

// oneField is a number that x.name[:] sets.
type oneField struct {
	oneValue
	of   starlark.HasSetField
	name string
}

var _ starlark.HasSetKey = (*oneField)(nil)

func (f *oneField) Get(starlark.Value) (starlark.Value, bool, error) { return f.Value, true, nil }
func (f *oneField) SetKey(_, v starlark.Value) error                 { return f.of.SetField(f.name, v) }

func whole(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	switch args[0].(type) {
	case starlark.Int, starlark.Float, starlark.Bool, quantity:
		return oneValue{args[0]}, nil
	case *varView:
		return wholeVariable{args[0].(*varView)}, nil
	}
	return args[0], nil
}

// comparisons are what ==, < and so on call, so that arrays give masks, as in numpy.
var comparisons = map[syntax.Token]string{syntax.EQL: "[==]", syntax.NEQ: "[!=]", syntax.LT: "[<]", syntax.LE: "[<=]", syntax.GT: "[>]", syntax.GE: "[>=]"}

// pythonVocabulary is what the forms of Python call.
func pythonVocabulary(d starlark.StringDict) {
	d[sliceName], d[pystar.Slice], d[pystar.Pow], d[pystar.InPlace] = d["slice"], d["slice"], d["pow"], starlark.NewBuiltin("pow", powerInPlace)
	d[pystar.MatMul] = starlark.NewBuiltin("@", matMul)
	for name, f := range map[string]builtinFunc{pystar.Percent: percentFormat, pystar.Format: formatMethod, pystar.FString: formatted, pystar.Join: joinLists, pystar.Merge: mergeDicts, pystar.Unpack: unpackList} {
		d[name] = starlark.NewBuiltin(name, f)
	}
	d[inPlaceName] = starlark.NewBuiltin(inPlaceName, rightSide)
	d[makeBox], d[pystar.Global] = starlark.NewBuiltin(makeBox, newBox), starlark.NewBuiltin("global", doNothing)
	d[wholeFieldName] = starlark.NewBuiltin(wholeFieldName, wholeField)
	d[namedName] = starlark.NewBuiltin(namedName, named)
	d[keepName], d[keptName] = starlark.NewBuiltin(keepName, keepValue), starlark.NewBuiltin(keptName, keptValue)
	d[wholeName] = starlark.NewBuiltin(wholeName, whole)
	d[methodName], d[pystar.Imaginary] = starlark.NewBuiltin(methodName, method), imaginaryUnit
	d[pystar.With], d[withEnd] = starlark.NewBuiltin("with", enter), starlark.NewBuiltin("with", leave)
	d["__name__"] = starlark.String("__main__")
	for op, name := range comparisons {
		d[name] = starlark.NewBuiltin(name, func(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
			return compared(op, args[0], args[1])
		})
		d[name+asked] = starlark.NewBuiltin(name, func(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
			v, err := compared(op, args[0], args[1])
			if mask, ok := v.(*Array); ok && err == nil {
				return oneTruth(mask)
			}
			return v, err
		})
	}
}

// asked marks comparisons that say which way a script goes: of if, while, and, or, not.
const asked = "?"

// oneTruth is the truth value of a mask of one element. That of more is not defined, as in numpy.
func oneTruth(mask *Array) (starlark.Value, error) {
	mask.now()
	switch n := len(mask.data); n {
	case 0, 1:
		return mask.Truth(), nil
	default:
		return nil, withHint(fmt.Errorf("this compares %d elements and gives as many truth values, where one is needed", n),
			"all(...) and any(...) make one of them, where(condition, a, b) takes a or b for each element, and masks are combined with & and |")
	}
}

// compared is x op y: a mask where one of them is an array, else one truth value.
func compared(op syntax.Token, x, y starlark.Value) (starlark.Value, error) {
	if !elementwiseCompared(x) && !elementwiseCompared(y) {
		a, isNumber := asQuantity(x)
		b, both := asQuantity(y)
		if isNumber && both && a.Dim != b.Dim {
			one := func(q units.Quantity) *Array { return &Array{data: []float64{q.Value}, dim: q.Dim} }
			if unitless(one(a)) || unitless(one(b)) {
				return starlark.Bool(compareFloats(op, a.Value, b.Value)), nil
			}
			return nil, withHint(fmt.Errorf("cannot compare %s with %s", describeDim(a.Dim), describeDim(b.Dim)), "compare values of one unit, such as v > 3*mV")
		}
		if isNumber && both && (math.IsNaN(a.Value) || math.IsNaN(b.Value)) { // in Starlark it is the greatest number
			return starlark.Bool(op == syntax.NEQ), nil
		}
		ok, err := starlark.Compare(op, x, y)
		return starlark.Bool(ok), err
	}
	a, err := toArray(x)
	if err == nil {
		var b *Array
		if b, err = toArray(y); err == nil {
			return compareArrays(op, a, b)
		}
	}
	switch op { // with what is no number, an array is not equal
	case syntax.EQL:
		return starlark.False, nil
	case syntax.NEQ:
		return starlark.True, nil
	}
	return nil, err
}

// elementwiseCompared reports whether a value is compared element by element.
func elementwiseCompared(v starlark.Value) bool {
	switch v.(type) {
	case *Array, *varView:
		return true
	}
	return false
}

// readPython parses a script with what it has of Python; likePython makes it run.
func readPython(name, text string, local pystar.Local) (*pystar.Text, *syntax.File, error) {
	read := pystar.Rewrite(text, local)
	f, err := fileOptions.Parse(name, read.Code, 0)
	if wrong, ok := err.(syntax.Error); ok {
		wrong.Pos.Line, wrong.Pos.Col = read.Position(wrong.Pos.Line, wrong.Pos.Col)
		if at := read.Unclosed; at >= 0 {
			src := &diag.Source{Text: text}
			if line, col := diag.Pos(src, at); offset(src, wrong.Pos) > at {
				wrong = syntax.Error{Pos: syntax.MakePosition(&name, int32(line), int32(col)), Msg: fmt.Sprintf("this %q is never closed", text[at:at+1])}
			}
		}
		return nil, nil, wrong
	}
	if err != nil {
		return nil, nil, err
	}
	if read.Code != text {
		replace(reflect.ValueOf(f.Stmts), read)
	}
	f.Stmts = decorated(entered(f.Stmts))
	f.Stmts = (&classMaker{}).stmts(f.Stmts)
	if err := tried(f); err != nil {
		return nil, nil, err
	}
	if err := enclosedAll(f); err != nil {
		return nil, nil, err
	}
	boxed(f)
	return read, f, nil
}

var positionType = reflect.TypeOf(syntax.Position{})

// replace gives what a tree consists of the places that it has in the source.
func replace(v reflect.Value, read *pystar.Text) {
	if v.Kind() == reflect.Struct && v.Type() == positionType {
		if p := v.Addr().Interface().(*syntax.Position); p.IsValid() {
			p.Line, p.Col = read.Position(p.Line, p.Col)
		}
		return
	}
	eachPart(v, func(part reflect.Value) { replace(part, read) })
}

// eachPart calls visit for the parts of a node: what a pointer or an interface holds, elements, and fields.
func eachPart(v reflect.Value, visit func(reflect.Value)) {
	switch v.Kind() {
	case reflect.Interface, reflect.Pointer:
		if !v.IsNil() {
			visit(v.Elem())
		}
	case reflect.Slice:
		for k := range v.Len() {
			visit(v.Index(k))
		}
	case reflect.Struct:
		if v.Type() == positionType {
			return
		}
		for k := range v.NumField() {
			if f := v.Field(k); f.CanSet() {
				visit(f)
			}
		}
	}
}

// decorated puts a call of what stands behind @ after the function below it.
func decorated(list []syntax.Stmt) []syntax.Stmt {
	var out, pending []syntax.Stmt
	for _, st := range list {
		for _, body := range bodies(st) {
			*body = decorated(*body)
		}
		out = append(out, st)
		if a, ok := st.(*syntax.AssignStmt); ok {
			if id, ok := a.LHS.(*syntax.Ident); ok && strings.HasPrefix(id.Name, pystar.Decorator) {
				pending = append(pending, st)
				continue
			}
		}
		name := className(st)
		if def, ok := st.(*syntax.DefStmt); ok {
			name = def.Name.Name
		}
		if name != "" {
			for _, p := range slices.Backward(pending) {
				by := p.(*syntax.AssignStmt)
				at := by.OpPos
				ident := func(name string) *syntax.Ident { return &syntax.Ident{NamePos: at, Name: name} }
				out = append(out, &syntax.AssignStmt{OpPos: at, Op: syntax.EQ, LHS: ident(name),
					RHS: &syntax.CallExpr{Fn: ident(by.LHS.(*syntax.Ident).Name), Lparen: at, Args: []syntax.Expr{ident(name)}, Rparen: at}})
			}
		}
		pending = nil
	}
	return out
}

// entered turns the loops that stand for "with" into what they give a name to and their bodies, in which break and continue are those of the loop around.
func entered(list []syntax.Stmt) []syntax.Stmt {
	var out []syntax.Stmt
	for _, st := range list {
		for _, body := range bodies(st) {
			*body = entered(*body)
		}
		loop, ok := st.(*syntax.ForStmt)
		if !ok {
			out = append(out, st)
			continue
		}
		call, ok := loop.X.(*syntax.CallExpr)
		if ok {
			id, is := call.Fn.(*syntax.Ident)
			ok = is && id.Name == pystar.With
		}
		if !ok {
			out = append(out, st)
			continue
		}
		ident := func(name string) *syntax.Ident { return &syntax.Ident{NamePos: loop.For, Name: name} }
		out = append(out, &syntax.AssignStmt{OpPos: loop.For, Op: syntax.EQ, LHS: loop.Vars, RHS: call},
			&syntax.IfStmt{If: loop.For, Cond: ident("True"), True: loop.Body},
			&syntax.ExprStmt{X: &syntax.CallExpr{Fn: ident(withEnd), Lparen: loop.For, Args: []syntax.Expr{loop.Vars}, Rparen: loop.For}})
	}
	return out
}

// bodies are the lists of statements inside of one.
func bodies(st syntax.Stmt) []*[]syntax.Stmt {
	switch st := st.(type) {
	case *syntax.DefStmt:
		return []*[]syntax.Stmt{&st.Body}
	case *syntax.IfStmt:
		return []*[]syntax.Stmt{&st.True, &st.False}
	case *syntax.ForStmt:
		return []*[]syntax.Stmt{&st.Body}
	case *syntax.WhileStmt:
		return []*[]syntax.Stmt{&st.Body}
	}
	return nil
}

// likePython turns what Starlark's parser reads and its resolver refuses into what means the same: a[i:j] = x becomes a[slice(i, j)] = x, and
// arguments with a name after *list go before it. Comparisons become calls, see comparisons, and products of matrices do.
func likePython(f *syntax.File) {
	syntax.Walk(f, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.AssignStmt:
			n.LHS = assignable(n.LHS)
			changing(n)
		case *syntax.DotExpr:
			if n.Name.Name == "__name__" {
				n.X = &syntax.CallExpr{Fn: &syntax.Ident{NamePos: n.Dot, Name: namedName}, Lparen: n.Dot, Args: []syntax.Expr{n.X}, Rparen: n.Dot}
			}
		case *syntax.CallExpr:
			if dot, ok := n.Fn.(*syntax.DotExpr); ok && pythonMethods[dot.Name.Name] != nil {
				n.Fn = &syntax.CallExpr{Fn: &syntax.Ident{NamePos: dot.NamePos, Name: methodName}, Lparen: dot.NamePos, Rparen: dot.NamePos,
					Args: []syntax.Expr{dot.X, &syntax.Literal{Token: syntax.STRING, TokenPos: dot.NamePos, Raw: strconv.Quote(dot.Name.Name), Value: dot.Name.Name}}}
			}
			slices.SortStableFunc(n.Args, func(a, b syntax.Expr) int { return laterArgument(a) - laterArgument(b) })
		}
		return true
	})
	compare(reflect.ValueOf(f.Stmts))
	syntax.Walk(f, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.IfStmt:
			ask(n.Cond)
		case *syntax.WhileStmt:
			ask(n.Cond)
		case *syntax.CondExpr:
			ask(n.Cond)
		case *syntax.IfClause:
			ask(n.Cond)
		case *syntax.UnaryExpr:
			if n.Op == syntax.NOT {
				ask(n.X)
			}
		case *syntax.BinaryExpr:
			if n.Op == syntax.AND || n.Op == syntax.OR {
				ask(n.X)
			}
		}
		return true
	})
}

// ask makes the comparisons that an expression's truth value comes from ask for one, see asked.
func ask(e syntax.Expr) {
	switch e := e.(type) {
	case *syntax.ParenExpr:
		ask(e.X)
	case *syntax.BinaryExpr:
		if e.Op == syntax.AND || e.Op == syntax.OR {
			ask(e.Y)
		}
	case *syntax.CallExpr:
		if comparisonNamed(e) != syntax.ILLEGAL {
			id := *e.Fn.(*syntax.Ident)
			id.Name = strings.TrimSuffix(id.Name, asked) + asked
			e.Fn = &id
		}
	}
}

var exprType = reflect.TypeOf((*syntax.Expr)(nil)).Elem()

// compare turns comparisons into calls, unless one side is a word that no array is equal to.
func compare(v reflect.Value) {
	if v.Kind() != reflect.Interface || v.IsNil() || v.Type() != exprType || !v.CanSet() {
		eachPart(v, compare)
		return
	}
	if call, ok := v.Interface().(*syntax.CallExpr); ok && isChain(call) {
		v.Set(reflect.ValueOf(chained(call, true)))
	}
	compare(v.Elem())
	if e, ok := v.Interface().(*syntax.SliceExpr); ok && e.Lo == nil && e.Hi == nil && e.Step == nil {
		e.X = &syntax.CallExpr{Fn: &syntax.Ident{NamePos: e.Lbrack, Name: wholeName}, Lparen: e.Lbrack, Args: []syntax.Expr{e.X}, Rparen: e.Lbrack}
	}
	b, ok := v.Interface().(*syntax.BinaryExpr)
	if !ok {
		return
	}
	call := func(name string, x, y syntax.Expr) {
		v.Set(reflect.ValueOf(&syntax.CallExpr{Fn: &syntax.Ident{NamePos: b.OpPos, Name: name}, Lparen: b.OpPos, Args: []syntax.Expr{x, y}, Rparen: b.OpPos}))
	}
	if comparisons[b.Op] != "" && !wordOrText(b.X) && !wordOrText(b.Y) {
		call(comparisons[b.Op], b.X, b.Y)
	} else if x, ok := b.X.(*syntax.BinaryExpr); ok && isMatMul(x) {
		call(pystar.MatMul, x.X, b.Y)
	}
}

// called reports whether a call is that of what pystar calls by this name, with so many arguments.
func called(call *syntax.CallExpr, name string, arguments int) bool {
	id, ok := call.Fn.(*syntax.Ident)
	return ok && id.Name == name && len(call.Args) == arguments
}

// isChain reports whether a call is that of pystar.Chain.
func isChain(call *syntax.CallExpr) bool {
	if n := len(call.Args); n < 5 || n%2 == 0 || !called(call, pystar.Chain, n) {
		return false
	}
	for k := 1; k < len(call.Args); k += 2 {
		lit, ok := call.Args[k].(*syntax.Literal)
		if !ok || comparisonOf(lit) == syntax.ILLEGAL {
			return false
		}
	}
	return true
}

// comparisonOf is the operator that a text names; ILLEGAL: none.
func comparisonOf(text *syntax.Literal) syntax.Token {
	for op := range comparisons {
		if op.String() == text.Value {
			return op
		}
	}
	return syntax.ILLEGAL
}

// bothOf is a < b and b < c for a chain of comparisons.
func bothOf(chain *syntax.CallExpr) syntax.Expr { return chained(chain, false) }

// chained is bothOf. once: what is called in the middle is called once, a < keep(f()) and kept() < c.
func chained(chain *syntax.CallExpr, once bool) (all syntax.Expr) {
	left := chain.Args[0]
	for k := 2; k < len(chain.Args); k += 2 {
		op, right := chain.Args[k-1].(*syntax.Literal), chain.Args[k]
		next := right
		if once && k+1 < len(chain.Args) && calls(right) {
			at := syntax.Start(right)
			call := func(name string, args ...syntax.Expr) syntax.Expr {
				return &syntax.CallExpr{Fn: &syntax.Ident{NamePos: at, Name: name}, Lparen: at, Args: args, Rparen: at}
			}
			right, next = call(keepName, right), call(keptName)
		}
		one := &syntax.BinaryExpr{X: left, OpPos: op.TokenPos, Op: comparisonOf(op), Y: right}
		if left = next; all == nil {
			all = one
		} else {
			all = &syntax.BinaryExpr{X: all, OpPos: op.TokenPos, Op: syntax.AND, Y: one}
		}
	}
	return all
}

// calls reports whether an expression calls something that could tell.
func calls(e syntax.Expr) (yes bool) {
	syntax.Walk(e, func(n syntax.Node) bool {
		call, ok := n.(*syntax.CallExpr)
		yes = yes || ok && !called(call, pystar.Pow, 2)
		return true
	})
	return yes
}

// keepValue and keptValue remember the middle of a chain of comparisons, until its second comparison begins.
func keepValue(t *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	t.SetLocal(keptName, args[0])
	return args[0], nil
}

func keptValue(t *starlark.Thread, _ *starlark.Builtin, _ starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	v, _ := t.Local(keptName).(starlark.Value)
	return v, nil
}

// isMatMul reports whether an expression is the first half of a product of matrices.
func isMatMul(e *syntax.BinaryExpr) bool {
	id, ok := e.Y.(*syntax.Ident)
	return ok && e.Op == syntax.STAR && id.Name == pystar.MatMul
}

// matMul is a @ b.
func matMul(t *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	a, err := toArray(args[0])
	if err != nil {
		return nil, fmt.Errorf("@ multiplies arrays, not %s", article(args[0]))
	}
	dot, err := a.Attr("dot")
	if err != nil {
		return nil, err
	}
	return starlark.Call(t, dot, args[1:], nil)
}

func wordOrText(e syntax.Expr) bool {
	switch e := e.(type) {
	case *syntax.Ident:
		return e.Name == "None" || e.Name == "True" || e.Name == "False"
	case *syntax.Literal:
		return e.Token == syntax.STRING
	}
	return false
}

// assignable is the target of an assignment with slices as calls.
func assignable(e syntax.Expr) syntax.Expr {
	switch e := e.(type) {
	case *syntax.ParenExpr:
		e.X = assignable(e.X)
	case *syntax.TupleExpr:
		for k := range e.List {
			e.List[k] = assignable(e.List[k])
		}
	case *syntax.ListExpr:
		for k := range e.List {
			e.List[k] = assignable(e.List[k])
		}
	case *syntax.SliceExpr:
		call := &syntax.CallExpr{Fn: &syntax.Ident{NamePos: e.Lbrack, Name: sliceName}, Lparen: e.Lbrack, Rparen: e.Rbrack}
		for _, part := range []syntax.Expr{e.Lo, e.Hi, e.Step} {
			if part == nil {
				part = &syntax.Ident{NamePos: e.Lbrack, Name: "None"}
			}
			call.Args = append(call.Args, part)
		}
		x := e.X
		if dot, ok := x.(*syntax.DotExpr); ok && e.Lo == nil && e.Hi == nil && e.Step == nil {
			x = &syntax.CallExpr{Fn: &syntax.Ident{NamePos: dot.Dot, Name: wholeFieldName}, Lparen: dot.Dot, Rparen: dot.Dot,
				Args: []syntax.Expr{dot.X, &syntax.Literal{Token: syntax.STRING, TokenPos: dot.NamePos, Raw: strconv.Quote(dot.Name.Name), Value: dot.Name.Name}}}
		}
		return &syntax.IndexExpr{X: x, Lbrack: e.Lbrack, Y: call, Rbrack: e.Rbrack}
	}
	return e
}

// laterArgument orders arguments as Starlark wants them: those in place and with a name as they come, then *list, then **dictionary.
func laterArgument(arg syntax.Expr) int {
	if u, ok := arg.(*syntax.UnaryExpr); ok {
		switch u.Op {
		case syntax.STAR:
			return 1
		case syntax.STARSTAR:
			return 2
		}
	}
	return 0
}

// print is Python's print(..., sep=, end=).
func (in *interp) print(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	sep, end := starlark.Value(starlark.None), starlark.Value(starlark.None)
	var file, flush starlark.Value
	if err := starlark.UnpackArgs(b.Name(), nil, kwargs, "sep?", &sep, "end?", &end, "file?", &file, "flush?", &flush); err != nil {
		return nil, err
	}
	between, behind := " ", "\n"
	for _, s := range []struct {
		v  starlark.Value
		to *string
	}{{sep, &between}, {end, &behind}} {
		switch v := s.v.(type) {
		case starlark.NoneType:
		case starlark.String:
			*s.to = string(v)
		default:
			return nil, fmt.Errorf("print: sep= and end= are strings, not %s", article(v))
		}
	}
	var out strings.Builder
	for k, v := range args {
		if k > 0 {
			out.WriteString(between)
		}
		out.WriteString(plainString(v))
	}
	_, err := fmt.Fprint(in.opt.Stdout, out.String()+behind)
	return starlark.None, err
}

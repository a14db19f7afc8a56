package script

import "go.starlark.net/starlark"

// namedName is what gives x.__name__ its x; no script can have a name like it.
const namedName = "[name]"

// named is what has a __name__: functions, and the types of numbers such as float32, which are texts here. Anything else is itself.
func named(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	name := ""
	switch x := args[0].(type) {
	case starlark.String:
		name = string(x)
	case *starlark.Function:
		if name = x.Name(); name == "lambda" {
			name = "<lambda>"
		}
	case *starlark.Builtin:
		name = x.Name()
	default:
		return args[0], nil
	}
	return &moduleValue{name, starlark.StringDict{"__name__": starlark.String(name)}}, nil
}

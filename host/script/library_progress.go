package script

import (
	"fmt"
	"runtime"

	"go.starlark.net/starlark"
)

// progressBar is tqdm(iterable, ...): what it goes over. Progress of what is simulated shows on the command line.
func progressBar(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	for _, kw := range kwargs {
		if kw[0] == starlark.String("iterable") {
			return kw[1], nil
		}
	}
	if len(args) == 0 {
		return nil, withHint(fmt.Errorf("%s: expected what to go over", b.Name()), "for i in tqdm(range(10)); a bar that the script moves itself is not there")
	}
	return args[0], nil
}

// progressRange is trange(n).
func progressRange(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	return starlark.Call(t, starlark.Universe["range"], args, nil)
}

// platformName is platform.system() and its like.
func platformName(_ *starlark.Thread, b *starlark.Builtin, _ starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	switch b.Name() {
	case "system":
		names := map[string]string{"linux": "Linux", "darwin": "Darwin", "windows": "Windows"}
		return starlark.String(names[runtime.GOOS]), nil
	case "machine":
		return starlark.String(runtime.GOARCH), nil
	}
	return starlark.String("3"), nil
}

package bench

import (
	"fmt"
	"strconv"
	"strings"
)

// family are workloads of one kind and any size: NAME-SIZE.
type family struct {
	name        string
	least, most int
	build       func(size int) Workload
}

// families is the table of them. Small networks are too irregular for the ranges that results are checked by.
var families = []family{
	{"cuba", 1000, 10_000_000, cuba},
	{"coba", 1000, 10_000_000, coba},
	{"procedural", 2000, 10_000_000, procedural},
	{"cobahh", 1000, 10_000_000, cobahh},
	{"cobahh1000", 2000, 10_000_000, cobahhDrawn},
	{"kuramoto", 100, 10_000_000, func(n int) Workload { return kuramoto(fmt.Sprint("kuramoto-", n), n, 10*n) }},
	{"field", 10, 1024, func(n int) Workload { return field(n, true, 5) }},
	{"spreizer", 1, 5, spreizer},
	{"pymonnto", 100, 20_000, pymonnto},
	{"gaps", 10, 10_000, gaps},
	{"nmda", 100, 1_000_000, nmda},
	{"plastic", 1000, 1_000_000, plastic},
}

// sized is the workload of a name NAME-SIZE; ok is false when there is no such kind.
func sized(name string) (w Workload, ok bool, err error) {
	kind, size, found := strings.Cut(name, "-")
	if !found {
		return w, false, nil
	}
	for _, f := range families {
		if f.name != kind {
			continue
		}
		n, err := strconv.Atoi(size)
		switch {
		case err != nil:
			return w, false, nil
		case n < f.least || n > f.most:
			return w, false, fmt.Errorf("%s: sizes of %s go from %d to %d", name, kind, f.least, f.most)
		}
		w = f.build(n)
		w.Name = name
		return w, true, nil
	}
	return scaledMicrocircuit(name)
}

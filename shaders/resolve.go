package shaders

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"sort"
	"strings"
)

//go:embed lib compute connect render layout
var embedded embed.FS

// Files holds every shader file, by its path below this folder.
var Files fs.FS = embedded

// Source is a complete shader; it converts to device.Source. A comment "//#line N k" in Text says that line N of Files[k]
// follows. It is a comment because drivers get the directive wrong: Mesa reports many errors against string 0.
type Source struct {
	Name  string
	Text  string
	Files []string
}

// Options of the lines in front of a file.
type Options struct {
	Version int // 430 or 450; 0: 450
	// Extensions are required: a driver without one refuses the shader. See device.Features.
	Extensions []string
	// Define holds macros; an empty value defines the name alone.
	Define map[string]string
}

// Load reads a shader file and everything it includes, and puts the version, extensions and definitions in front.
func Load(name string, o Options) (Source, error) {
	text, err := fs.ReadFile(Files, name)
	if err != nil {
		return Source{}, fmt.Errorf("shaders: there is no file %q", name)
	}
	return resolve(Files, name, string(text), o)
}

// Resolve replaces the includes of a text, which is called name in messages. A #version line may stand first; otherwise
// the text gets version 450.
func Resolve(name, text string) (Source, error) { return resolve(Files, name, text, Options{}) }

// resolve reads included files from fsys.
func resolve(fsys fs.FS, name, text string, o Options) (Source, error) {
	r := resolver{fsys: fsys, index: map[string]int{}}
	first := 1
	if line, rest, _ := strings.Cut(text, "\n"); strings.HasPrefix(line, "#version") {
		r.out.WriteString(line + "\n")
		text, first = rest, 2
	} else {
		version := o.Version
		if version == 0 {
			version = 450
		}
		fmt.Fprintf(&r.out, "#version %d core\n", version)
	}
	for _, e := range o.Extensions {
		fmt.Fprintf(&r.out, "#extension %s : require\n", e)
	}
	names := make([]string, 0, len(o.Define))
	for n := range o.Define {
		names = append(names, n)
	}
	sort.Strings(names)
	for _, n := range names {
		r.out.WriteString(strings.TrimRight("#define "+n+" "+o.Define[n], " ") + "\n")
	}
	if err := r.file(name, text, first, nil); err != nil {
		return Source{}, err
	}
	return Source{Name: name, Text: r.out.String(), Files: r.names}, nil
}

type resolver struct {
	fsys  fs.FS
	out   strings.Builder
	names []string
	index map[string]int // of files seen
}

var includeLine = regexp.MustCompile(`^\s*#\s*include\b\s*(.*?)\s*$`)

// file writes a text, whose first line has the number first, and what it includes. chain are the files being included,
// outermost first.
func (r *resolver) file(name, text string, first int, chain []string) error {
	k := len(r.names)
	r.names = append(r.names, name)
	r.index[name] = k
	chain = append(chain, name)
	fmt.Fprintf(&r.out, "//#line %d %d\n", first, k)
	comment := false
	for i, l := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		at := fmt.Sprintf("%s:%d", name, i+first)
		inside := comment
		comment = inComment(l, comment)
		m := includeLine.FindStringSubmatch(l)
		if m == nil || inside {
			if !inside && strings.HasPrefix(strings.TrimSpace(l), "#version") {
				return fmt.Errorf("shaders: %s: a #version line; only the outermost text may start with one", at)
			}
			r.out.WriteString(l + "\n")
			continue
		}
		target, rest, ok := quoted(m[1])
		if !ok || rest != "" && !strings.HasPrefix(rest, "//") {
			return fmt.Errorf("shaders: %s: want #include \"FILE\"", at)
		}
		target = path.Clean(target)
		if slices.Contains(chain, target) {
			return fmt.Errorf("shaders: %s: %s includes itself: %s", at, target, strings.Join(append(chain, target), " -> "))
		}
		if _, seen := r.index[target]; !seen {
			sub, err := fs.ReadFile(r.fsys, target)
			if err != nil {
				return fmt.Errorf("shaders: %s: there is no file %q", at, target)
			}
			if err := r.file(target, string(sub), 1, chain); err != nil {
				return err
			}
		}
		fmt.Fprintf(&r.out, "//#line %d %d\n", i+first+1, k)
	}
	return nil
}

func quoted(s string) (inner, rest string, ok bool) {
	if !strings.HasPrefix(s, `"`) {
		return "", "", false
	}
	inner, rest, ok = strings.Cut(s[1:], `"`)
	return inner, strings.TrimSpace(rest), ok && inner != ""
}

// inComment reports whether a /* comment is open behind the line.
func inComment(l string, open bool) bool {
	for l != "" {
		switch {
		case open:
			_, rest, found := strings.Cut(l, "*/")
			if !found {
				return true
			}
			l, open = rest, false
		case strings.HasPrefix(l, "//"):
			return false
		case strings.HasPrefix(l, "/*"):
			l, open = l[2:], true
		default:
			l = l[1:]
		}
	}
	return open
}

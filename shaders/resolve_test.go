package shaders

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
)

func tree(files map[string]string) fstest.MapFS {
	m := fstest.MapFS{}
	for name, text := range files {
		m[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return m
}

func TestResolve(t *testing.T) {
	fsys := tree(map[string]string{
		"lib/a.glsl": "float a;\n#include \"lib/b.glsl\"\nfloat a2;\n",
		"lib/b.glsl": "float b;", // no newline at the end
	})
	text := "float x;\n# include \"lib/a.glsl\" // why\n/*\n#include \"none\"\n*/\n#include \"lib/b.glsl\"\nvoid main() {}\n"
	got, err := resolve(fsys, "main.glsl", text, Options{Version: 430, Extensions: []string{"GL_X"}, Define: map[string]string{"N": "4", "FLAG": ""}})
	if err != nil {
		t.Fatal(err)
	}
	want := `#version 430 core
#extension GL_X : require
#define FLAG
#define N 4
//#line 1 0
float x;
//#line 1 1
float a;
//#line 1 2
float b;
//#line 3 1
float a2;
//#line 3 0
/*
#include "none"
*/
//#line 7 0
void main() {}
`
	if got.Text != want {
		t.Errorf("got\n%s\nwant\n%s", got.Text, want)
	}
	if strings.Join(got.Files, " ") != "main.glsl lib/a.glsl lib/b.glsl" {
		t.Errorf("files %v", got.Files)
	}

	got, err = resolve(fsys, "k", "#version 460 core\nvoid main() {}\n", Options{})
	if err != nil || got.Text != "#version 460 core\n//#line 2 0\nvoid main() {}\n" {
		t.Errorf("%v\n%s", err, got.Text)
	}
}

func TestResolveErrors(t *testing.T) {
	fsys := tree(map[string]string{
		"loop.glsl": "\n#include \"loop2.glsl\"\n", "loop2.glsl": "#include \"./loop.glsl\"\n",
		"version.glsl": "// x\n#version 450\n",
	})
	for text, want := range map[string]string{
		"a\n#include \"nothing.glsl\"\n":     `m:2: there is no file "nothing.glsl"`,
		"#include <stdio.h>\n":               `m:1: want #include "FILE"`,
		"#include \"\"\n":                    `m:1: want #include "FILE"`,
		"#include \"loop.glsl\" void f();\n": `m:1: want #include "FILE"`,
		"#include \"loop.glsl\"\n":           `loop2.glsl:1: loop.glsl includes itself: m -> loop.glsl -> loop2.glsl -> loop.glsl`,
		"#include \"version.glsl\"\n":        `version.glsl:2: a #version line`,
	} {
		if _, err := resolve(fsys, "m", text, Options{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
	if _, err := Load("lib/none.glsl", Options{}); err == nil || !strings.Contains(err.Error(), `"lib/none.glsl"`) {
		t.Errorf("%v", err)
	}
}

// Every file's includes resolve, and no file carries a version of its own.
func TestFiles(t *testing.T) {
	n := 0
	err := fs.WalkDir(Files, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.HasSuffix(name, ".glsl") {
			return err
		}
		n++
		_, err = Load(name, Options{})
		return err
	})
	if err != nil {
		t.Error(err)
	}
	if n < 6 {
		t.Errorf("%d files are embedded", n)
	}
}

func FuzzResolve(f *testing.F) {
	f.Add("#include \"lib/philox.glsl\"\n/* #include */ #version 3\n")
	f.Add("/*//*/#include\n\"")
	f.Fuzz(func(t *testing.T, text string) {
		src, err := Resolve("fuzz", text)
		if err == nil && !strings.HasPrefix(src.Text, "#version") {
			t.Errorf("%q gives %q", text, src.Text)
		}
	})
}

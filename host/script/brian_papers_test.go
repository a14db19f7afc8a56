package script

import (
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// TestPapers runs scripts of published models as they are written for Brian2, plots and all, and compares what they print with what they printed under Brian2.
func TestPapers(t *testing.T) { asPrinted(t, "testdata/brian/papers") }

// TestFunctions does the same with scripts whose equations call functions of Python.
func TestFunctions(t *testing.T) { asPrinted(t, "testdata/brian/functions") }

// TestModels does the same with scripts that combine what models are made of in less usual ways.
func TestModels(t *testing.T) { asPrinted(t, "testdata/brian/models") }

func asPrinted(t *testing.T, folder string) {
	scripts, err := filepath.Glob(filepath.Join(folder, "*.py"))
	if err != nil || len(scripts) == 0 {
		t.Fatal("no scripts", err)
	}
	words := func(s string) []string {
		return strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(" \n[](),'\"=", r) })
	}
	for _, path := range scripts {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".py"), func(t *testing.T) {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			reference, err := os.ReadFile(strings.TrimSuffix(path, ".py") + ".txt")
			if err != nil {
				t.Fatal(err)
			}
			got, want := words(printed(t, filepath.Base(path), string(text))), words(string(reference))
			if len(got) != len(want) {
				t.Fatalf("%d words, want %d:\n%s", len(got), len(want), strings.Join(got, " "))
			}
			for k := range want {
				if got[k] == want[k] {
					continue
				}
				x, err := strconv.ParseFloat(got[k], 64)
				y, err2 := strconv.ParseFloat(want[k], 64)
				if err != nil || err2 != nil || !(math.Abs(x-y) <= 1e-9*math.Max(1, math.Abs(y))) {
					t.Errorf("word %d is %s, Brian2 has %s", k, got[k], want[k])
				}
			}
		})
	}
}

package script

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The map in doc.go has a place for every file, and names none that is gone.
func TestMapOfFiles(t *testing.T) {
	doc, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	on := map[string]bool{"doc.go": true}
	for _, pattern := range regexp.MustCompile(`\b[a-z]\w*\*?\.go\b`).FindAllString(string(doc), -1) {
		found, _ := filepath.Glob(pattern)
		if len(found) == 0 {
			t.Errorf("there is no %s", pattern)
		}
		for _, f := range found {
			on[f] = true
		}
	}
	for _, f := range files {
		if !on[f] && !strings.HasSuffix(f, "_test.go") {
			t.Errorf("%s is not on the map", f)
		}
	}
}

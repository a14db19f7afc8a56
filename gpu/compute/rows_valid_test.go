//go:build cgo

package compute

import (
	"fmt"
	"maps"
	"testing"

	"github.com/galvani-sim/galvani/gpu/gltest"
	"github.com/galvani-sim/galvani/shaders"
)

// The programs that make connectivity are GLSL to a compiler that belongs to no driver, in all their forms.
func TestRowProgramsAreValid(t *testing.T) {
	type define = map[string]string
	survey, bins, sorted, order := define{"SURVEY": "", "CHUNK": "65536"}, define{"BINS": fmt.Sprint(columnBins)}, define{"SORTED": fmt.Sprint(mostSorted)}, define{"IN_ORDER": ""}
	for file, forms := range map[string][]define{
		"probability": {{}, survey}, "plain": {{}, {"NEAR": ""}, {"FULL": ""}}, "sources": {survey}, "columns": {survey, bins, sorted},
		"steps": {{}}, "exact": {{}}, "sort": {survey, {}, order},
	} {
		for _, form := range forms {
			for _, narrow := range []bool{false, true} {
				for _, wide := range []int{4, 256} {
					d := define{"WIDE": fmt.Sprint(wide), "ROWS": fmt.Sprint(max(1, rowThreads/wide)), "BLOCKS": fmt.Sprint(rowBlocks), "SETS": fmt.Sprint(mostSets)}
					maps.Copy(d, form)
					if narrow {
						d["NARROW"] = ""
					}
					src, err := shaders.Load("connect/"+file+".comp.glsl", shaders.Options{Define: d})
					if err != nil {
						t.Fatal(err)
					}
					gltest.Validate(t, fmt.Sprint(file, d), "comp", src.Text)
				}
			}
		}
	}
}

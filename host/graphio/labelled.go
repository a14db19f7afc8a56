package graphio

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"

	"github.com/galvani-sim/galvani/host/record"
)

// readLabelled reads a matrix whose columns and rows have the nodes' names, as pandas writes it: the first field is empty, and the first of
// each row is the name of the node. nil: the table is another one.
func readLabelled(data []byte) (*Graph, error) {
	line := data
	for len(line) > 0 {
		var rest []byte
		line, rest, _ = bytes.Cut(line, []byte("\n"))
		if t := bytes.TrimSpace(line); len(t) > 0 && t[0] != '#' {
			break
		}
		line = rest
	}
	comma := separatorIn(line)
	if first := bytes.TrimSpace(line); comma == 0 || len(first) == 0 || first[0] != comma && !bytes.HasPrefix(first, []byte{'"', '"', comma}) {
		return nil, nil
	}
	r := csv.NewReader(bytes.NewReader(data))
	r.Comma, r.Comment, r.FieldsPerRecord, r.TrimLeadingSpace = rune(comma), '#', -1, true
	rows, err := r.ReadAll()
	if err != nil || len(rows) < 2 {
		return nil, nil // what is wrong with it is said where matrices are read
	}
	names := rows[0][1:]
	for k, row := range rows[1:] {
		if k >= len(names) || strings.TrimSpace(row[0]) != strings.TrimSpace(names[k]) {
			return nil, &record.FormatError{Line: k + 2, Message: fmt.Sprintf("row %d is named %q; the first line names its node %q", k+1, short(row[0]), short(nameAt(names, k)))}
		}
	}
	var numbers bytes.Buffer
	w := csv.NewWriter(&numbers)
	for k, row := range rows {
		row = row[1:]
		if k == 0 { // names may be numbers, which would be taken for a row
			row = make([]string, len(names))
			for c := range row {
				row[c] = "column " + strconv.Itoa(c)
			}
		}
		if err := w.Write(row); err != nil {
			return nil, err
		}
	}
	w.Flush()
	g, err := readMatrixCSV(numbers.Bytes())
	if err != nil {
		return nil, err
	}
	g.IDs = nil
	if len(names) != g.N {
		return nil, &record.FormatError{Line: 1, Message: fmt.Sprintf("%d names for %d nodes", len(names), g.N)}
	}
	numbered := true
	for k := range names {
		names[k] = strings.TrimSpace(names[k])
		numbered = numbered && names[k] == strconv.Itoa(k)
	}
	if numbered {
		return g, nil
	}
	g.IDs = names
	if err := g.Validate(); err != nil {
		return nil, &record.FormatError{Line: 1, Message: err.Error()}
	}
	return g, nil
}

func nameAt(names []string, k int) string {
	if k < len(names) {
		return names[k]
	}
	return ""
}

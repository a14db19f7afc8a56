package graphio

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/galvani-sim/galvani/host/record"
)

// Format is a file format.
type Format string

// The formats. CSV is a matrix where the table is square, else a list of edges; CSVEdges is always a list.
const (
	NPY      Format = "npy"
	CSV      Format = "csv"
	MTX      Format = "mtx"
	EdgeList Format = "edgelist"
	CSVEdges Format = "csv edges"
	GraphML  Format = "graphml"
	GEXF     Format = "gexf"
	JSON     Format = "json"
)

// Formats are the names of all formats.
func Formats() []Format { return []Format{NPY, CSV, MTX, EdgeList, CSVEdges, GraphML, GEXF, JSON} }

// FormatOf chooses a format by a file's name.
func FormatOf(path string) (Format, error) {
	switch ext := strings.ToLower(filepath.Ext(path)); ext {
	case ".npy":
		return NPY, nil
	case ".csv":
		return CSV, nil
	case ".mtx":
		return MTX, nil
	case ".edgelist", ".edges", ".txt", ".tsv", ".el":
		return EdgeList, nil
	case ".graphml":
		return GraphML, nil
	case ".gexf":
		return GEXF, nil
	case ".json":
		return JSON, nil
	default:
		return "", fmt.Errorf("graphs in files named *%s are not known; .npy, .csv, .mtx, .edgelist, .txt, .graphml, .gexf and .json are", ext)
	}
}

// Read reads a graph. All of r is held in memory; what is made of it is proportional to that.
func Read(r io.Reader, f Format) (*Graph, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	if data, err = plain(data, f); err != nil {
		return nil, err
	}
	switch f {
	case NPY:
		return readNPY(data)
	case CSV:
		return readCSV(data)
	case MTX:
		return readMTX(data)
	case EdgeList, CSVEdges:
		return readEdgeList(data, separatorIn(data))
	case GraphML:
		return readGraphML(data)
	case GEXF:
		return readGEXF(data)
	case JSON:
		return readNodeLink(data)
	}
	return nil, unknownFormat(f)
}

// containers are what a file begins with that holds another one.
var containers = []struct{ magic, what string }{
	{"\x1f\x8b", "compressed with gzip"}, {"PK\x03\x04", "a zip archive"}, {"BZh", "compressed with bzip2"}, {"\xfd7zXZ\x00", "compressed with xz"}, {"(\xb5/\xfd", "compressed with zstd"},
}

// plain refuses files that hold another file, and UTF-16, and takes a byte order mark off texts.
func plain(data []byte, f Format) ([]byte, error) {
	for _, c := range containers {
		if bytes.HasPrefix(data, []byte(c.magic)) {
			return nil, &record.FormatError{Message: "the file is " + c.what + "; unpack it first"}
		}
	}
	if f == NPY {
		return data, nil
	}
	if bytes.HasPrefix(data, []byte("\xff\xfe")) || bytes.HasPrefix(data, []byte("\xfe\xff")) {
		return nil, &record.FormatError{Line: 1, Column: 1, Message: "the file is not UTF-8 but UTF-16; save it as UTF-8"}
	}
	return bytes.TrimPrefix(data, []byte("\ufeff")), nil
}

func unknownFormat(f Format) error {
	return fmt.Errorf("the format %q is not known; %v are", short(string(f)), Formats())
}

// readCSV tells a list of edges from a matrix: it has a header with a source and a target, or it is not square and has two or
// three columns.
func readCSV(data []byte) (*Graph, error) {
	data = lines(data)
	first, wide := data, false
	for len(first) > 0 {
		var line []byte
		line, first, _ = bytes.Cut(first, []byte("\n"))
		if line = bytes.TrimSpace(line); len(line) == 0 || line[0] == '#' {
			continue
		}
		r := &edgeListReader{comma: separatorIn(line)}
		if wide = bytes.Count(line, []byte{r.comma}) >= maxColumns; wide {
			break
		}
		if r.split(string(line), 1) == nil {
			if header, err := r.header(); header || err != nil {
				return readEdgeList(data, separatorIn(data))
			}
		}
		break
	}
	if g, err := readLabelled(data); g != nil || err != nil {
		return g, err
	}
	g, err := readMatrixCSV(data)
	if err == nil || !notSquare(err) || wide {
		return g, err
	}
	list, listErr := readEdgeList(data, separatorIn(data))
	if listErr != nil {
		return nil, err
	}
	for k := range list.Edge {
		if strings.HasPrefix(list.Edge[k].Name, "column ") {
			return nil, err
		}
	}
	return list, nil
}

// ReadFile reads a graph from a file whose name tells its format. Errors about its content are *record.FormatError with the path.
func ReadFile(path string) (*Graph, error) {
	f, err := FormatOf(path)
	if err != nil {
		return nil, err
	}
	return ReadFileAs(path, f)
}

// ReadFileAs reads a graph from a file of the given format.
func ReadFileAs(path string, f Format) (*Graph, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	if info, err := file.Stat(); err != nil {
		return nil, err
	} else if info.IsDir() {
		return nil, &record.FormatError{Path: path, Message: "it is a folder"}
	}
	g, err := Read(file, f)
	var bad *record.FormatError
	if errors.As(err, &bad) {
		bad.Path = path
	}
	if g != nil {
		for _, n := range g.Notes {
			n.Path = path
		}
	}
	return g, err
}

// Options of Write.
type Options struct {
	Format Format
	// EdgesKey names the list of edges in JSON: "links" (the default, as networkx before 3.6 expects) or "edges".
	EdgesKey string
}

// Write writes a graph. What the format cannot hold is named in left, such as "positions"; edges, names and weights are never
// left out without an error.
func Write(w io.Writer, g *Graph, o Options) (left []string, err error) {
	if err := g.Validate(); err != nil {
		return nil, err
	}
	left = g.leftBy(o.Format)
	switch o.Format {
	case NPY:
		return left, writeNPY(w, g)
	case CSV:
		return left, writeMatrixCSV(w, g)
	case MTX:
		return left, writeMTX(w, g)
	case EdgeList, CSVEdges:
		return left, writeEdgeList(w, g, o.Format == CSVEdges)
	case GraphML:
		return left, writeGraphML(w, g)
	case GEXF:
		return left, writeGEXF(w, g)
	case JSON:
		key := o.EdgesKey
		if key == "" {
			key = "links"
		}
		if key != "links" && key != "edges" {
			return nil, fmt.Errorf("the list of edges is named links or edges, not %q", short(key))
		}
		return left, writeNodeLink(w, g, key)
	}
	return nil, unknownFormat(o.Format)
}

// leftBy names what a format does not hold.
func (g *Graph) leftBy(f Format) (left []string) {
	full := slices.Contains([]Format{GraphML, GEXF, JSON}, f)
	list := f == EdgeList || f == CSVEdges
	if full {
		if f == GEXF && len(g.Attrs) > 0 {
			left = append(left, "attributes of the graph")
		}
		return left
	}
	if g.Pos != nil {
		left = append(left, "positions")
	}
	if len(g.Node) > 0 {
		left = append(left, "attributes of nodes")
	}
	if len(g.Edge) > 0 && f != EdgeList {
		left = append(left, "attributes of edges")
	}
	if len(g.Attrs) > 0 || g.Name != "" {
		left = append(left, "the graph's name and attributes")
	}
	if g.IDs != nil && !list {
		left = append(left, "names of nodes")
	}
	return left
}

// WriteFile writes a graph to a file, whole or not at all, in the format of its name.
func WriteFile(path string, g *Graph, o Options) (left []string, err error) {
	if o.Format == "" {
		if o.Format, err = FormatOf(path); err != nil {
			return nil, err
		}
	}
	f, err := record.Create(path)
	if err != nil {
		return nil, err
	}
	defer f.Abort()
	if left, err = Write(f, g, o); err != nil {
		return nil, err
	}
	return left, f.Commit()
}

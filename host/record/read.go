package record

import (
	"bufio"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// ReadFile reads a file of numbers by its extension: .npy and .png give *Array, .npz map[string]*Array, .csv, .tsv and .txt *Table,
// .mtx *Triplets.
func ReadFile(path string) (any, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return nil, inFile(path, malformed("it is a folder"))
	}
	var v any
	switch ext := strings.ToLower(filepath.Ext(path)); ext {
	case ".npy":
		size := info.Size()
		if !info.Mode().IsRegular() {
			size = -1
		}
		v, err = ReadNPY(bufio.NewReaderSize(f, block), size)
	case ".npz":
		v, err = ReadNPZ(f, info.Size())
	case ".csv", ".tsv", ".txt":
		v, err = ReadCSV(f)
	case ".mtx":
		v, err = ReadMTX(f)
	case ".png":
		v, err = ReadPNG(io.ReadSeeker(f))
	case ".pkl", ".pickle":
		err = malformed("pickles are never loaded; save arrays with numpy.save")
	default:
		err = malformed("files named *%s are not known; npy, npz, csv, mtx and png are read", ext)
	}
	if err != nil {
		return nil, inFile(path, err)
	}
	return v, nil
}

package session

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
)

// strictJSON reads one value with no unknown fields and nothing behind it.
func strictJSON(data []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("more than one value in a line")
	}
	return nil
}

package graphio

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// xmlText reads elements with their places. It expands no entities but XML's five, fetches nothing, and bounds the depth.
type xmlText struct {
	d     *xml.Decoder
	depth int
	start place // of the last token
}

func newXML(data []byte) *xmlText {
	d := xml.NewDecoder(bytes.NewReader(data))
	d.CharsetReader = func(label string, in io.Reader) (io.Reader, error) {
		switch strings.ToLower(label) {
		case "utf-8", "utf8", "us-ascii", "ascii":
			return in, nil
		case "iso-8859-1", "latin1":
			all, err := io.ReadAll(in)
			out := make([]byte, 0, len(all))
			for _, c := range all {
				out = utf8.AppendRune(out, rune(c))
			}
			return bytes.NewReader(out), err
		}
		return nil, fmt.Errorf("the encoding %q is not known; save the file as UTF-8", short(label))
	}
	return &xmlText{d: d}
}

func (x *xmlText) here() place {
	line, col := x.d.InputPos()
	return place{line: line, col: col}
}

// next gives the next start or end of an element, or text; nil at the end of the file.
func (x *xmlText) next() (xml.Token, error) {
	for {
		x.start = x.here()
		t, err := x.d.Token()
		if err == io.EOF {
			return nil, nil
		}
		if err != nil {
			return nil, x.failed(err)
		}
		switch t := t.(type) {
		case xml.StartElement:
			if x.depth++; x.depth > maxDepth {
				return nil, x.start.errorf("elements are nested more than %d deep", maxDepth)
			}
			for k, a := range t.Attr {
				for _, b := range t.Attr[:min(k, 64)] {
					if a.Name == b.Name {
						return nil, x.start.errorf("<%s> has the attribute %q twice", t.Name.Local, short(a.Name.Local))
					}
				}
			}
			return t, nil
		case xml.EndElement:
			x.depth--
			return t, nil
		case xml.CharData:
			return t, nil
		case xml.Directive:
			// A document type that only names a file is harmless, since nobody fetches it.
			if bytes.ContainsAny(t, "[<") || !bytes.HasPrefix(bytes.TrimSpace(t), []byte("DOCTYPE")) {
				return nil, x.start.errorf("the file declares its own document type; entities and DTDs are not read: delete <!DOCTYPE … [ … ]>")
			}
		}
	}
}

func (x *xmlText) failed(err error) error {
	at := x.here()
	var s *xml.SyntaxError
	if !errors.As(err, &s) {
		return at.errorf("%v", err)
	}
	if strings.HasPrefix(s.Msg, "unexpected EOF") {
		return at.errorf("the file ends within an element")
	}
	if strings.HasPrefix(s.Msg, "invalid character entity") {
		return at.errorf("%s; only &lt; &gt; &amp; &apos; &quot; and numbers are known", s.Msg)
	}
	return at.errorf("%s", s.Msg)
}

// children calls f with each child of the element that was just opened, in front of the child's content, which f reads to the end.
func (x *xmlText) children(of string, f func(e xml.StartElement, at place) error) error {
	for {
		t, err := x.next()
		if err != nil {
			return err
		}
		switch t := t.(type) {
		case nil:
			return x.here().errorf("the file ends within <%s>", of)
		case xml.EndElement:
			return nil
		case xml.CharData:
			if s := bytes.TrimSpace(t); len(s) > 0 {
				return x.start.errorf("the text %q stands in <%s>, where only elements do", short(string(s)), of)
			}
		case xml.StartElement:
			if err := f(t, x.start); err != nil {
				return err
			}
		}
	}
}

// root finds the outermost element and calls f in front of its content.
func (x *xmlText) root(name string, f func(e xml.StartElement) error) error {
	found := false
	for {
		t, err := x.next()
		if err != nil {
			return err
		}
		switch t := t.(type) {
		case nil:
			if !found {
				return x.here().errorf("there is no element <%s>", name)
			}
			return nil
		case xml.CharData:
			if len(bytes.TrimSpace(t)) > 0 {
				return x.start.errorf("text stands outside <%s>", name)
			}
		case xml.StartElement:
			if found {
				return x.start.errorf("<%s> stands behind the end of <%s>; one file holds one graph", short(t.Name.Local), name)
			}
			if t.Name.Local != name {
				return x.start.errorf("the element <%s> stands where <%s> was expected", short(t.Name.Local), name)
			}
			found = true
			if err := f(t); err != nil {
				return err
			}
		}
	}
}

// skip passes over the rest of an element.
func (x *xmlText) skip() error {
	for depth := x.depth; x.depth >= depth; {
		t, err := x.next()
		if err != nil {
			return err
		}
		if t == nil {
			return x.here().errorf("the file ends within an element")
		}
	}
	return nil
}

// content reads the text of an element that has no children.
func (x *xmlText) content(of string) (string, error) {
	var out []byte
	for {
		t, err := x.next()
		if err != nil {
			return "", err
		}
		switch t := t.(type) {
		case nil:
			return "", x.here().errorf("the file ends within <%s>", of)
		case xml.EndElement:
			return string(out), nil
		case xml.CharData:
			out = append(out, t...)
		case xml.StartElement:
			return "", x.start.errorf("<%s> stands in <%s>, where a text was expected", short(t.Name.Local), of)
		}
	}
}

func attrOf(e xml.StartElement, name string) (string, bool) {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value, true
		}
	}
	return "", false
}

// required is an attribute without which an element means nothing.
func required(e xml.StartElement, name string, at place) (string, error) {
	v, ok := attrOf(e, name)
	if !ok {
		return "", at.errorf("<%s> has no attribute %q", e.Name.Local, name)
	}
	return v, nil
}

// typed turns the text of an attribute of GraphML or GEXF into a value.
func typed(kind, text string, at place) (any, error) {
	s := strings.TrimSpace(text)
	switch kind {
	case "int", "integer", "long", "short", "byte", "yfiles.int":
		if v, err := strconv.ParseInt(s, 10, 64); err == nil {
			return v, nil
		}
	case "float", "double", "bigdecimal":
		switch strings.ToLower(s) {
		case "nan":
			return math.NaN(), nil
		case "inf", "infinity", "+inf":
			return math.Inf(1), nil
		case "-inf", "-infinity":
			return math.Inf(-1), nil
		}
		if !strings.ContainsAny(s, "_xXpPiInN") {
			if v, err := strconv.ParseFloat(s, 64); err == nil || errors.Is(err, strconv.ErrRange) {
				return v, nil
			}
		}
	case "boolean":
		switch strings.ToLower(s) {
		case "true", "1":
			return true, nil
		case "false", "0":
			return false, nil
		}
	default:
		return text, nil
	}
	return nil, at.errorf("%q is not a value of type %s", short(s), kind)
}

// kindOf is the narrowest type of an attribute's values: "long", "double", "boolean" or "string".
func kindOf(a *Attr) string {
	kind := ""
	for _, v := range a.Values {
		k := "string"
		switch v.(type) {
		case int64:
			k = "long"
		case float64:
			k = "double"
		case bool:
			k = "boolean"
		}
		switch {
		case kind == "" || kind == k:
			kind = k
		case (kind == "long" || kind == "double") && (k == "long" || k == "double"):
			kind = "double"
		default:
			return "string"
		}
	}
	if kind == "" {
		return "string"
	}
	return kind
}

// xmlWriter collects the first error.
type xmlWriter struct {
	w   interface{ WriteString(string) (int, error) }
	err error
}

func (x *xmlWriter) add(parts ...string) {
	for _, s := range parts {
		if x.err == nil {
			_, x.err = x.w.WriteString(s)
		}
	}
}

var xmlEscapes = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "\n", "&#10;", "\r", "&#13;", "\t", "&#9;")

// escaped gives a text for XML, or notes that XML cannot hold it.
func (x *xmlWriter) escaped(s string) string {
	for _, r := range s {
		if r < ' ' && r != '\n' && r != '\r' && r != '\t' || r == utf8.RuneError || r == 0xfffe || r == 0xffff {
			if x.err == nil {
				x.err = fmt.Errorf("the text %q holds a character that XML cannot", short(s))
			}
			return ""
		}
	}
	if !strings.ContainsAny(s, "&<>\"\n\r\t") {
		return s
	}
	return xmlEscapes.Replace(s)
}

// valueText is a value as XML files write it.
func valueText(v any) string {
	switch v := v.(type) {
	case float64:
		switch {
		case math.IsNaN(v):
			return "NaN"
		case math.IsInf(v, 1):
			return "INF"
		case math.IsInf(v, -1):
			return "-INF"
		}
		return floatText(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case bool:
		return strconv.FormatBool(v)
	case string:
		return v
	case Raw:
		return string(v)
	}
	return ""
}

func floatText(v float64) string { return string(appendFloat(nil, v)) }

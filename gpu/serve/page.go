package serve

import (
	"bytes"
	"crypto/sha256"
	_ "embed" // the page
	"encoding/base64"
	"fmt"
	"html/template"
)

var (
	//go:embed page/page.html
	pageHTML string
	//go:embed page/page.css
	pageCSS string
	//go:embed page/page.js
	pageJS string
)

// page is the one page that is served. Style and script stand in it, so that there is nothing else to fetch.
type page struct {
	html          []byte
	style, script string // hashes
}

func newPage(title string, light bool) (*page, error) {
	t, err := template.New("page").Parse(pageHTML)
	if err != nil {
		return nil, err
	}
	if title == "" {
		title = "Galvani"
	}
	theme := "dark"
	if light {
		theme = "light"
	}
	var b bytes.Buffer
	err = t.Execute(&b, map[string]any{"Title": title, "Theme": theme, "CSS": template.CSS(pageCSS), "JS": template.JS(pageJS)})
	return &page{html: b.Bytes(), style: hash(pageCSS), script: hash(pageJS)}, err
}

func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// policy allows the page's own script and style, and connections to where it came from. host has been checked by loopback.
// The websocket is named because 'self' does not cover it in every browser.
func (p *page) policy(host string) string {
	return fmt.Sprintf("default-src 'none'; script-src %s; style-src %s; img-src data:; connect-src 'self' ws://%s; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
		p.script, p.style, host)
}

package serve

import (
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"log"
	"mime"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

func busy(err error) bool { return errors.Is(err, syscall.EADDRINUSE) }

// quiet is a log for what net/http says about broken connections, which is nothing that a user could act on.
func quiet() *log.Logger { return log.New(io.Discard, "", 0) }

func baseName(path string) string { return filepath.Base(path) }

// ServeHTTP answers with the page, its websocket and the files that were saved, to those who may have them.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Content-Security-Policy", "default-src 'none'")
	if why := s.refuse(r); why != "" {
		s.mu.Lock()
		s.stats.Refused++
		s.mu.Unlock()
		http.Error(w, why, http.StatusForbidden)
		return
	}
	switch path := r.URL.Path; {
	case path == "/ws":
		s.connect(w, r)
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		h.Set("Allow", "GET, HEAD")
		http.Error(w, "only GET", http.StatusMethodNotAllowed)
	case path == "/":
		h.Set("Content-Security-Policy", s.page.policy(r.Host))
		h.Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write(s.page.html)
	case strings.HasPrefix(path, "/download/"):
		s.download(w, r, strings.TrimPrefix(path, "/download/"))
	default:
		http.NotFound(w, r)
	}
}

// refuse says why a request is not answered, "" when it is.
func (s *Server) refuse(r *http.Request) string {
	if !loopback(r.Host) {
		return "This window is shown at 127.0.0.1 and localhost only."
	}
	token := r.URL.Query().Get("token")
	if subtle.ConstantTimeCompare([]byte(token), []byte(s.token)) != 1 {
		return "Open the whole address that galvani printed, with its token. It is another one each time that galvani starts."
	}
	if o := r.Header.Values("Origin"); len(o) > 0 {
		u, err := url.Parse(o[0])
		if len(o) > 1 || err != nil || u.Scheme != "http" || !strings.EqualFold(u.Host, r.Host) {
			return "Pages of other origins may not use this window."
		}
	}
	if site := r.Header.Get("Sec-Fetch-Site"); site == "cross-site" && r.Header.Get("Sec-Fetch-Mode") != "navigate" {
		return "Pages of other origins may not use this window."
	}
	return ""
}

// loopback reports whether a request's host is this machine by a name that nobody else can give out. The port is free: a
// tunnel may have another.
func loopback(host string) bool {
	name := host
	if h, port, err := net.SplitHostPort(host); err == nil {
		if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 {
			return false
		}
		name = h
	} else {
		name = strings.TrimSuffix(strings.TrimPrefix(name, "["), "]")
	}
	switch strings.ToLower(name) {
	case "127.0.0.1", "::1", "localhost":
		return true
	}
	return false
}

// download sends a file that the viewer saved.
func (s *Server) download(w http.ResponseWriter, r *http.Request, id string) {
	n, err := strconv.Atoi(id)
	s.mu.Lock()
	path := ""
	if err == nil && n >= 0 && n < len(s.files) {
		path = s.files[n]
	}
	s.mu.Unlock()
	if path == "" {
		http.NotFound(w, r)
		return
	}
	f, err := os.Open(path)
	if err != nil {
		http.Error(w, fmt.Sprintf("%s is no longer there", baseName(path)), http.StatusGone)
		return
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil || !st.Mode().IsRegular() {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": baseName(path)}))
	http.ServeContent(w, r, baseName(path), st.ModTime(), f)
}

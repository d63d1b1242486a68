package extension_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

const (
	demoFile    = "demo-1.0.tar.gz"
	demoContent = "what an sdist holds does not matter here"
)

func sha256Of(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// index is a package index on loopback with one project.
type index struct {
	*httptest.Server
	mutex    sync.Mutex
	requests []string
	// What it answers with.
	html, secret  bool
	file, content string
	listedHash    string
	page          http.HandlerFunc // in the place of the project's page
}

func newIndex(t *testing.T) *index {
	i := &index{file: demoFile, content: demoContent}
	i.Server = httptest.NewServer(i)
	t.Cleanup(i.Close)
	return i
}

func (i *index) set(change func(i *index)) {
	i.mutex.Lock()
	defer i.mutex.Unlock()
	i.html, i.secret, i.file, i.content, i.listedHash = false, false, demoFile, demoContent, ""
	i.requests, i.page = nil, nil
	change(i)
}

func (i *index) seen() []string {
	i.mutex.Lock()
	defer i.mutex.Unlock()
	return append([]string(nil), i.requests...)
}

func (i *index) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	i.mutex.Lock()
	i.requests = append(i.requests, r.URL.Path)
	if page := i.page; page != nil && r.URL.Path == "/simple/demo/" {
		i.mutex.Unlock() // it may take its time
		page(w, r)
		return
	}
	defer i.mutex.Unlock()
	if user, password, _ := r.BasicAuth(); i.secret && (user != "reader" || password != "pass word") {
		w.Header().Set("WWW-Authenticate", `Basic realm="index"`)
		http.Error(w, "who are you?", http.StatusUnauthorized)
		return
	}
	switch {
	case r.URL.Path == "/files/"+i.file:
		w.Write([]byte(i.content)) //nolint:errcheck
	case r.URL.Path != "/simple/demo/":
		http.NotFound(w, r)
	case i.html || !strings.Contains(r.Header.Get("Accept"), "application/vnd.pypi.simple.v1+json"):
		w.Header().Set("Content-Type", "text/html")
		w.Write([]byte(`<!DOCTYPE html><html><body><a href="../../files/` + i.file + `#sha256=` + i.listedHash + `">` + i.file + `</a></body></html>`)) //nolint:errcheck
	default:
		hashes := map[string]string{}
		if i.listedHash != "" {
			hashes["sha256"] = i.listedHash
		}
		w.Header().Set("Content-Type", "application/vnd.pypi.simple.v1+json")
		json.NewEncoder(w).Encode(map[string]any{ //nolint:errcheck
			"meta": map[string]string{"api-version": "1.0"}, "name": "demo",
			"files": []any{map[string]any{"filename": i.file, "url": "/files/" + i.file, "hashes": hashes}},
		})
	}
}

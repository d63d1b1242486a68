package main

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestFetch proves that a page is read with the header and the password that are asked for, and that a refusal is said.
func TestFetch(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if login, password, _ := r.BasicAuth(); login != "reader" || password != "secret" {
			http.Error(w, "no", http.StatusUnauthorized)
			return
		}
		w.Write([]byte(r.Header.Get("Accept"))) //nolint:errcheck
	}))
	defer server.Close()
	path := filepath.Join(t.TempDir(), "page")
	args := []string{"--url=" + server.URL, "--output=" + path, "--accept=text/html"}
	var out bytes.Buffer
	if err := runFetch(context.Background(), args, Streams{Out: &out}); err == nil || !strings.Contains(err.Error(), "401") {
		t.Errorf("without a password the error is %v, want 401", err)
	}
	t.Setenv("FETCH_LOGIN", "reader")
	t.Setenv("FETCH_PASSWORD", "secret")
	if err := runFetch(context.Background(), args, Streams{Out: &out}); err != nil {
		t.Fatal(err)
	}
	// The SHA-256 of "text/html".
	if got, want := out.String(), "bb4770ff4ac5b7d2be41a088cb27d8bcaad53b574b6f27941e8e48e9e10fc25a\n"; got != want {
		t.Errorf("printed %q, want %q", got, want)
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != "text/html" {
		t.Errorf("the file is %q (%v), want the answer to the header", text, err)
	}
}

// TestFetchBad proves that a server which is silent, sends everybody around in a circle or breaks off is an error that says so.
func TestFetchBad(t *testing.T) {
	done := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/silent":
			<-done
		case "/stuck":
			w.Write([]byte("a beginning")) //nolint:errcheck
			w.(http.Flusher).Flush()
			<-done
		case "/ring":
			http.Redirect(w, r, "/ring", http.StatusFound)
		case "/short":
			w.Header().Set("Content-Length", "100")
			w.Write([]byte("a beginning")) //nolint:errcheck
		}
	}))
	defer server.Close()
	defer close(done)
	for path, want := range map[string]string{
		"/silent": "the server sent nothing for 50ms",
		"/stuck":  "the server sent nothing for 50ms",
		"/ring":   "stopped after 10 redirects",
		"/short":  "unexpected EOF",
	} {
		args := []string{"--url=" + server.URL + path, "--output=" + filepath.Join(t.TempDir(), "page"), "--silence=50ms"}
		if err := runFetch(context.Background(), args, Streams{Out: &bytes.Buffer{}}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", path, err, want)
		}
	}
}

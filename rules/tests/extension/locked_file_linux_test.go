package extension_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const sdistTags = `pyproject.sdist(name = "demo_sdist", requirement = "demo==1.0", file = "demo-1.0.tar.gz", sha256 = "SHA256")
use_repo(pyproject, "demo_sdist")
`

// TestLockedFile proves where a file comes from and what is said when it does not come: an index in both of its formats,
// a password, a warm repository cache with the index down (REQ-4).
func TestLockedFile(t *testing.T) {
	server := newIndex(t)
	hash := sha256Of(demoContent)
	w := newWorkspace(t, map[string]string{
		"MODULE.bazel": moduleFile(repository(t), strings.Replace(sdistTags, "SHA256", hash, 1)),
		"BUILD.bazel":  `filegroup(name = "sdist", srcs = ["@demo_sdist//:sdist"])`,
	})
	up := "PIP_INDEX_URL=" + server.URL + "/simple"
	w.env = []string{"NO_PROXY=127.0.0.1", "no_proxy=127.0.0.1", up}
	closed := newIndex(t)
	closed.Close()
	down := "PIP_INDEX_URL=" + closed.URL + "/simple"
	cold := func(t *testing.T, index string) {
		t.Helper()
		if err := os.RemoveAll(filepath.Join(w.dir, "cache")); err != nil {
			t.Fatal(err)
		}
		w.t, w.env[2] = t, index
	}
	fetch := []string{"--force", "--repo=@demo_sdist"}

	t.Run("json", func(t *testing.T) {
		cold(t, up)
		output := w.succeeds(nil, "fetch", fetch...)
		if strings.Contains(output, "WARNING") {
			t.Errorf("success is not quiet:\n%s", output)
		}
		if seen := strings.Join(server.seen(), " "); seen != "/simple/demo/ /files/demo-1.0.tar.gz" {
			t.Errorf("the index was asked for %s", seen)
		}
		w.succeeds(nil, "build", "//:sdist")
	})
	t.Run("html", func(t *testing.T) {
		cold(t, up)
		server.set(func(i *index) { i.html, i.listedHash = true, hash })
		w.succeeds(nil, "fetch", fetch...)
	})
	t.Run("index down, cache warm", func(t *testing.T) {
		w.t, w.env[2] = t, down
		output := w.succeeds(nil, "fetch", fetch...)
		if strings.Contains(output, "WARNING") {
			t.Errorf("success is not quiet:\n%s", output)
		}
	})
	t.Run("index down, cache cold", func(t *testing.T) {
		cold(t, down)
		w.fails([]string{"demo-1.0.tar.gz of sdist(name = \"demo_sdist\") in module scratch could not be fetched",
			"/simple/demo/ could not be read", "Possible fixes:", "PIP_INDEX_URL"}, "fetch", fetch...)
	})
	t.Run("wrong content", func(t *testing.T) {
		cold(t, up)
		server.set(func(i *index) { i.content = "something else" })
		w.fails([]string{"has the hash " + sha256Of("something else") + ", and " + hash + " is locked"}, "fetch", fetch...)
	})
	t.Run("another hash on the page", func(t *testing.T) {
		cold(t, up)
		server.set(func(i *index) { i.listedHash = sha256Of("something else") })
		w.fails([]string{"has it with the hash " + sha256Of("something else")}, "fetch", fetch...)
		if strings.Contains(strings.Join(server.seen(), " "), "/files/") {
			t.Error("the file was fetched all the same")
		}
	})
	t.Run("not on the page", func(t *testing.T) {
		cold(t, up)
		server.set(func(i *index) { i.file = "demo-2.0.tar.gz" })
		w.fails([]string{"/simple/demo/ does not have it"}, "fetch", fetch...)
	})
	t.Run("password", func(t *testing.T) {
		cold(t, up)
		server.set(func(i *index) { i.secret = true })
		w.fails([]string{"/simple/demo/ could not be read"}, "fetch", fetch...)
		w.env[2] = strings.Replace(up, "://", "://reader:pass%20word@", 1)
		w.succeeds(nil, "fetch", fetch...)
		cold(t, strings.Replace(up, "://", "://reader:wrong@", 1))
		if output := w.fails(nil, "fetch", fetch...); strings.Contains(output, "wrong@") {
			t.Errorf("the password is printed:\n%s", output)
		}
	})
	// What an index answers that is none, or that does not answer: each is said with the page that was asked for, and the
	// network alone is blamed.
	bad := func(name, piece string, answer http.HandlerFunc) {
		t.Run(name, func(t *testing.T) {
			cold(t, up)
			server.set(func(i *index) { i.page = answer })
			w.fails([]string{"demo-1.0.tar.gz of sdist(name = \"demo_sdist\") in module scratch could not be fetched", piece, "Possible fixes:", "PIP_INDEX_URL"}, "fetch", fetch...)
		})
	}
	bad("redirects in a circle", "/simple/demo/ could not be read: ", func(rw http.ResponseWriter, r *http.Request) {
		http.Redirect(rw, r, r.URL.Path, http.StatusFound)
	})
	bad("a page for people", "/simple/demo/ is no index page", func(rw http.ResponseWriter, r *http.Request) {
		rw.Write([]byte("{\"message\": \"please log in\"}")) //nolint:errcheck
	})
	bad("a login form", "/simple/demo/ does not have it", func(rw http.ResponseWriter, r *http.Request) {
		rw.Write([]byte("<!DOCTYPE html><html><body><form><a href=\"/login\">demo</a></form></body></html>")) //nolint:errcheck
	})
	bad("half a page", "/simple/demo/ is no index page", func(rw http.ResponseWriter, r *http.Request) {
		rw.Write([]byte("{\"files\": [{\"filename\": \"demo-1.0")) //nolint:errcheck
	})
	bad("entries of other kinds", "/simple/demo/ is no index page", func(rw http.ResponseWriter, r *http.Request) {
		rw.Write([]byte("{\"files\": [\"demo-1.0.tar.gz\", null, {\"filename\": \"demo-1.0.tar.gz\", \"url\": 1, \"hashes\": []}]}")) //nolint:errcheck
	})
	bad("an error", "/simple/demo/ could not be read: ", func(rw http.ResponseWriter, r *http.Request) {
		http.Error(rw, "out of order", http.StatusInternalServerError)
	})
	w.env = append(w.env, "PIP_DEFAULT_TIMEOUT=1")
	bad("silence", "/simple/demo/ could not be read: the server sent nothing for 1s", func(rw http.ResponseWriter, r *http.Request) {
		<-r.Context().Done()
	})
}

package extension_test

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// depot is a package index on loopback with several projects, which remembers what was asked for.
type depot struct {
	*httptest.Server
	mutex    sync.Mutex
	files    map[string][]byte // by name
	requests []string
}

func newDepot(t *testing.T, files map[string][]byte) *depot {
	d := &depot{files: files}
	d.Server = httptest.NewServer(d)
	t.Cleanup(d.Close)
	return d
}

// asked gives what was asked for since the last time.
func (d *depot) asked() string {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	text := strings.Join(d.requests, " ")
	d.requests = nil
	return text
}

func (d *depot) withhold(name string) {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	delete(d.files, name)
}

func (d *depot) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	d.requests = append(d.requests, r.URL.Path)
	if content, there := d.files[path.Base(r.URL.Path)]; there && strings.HasPrefix(r.URL.Path, "/files/") {
		w.Write(content) //nolint:errcheck
		return
	}
	project := strings.TrimSuffix(strings.TrimPrefix(r.URL.Path, "/simple/"), "/")
	files := []any{}
	for name, content := range d.files {
		if strings.HasPrefix(name, project+"-") {
			files = append(files, map[string]any{"filename": name, "url": "/files/" + name, "hashes": map[string]string{"sha256": sha256Of(string(content))}})
		}
	}
	w.Header().Set("Content-Type", "application/vnd.pypi.simple.v1+json")
	json.NewEncoder(w).Encode(map[string]any{"meta": map[string]string{"api-version": "1.0"}, "name": project, "files": files}) //nolint:errcheck
}

// pureWheel makes a wheel with one module.
func pureWheel(t *testing.T, name, version string) []byte {
	t.Helper()
	info := name + "-" + version + ".dist-info/"
	contents := [][2]string{
		{name + ".py", "version = " + fmt.Sprintf("%q", version) + "\n"},
		{info + "METADATA", "Metadata-Version: 2.1\nName: " + name + "\nVersion: " + version + "\n"},
		{info + "WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"},
	}
	record := ""
	for _, c := range contents {
		sum := sha256.Sum256([]byte(c[1]))
		record += fmt.Sprintf("%s,sha256=%s,%d\n", c[0], base64.RawURLEncoding.EncodeToString(sum[:]), len(c[1]))
	}
	contents = append(contents, [2]string{info + "RECORD", record + info + "RECORD,,\n"})
	var out bytes.Buffer
	archive := zip.NewWriter(&out)
	for _, c := range contents {
		w, err := archive.Create(c[0])
		if err == nil {
			_, err = w.Write([]byte(c[1]))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// made counts the outputs of this name that the hub's targets have, in whatever configuration.
func (w *workspace) made(name string) int {
	w.t.Helper()
	base, code := w.bazel("info", "output_base")
	if code != 0 {
		w.t.Fatal(base)
	}
	lines := strings.Split(strings.TrimSpace(base), "\n")
	paths, err := filepath.Glob(filepath.Join(lines[len(lines)-1], "execroot/_main/bazel-out/*/bin/external/*environments", name))
	if err != nil {
		w.t.Fatal(err)
	}
	return len(paths)
}

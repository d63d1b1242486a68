package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// sourceBackend is the backend that lies in every sdist of these tests.
const sourceBackend = `import base64, hashlib, pathlib, zipfile
def get_requires_for_build_wheel(config_settings=None):
    return [line for line in pathlib.Path("asks").read_text().split("\n") if line]
def build_wheel(directory, config_settings=None, metadata_directory=None):
    name, version = pathlib.Path("name").read_text().split()
    if "broken" in name:
        raise SystemExit("the backend of " + name + " gives up")
    info = f"{name}-{version}.dist-info/"
    files = {name + ".py": "", info + "METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
             info + "WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"}
    digest = lambda text: base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
    files[info + "RECORD"] = "".join(f"{path},sha256={digest(text)},{len(text)}\n" for path, text in files.items()) + info + "RECORD,,\n"
    with zipfile.ZipFile(pathlib.Path(directory, f"{name}-{version}-py3-none-any.whl"), "w") as wheel:
        for path, text in files.items():
            wheel.writestr(path, text)
    return f"{name}-{version}-py3-none-any.whl"
`

// sourceIndex are the sdists that there are: what each declares as build requirements, and what its hook asks for.
var sourceIndex = map[string]struct{ requires, asks string }{
	"base": {}, "middle": {requires: `"base"`}, "top": {requires: `"middle"`, asks: "asked"}, "asked": {requires: `"base"`},
	"round": {requires: `"about"`}, "about": {requires: `"middle"`, asks: "round"}, "itself": {requires: `"itself"`},
	"broken": {requires: `"base"`}, "on-broken": {requires: `"broken"`}, "on-wheel": {requires: `"only-wheel"`},
	"wrong": {}, "old-python": {}, "unreadable": {requires: `"base`}, "elsewhere": {requires: `"base"`, asks: "no requirement!"},
}

// sdistOf makes an sdist of sourceIndex.
func sdistOf(t *testing.T, name, requires, asks string) []byte {
	t.Helper()
	top := strings.ReplaceAll(name, "-", "_") + "-1.0"
	var out bytes.Buffer
	compressed := gzip.NewWriter(&out)
	archive := tar.NewWriter(compressed)
	for _, file := range [][2]string{
		{"PKG-INFO", "Metadata-Version: 2.1\nName: " + name + "\nVersion: 1.0\n"},
		{"pyproject.toml", "[build-system]\nrequires = [" + requires + "]\nbuild-backend = \"backend\"\nbackend-path = [\".\"]\n"},
		{"backend.py", sourceBackend}, {"asks", asks}, {"name", strings.ReplaceAll(name, "-", "_") + " 1.0"},
	} {
		if err := archive.WriteHeader(&tar.Header{Name: top + "/" + file[0], Mode: 0o644, Size: int64(len(file[1]))}); err != nil {
			t.Fatal(err)
		}
		if _, err := archive.Write([]byte(file[1])); err != nil {
			t.Fatal(err)
		}
	}
	for _, w := range []interface{ Close() error }{archive, compressed} {
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return out.Bytes()
}

// TestSource runs every testdata/source/*.txtar: the verb lock where things are built from source, with a uv that answers
// from files and an index on loopback. Of "base" and "middle" there are wheels, too; of "only-wheel" there is nothing else,
// and of "old-python" one for a Python that is not here.
func TestSource(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Fatalf("these tests need a python3: %v", err)
	}
	content := map[string][]byte{}
	for name, one := range sourceIndex {
		content[strings.ReplaceAll(name, "-", "_")+"-1.0.tar.gz"] = sdistOf(t, name, one.requires, one.asks)
	}
	for _, name := range []string{"base", "middle", "only_wheel"} {
		content[name+"-1.0-py3-none-any.whl"] = pureWheel(t, name, "1.0")
	}
	content["old_python-1.0-cp39-cp39-manylinux2014_x86_64.whl"] = []byte("nobody fetches it")
	testscript.Run(t, testscript.Params{Dir: "testdata/source", Setup: func(env *testscript.Env) error {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if file := filepath.Base(r.URL.Path); file != "wrong-1.0.tar.gz" {
				w.Write(content[file])
			}
		}))
		env.Defer(server.Close)
		env.Setenv("PYTHON", python)
		entries := map[string]string{}
		for file, data := range content {
			name, _, isSdist := strings.Cut(file, "-1.0.tar.gz")
			if !isSdist {
				name, _, _ = strings.Cut(file, "-1.0-")
			}
			name = strings.ReplaceAll(name, "_", "-")
			place := fmt.Sprintf("{ url = %q, hashes = { sha256 = \"%x\" } }", server.URL+"/files/"+file, sha256.Sum256(data))
			if isSdist {
				entries[name] += "sdist = " + place + "\n"
			} else {
				entries[name] += "wheels = [" + place + "]\n"
			}
		}
		if err := os.Mkdir(filepath.Join(env.WorkDir, "index"), 0o777); err != nil {
			return err
		}
		for name, entry := range entries {
			marker := ""
			if name == "elsewhere" {
				marker = "marker = \"python_version < '3.10'\"\n"
			}
			text := fmt.Sprintf("[[packages]]\nname = %q\nversion = \"1.0\"\n%s%s", name, marker, entry)
			if err := os.WriteFile(filepath.Join(env.WorkDir, "index", name), []byte(text), 0o666); err != nil {
				return err
			}
		}
		return nil
	}})
}

package main

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
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

// TestDynamic runs every testdata/dynamic/*.txtar: the verb lock where hooks are asked (REQ-5), with a uv that answers from
// files and an index on loopback. $PYTHON is the machine's python3; uv's answers are in $WORK/index, the index's requests in
// $WORK/served.
func TestDynamic(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Fatalf("these tests need a python3: %v", err)
	}
	wheels := map[string][]byte{}
	for name, version := range map[string]string{"plugin_a": "1.5", "plugin_b": "2.0", "served_wrong": "1.0", "named_backend": "1.0"} {
		wheels[fmt.Sprintf("%s-%s-py3-none-any.whl", name, version)] = pureWheel(t, name, version)
	}
	for letter := range strings.SplitSeq("a b c d e f g h", " ") {
		wheels["chain_"+letter+"-1.0-py3-none-any.whl"] = pureWheel(t, "chain_"+letter, "1.0")
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata/dynamic",
		Setup: func(env *testscript.Env) error {
			served, err := os.Create(filepath.Join(env.WorkDir, "served"))
			if err != nil {
				return err
			}
			env.Defer(func() { served.Close() })
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				content, there := wheels[filepath.Base(r.URL.Path)]
				fmt.Fprintln(served, r.Method, r.URL.Path)
				switch {
				case !there:
					http.NotFound(w, r)
				case filepath.Base(r.URL.Path) == "served_wrong-1.0-py3-none-any.whl":
					w.Write([]byte("something else"))
				default:
					w.Write(content)
				}
			}))
			env.Defer(server.Close)
			env.Setenv("PYTHON", python)
			for file, content := range wheels {
				name, version, _ := splitWheel(file)
				entry := fmt.Sprintf("[[packages]]\nname = %q\nversion = %q\nwheels = [{ url = %q, hashes = { sha256 = \"%x\" } }]\n",
					name, version, server.URL+"/files/"+file, sha256.Sum256(content))
				path := filepath.Join(env.WorkDir, "index", name)
				if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
					return err
				}
				if err := os.WriteFile(path, []byte(entry), 0o666); err != nil {
					return err
				}
			}
			return nil
		},
	})
}

// splitWheel takes the name, as indexes have it, and the version off a wheel's file name.
func splitWheel(file string) (name, version, rest string) {
	parts := bytes.SplitN([]byte(file), []byte("-"), 3)
	return string(bytes.ReplaceAll(parts[0], []byte("_"), []byte("-"))), string(parts[1]), string(parts[2])
}

// pureWheel makes a wheel of one module. named_backend is a backend that asks for a plugin; the others are empty.
func pureWheel(t *testing.T, name, version string) []byte {
	t.Helper()
	module := ""
	if name == "named_backend" {
		module = "def get_requires_for_build_wheel(config_settings=None):\n    return ['plugin-b>=2']\n"
	}
	info := name + "-" + version + ".dist-info/"
	files := [][2]string{
		{name + ".py", module},
		{info + "METADATA", "Metadata-Version: 2.1\nName: " + name + "\nVersion: " + version + "\n"},
		{info + "WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"},
	}
	record := ""
	for _, file := range files {
		sum := sha256.Sum256([]byte(file[1]))
		record += fmt.Sprintf("%s,sha256=%s,%d\n", file[0], base64.RawURLEncoding.EncodeToString(sum[:]), len(file[1]))
	}
	files = append(files, [2]string{info + "RECORD", record + info + "RECORD,,\n"})
	var out bytes.Buffer
	writer := zip.NewWriter(&out)
	for _, file := range files {
		member, err := writer.Create(file[0])
		if err == nil {
			_, err = member.Write([]byte(file[1]))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

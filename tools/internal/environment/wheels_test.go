package environment

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/interpreter"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/lock"
)

// made is a wheel that a test makes.
type made struct {
	name, version string
	tag           string            // "py3-none-any" if empty
	build         string            // the build tag
	files         map[string]string // beside METADATA, WHEEL and RECORD; a name that ends in "*" is executable
	metadata      string            // more lines of METADATA
	record        string            // instead of the true RECORD
	raw           []zip.FileHeader  // entries that no honest tool makes
}

func (m made) file() string {
	build, tag := "", "py3-none-any"
	if m.build != "" {
		build = "-" + m.build
	}
	if m.tag != "" {
		tag = m.tag
	}
	return strings.ReplaceAll(m.name, "-", "_") + "-" + m.version + build + "-" + tag + ".whl"
}

// write makes the wheel in dir and returns its path.
func (m made) write(t *testing.T, dir string) string {
	t.Helper()
	info := strings.ReplaceAll(m.name, "-", "_") + "-" + m.version + ".dist-info/"
	files := map[string]string{
		info + "METADATA": fmt.Sprintf("Metadata-Version: 2.1\nName: %s\nVersion: %s\n%s", m.name, m.version, m.metadata),
		info + "WHEEL":    "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
	}
	for name, content := range m.files {
		files[strings.ReplaceAll(name, "INFO/", info)] = content
	}
	var record strings.Builder
	var buffer bytes.Buffer
	archive := zip.NewWriter(&buffer)
	names := make([]string, 0, len(files))
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names)
	add := func(name, content string) {
		header := &zip.FileHeader{Name: strings.TrimSuffix(name, "*"), Method: zip.Deflate}
		header.SetMode(0o644)
		if strings.HasSuffix(name, "*") {
			header.SetMode(0o755)
		}
		w, err := archive.CreateHeader(header)
		must(t, err)
		_, err = w.Write([]byte(content))
		must(t, err)
		sum := sha256.Sum256([]byte(content))
		fmt.Fprintf(&record, "%q,sha256=%s,%d\n", header.Name, base64.RawURLEncoding.EncodeToString(sum[:]), len(content))
	}
	for _, name := range names {
		add(name, files[name])
	}
	text := record.String() + info + "RECORD,,\n"
	if m.record != "" {
		text = m.record
	}
	add(info+"RECORD", text)
	for _, header := range m.raw {
		_, err := archive.CreateHeader(&header)
		must(t, err)
	}
	must(t, archive.Close())
	path := filepath.Join(dir, m.file())
	must(t, os.WriteFile(path, buffer.Bytes(), 0o644))
	return path
}

// python is the interpreter that the tests run with.
func python(t *testing.T) interpreter.Facts {
	t.Helper()
	path, err := exec.LookPath("python3")
	if err != nil {
		t.Fatalf("the tests need a python3 on PATH: %v", err)
	}
	facts, err := interpreter.Probe(context.Background(), path)
	must(t, err)
	return facts
}

// locked writes wheels and locks each of them.
func locked(t *testing.T, wheels ...made) CreateOptions {
	t.Helper()
	dir := t.TempDir()
	opts := CreateOptions{
		Lock:        lock.Environment{Lock: "//app:requirements.txt", Command: "bazel run //app:lock"},
		Interpreter: interpreter.Source{Executable: python(t).Executable},
		Output:      filepath.Join(dir, "environment.tar"),
		Info:        filepath.Join(dir, "environment.json"),
	}
	for i, m := range wheels {
		path := m.write(t, dir)
		content, err := os.ReadFile(path)
		must(t, err)
		sum := sha256.Sum256(content)
		opts.Wheels = append(opts.Wheels, path)
		opts.Lock.Distributions = append(opts.Lock.Distributions, lock.EnvironmentDistribution{
			Name: m.name, Version: m.version, Line: 10 * (i + 1),
			Files: []lock.EnvironmentFile{{Name: m.file(), SHA256: hex.EncodeToString(sum[:])}},
		})
	}
	return opts
}

// create makes an environment, which has to work.
func create(t *testing.T, opts CreateOptions) *Info {
	t.Helper()
	info, err := Create(context.Background(), opts)
	must(t, err)
	return info
}

// refused makes an environment, which has to fail with a message that has all of these parts.
func refused(t *testing.T, opts CreateOptions, parts ...string) {
	t.Helper()
	_, err := Create(context.Background(), opts)
	if err == nil {
		t.Fatal("no error")
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("the message lacks %q:\n%v", part, err)
		}
	}
}

// materialize makes an environment below a directory, in the way of walls that are only paths.
func materialize(t *testing.T, opts CreateOptions, parent string) (dir string) {
	t.Helper()
	info, err := ReadInfo(opts.Info)
	must(t, err)
	dir = filepath.Join(parent, "environment")
	must(t, os.MkdirAll(dir, 0o755))
	must(t, Materialize(context.Background(), MaterializeOptions{
		Archive: opts.Output, Interpreter: info.Interpreter, Dir: dir, Inside: dir, Isolate: filepath.Join(parent, "base"),
	}))
	return dir
}

// run runs a command of an environment in a closed environment and returns what it prints.
func run(t *testing.T, dir string, command ...string) string {
	t.Helper()
	cmd := exec.Command(filepath.Join(dir, "bin", command[0]), command[1:]...)
	cmd.Env = []string{"PATH=" + filepath.Join(dir, "bin") + ":/usr/bin:/bin", "LANG=C.UTF-8"}
	cmd.Dir = dir
	output, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %v\n%s", command, err, output)
	}
	return strings.TrimSpace(string(output))
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

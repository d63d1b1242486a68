package main

import (
	"archive/zip"
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// makeWheel writes demo-1.0-py3-none-any.whl with one module into a directory of its own.
func makeWheel(t *testing.T, module string) string {
	t.Helper()
	var out bytes.Buffer
	archive := zip.NewWriter(&out)
	for _, entry := range [][2]string{
		{"demo.py", module},
		{"demo-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n"},
		{"demo-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"},
		{"demo-1.0.dist-info/RECORD", "# " + module},
	} {
		w, err := archive.Create(entry[0])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(entry[1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "demo-1.0-py3-none-any.whl")
	if err := os.WriteFile(path, out.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// runVerb runs the helper without a process and gives its exit code and what it printed.
func runVerb(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	code = run(t.Context(), args, Streams{In: strings.NewReader(""), Out: &out, Err: &err})
	return code, out.String(), err.String()
}

func TestLibrary(t *testing.T) {
	wheel := makeWheel(t, "x = 1\n")
	for _, from := range []string{wheel, filepath.Dir(wheel)} {
		output := filepath.Join(t.TempDir(), "tree")
		code, stdout, stderr := runVerb(t, "library", "--label=//demo:library", "--wheel="+from, "--output="+output)
		if code != 0 || stdout+stderr != "" {
			t.Errorf("%d %q %q", code, stdout, stderr)
		}
		if data, err := os.ReadFile(filepath.Join(output, "demo.py")); err != nil || string(data) != "x = 1\n" {
			t.Errorf("%q %v", data, err)
		}
	}
}

func TestLibraryErrors(t *testing.T) {
	wheel := makeWheel(t, "")
	for _, test := range []struct {
		code int
		args []string
		want string
	}{
		{2, []string{}, "--wheel is missing"},
		{2, []string{"--wheel=x"}, "--output is missing"},
		{2, []string{"--wheel=x", "--output=y", "z"}, `unexpected argument "z"`},
		{2, []string{"--whee=x"}, "whee"},
		{1, []string{"--label=//a:b", "--wheel=missing.whl", "--output=y"}, "//a:b: find the wheel"},
		{1, []string{"--label=//a:b", "--wheel=" + t.TempDir(), "--output=y"}, "holds 0 wheels, expected exactly one"},
		{1, []string{"--label=//a:b", "--wheel=" + wheel, "--output=" + filepath.Dir(wheel)}, "is not empty: demo-1.0-py3-none-any.whl is in it"},
	} {
		code, _, stderr := runVerb(t, append([]string{"library"}, test.args...)...)
		if code != test.code || !strings.Contains(stderr, test.want) {
			t.Errorf("%q: %d %q", test.args, code, stderr)
		}
	}
}

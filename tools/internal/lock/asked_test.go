package lock

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// REQ-5: what hooks asked for is in the lock's header, in both formats, and is read from there again.
func TestAsked(t *testing.T) {
	legacy := "setuptools.build_meta:__legacy__"
	answers := []Asked{
		{Hook: "get_requires_for_build_wheel", Backend: "b", Place: "CPython 3.14 on linux-x86_64", Requires: []string{"a<2,>=1", `c; platform_version == "x, y"`}},
		{Hook: "get_requires_for_build_sdist", Backend: "b", Place: "CPython 3.14 on linux-x86_64"},
		{Hook: "get_requires_for_build_wheel", Backend: "b", Place: "CPython 3.13 on linux-x86_64", Requires: []string{"a<2,>=1", `c; platform_version == "x, y"`}},
		{Hook: "get_requires_for_build_wheel", Backend: legacy, Project: "tools/x", Place: "CPython 3.13t on macos-arm64", Requires: []string{"d[e]"}},
	}
	want := "# asked: get_requires_for_build_wheel of b, CPython 3.13 on linux-x86_64 and CPython 3.14 on linux-x86_64: a<2,>=1, c; platform_version == \"x, y\"\n" +
		"# asked: get_requires_for_build_sdist of b, CPython 3.14 on linux-x86_64: nothing\n" +
		"# asked: get_requires_for_build_wheel of " + legacy + " for tools/x, CPython 3.13t on macos-arm64: d[e]\n"
	for name, format := range map[string]Format{"lock.txt": FormatPip, "pylock.toml": FormatPylock} {
		var out bytes.Buffer
		if err := Write(&out, &Lock{Asked: answers}, format); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(out.String(), want) {
			t.Errorf("%s:\n%s\nwant in it:\n%s", name, out.String(), want)
		}
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, out.Bytes(), 0o666); err != nil {
			t.Fatal(err)
		}
		found, err := ReadAsked(path)
		if err != nil {
			t.Fatal(err)
		}
		sorted := []Asked{answers[2], answers[0], answers[1], answers[3]}
		if !reflect.DeepEqual(found, sorted) {
			t.Errorf("%s: read %v, want %v", name, found, sorted)
		}
	}
}

// Of a lock that git has left with a conflict both sides are read; what is no answer is an error with its line.
func TestAskedOfDamagedLocks(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock.txt")
	write := func(text string) {
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	write("<<<<<<< HEAD\n# asked: h of b, P: x\n=======\n# asked: h of b, P: y, x\n# asked: h of b, Q: nothing\n>>>>>>> other\n")
	found, err := ReadAsked(path)
	want := []Asked{{Hook: "h", Backend: "b", Place: "P", Requires: []string{"x", "y"}}, {Hook: "h", Backend: "b", Place: "Q"}}
	if err != nil || !reflect.DeepEqual(found, want) {
		t.Errorf("read %v, %v; want %v", found, err, want)
	}
	for _, line := range []string{"h of b, P", "h of b: x", "h, P: x", "h of , P: x", "h of b, P: == 1"} {
		write("# a lock\n# asked: " + line + "\n")
		if _, err := ReadAsked(path); err == nil || !strings.Contains(err.Error(), "lock.txt:2: not what hooks were asked for") {
			t.Errorf("%s: %v", line, err)
		}
	}
	if _, err := ReadAsked(path + ".absent"); err == nil {
		t.Error("a file that is not there was read")
	}
}

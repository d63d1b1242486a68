package repository

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/lock"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/requirement"
)

// TestUnsatisfied proves REQ-4 without a build: requirements against a lock for many Pythons and platforms.
func TestUnsatisfied(t *testing.T) {
	text := entry("demo==1.0 ; python_full_version < \"3.11\"", map[string]string{"demo-1.0-py3-none-any.whl": hash("1")}) +
		entry("demo==2.0rc1 ; python_full_version >= \"3.11\"", map[string]string{"demo-2.0rc1-py3-none-any.whl": hash("2")}) +
		entry("only-linux==3 ; sys_platform == \"linux\"", map[string]string{"only_linux-3-py3-none-any.whl": hash("3")}) +
		"from-url @ https://files.invalid/from_url-4-py3-none-any.whl --hash=sha256:" + hash("4") + "\n"
	root := t.TempDir()
	for name, content := range map[string]string{
		"lock.txt":    text,
		"pylock.toml": "lock-version = \"1.0\"\ncreated-by = \"x\"\nrequires-python = \">=3.13\"\npackages = []\n",
	} {
		if err := os.WriteFile(filepath.Join(root, name), []byte(content), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		wanted, oldest string
		problems       []string
	}{
		{"Demo>=1", "3.9", nil},
		{"demo[extra]", "3.9.3", nil},
		{"demo>=2.0rc1; python_version >= '3.11'", "3.9", nil},
		{"demo>=2.0rc1", "3.11", nil},
		{"demo>=2.0rc1", "3.9", []string{"wanted demo>=2.0rc1 (by somebody), found demo 1.0 (lock.txt:1), for Python 3.9, 3.10"}},
		{"demo>=5", "3.9", []string{
			"found demo 1.0 (lock.txt:1), for Python 3.9, 3.10",
			"found demo 2.0rc1 (lock.txt:4), for Python 3.11, 3.12, 3.13, 3.14, 3.15",
		}},
		{"missing", "3.9", []string{"wanted missing (by somebody), found nothing of that name"}},
		{"missing; extra == 'all'", "3.9", nil},
		{"missing; python_full_version == '3.12.4'", "3.9", []string{"found nothing of that name"}},
		{"missing; sys_platform == 'win32'", "3.9", nil},
		{"only_linux; sys_platform == 'linux'", "3.9", nil},
		{"only.linux", "3.14", []string{"found nothing of that name, for Python 3.14, 3.15 on macos_x86_64, macos_aarch64"}},
		{"from_url @ https://files.invalid/from_url-4-py3-none-any.whl", "3.9", nil},
		{"from_url @ https://other.invalid/from_url-4-py3-none-any.whl", "3.9", []string{"from https://files.invalid/"}},
	} {
		r, err := requirement.Parse(c.wanted)
		if err != nil {
			t.Fatal(err)
		}
		l, err := lock.Read(root, "lock.txt")
		if err != nil {
			t.Fatal(err)
		}
		got, err := Unsatisfied(l, []Wanted{{Requirement: r, By: "somebody"}}, c.oldest)
		if err != nil || !slices.EqualFunc(got, c.problems, strings.HasSuffix) && !slices.EqualFunc(got, c.problems, strings.Contains) {
			t.Errorf("%s from %s on: %q, %v, want %q", c.wanted, c.oldest, got, err, c.problems)
		}
	}

	// A lock that says itself what it is for.
	l, err := lock.Read(root, "pylock.toml")
	if err != nil {
		t.Fatal(err)
	}
	r, _ := requirement.Parse("missing")
	got, err := Unsatisfied(l, []Wanted{{Requirement: r, By: "somebody"}}, "3.12")
	want := []string{"wanted missing (by somebody), found a lock for Python >=3.13, for Python 3.12",
		"wanted missing (by somebody), found nothing of that name, for Python 3.13, 3.14, 3.15"}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%q, %v", got, err)
	}
	for _, oldest := range []string{"three", "4"} {
		if _, err := Unsatisfied(l, nil, oldest); err == nil {
			t.Errorf("%q is a Python", oldest)
		}
	}
}

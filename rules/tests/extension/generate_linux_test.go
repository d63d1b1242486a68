package extension_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// block is a block of code in a document.
var block = regexp.MustCompile("(?ms)^```(\\w+)\n(.*?)^```$")

// TestGettingStarted does what docs/getting-started.md says, word by word, from an sdist in an empty directory to a wheel: its
// commands are run, its files are written, and what it says that commands print is what they print.
func TestGettingStarted(t *testing.T) {
	page, err := os.ReadFile(filepath.Join(repository(t), "docs/getting-started.md"))
	if err != nil {
		t.Fatal(err)
	}
	script, promised := "set -euo pipefail\n", []string{}
	for _, match := range block.FindAllStringSubmatch(string(page), -1) {
		switch language, text := match[1], match[2]; language {
		case "sh":
			script += text
		case "starlark":
			name, ok := strings.CutPrefix(strings.SplitN(text, "\n", 2)[0], "# ")
			if !ok {
				t.Fatalf("a block names no file:\n%s", text)
			}
			script += "cat >" + name + " <<'END'\n" + text + "END\n"
		case "text":
			promised = append(promised, strings.Split(strings.TrimSpace(text), "\n")...)
		default:
			t.Fatalf("a block is %s, which is not known here", language)
		}
	}
	if len(promised) < 5 {
		t.Fatalf("too little is promised: %q", promised)
	}
	dir := t.TempDir()
	copySdist(t, "idna", dir)
	t.Cleanup(func() { shell(t, dir, "cd idna-3.20; bazel clean --expunge") })
	output := shell(t, dir, script)
	lines := strings.Split(output, "\n")
	for _, line := range promised {
		if !slices.Contains(lines, line) {
			t.Errorf("%q is promised, and not printed:\n%s", line, output)
		}
	}
}

// copySdist puts the sdist of a case of rules/tests/cases into a directory.
func copySdist(t *testing.T, name, dir string) {
	t.Helper()
	label := "@case_" + name + "//:sdist"
	shell(t, repository(t), "bazel build --curses=no --noshow_progress "+label+
		" && cp -L \"$(bazel info output_base 2>/dev/null)/$(bazel cquery --output=files "+label+" 2>/dev/null)\" "+dir)
}

// shell runs a script in which bazel is tools/bazel; its output is both streams.
func shell(t *testing.T, dir, script string) string {
	t.Helper()
	programs := t.TempDir()
	if err := os.Symlink(filepath.Join(repository(t), "tools/bazel"), filepath.Join(programs, "bazel")); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("bash", "-c", script)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "PATH="+programs+":"+os.Getenv("PATH"))
	output, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s\n%s", err, script, output)
	}
	return string(output)
}

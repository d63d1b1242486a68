package session

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/walls"
)

// TestHostSitePackages proves BE-6's named escape: with it, and only with it, a hook sees the directories that the machine's
// Python has its packages in; it warns in the log and in the result.
func TestHostSitePackages(t *testing.T) {
	const look = "import json, os, sys; print(json.dumps([p for p in sys.path if os.path.basename(p) in ('dist-packages', 'site-packages') and os.listdir(p)]))"
	python := plainEnvironment.python
	there, err := exec.Command(python, "-I", "-c", look).Output()
	if err != nil {
		t.Fatal(err)
	}
	inBoth(t, func(t *testing.T, kind walls.Kind) {
		backend := `
import os, sys
def build_wheel(d, *a):
    seen = [p for p in sys.path if os.path.basename(p) in ('dist-packages', 'site-packages') and not p.startswith(sys.prefix) and os.listdir(p)]
    return maker.wheel(d, extra=[("seen.txt", repr(seen == ` + strings.TrimSpace(string(there)) + `) + repr(bool(seen)))])
`
		s := newSession(t, kind, backend, nil)
		s.Config.HostSitePackages = true
		want := "TrueTrue"
		if strings.TrimSpace(string(there)) == "[]" {
			want = "TrueFalse"
		}
		if got := s.succeed(t)["seen.txt"]; got != want {
			t.Errorf("with the escape: %s, want %s", got, want)
		}
		for where, text := range map[string]string{"standard error": s.stderr, "the log": readFile(t, s.Config.Log)} {
			if strings.Count(text, "host_site_packages: hooks see what is installed beside the Python of this machine") != 1 {
				t.Errorf("%s does not warn once:\n%s", where, text)
			}
		}

		s = newSession(t, kind, backend, nil)
		if got := s.succeed(t)["seen.txt"]; !strings.HasSuffix(got, "False") {
			t.Errorf("without the escape: %s", got)
		}

		s = newSession(t, kind, backend, nil)
		s.Config.HostSitePackages, s.Config.Interpreter = true, ""
		s.Config.InterpreterArchive, s.Config.InterpreterExecutable = "python.tar", "bin/python3"
		if s.run(t); s.code != 1 || !strings.Contains(s.stderr, "--host-site-packages needs a system interpreter") {
			t.Errorf("exit code %d: %s", s.code, s.stderr)
		}
	})
}

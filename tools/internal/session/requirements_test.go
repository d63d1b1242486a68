package session

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/environment"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/walls"
)

// TestUnsatisfied proves REQ-4 and REQ-5: what is asked for is held against the environment by name, specifier, extra and
// marker, whoever asks; a failure says what was wanted, what was found, who wants it, and the command that repairs it.
func TestUnsatisfied(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, asked, want string }{
		{"name", `absent`, "wanted absent, found nothing of that name"},
		{"specifier", `tool>=2`, "wanted tool>=2, found Tool 1.5"},
		{"extra", `tool[fast]`, `wanted zig>=3; extra == "fast" (by tool[fast]), found nothing of that name`},
		{"of what is locked", `top`, "wanted tool>=9 (by top), found Tool 1.5"},
		{"marker", `elsewhere; python_version >= '3'`, `wanted elsewhere; python_version >= "3", found nothing of that name; elsewhere 2.0 is locked for ` + "`sys_platform == 'win32'`" + ` only, which is false here`},
	} {
		for who, project := range map[string]struct{ requires, dynamic string }{
			"[build-system] requires of demo/pyproject.toml":        {c.asked, ""},
			"what get_requires_for_build_wheel of backend asks for": {"tool", c.asked},
		} {
			t.Run(c.name+"/"+who, func(t *testing.T) {
				s := newSession(t, walls.Paths, "def get_requires_for_build_wheel(s): return "+list(project.dynamic),
					map[string]string{"pyproject.toml": "[build-system]\nbuild-backend = \"backend\"\nbackend-path = [\".\"]\nrequires = " + list(project.requires) + "\n"})
				s.lacking(t)
				s.fail(t, "the lock //demo:lock.txt does not satisfy "+who+":\n  - "+c.want, "Possible fixes:", "lock again: bazel run //demo:lock")
			})
		}
	}
}

// lacking makes the session believe that its environment holds some distributions, and that others are for other platforms.
func (s *session) lacking(t *testing.T) {
	t.Helper()
	s.have(t, environment.Distribution{Name: "Tool", Version: "1.5", RequiresDist: []string{"zig>=3; extra == 'fast'", "other; extra == 'slow'"}},
		environment.Distribution{Name: "top", Version: "1", RequiresDist: []string{"tool>=9"}})
	info, err := environment.ReadInfo(s.Config.EnvironmentInfo)
	if err != nil {
		t.Fatal(err)
	}
	info.Skipped = []environment.Skipped{{Name: "elsewhere", Version: "2.0", Marker: "sys_platform == 'win32'"}}
	text, err := json.Marshal(info)
	if err != nil {
		t.Fatal(err)
	}
	s.Config.EnvironmentInfo = filepath.Join(s.dir, "lacking.json")
	if err := os.WriteFile(s.Config.EnvironmentInfo, text, 0o644); err != nil {
		t.Fatal(err)
	}
}

// list is a list of one string, or of none, in TOML and in Python.
func list(one string) string {
	if one == "" {
		return "[]"
	}
	return `["` + one + `"]`
}

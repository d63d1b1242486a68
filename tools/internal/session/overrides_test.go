package session

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/environment"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/override"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/walls"
)

// have makes the session believe that its environment holds distributions, which are not there: nothing imports them.
func (s *session) have(t *testing.T, distributions ...environment.Distribution) {
	t.Helper()
	info, err := environment.ReadInfo(s.Config.EnvironmentInfo)
	if err != nil {
		t.Fatal(err)
	}
	info.Distributions = distributions
	s.Config.EnvironmentInfo = filepath.Join(s.dir, "environment.json")
	text, err := json.Marshal(info)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(s.Config.EnvironmentInfo, text, 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestOverrides proves BE-6: what pyproject.toml, a hook and a distribution of the environment ask for is overridden, and the
// log says by what.
func TestOverrides(t *testing.T) {
	inBoth(t, func(t *testing.T, kind walls.Kind) {
		const backend = `
def get_requires_for_build_wheel(settings): return ["asked>=9", "unwanted"]
def build_wheel(d, *a): return maker.wheel(d)
`
		project := map[string]string{"pyproject.toml": "[build-system]\nrequires = [\"tool>=2\"]\nbuild-backend = \"backend\"\nbackend-path = [\".\"]\n"}
		all := override.Override{Label: "MODULE.bazel", AllProjects: true, Constraints: []string{"tool<1", "inner<2"}}
		own := override.Override{Label: "//demo:override", Replace: []string{"tool==1.0"}, Relax: []string{"Asked"}, Remove: []string{"unwanted", "elsewhere"}}
		there := []environment.Distribution{
			{Name: "tool", Version: "1.0", RequiresDist: []string{"inner>=1", "unwanted>5"}},
			{Name: "asked", Version: "8"}, {Name: "inner", Version: "1.5"},
		}

		s := newSession(t, kind, backend, project)
		s.have(t, there...)
		s.Config.Overrides = []override.Override{all, own}
		s.succeed(t)
		log := readFile(t, s.Config.Log)
		for _, line := range []string{
			"override       constraint inner<2 (MODULE.bazel)\n", "override       replace tool==1.0 (//demo:override)\n",
			"override       relax Asked (//demo:override)\n", "this override has met nothing: remove elsewhere (//demo:override)\n",
		} {
			if !strings.Contains(log, line) {
				t.Errorf("the log lacks %q:\n%s", line, log)
			}
		}
		if strings.Contains(log, "tool<1") {
			t.Errorf("the log names what does not count:\n%s", log)
		}

		s = newSession(t, kind, backend, project)
		s.have(t, there...)
		s.fail(t, "wanted tool>=2, found tool 1.0")

		s = newSession(t, kind, backend, project)
		s.have(t, there...)
		s.Config.Overrides = []override.Override{all, {Label: "//demo:override", Replace: []string{"tool==1.0"}}}
		s.fail(t, "wanted unwanted>5 (by tool), found nothing of that name")

		s = newSession(t, kind, backend, project)
		s.have(t, append(there[:2:2], environment.Distribution{Name: "inner", Version: "2.1"})...)
		s.Config.Overrides = []override.Override{all, own}
		s.fail(t, "the lock //demo:lock.txt does not satisfy the constraints of its overrides:\n  - wanted inner<2 (by constraint of MODULE.bazel), found inner 2.1",
			"Possible fixes:\n  - lock again: bazel run //demo:lock")

		s = newSession(t, kind, backend, project)
		s.Config.Overrides = []override.Override{{Label: "//demo:override", Replace: []string{"tool==1", "tool==2"}}}
		if s.run(t); s.code != 1 || !strings.Contains(s.stderr, "override //demo:override: tool is replaced twice") {
			t.Errorf("exit code %d: %s", s.code, s.stderr)
		}
	})
}

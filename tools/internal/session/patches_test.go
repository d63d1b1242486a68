package session

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/walls"
)

// TestPatches proves BE-6: an sdist is patched before its pyproject.toml is read, the log has each file that was changed, and
// a patch that does not fit becomes no wheel.
func TestPatches(t *testing.T) {
	inBoth(t, func(t *testing.T, kind walls.Kind) {
		s := newSession(t, kind, reporter, map[string]string{"PKG-INFO": "Metadata-Version: 2.2\nName: demo\nVersion: 1.0\n", "pyproject.toml": "[build-system]\nrequires = [\"absent\"]\n"})
		s.Config.Sdist = filepath.Join(s.dir, "demo-1.0.tar.gz")
		packSdist(t, s, "demo-1.0")
		s.Config.Sources, s.Config.SourceRoot = nil, ""
		file := filepath.Join(s.dir, "fix.patch")
		const text = "--- a/pyproject.toml\n+++ b/pyproject.toml\n@@ -1,2 +1,4 @@\n [build-system]\n-requires = [\"absent\"]\n+requires = []\n+build-backend = \"backend\"\n+backend-path = [\".\"]\n"
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		s.Config.Patches.Files, s.Config.Patches.Strip = []string{file}, 1
		s.succeed(t)
		if log := readFile(t, s.Config.Log); !strings.Contains(log, "patch          "+file+" changed pyproject.toml\n") {
			t.Errorf("the log does not have the patch:\n%s", log)
		}

		s.Config.Patches.Files, s.Config.Output = []string{file, file}, filepath.Join(s.dir, "again")
		s.fail(t, "demo-1.0.tar.gz: patch "+file+": pyproject.toml: hunk 1 of 1 does not fit: on line 2 the patch expects", "Possible fixes:\n  - make the patch again, for this very version")
	})
}

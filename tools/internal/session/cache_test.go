package session

import (
	"strings"
	"testing"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/walls"
)

// TestCacheDirectory proves CACHE-1, CACHE-2, CACHE-3 and CACHE-5 within one session: each hook that names the argument gets the
// same directory, which is empty at the first call and then has what the hook before left in it; the log says who got it.
func TestCacheDirectory(t *testing.T) {
	inBoth(t, func(t *testing.T, kind walls.Kind) {
		s := newSession(t, kind, `
import os
def get_requires_for_build_wheel(settings=None):
    return []
def prepare_metadata_for_build_wheel(d, settings=None, cache_directory=None):
    assert type(cache_directory) is str and os.path.isabs(cache_directory) and os.listdir(cache_directory) == []
    open(os.path.join(cache_directory, "left"), "w").write(cache_directory)
    os.mkdir(os.path.join(d, "demo-1.0.dist-info"))
    open(os.path.join(d, "demo-1.0.dist-info", "METADATA"), "w").write("Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n")
    return "demo-1.0.dist-info"
def build_wheel(d, settings=None, metadata=None, *, cache_directory):
    assert open(os.path.join(cache_directory, "left")).read() == cache_directory
    return maker.wheel(d)
`, nil)
		// Entry points that prepare_metadata does not write make a session for metadata call build_wheel as well.
		s.write(t, "pyproject.toml", "[build-system]\nrequires = []\nbuild-backend = \"backend\"\nbackend-path = [\".\"]\n[project.scripts]\ndemo = \"demo:main\"\n", 0o644)
		s.Kind = "metadata"
		if s.run(t); s.code != 0 {
			t.Fatalf("exit code %d:\n%s", s.code, s.stderr)
		}
		log := readFile(t, s.Config.Log)
		for _, text := range []string{
			"== get_requires_for_build_wheel of backend ==\n",
			"== prepare_metadata_for_build_wheel of backend, with cache_directory ==\n",
			"== build_wheel of backend, with cache_directory ==\n",
		} {
			if !strings.Contains(log, text) {
				t.Errorf("the log lacks %q:\n%s", text, log)
			}
		}
	})
}

// TestCacheDirectoryDeleted: a backend that deletes its cache, or puts something else in its place, does no harm.
func TestCacheDirectoryDeleted(t *testing.T) {
	for name, statement := range map[string]string{
		"deletes":  "shutil.rmtree(c, ignore_errors=True)",
		"replaces": "shutil.rmtree(c, ignore_errors=True); os.path.exists(c) or os.symlink('/etc', c)",
		"locks":    "os.makedirs(c + '/a/b'); os.chmod(c + '/a/b', 0); os.chmod(c + '/a', 0o500)",
		"fills":    "os.mkfifo(c + '/fifo'); s.socket(s.AF_UNIX).bind(c + '/socket'); os.symlink('/', c + '/link')",
	} {
		t.Run(name, func(t *testing.T) {
			inBoth(t, func(t *testing.T, kind walls.Kind) {
				s := newSession(t, kind, "import os, shutil, socket as s\ndef build_wheel(d, settings=None, metadata=None, cache_directory=None):\n"+
					"    c = cache_directory\n    "+statement+"\n    return maker.wheel(d)", nil)
				s.succeed(t)
			})
		})
	}
}

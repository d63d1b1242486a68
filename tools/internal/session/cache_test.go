package session

import (
	"strings"
	"testing"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/adapter"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/hook"
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

// fakeAdapters are the adapters of the helper processes of these tests.
var fakeAdapters = []adapter.Adapter{
	{Name: "fake", Backends: []string{"backend"}, Map: func(told adapter.Told) (adapter.Mapping, error) {
		if _, ok := told.Variable("MAP_FAKE"); !ok {
			return adapter.Mapping{Off: "MAP_FAKE is not set"}, nil
		}
		if _, err := told.Source.Stat("backend.py"); err != nil {
			return adapter.Mapping{}, err
		}
		return adapter.Mapping{
			Settings: hook.Settings{{Key: "build-dir", Value: told.Inside + "/build"}},
			Env:      []string{"BUILD_DIR=" + told.Inside + "/build", "MAP_FAKE=done"},
			Notes:    []string{"a note"},
		}, nil
	}},
}

// TestMapping proves CACHE-8 for the call of an adapter: all hooks get its settings and variables, and the log has what it did, or why
// it did nothing (CACHE-4).
func TestMapping(t *testing.T) {
	inBoth(t, func(t *testing.T, kind walls.Kind) {
		const backend = `
import os, subprocess
def get_requires_for_build_wheel(settings=None):
    assert settings["build-dir"] == os.environ["BUILD_DIR"]
    os.mkdir(settings["build-dir"])
    return []
def build_wheel(d, settings=None, metadata=None):
    assert subprocess.check_output(["sh", "-c", "echo $MAP_FAKE $BUILD_DIR"]).decode() == "done " + settings["build-dir"] + "\n"
    assert os.listdir(settings["build-dir"]) == [] and settings["own"] == "setting"
    return maker.wheel(d)
`
		s := newSession(t, kind, backend, nil)
		s.Config.Env = []string{"MAP_FAKE=please"}
		s.Settings = []hook.Setting{{Key: "own", Value: "setting"}}
		s.succeed(t)
		if log := readFile(t, s.Config.Log); !strings.Contains(log, "cache mapping  for fake\ncache mapping  a note\n") {
			t.Errorf("the log:\n%s", log)
		}
		s = newSession(t, kind, "def build_wheel(d, settings=None, metadata=None):\n    assert settings is None\n    return maker.wheel(d)", nil)
		s.succeed(t)
		if log := readFile(t, s.Config.Log); !strings.Contains(log, "cache mapping  off for fake: MAP_FAKE is not set\n") {
			t.Errorf("the log:\n%s", log)
		}
	})
}

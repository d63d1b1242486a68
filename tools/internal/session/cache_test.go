package session

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

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

// TestCacheDirectoryBad: whatever a backend leaves in its cache directory, or does to it, does no harm, and what can be kept is (CACHE-3, CACHE-9).
func TestCacheDirectoryBad(t *testing.T) {
	const same, empty = "cache          as the last build left it: ", "cache          empty at the start: "
	for name, c := range map[string]struct{ statement, look, first, second string }{
		"deletes":  {"shutil.rmtree(c, ignore_errors=True)", "os.listdir(c)", "", same + "0 files"},
		"replaces": {"shutil.rmtree(c, ignore_errors=True); os.path.exists(c) or os.symlink('/etc', c)", "os.listdir(c)", "", same + "0 files"},
		"locks":    {"os.makedirs(c + '/a/b'); os.chmod(c + '/a/b', 0); os.chmod(c + '/a', 0o500)", "os.listdir(c + '/a/b')", "", same + "2 files"},
		"fills": {"os.mkfifo(c + '/fifo'); s.socket(s.AF_UNIX).bind(c + '/socket'); os.symlink('/', c + '/link')", "sorted(os.listdir(c))",
			"cache: not kept, for it is no file: fifo, socket\n", same + "1 files"},
		"links hard": {"open(c + '/a', 'w').write(c); os.link(c + '/a', c + '/b'); open(c.encode() + b'/\\xff\\n', 'w')", "(os.stat(c + '/a').st_nlink, open(c + '/b').read() == c)",
			"", same + "3 files"},
		"digs":         {"os.chdir(c); [(os.mkdir('deep' * 60), os.chdir('deep' * 60)) for _ in range(30)]; os.chdir('/')", "os.listdir(c)", "file name too long", empty},
		"is sparse":    {"open(c + '/sparse', 'w').truncate(11 << 30)", "os.listdir(c)", "nothing is kept: larger than its limit of 10.0 GiB", empty + "larger than its limit"},
		"is too many":  {"[open(c + '/%d' % n, 'w').close() for n in range(60)]", "os.listdir(c)", "nothing is kept: larger than its limit of 50 files", empty + "larger than its limit"},
		"writes later": {"os.fork() or [os.setsid(), time.sleep(1e5)]", "os.listdir(c)", "", same + "0 files"},
	} {
		t.Run(name, func(t *testing.T) {
			inBoth(t, func(t *testing.T, kind walls.Kind) {
				s := newSession(t, kind, "import os, shutil, socket as s, time\ndef build_wheel(d, settings=None, metadata=None, cache_directory=None):\n"+
					"    c = cache_directory\n    if os.listdir(c):\n        print('found', "+c.look+")\n    else:\n        "+c.statement+"\n    return maker.wheel(d)", nil)
				s.Config.Cache = Cache{Project: "//demo", Root: filepath.Join(s.dir, "store")}
				s.Files = 50
				for _, log := range []string{c.first, c.second} {
					s.succeed(t)
					s.logHas(t, log)
					if err := os.RemoveAll(s.Config.Output); err != nil {
						t.Fatal(err)
					}
				}
			})
		})
	}
}

// fakeAdapters are the adapters of the helper processes of these tests.
var fakeAdapters = []adapter.Adapter{
	{Name: "fake", Backends: []string{"backend"}, Map: func(told adapter.Told) (adapter.Mapping, error) {
		value, ok := told.Variable("MAP_FAKE")
		if !ok {
			return adapter.Mapping{Off: "MAP_FAKE is not set"}, nil
		}
		if _, err := told.Source.Stat("backend.py"); err != nil {
			return adapter.Mapping{}, err
		}
		return adapter.Mapping{
			Settings: hook.Settings{{Key: "build-dir", Value: told.Inside + "/build"}},
			Env:      []string{"BUILD_DIR=" + told.Inside + "/build", "MAP_FAKE=done"},
			Notes:    []string{"a note", fmt.Sprintf("added %q, removed %q, rewritten %q, after a failure %t", told.Added, told.Removed, told.Rewritten, told.Unfinished != nil)},

			KeepsBuildDirectory: value == "by content", Fresh: told.Empty || told.Rewritten != "",
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

// TestArchive proves CACHE-3 and CACHE-4 for declared caches: a session hands its directory to the next as an archive, whatever kind of session
// that is; what does not fit starts empty.
func TestArchive(t *testing.T) {
	inBoth(t, func(t *testing.T, kind walls.Kind) {
		s := newSession(t, kind, remembering+`
def build_sdist(d, settings=None, *, cache_directory):
    build_wheel(d, cache_directory=cache_directory)
    os.remove(os.path.join(d, "demo-1.0-py3-none-any.whl"))
    return maker.sdist(d)
`, nil)
		first, second := filepath.Join(s.dir, "first.tar"), filepath.Join(s.dir, "second.tar")
		s.Config.Cache = Cache{Project: "//demo", Output: first}
		s.Kind = "sdist"
		if s.run(t); s.code != 0 {
			t.Fatal(s.stderr)
		}
		if err := os.RemoveAll(s.Config.Output); err != nil {
			t.Fatal(err)
		}
		s.Kind, s.Config.Cache.Input, s.Config.Cache.Output = "", first, second
		s.want(t, "1", "cache          as the last build left it: 1 files, 1 B\n")
		s.Config.Cache.Input = second
		s.want(t, "2", "as the last build left it: 1 files, 2 B")
		s.Config.Env = []string{"A=b"}
		s.want(t, "0", "empty at the start: of second.tar, it was made with other things than this build has: the variables")
		if err := os.WriteFile(second, []byte("text"), 0o644); err != nil {
			t.Fatal(err)
		}
		s.Config.Cache.Output = ""
		s.want(t, "0", "empty at the start: of second.tar, it is not an archive of a cache directory")
		s.Config.Cache.Input = filepath.Join(s.dir, "nothing.tar")
		s.fail(t, "nothing.tar: no such file")
	})
}

// TestArchiveSeedsStore: a warm build whose directory is empty starts with the archive.
func TestArchiveSeedsStore(t *testing.T) {
	inBoth(t, func(t *testing.T, kind walls.Kind) {
		s := newKept(t, kind)
		s.Config.Cache.Output = filepath.Join(s.dir, "cache.tar")
		s.want(t, "0")
		s.Config.Cache.Input, s.Config.Cache.Output = s.Config.Cache.Output, ""
		s.want(t, "1")
		s.Config.Cache.Root = filepath.Join(s.dir, "other store")
		if kind == walls.Required { // with paths the rooms of two stores have different paths
			s.want(t, "1", "as the last build left it")
			s.want(t, "2", "as the last build left it")
		} else {
			s.want(t, "0", "empty at the start: it was made at other paths")
		}
	})
}

// TestStageByContent proves CACHE-6 for kept build directories: an unchanged file keeps its time, a changed one is newer than all that the cache
// directory holds, a removed one vanishes, and the adapter is told what came and went. Without such an adapter, and cold, all have one time.
func TestStageByContent(t *testing.T) {
	inBoth(t, func(t *testing.T, kind walls.Kind) {
		s := newSession(t, kind, `
import os, json
def build_wheel(d, settings=None, metadata=None, *, cache_directory):
    times = {n: os.stat(n).st_mtime_ns for n in os.listdir(".")}
    newest = max([os.stat(os.path.join(cache_directory, n)).st_mtime_ns for n in os.listdir(cache_directory)] + [0])
    open(os.path.join(cache_directory, str(len(os.listdir(cache_directory)))), "w").close()
    open("written-by-the-hook", "w").close()
    return maker.wheel(d, files={"demo.json": json.dumps({"times": times, "newest": newest})})
`, map[string]string{"a.c": "a", "b.c": "b"})
		s.Config.Cache = Cache{Project: "//demo", Root: filepath.Join(s.dir, "store")}
		s.Config.Env = []string{"MAP_FAKE=by content"}
		const constant = 315532800 * 1e9
		build := func() (times map[string]int64, newest int64) {
			var found struct {
				Times  map[string]int64
				Newest int64
			}
			if err := json.Unmarshal([]byte(s.succeed(t)["demo.json"]), &found); err != nil {
				t.Fatal(err)
			}
			return found.Times, found.Newest
		}
		edit := func(name, text string, changed time.Time) {
			file := filepath.Join(s.dir, "tree", name)
			if err := errors.Join(os.WriteFile(file, []byte(text), 0o644), os.Chtimes(file, changed, changed)); err != nil {
				t.Fatal(err)
			}
		}
		first, _ := build()
		if first["a.c"] != constant || first["b.c"] != constant {
			t.Errorf("cold: %v", first)
		}
		// The time of the file itself means nothing: it may be kept, or older.
		edit("a.c", "changed", time.Unix(1, 0))
		second, newest := build()
		if second["a.c"] <= newest || newest == 0 || second["b.c"] != constant {
			t.Errorf("edited: %v, newest %d", second, newest)
		}
		edit("b.c", "b", time.Now().Add(time.Hour))
		third, _ := build()
		if third["a.c"] != second["a.c"] || third["b.c"] != constant {
			t.Errorf("touched: %v", third)
		}
		edit("a.c", "a", time.Unix(1, 0))
		fourth, newest := build()
		if fourth["a.c"] <= newest {
			t.Errorf("reverted: %v, newest %d", fourth, newest)
		}
		s.write(t, "c.c", "a", 0o644)
		s.Config.Sources = slices.DeleteFunc(s.Config.Sources, func(f SourceFile) bool { return f.Dest == "demo/b.c" })
		fifth, newest := build()
		if _, ok := fifth["b.c"]; ok || fifth["c.c"] <= newest || fifth["a.c"] != fourth["a.c"] || fifth["written-by-the-hook"] != 0 {
			t.Errorf("removed and added: %v", fifth)
		}
		s.logHas(t, `cache mapping  added ["c.c"], removed ["b.c"]`)
		s.Config.Env = []string{"MAP_FAKE=please"}
		if last, _ := build(); last["a.c"] != constant {
			t.Errorf("another mapping: %v", last)
		}
	})
}

// TestCompilerCacheUsed: a session has ccache where its cache directory outlasts it, and its log says so, or why not (CACHE-8).
func TestCompilerCacheUsed(t *testing.T) {
	inBoth(t, func(t *testing.T, kind walls.Kind) {
		s := newKept(t, kind)
		s.Config.Compilers = systemCompilers(t)
		s.want(t, "0")
		s.Config.Compilers.Cache = "/nowhere/ccache"
		s.want(t, "0", "ccache         not used: there is no /nowhere/ccache on this machine\n")
		s.Config.Compilers.Cache = "/bin/sh"
		s.want(t, "0", "another than any build before: the compilers", "ccache         /bin/sh\n")
		s.Config.Cache = Cache{}
		s.want(t, "0", "ccache         not used: nothing outlasts this build\n")
	})
}

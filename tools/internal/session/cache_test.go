package session

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/adapter"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/hook"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/override"
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
			Notes:    []string{"a note", fmt.Sprintf("added %q, removed %q", told.Added, told.Removed)},

			KeepsBuildDirectory: value == "by content",
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

// remembering is a backend that counts its sessions in cache_directory, and does what the variable DO says.
const remembering = `
import os, json
def build_wheel(d, settings=None, metadata=None, *, cache_directory):
    name = os.path.join(cache_directory, "count")
    count = len(open(name).read()) if os.path.exists(name) else 0
    open(name, "a").write("x")
    exec(os.environ.get("DO", ""))
    return maker.wheel(d, files={"count": str(count)})
`

// count runs a session, and returns how many the backend has counted before.
func (s *session) count(t *testing.T) string {
	t.Helper()
	return s.succeed(t)["count"]
}

// newKept makes a session with remembering that keeps its cache directory in a store.
func newKept(t *testing.T, kind walls.Kind) *session {
	t.Helper()
	s := newSession(t, kind, remembering, nil)
	s.Config.Cache = Cache{Project: "//demo", Root: filepath.Join(s.dir, "store")}
	return s
}

func (s *session) logHas(t *testing.T, texts ...string) {
	t.Helper()
	log := readFile(t, s.Config.Log)
	for _, text := range texts {
		if !strings.Contains(log, text) {
			t.Errorf("the log lacks %q:\n%s", text, log)
		}
	}
}

// TestStoreKeeps proves CACHE-3, CACHE-4 and CACHE-5 from one session to the next: what was left is there; with anything else in the key the
// directory is empty, and the log says what it is.
func TestStoreKeeps(t *testing.T) {
	inBoth(t, func(t *testing.T, kind walls.Kind) {
		s := newKept(t, kind)
		s.want(t, "0", "cache          empty at the start: nothing of the project was built before\n")
		s.want(t, "1", "cache          as the last build left it: 1 files, 1 B\n")
		s.write(t, "new.py", "", 0o644)
		s.want(t, "2", "as the last build left it")
		base := s.Config
		for name, change := range map[string]func(c *Config){
			"the config settings":    func(*Config) { s.Settings = []hook.Setting{{Key: "a", Value: "b"}} },
			"the variables":          func(c *Config) { c.Env = []string{"A=b"} },
			"the configuration":      func(c *Config) { c.Cache.Configuration = "k8-opt" },
			"the name of the source": func(c *Config) { c.SourceName = "other" },
			"the tools":              func(c *Config) { c.Tools = map[string]string{"tool": "/bin/sh"} },
			"the compilers":          func(c *Config) { c.Compilers.CC = "/bin/sh" },
			"the helper":             func(c *Config) { c.Cache.Helper = "another" },
			"the overrides":          func(c *Config) { c.Overrides = []override.Override{{Label: "//demo:override"}} },
			"the walls": func(c *Config) {
				c.Walls = map[walls.Kind]walls.Kind{walls.Paths: walls.Required, walls.Required: walls.Paths}[kind]
			},
			"the build environment": func(c *Config) {
				c.EnvironmentInfo = filepath.Join(s.dir, "another.json")
				if err := os.WriteFile(c.EnvironmentInfo, []byte(readFile(t, plainEnvironment.info)+"\n"), 0o644); err != nil {
					t.Fatal(err)
				}
			},
			"the compilers' flags": func(c *Config) { c.Compilers.CCFlags = []string{"-O2"} },
		} {
			change(&s.Config)
			s.want(t, "0", "cache          empty at the start: another than any build before: "+name)
			s.Config, s.Settings = base, nil
		}
		s.want(t, "3", "as the last build left it")
		s.Config.Cache.Project = "//other"
		s.want(t, "0", "nothing of the project was built before")
	})
}

func (s *session) want(t *testing.T, count string, log ...string) {
	t.Helper()
	if got := s.count(t); got != count {
		t.Errorf("the backend counted %s, want %s", got, count)
	}
	s.logHas(t, log...)
	if err := os.RemoveAll(s.Config.Output); err != nil {
		t.Fatal(err)
	}
}

// TestStoreAfterFailure proves CACHE-5: a hook that fails by itself keeps its cache, one that dies, is killed or runs for too long does not, nor
// does a session whose helper is killed; and what is damaged is not used.
func TestStoreAfterFailure(t *testing.T) {
	inBoth(t, func(t *testing.T, kind walls.Kind) {
		s := newKept(t, kind)
		script := filepath.Join(s.dir, "tree", "backend.py")
		do := func(statement string) {
			if err := os.WriteFile(script, []byte("import maker\n"+strings.Replace(remembering, `exec(os.environ.get("DO", ""))`, statement, 1)), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		s.want(t, "0")
		do("raise ValueError('wrong')")
		s.fail(t, "ValueError: wrong")
		do("raise SystemExit(3)")
		s.fail(t, "sys.exit with code 3")
		do("")
		s.want(t, "3", "as the last build left it")
		do("os._exit(0)")
		s.fail(t, "ended without an answer")
		s.logHas(t, "nothing is kept: build_wheel was killed, or died")
		do("")
		s.want(t, "0", "empty at the start: build_wheel was killed, or died")
		do("import signal; signal.pause()")
		s.Config.Timeout = 300 * time.Millisecond
		s.fail(t, "ran for longer than")
		s.Config.Timeout = 0
		do("")
		s.want(t, "0", "build_wheel was killed, or died")

		counts, err := filepath.Glob(filepath.Join(s.Config.Cache.Root, "*", "directory", "count"))
		if err != nil || len(counts) != 1 {
			t.Fatalf("counts %q", counts)
		}
		slot := filepath.Dir(filepath.Dir(counts[0]))
		for name, harm := range map[string]func() error{
			"it is damaged: it does not hold what the last build left": func() error { return os.WriteFile(counts[0], []byte("xy"), 0o644) },
			"its record can't be read":                                 func() error { return os.WriteFile(filepath.Join(slot, "record.json"), []byte("{"), 0o644) },
			"it is of format 99":                                       func() error { return os.WriteFile(filepath.Join(slot, "record.json"), []byte(`{"format": 99}`), 0o644) },
			"the last build with it was killed":                        func() error { return os.WriteFile(filepath.Join(slot, "running"), nil, 0o644) },
			"nothing of the project was built before":                  func() error { return os.RemoveAll(slot) },
		} {
			if err := harm(); err != nil {
				t.Fatal(err)
			}
			s.want(t, "0", "empty at the start: "+name)
			s.want(t, "1", "as the last build left it")
		}
	})
}

// TestStoreKilled proves CACHE-5: a session whose helper is killed leaves an empty directory to the next.
func TestStoreKilled(t *testing.T) {
	inBoth(t, func(t *testing.T, kind walls.Kind) {
		s := newKept(t, kind)
		s.want(t, "0")
		script := filepath.Join(s.dir, "tree", "backend.py")
		waiting := "import maker\nimport os, signal\ndef build_wheel(d, settings=None, metadata=None, *, cache_directory):\n" +
			"    open(os.path.join(cache_directory, 'fifo-ready'), 'w').close()\n    signal.pause()\n"
		if err := os.WriteFile(script, []byte(waiting), 0o644); err != nil {
			t.Fatal(err)
		}
		cmd := s.command(t)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		for ready := false; !ready; {
			found, err := filepath.Glob(filepath.Join(s.Config.Cache.Root, "*", "directory", "fifo-ready"))
			if err != nil {
				t.Fatal(err)
			}
			ready = len(found) == 1
		}
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait()
		if err := os.WriteFile(script, []byte("import maker\n"+remembering), 0o644); err != nil {
			t.Fatal(err)
		}
		// While what was killed is still ending another session finds the slot in use.
		for busy := true; busy; {
			s.want(t, "0", "empty at the start: ")
			busy = strings.Contains(readFile(t, s.Config.Log), "another build has the cache directory")
		}
		s.logHas(t, "was killed")
		s.want(t, "1", "as the last build left it")
	})
}

// TestStoreBusy proves CACHE-4: two sessions never have one directory; the second is cold, does not wait, and says so.
func TestStoreBusy(t *testing.T) {
	inBoth(t, func(t *testing.T, kind walls.Kind) {
		s := newKept(t, kind)
		s.want(t, "0")
		locks, err := filepath.Glob(filepath.Join(s.Config.Cache.Root, "*.lock"))
		if err != nil || len(locks) != 1 {
			t.Fatal(locks, err)
		}
		lock, err := os.Open(locks[0])
		if err != nil {
			t.Fatal(err)
		}
		if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
			t.Fatal(err)
		}
		s.want(t, "0", "empty at the start: another build has the cache directory; this one is cold")
		lock.Close()
		s.want(t, "1", "as the last build left it")
	})
}

// TestStoreUnusable: a cache root that can't be used makes a cold build and a warning; only a relative one, which is a mistake of the command
// line, is an error (CACHE-9).
func TestStoreUnusable(t *testing.T) {
	inBoth(t, func(t *testing.T, kind walls.Kind) {
		s := newKept(t, kind)
		root := s.Config.Cache.Root
		for _, c := range []struct {
			name, root string
		}{{"a file", filepath.Join(s.dir, "tree", "maker.py")}, {"read-only", "/proc/nothing"}, {"relative", "store"}} {
			s.Config.Cache.Root = c.root
			s.want(t, "0", "the cache directory can't be used, and this build is cold: ")
			if !strings.Contains(s.stderr, "warning: the cache directory can't be used") {
				t.Errorf("%s: no warning: %s", c.name, s.stderr)
			}
		}
		link := filepath.Join(s.dir, "link")
		if err := os.Symlink(root, link); err != nil {
			t.Fatal(err)
		}
		s.Config.Cache.Root = root
		s.want(t, "0")
		s.Config.Cache.Root = link
		s.want(t, "1", "as the last build left it")
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

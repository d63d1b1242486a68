package session

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/hook"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/override"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/walls"
)

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
		s.fail(t, "ran for longer than") // on a busy machine that may be an earlier hook, and build_wheel never ends
		s.Config.Timeout = 0
		do("")
		s.want(t, "0", " was killed, or died")

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
		waiting := "import maker\nimport signal\ndef build_wheel(d, settings=None, metadata=None, *, cache_directory):\n" +
			"    open(cache_directory + '/ready', 'w').close()\n    signal.pause()\n"
		if err := os.WriteFile(script, []byte(waiting), 0o644); err != nil {
			t.Fatal(err)
		}
		cmd := s.command(t)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		ended := make(chan error, 1)
		go func() { ended <- cmd.Wait() }()
		until(func() bool {
			select {
			case err := <-ended:
				t.Fatalf("the session has ended by itself: %v\n%s", err, readFile(t, s.Config.Log))
			default:
			}
			found, _ := filepath.Glob(filepath.Join(s.Config.Cache.Root, "*", "directory", "ready"))
			return len(found) == 1
		})
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		<-ended
		if err := os.WriteFile(script, []byte("import maker\n"+remembering), 0o644); err != nil {
			t.Fatal(err)
		}
		// What was killed may still be ending: it has the slot until then, and its room.
		waitUnlocked(t, filepath.Join(s.Config.Cache.Root, "*.lock"))
		waitUnlocked(t, filepath.Join(s.dir, "pyproject"))
		s.want(t, "0", "empty at the start: ", "was killed")
		s.want(t, "1", "as the last build left it")
	})
}

// waitUnlocked waits until nobody has locked a file; one that is not there is not locked.
func waitUnlocked(t *testing.T, pattern string) {
	t.Helper()
	until(func() bool {
		found, err := filepath.Glob(pattern)
		if err != nil || len(found) > 1 {
			t.Fatal(found, err)
		}
		for _, name := range found {
			if file, err := os.Open(name); err == nil {
				defer file.Close()
				return syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil
			}
		}
		return true
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

// TestStoreUnusable: a cache root that can't be used makes a cold build and a warning; one that is a link is used (CACHE-9).
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

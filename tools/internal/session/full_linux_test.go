package session

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/walls"
)

// fill leaves so many bytes of a file system free.
func fill(t *testing.T, dir string, left int64) {
	t.Helper()
	free := lookAtVolume(dir).free
	if err := os.WriteFile(filepath.Join(dir, "filler"), make([]byte, max(free-left, 0)), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestCacheRootFull proves CACHE-5 and CACHE-9: a hook that finds no room in the cache directory fails, with an error that names root and cure; nothing is
// kept of it, and the next session has the room. Where there is none at all a session is cold, or says so with an exit of its own.
func TestCacheRootFull(t *testing.T) {
	if !withMounts(t) {
		return
	}
	for _, kind := range kinds {
		s := newKept(t, kind)
		root := small(t, s.Config.Cache.Root, "64m")
		s.want(t, "0")
		s.Config.Env = []string{"DO=open(cache_directory + '/large', 'wb').write(bytes(90 << 20))"}
		s.fail(t, "No space left on device", "That was while the file system of the cache root "+root+" is full", "of 64.0 MiB are free", "Possible fixes:", "--cache-root")
		if strings.Contains(s.stderr, "memory file system") {
			t.Errorf("%s: the message blames the room too:\n%s", kind, s.stderr)
		}
		s.logHas(t, "cache: nothing is kept: the file system of the cache root "+root+" is full")
		s.Config.Env = nil
		s.want(t, "1", "as the last build left it")

		for _, left := range []int64{0, 4 << 10, 32 << 10, 256 << 10, 2 << 20} {
			// Whatever another's files leave, a session is cold where that is little.
			fill(t, root, left)
			s.want(t, "0", "the cache directory can't be used, and this build is cold: the file system of the cache root "+root+" is full, or nearly so")
			// Where nobody has looked, it succeeds, or fails by the name of what is full: the helper has seen it, or read what a hook printed.
			s.Roomy = true
			if s.run(t); s.code != 0 && !(strings.Contains(s.stderr, "the cache root "+root) && strings.Contains(s.stderr, "of 64.0 MiB are free")) {
				t.Errorf("%s, %d left: %s", kind, left, s.stderr)
			}
			s.Roomy = false
			for _, name := range []string{filepath.Join(root, "filler"), s.Config.Output} {
				if err := os.RemoveAll(name); err != nil {
					t.Fatal(err)
				}
			}
		}
		s.Config.Cache.Refused = "it is full"
		s.want(t, "0", "the cache directory can't be used, and this build is cold: it is full")
		s.Config.Cache.Refused = ""
		s.succeed(t)
		if err := os.RemoveAll(s.Config.Output); err != nil {
			t.Fatal(err)
		}
		s.Config.Env = []string{"AGAIN=1"}
		s.want(t, "0", "empty at the start: ")
		s.want(t, "1", "as the last build left it")
	}
}

// TestRoomFull: a hook that fills the room's memory, and not the cache root, is told that.
func TestRoomFull(t *testing.T) {
	if !withMounts(t) {
		return
	}
	s := newKept(t, walls.Required)
	small(t, s.Config.Cache.Root, "64m")
	s.want(t, "0")
	s.Config.Env = []string{"DO=raise OSError(28, 'No space left on device')"}
	fill(t, s.Config.Cache.Root, 0)
	s.Roomy = true
	s.fail(t, "the cache root")
	s.Roomy = false
	if err := os.Remove(filepath.Join(s.Config.Cache.Root, "filler")); err != nil {
		t.Fatal(err)
	}
	s.Config.Cache = Cache{}
	s.fail(t, "lies in a memory file system, and it is full")
}

// optional is a backend whose hooks leave out what they could not make, as setuptools does with an optional extension and configure scripts with a check that fails.
const optional = `
import os, subprocess
def fill(name):
    try:
        open(name, "wb").write(bytes(70 << 20))
    except OSError:
        os.truncate(name, os.path.getsize(name) - (2 << 20))  # nothing fails after it
        raise
def attempt(cache_directory):
    try:
        STATEMENT
    except Exception:
        return "no"
    return "yes"
def prepare_metadata_for_build_wheel(d, settings=None, *, cache_directory):
    os.mkdir(d + "/demo-1.0.dist-info")
    with open(d + "/demo-1.0.dist-info/METADATA", "w") as f:
        f.write("Metadata-Version: 2.1\nName: demo\nVersion: 1.0\nSummary: " + attempt(cache_directory) + "\n")
    return "demo-1.0.dist-info"
def build_sdist(d, settings=None, *, cache_directory):
    return maker.sdist(d, files={"PKG-INFO": "Metadata-Version: 2.2\nName: demo\nVersion: 1.0\n", "pyproject.toml": open("pyproject.toml").read(), "extension": attempt(cache_directory)})
def build_wheel(d, settings=None, metadata=None, *, cache_directory):
    extension = attempt(cache_directory)
    return maker.wheel(d, "demo-1.0-%d-py3-none-any.whl" % (extension == "yes"), {"extension": extension}, tag="py3-none-any")
`

// TestCacheRootFullSwallowed proves CACHE-6: where hooks succeed without what they could not write, nothing is delivered or kept; the session that
// takes its place, without a cache root, makes what a cold one makes, and so does a warm one that has room.
func TestCacheRootFullSwallowed(t *testing.T) {
	if !withMounts(t) {
		return
	}
	const full, said = "is full, or nearly so: ", "a hook said \"No space left on device\", with the cache root "
	for name, c := range map[string]struct {
		statement string
		required  string // what a session says with walls that are required; "" if it is right
		paths     string
		roomy     bool
		kinds     []string
	}{
		"a compiler that fails": {"subprocess.run(['sh', 'compiler.sh', cache_directory + '/x.o'], check=True)", said, said, true, []string{""}},
		"silent":                {"fill(cache_directory + '/large')", full, full, false, []string{"", "sdist", "metadata"}},
		"in the room":           {"fill(os.environ['TMPDIR'] + '/large')", "", full, false, []string{""}},
	} {
		for _, walls := range kinds {
			s := newSession(t, walls, strings.Replace(optional, "STATEMENT", c.statement, 1), map[string]string{
				"compiler.sh": "head -c 70M /dev/zero >\"$1\" || { rm -f \"$1\"; exit 1; }\n",
			})
			s.Roomy = c.roomy
			root := filepath.Join(s.dir, "store")
			warm := Cache{Project: "//demo", Root: small(t, root, "64m")}
			wanted := map[string]string{"required": c.required, "paths": c.paths}[string(walls)]
			for _, s.Kind = range c.kinds {
				made := func(cache Cache) map[string]string {
					t.Helper()
					s.Config.Cache = cache
					if s.run(t); s.code != 0 {
						t.Fatalf("%s, %s, %s: exit code %d\n%s", name, walls, s.Kind, s.code, s.stderr)
					}
					return takeOutput(t, s.Config.Output)
				}
				cold := made(Cache{})
				if wanted != "" {
					s.Config.Cache = warm
					s.fail(t, "the hooks succeeded, but may have gone on without what they could not write", wanted, root)
					s.logHas(t, "cache: nothing is kept: ", wanted)
					refused := warm
					refused.Refused = "it is full"
					if got := made(refused); !maps.Equal(got, cold) {
						t.Errorf("%s, %s, %s: the session in its place makes other bytes", name, walls, s.Kind)
					}
					if err := unix.Mount("", root, "", unix.MS_REMOUNT, "size=512m"); err != nil {
						t.Fatal(err)
					}
				}
				if got := made(warm); !maps.Equal(got, cold) {
					t.Errorf("%s, %s, %s: a warm session makes other bytes", name, walls, s.Kind)
				}
				emptyRoot(t, root)
			}
		}
	}
}

// emptyRoot makes a cache root as small and empty as it was.
func emptyRoot(t *testing.T, root string) {
	t.Helper()
	entries, err := os.ReadDir(root)
	for _, entry := range entries {
		if err == nil {
			err = os.RemoveAll(filepath.Join(root, entry.Name()))
		}
	}
	if err == nil {
		err = unix.Mount("", root, "", unix.MS_REMOUNT, "size=64m")
	}
	if err != nil {
		t.Fatal(err)
	}
}

// takeOutput reads all files of an output, which is gone then.
func takeOutput(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			files[path] = readFile(t, path)
		}
		return err
	})
	if err == nil {
		err = os.RemoveAll(dir)
	}
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	return files
}

// TestWatchSpace: that little was free is not forgotten when it is over, and a file system that does not say how large it is has enough.
func TestWatchSpace(t *testing.T) {
	if !withMounts(t) {
		return
	}
	root := small(t, t.TempDir(), "64m")
	w := watchSpace(root)
	defer w.close()
	if w.isScarce() {
		t.Error("it is empty, and scarce")
	}
	fill(t, root, 1<<20)
	<-w.scarce
	if err := os.Remove(filepath.Join(root, "filler")); err != nil {
		t.Fatal(err)
	}
	if !w.isScarce() || lookAtVolume(root).scarce() {
		t.Error("it was full, and nobody remembers")
	}
	for _, c := range []struct {
		volume
		scarce bool
	}{
		{volume{}, false},
		{volume{free: 255 << 20, total: 1 << 40}, true},
		{volume{free: 256 << 20, total: 1 << 40}, false},
		{volume{free: 1 << 40, total: 1 << 40, freeFiles: 10, files: 1 << 30}, true},
	} {
		if c.volume.scarce() != c.scarce {
			t.Errorf("%+v: scarce is %v", c.volume, !c.scarce)
		}
	}
}

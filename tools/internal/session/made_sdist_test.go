package session

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/hook"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/walls"
)

// newSdistSession is a session that makes an sdist.
func newSdistSession(t *testing.T, kind walls.Kind, backend string, files map[string]string) *session {
	t.Helper()
	s := newSession(t, kind, backend, files)
	s.Kind, s.Config.Metadata = "sdist", ""
	return s
}

// TestMadeSdist proves SDIST-2 and BYTES-1 for a session: an sdist is made under its own name, the same bytes in both kinds of
// walls and whatever times, modes and owners the backend wrote; and a wheel can be built from its directory.
func TestMadeSdist(t *testing.T) {
	t.Parallel()
	const backend = `
def get_requires_for_build_sdist(settings=None): print("asked"); return []
def build_sdist(d, settings=None): return maker.sdist(d, mtime=int(settings["mtime"]))
def build_wheel(d, *a): return maker.wheel(d)
`
	made := map[string]bool{}
	for i, kind := range kinds {
		s := newSdistSession(t, kind, backend, nil)
		s.Settings = append(s.Settings, hook.Setting{Key: "mtime", Value: []string{"1", "99999"}[i]})
		if s.run(t); s.code != 0 || s.stderr != "" {
			t.Fatalf("exit code %d:\n%s", s.code, s.stderr)
		}
		made[readFile(t, filepath.Join(s.Config.Output, "demo-1.0.tar.gz"))] = true
		for _, text := range []string{"== get_requires_for_build_sdist of backend ==\nasked\n", "made demo-1.0.tar.gz\n"} {
			if log := readFile(t, s.Config.Log); !strings.Contains(log, text) {
				t.Errorf("the log lacks %q:\n%s", text, log)
			}
		}
		again := newSession(t, kind, backend, nil)
		again.Config.Sdist, again.Config.Sources, again.Config.SourceRoot = s.Config.Output, nil, ""
		again.succeed(t)
	}
	if len(made) != 1 {
		t.Errorf("%d different sdists", len(made))
	}
}

// TestBadSdists proves HOOK-2 and SDIST-2 for what a backend does wrong: the message says which hook of which backend, and
// nothing is made.
func TestBadSdists(t *testing.T) {
	t.Parallel()
	const info = `"PKG-INFO": "Metadata-Version: 2.2\nName: Demo.Me\nVersion: 1.0\n", "pyproject.toml": ""`
	for name, test := range map[string]struct {
		backend string
		texts   []string
	}{
		"missing hook": {"", []string{"backend has no build_sdist", "every backend has to (PEP 517)"}},
		"unsupported": {"class UnsupportedOperation(Exception): pass\ndef build_sdist(*a): raise UnsupportedOperation('no version control')",
			[]string{"build_sdist of backend is unsupported: ", "no version control", "build from the source tree"}},
		"requires":   {"def get_requires_for_build_sdist(*a): return ['cython']", []string{"get_requires_for_build_sdist of backend", "cython"}},
		"raises":     {"def build_sdist(*a): raise ValueError('no')", []string{"build_sdist of backend raised ValueError: no"}},
		"not there":  {"def build_sdist(*a): return 'demo-1.0.tar.gz'", []string{`it returned "demo-1.0.tar.gz", but sdist_directory holds nothing`}},
		"zip":        {"def build_sdist(*a): return 'demo-1.0.zip'", []string{"not the name of an sdist (*.tar.gz)"}},
		"no archive": {"def build_sdist(d, *a): open(d + '/demo-1.0.tar.gz', 'w').close(); return 'demo-1.0.tar.gz'", []string{"made an sdist that is not right", "the file is empty"}},
		"link out":   {"def build_sdist(d, *a): return maker.sdist(d, links=[('demo-1.0/x', '../../../etc/passwd')])", []string{`member "demo-1.0/x"`, "leads outside"}},
		"dots":       {"def build_sdist(d, *a): return maker.sdist(d, links=[('demo-1.0/../../x', 'y')])", []string{"leads out of the archive"}},
		"two tops":   {"def build_sdist(d, *a): return maker.sdist(d, links=[('other/x', 'y')])", []string{"second top directory"}},
		"other top":  {"def build_sdist(d, *a): return maker.sdist(d, top='demo')", []string{"its top directory is demo/, and has to be demo-1.0/"}},
		"nothing in": {"def build_sdist(d, *a): return maker.sdist(d, files={'x': ''})", []string{"2 problems", "no file pyproject.toml at its top", "no file PKG-INFO at its top"}},
		"linked":     {"def build_sdist(d, *a): return maker.sdist(d, files={'x': ''}, links=[('demo-1.0/PKG-INFO', 'x')])", []string{"no file PKG-INFO"}},
		"name":       {"def build_sdist(d, *a): return maker.sdist(d, 'Demo.Me-1.0.tar.gz', files={" + info + "})", []string{`has to be demo_me-VERSION.tar.gz, with the normalised name of "Demo.Me" (PEP 625`}},
		"version":    {"def build_sdist(d, *a): return maker.sdist(d, 'demo_me-1.1.tar.gz', files={" + info + "})", []string{`PKG-INFO has the version "1.0", the file's name "1.1"`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			newSdistSession(t, walls.Paths, test.backend, nil).fail(t, test.texts...)
		})
	}
}

// TestSdistFileName pins --output-file for sdists.
func TestSdistFileName(t *testing.T) {
	t.Parallel()
	s := newSdistSession(t, walls.Paths, "def build_sdist(d, *a): return maker.sdist(d)", nil)
	s.Config.FileName = "demo-1.1.tar.gz"
	s.Config.OutputFile = filepath.Join(s.dir, s.Config.FileName)
	s.fail(t, "the sdist is demo-1.0.tar.gz, and file_name says demo-1.1.tar.gz", `file_name = "demo-1.0.tar.gz"`)
}

// TestSdistOfOldMetadata pins that metadata which promises nothing is noted, and no error.
func TestSdistOfOldMetadata(t *testing.T) {
	t.Parallel()
	s := newSdistSession(t, walls.Paths, "def build_sdist(d, *a): return maker.sdist(d, files={'PKG-INFO': 'Metadata-Version: 2.1\\nName: demo\\nVersion: 1.0.0\\n', 'pyproject.toml': ''})", nil)
	if s.run(t); s.code != 0 || !strings.Contains(readFile(t, s.Config.Log), "note: PKG-INFO has Metadata-Version 2.1") {
		t.Errorf("exit code %d: %s", s.code, s.stderr)
	}
}

// TestSdistDirectory pins that a directory in the place of an sdist holds exactly one.
func TestSdistDirectory(t *testing.T) {
	t.Parallel()
	s := newSession(t, walls.Paths, reporter, nil)
	s.Config.Sdist, s.Config.Sources, s.Config.SourceRoot = filepath.Join(s.dir, "two"), nil, ""
	for _, name := range []string{"a.tar.gz", "b.tar.gz"} {
		if err := os.MkdirAll(s.Config.Sdist, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(s.Config.Sdist, name), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	s.fail(t, "a directory of 2 files, and one is expected")
}

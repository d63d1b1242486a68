package session

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/project"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/walls"
)

// newMetadataSession is a session for metadata alone.
func newMetadataSession(t *testing.T, kind walls.Kind, backend string, files map[string]string) *session {
	t.Helper()
	s := newSession(t, kind, backend, files)
	s.Kind, s.Config.Metadata = "metadata", ""
	s.Config.MetadataFile, s.Config.EntryPoints = filepath.Join(s.dir, "METADATA"), filepath.Join(s.dir, "entry_points.txt")
	s.Config.Requirements = filepath.Join(s.dir, "requirements.txt")
	return s
}

// preparer is a hook that writes what its argument has.
const preparer = `
import os
def prepare(d, files=None, name="demo-1.0.dist-info", metadata="Metadata-Version: 2.2\nName: demo\nVersion: 1.0\n", link=None):
    for n, text in {"METADATA": metadata, **(files or {})}.items():
        path = os.path.join(d, name, n)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        if text is not None: open(path, "w").write(text)
    if link: os.symlink(link, os.path.join(d, name, "link"))
    return name
`

// TestPreparedMetadata proves HOOK-3: a backend that can tell the metadata is not asked for a wheel, and what is asked for
// is there as it was written.
func TestPreparedMetadata(t *testing.T) {
	inBoth(t, func(t *testing.T, kind walls.Kind) {
		s := newMetadataSession(t, kind, preparer+`
metadata = "Metadata-Version: 2.2\nName: demo\nVersion: 1.0\nRequires-Dist: a >= 1\nRequires-Dist: b[c];\n        extra == 'd'\nProvides-Extra: d\n\nText\n"
def get_requires_for_build_wheel(settings=None): print("asked first"); return []
def prepare_metadata_for_build_wheel(d, settings=None):
    print("with", settings)
    return prepare(d, {"entry_points.txt": "[console_scripts]\ndemo = demo:main\n", "licenses/L": "free", "WHEEL": "x", "RECORD": "y"}, metadata=metadata)
def build_wheel(*a): raise NotImplementedError("a build")
`, nil)
		if s.run(t); s.code != 0 || s.stderr != "" {
			t.Fatalf("exit code %d:\n%s", s.code, s.stderr)
		}
		for file, want := range map[string]string{
			s.Config.MetadataFile: "Requires-Dist: a >= 1\n", s.Config.EntryPoints: "[console_scripts]\ndemo = demo:main\n",
			filepath.Join(s.Config.Output, "METADATA"): "\n\nText\n", filepath.Join(s.Config.Output, "licenses", "L"): "free",
			s.Config.Log: "made demo-1.0.dist-info\n",
		} {
			if text := readFile(t, file); !strings.Contains(text, want) {
				t.Errorf("%s lacks %q: %q", file, want, text)
			}
		}
		if text := readFile(t, s.Config.Requirements); text != "a >= 1\nb[c]; extra == 'd'\n" {
			t.Errorf("requirements %q", text)
		}
		if _, err := os.Stat(filepath.Join(s.Config.Output, "RECORD")); err == nil {
			t.Error("there is a RECORD of no wheel")
		}
		if log := readFile(t, s.Config.Log); strings.Index(log, "asked first") > strings.Index(log, "with None") || !strings.Contains(log, "asked first") {
			t.Errorf("the log:\n%s", log)
		}
	})
}

// TestMetadataOfWheel proves HOOK-3 for a backend that can't tell: the wheel is built, checked, and only its metadata are kept.
func TestMetadataOfWheel(t *testing.T) {
	inBoth(t, func(t *testing.T, kind walls.Kind) {
		s := newMetadataSession(t, kind, "def build_wheel(d, *a): return maker.wheel(d)", nil)
		if s.run(t); s.code != 0 {
			t.Fatalf("exit code %d:\n%s", s.code, s.stderr)
		}
		if text := readFile(t, s.Config.MetadataFile); text != readFile(t, filepath.Join(s.Config.Output, "METADATA")) || !strings.Contains(text, "Name: demo") {
			t.Errorf("METADATA %q", text)
		}
		if text := readFile(t, s.Config.EntryPoints) + readFile(t, s.Config.Requirements); text != "" {
			t.Errorf("from nowhere: %q", text)
		}
		entries, err := os.ReadDir(s.Config.Output)
		if err != nil || len(entries) != 2 {
			t.Errorf("the output has %v, %v", entries, err)
		}
		wrong := newMetadataSession(t, kind, "def build_wheel(d, *a): return maker.wheel(d, tag='py2-none-any')", nil)
		wrong.fail(t, "build_wheel of backend made a wheel that is not right", "py2-none-any")
		none := newMetadataSession(t, kind, "", nil)
		none.fail(t, "backend has no build_wheel")
	})
}

// TestForgottenEntryPoints proves HOOK-3 for a backend that prepares no entry points where [project] declares some: they come
// from the wheel, whose hook is given what was prepared.
func TestForgottenEntryPoints(t *testing.T) {
	inBoth(t, func(t *testing.T, kind walls.Kind) {
		for _, declared := range []string{"[project.scripts]\ndemo = \"demo:main\"\n", "[project]\ndynamic = [\"entry-points\"]\n"} {
			s := newMetadataSession(t, kind, preparer+`
def prepare_metadata_for_build_wheel(d, settings=None): return prepare(d)
def build_wheel(d, settings=None, metadata=None):
    assert os.listdir(metadata) == ["METADATA"], metadata
    return maker.wheel(d, extra=[("demo-1.0.dist-info/entry_points.txt", "[console_scripts]\ndemo = demo:main\n")])
`, map[string]string{"pyproject.toml": "[build-system]\nrequires = []\nbuild-backend = \"backend\"\nbackend-path = [\".\"]\n" + declared})
			if s.run(t); s.code != 0 {
				t.Fatalf("exit code %d:\n%s", s.code, s.stderr)
			}
			if text := readFile(t, s.Config.EntryPoints); text != "[console_scripts]\ndemo = demo:main\n" {
				t.Errorf("entry points %q", text)
			}
			if log := readFile(t, s.Config.Log); !strings.Contains(log, "the wheel is built for them") {
				t.Errorf("the log:\n%s", log)
			}
		}
	})
}

// TestBadMetadata pins what is said of a prepare_metadata hook that does wrong.
func TestBadMetadata(t *testing.T) {
	t.Parallel()
	for hook, want := range map[string]string{
		"raise ValueError('no')":                                                   "prepare_metadata_for_build_wheel of backend raised ValueError: no",
		"return 'demo-1.0.dist-info'":                                              "metadata_directory holds no such directory",
		"return '../x.dist-info'":                                                  "expected the base name of a directory in metadata_directory",
		"return prepare(d, name='demo')":                                           `it returned "demo", which is not the name of a directory *.dist-info`,
		"return prepare(d, link='/etc/passwd')":                                    "link is no regular file",
		"os.mkdir(d + '/demo-1.0.dist-info'); return 'demo-1.0.dist-info'":         "demo-1.0.dist-info has no METADATA",
		"return prepare(d, metadata='')":                                           "no field found",
		"return prepare(d, name='x.dist-info')":                                    `x.dist-info/METADATA has the name "demo"`,
		"return prepare(d, name='demo-2.dist-info')":                               `and the version "1.0"`,
		"return prepare(d, {'entry_points.txt': '[console_scripts]\\na/b = c:d'})": "entry_points.txt: the name",
		"os.rmdir(d); os.symlink('/etc', d); return 'demo-1.0.dist-info'":          "its metadata_directory is not a directory any more",
	} {
		t.Run(hook, func(t *testing.T) {
			t.Parallel()
			newMetadataSession(t, walls.Paths, preparer+"def prepare_metadata_for_build_wheel(d, *a): "+hook, nil).fail(t, want)
		})
	}
}

// TestPreparedMetadataOfSdist proves SDIST-3 where no wheel is built.
func TestPreparedMetadataOfSdist(t *testing.T) {
	t.Parallel()
	s := newMetadataSession(t, walls.Paths, preparer+"def prepare_metadata_for_build_wheel(d, *a): return prepare(d)", map[string]string{
		"PKG-INFO": "Metadata-Version: 2.2\nName: demo\nVersion: 1.0\nSummary: demonstrates\n"})
	s.Config.Sdist = filepath.Join(s.dir, "demo-1.0.tar.gz")
	packSdist(t, s, "demo-1.0")
	s.Config.Sources, s.Config.SourceRoot = nil, ""
	s.fail(t, "prepare_metadata_for_build_wheel of backend: demo-1.0.dist-info/METADATA: Summary is not that of the sdist")
	s.Config.SdistMetadata = project.AsWarning
	if s.run(t); s.code != 0 || !strings.Contains(s.stderr, "warning: Summary is not that of the sdist") {
		t.Errorf("exit code %d: %s", s.code, s.stderr)
	}
}

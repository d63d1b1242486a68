package session

import (
	"archive/tar"
	"compress/gzip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/project"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/walls"
)

// TestSdist proves SDIST-1 and SDIST-3 for a session: it runs in the sdist's top directory, and what PKG-INFO says holds.
func TestSdist(t *testing.T) {
	inBoth(t, func(t *testing.T, kind walls.Kind) {
		for version, wanted := range map[string]string{"1.0": "", "1.1": "PKG-INFO"} {
			s := newSession(t, kind, reporter, map[string]string{"PKG-INFO": "Metadata-Version: 2.2\nName: demo\nVersion: " + version + "\n"})
			s.Config.Sdist = filepath.Join(s.dir, "demo-"+version+".tar.gz")
			packSdist(t, s, "Demo top")
			s.Config.Sources, s.Config.SourceRoot = nil, ""
			if wanted != "" {
				s.fail(t, wanted, "Version")
				continue
			}
			if found := report(t, s); !strings.HasSuffix(found.Cwd, "/source/Demo top") {
				t.Errorf("the hook ran in %s", found.Cwd)
			}
		}
	})
}

// TestSdistMetadataWarning pins that what breaks SDIST-3 is a warning where that is asked for: each field, with both sides.
func TestSdistMetadataWarning(t *testing.T) {
	t.Parallel()
	s := newSession(t, walls.Paths, reporter, map[string]string{"PKG-INFO": "Metadata-Version: 2.2\nName: demo\nVersion: 1.0\nClassifier: Topic :: Old\n"})
	s.Config.Sdist, s.Config.SdistMetadata = filepath.Join(s.dir, "demo-1.0.tar.gz"), project.AsWarning
	packSdist(t, s, "demo-1.0")
	s.Config.Sources, s.Config.SourceRoot = nil, ""
	s.succeed(t)
	for where, text := range map[string]string{"standard error": s.stderr, "the log": readFile(t, s.Config.Log)} {
		if !strings.Contains(text, "warning: Classifier is not that of the sdist") || !strings.Contains(text, `PKG-INFO: "Topic :: Old"`) {
			t.Errorf("%s: %q", where, text)
		}
	}
	s.Config.SdistMetadata = project.AsError
	s.Config.Output = filepath.Join(s.dir, "again")
	s.fail(t, "Classifier is not that of the sdist")
}

// packSdist makes an sdist of the session's source tree.
func packSdist(t *testing.T, s *session, top string) {
	t.Helper()
	file, err := os.Create(s.Config.Sdist)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	zipped := gzip.NewWriter(file)
	defer zipped.Close()
	archive := tar.NewWriter(zipped)
	defer archive.Close()
	for _, source := range s.Config.Sources {
		data := readFile(t, source.Path)
		header := &tar.Header{Name: top + strings.TrimPrefix(source.Dest, "demo"), Mode: 0o644, Size: int64(len(data)), Typeflag: tar.TypeReg}
		if err := archive.WriteHeader(header); err != nil {
			t.Fatal(err)
		}
		if _, err := archive.Write([]byte(data)); err != nil {
			t.Fatal(err)
		}
	}
}

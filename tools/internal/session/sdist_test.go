package session

import (
	"archive/tar"
	"compress/gzip"
	"os"
	"path/filepath"
	"strings"
	"testing"

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

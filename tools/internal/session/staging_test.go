package session

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/cache"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/walls"
)

// TestStageByStem proves CACHE-6: an unchanged file keeps its time and a changed one is newer than all that is kept; files of one stem, of which one
// may be made of another, have one time whatever changed. C and its header are no such.
func TestStageByStem(t *testing.T) {
	dir := t.TempDir()
	old, mark := time.Unix(1_500_000_000, 0), time.Unix(1_600_000_000, 0)
	k := &kept{record: &cache.Record{Mark: mark}}
	for _, name := range []string{"a.pyx", "a.c", "b.c", "d.c", "d.h", ".hidden", ".other"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o644); err != nil {
			t.Fatal(err)
		}
		k.record.Sources = append(k.record.Sources, cache.Source{Path: name, SHA256: "1", Time: old})
		now := cache.Source{Path: name, SHA256: "1"}
		if name == "a.pyx" || name == "d.c" || name == ".hidden" {
			now.SHA256 = "2"
		}
		k.sources = append(k.sources, now)
	}
	if err := k.stageByContent(dir); err != nil {
		t.Fatal(err)
	}
	times := map[string]time.Time{}
	for _, source := range k.sources {
		info, err := os.Stat(filepath.Join(dir, source.Path))
		if err != nil {
			t.Fatal(err)
		}
		times[source.Path] = info.ModTime()
	}
	if !times["b.c"].Equal(old) || !times[".other"].Equal(old) || !times["a.pyx"].After(mark) || !times["a.c"].Equal(times["a.pyx"]) || !times[".hidden"].After(mark) ||
		!times["d.c"].After(mark) || !times["d.h"].Equal(old) {
		t.Error(times)
	}
}

// TestRewritten proves CACHE-6 for a build that compares times and makes a file of its source again, with a build directory that is kept: a session that does
// what no cold one would is begun again without the directory, and so are those after it.
func TestRewritten(t *testing.T) {
	inBoth(t, func(t *testing.T, kind walls.Kind) {
		s := newSession(t, kind, `
import os, shutil
def build_wheel(d, settings=None, metadata=None, *, cache_directory):
    if os.stat("lists/in.txt").st_mtime > os.stat("made/out.txt").st_mtime:
        shutil.copy2("lists/in.txt", "made/out.txt")
    open(os.path.join(cache_directory, "kept"), "a").write("x")
    return maker.wheel(d, files={"out.txt": open("made/out.txt").read()})
`, map[string]string{"lists/in.txt": "1", "made/out.txt": "0", "other.txt": ""})
		s.Config.Cache = Cache{Project: "//demo", Root: filepath.Join(s.dir, "store")}
		s.Config.Env = []string{"MAP_FAKE=by content"}
		build := func(log ...string) {
			t.Helper()
			if got := s.succeed(t)["out.txt"]; got != "0" {
				t.Errorf("the wheel holds %q, and one that is built cold holds \"0\"", got)
			}
			s.logHas(t, log...)
			if err := os.RemoveAll(s.Config.Output); err != nil {
				t.Fatal(err)
			}
		}
		build("cache mapping  for fake\n", `rewritten ""`)
		s.write(t, "other.txt", "edited", 0o644)
		build("as the last build left it", `rewritten ""`)
		s.write(t, "lists/in.txt", "2", 0o644)
		build("as the last build left it", `rewritten "made/out.txt"`)
		s.write(t, "other.txt", "edited again", 0o644)
		build("as the last build left it", `rewritten "made/out.txt"`)
		// An archive does not remember what came after it.
		s.Config.Cache = Cache{Project: "//demo", Output: filepath.Join(s.dir, "first.tar")}
		build()
		s.Config.Cache = Cache{Project: "//demo", Input: filepath.Join(s.dir, "first.tar"), Output: filepath.Join(s.dir, "second.tar")}
		s.write(t, "lists/in.txt", "3", 0o644)
		build("as the last build left it", `rewritten "made/out.txt"`)
		s.Config.Cache.Input = filepath.Join(s.dir, "second.tar")
		build("as the last build left it", `rewritten "made/out.txt"`)
	})
}

// TestUnfinished proves CACHE-5: an adapter is told that hooks of the last session failed, and from when on what they left may be unfinished.
func TestUnfinished(t *testing.T) {
	inBoth(t, func(t *testing.T, kind walls.Kind) {
		s := newSession(t, kind, `
def build_wheel(d, settings=None, metadata=None, *, cache_directory):
    if open("fails").read() == "yes": raise ValueError("no")
    return maker.wheel(d)
`, map[string]string{"fails": "no"})
		s.Config.Cache = Cache{Project: "//demo", Root: filepath.Join(s.dir, "store")}
		s.Config.Env = []string{"MAP_FAKE=by content"}
		for _, fails := range []string{"no", "yes", "yes", "no", "no"} {
			s.write(t, "fails", fails, 0o644)
			if fails == "yes" {
				s.fail(t, "ValueError: no")
			} else {
				s.succeed(t)
			}
			if err := os.RemoveAll(s.Config.Output); err != nil {
				t.Fatal(err)
			}
			records, err := filepath.Glob(filepath.Join(s.dir, "store", "*", "record.json"))
			if err != nil || len(records) != 1 {
				t.Fatal(records, err)
			}
			text, err := os.ReadFile(records[0])
			if err != nil || strings.Contains(string(text), `"unfinished"`) != (fails == "yes") {
				t.Errorf("fails %s: %v: %s", fails, err, text)
			}
		}
		s.write(t, "fails", "yes", 0o644)
		s.fail(t, "ValueError: no")
		s.logHas(t, "after a failure false")
		s.fail(t, "ValueError: no")
		s.logHas(t, "after a failure true")
		s.write(t, "fails", "no", 0o644)
		s.succeed(t)
		s.logHas(t, "after a failure true")
	})
}

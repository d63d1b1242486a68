package session

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/cache"
)

// TestStageByStem proves CACHE-6: an unchanged file keeps its time and a changed one is newer than all that is kept; files of one stem, of which one
// may be made of another, have one time whatever changed.
func TestStageByStem(t *testing.T) {
	dir := t.TempDir()
	old, mark := time.Unix(1_500_000_000, 0), time.Unix(1_600_000_000, 0)
	k := &kept{record: &cache.Record{Mark: mark}}
	for _, name := range []string{"a.pyx", "a.c", "b.c", ".hidden", ".other"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o644); err != nil {
			t.Fatal(err)
		}
		k.record.Sources = append(k.record.Sources, cache.Source{Path: name, SHA256: "1", Time: old})
		now := cache.Source{Path: name, SHA256: "1"}
		if name == "a.pyx" || name == ".hidden" {
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
	if !times["b.c"].Equal(old) || !times[".other"].Equal(old) || !times["a.pyx"].After(mark) || !times["a.c"].Equal(times["a.pyx"]) || !times[".hidden"].After(mark) {
		t.Error(times)
	}
}

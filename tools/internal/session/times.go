package session

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/cache"
)

// stageByContent gives each file of the source tree the time that tells a build system whether it changed: the one that it had if its content
// is what it was, else one that is later than all that the cache directory holds.
func (k *kept) stageByContent(dir string) error {
	if k == nil || k.record == nil {
		return nil
	}
	before := map[string]cache.Source{}
	for _, source := range k.record.Sources {
		before[source.Path] = source
	}
	now := time.Now()
	if k.record.Behind(now) {
		now = k.record.Mark.Add(1)
	}
	group := groups(k.sources)
	changed := map[string]bool{}
	for _, source := range k.sources {
		old, ok := before[source.Path]
		if !ok || old.SHA256 != source.SHA256 || old.Mode != source.Mode {
			changed[group(source.Path)] = true
		}
	}
	for i := range k.sources {
		source := &k.sources[i]
		source.Time = now
		if !changed[group(source.Path)] {
			source.Time = before[source.Path].Time
		}
		if err := os.Chtimes(filepath.Join(dir, filepath.FromSlash(source.Path)), source.Time, source.Time); err != nil {
			return fmt.Errorf("stage source by content: %w", err)
		}
	}
	return nil
}

// compiled are the extensions of what a compiler reads: none of these is made of another one.
var compiled = []string{".c", ".cc", ".cpp", ".cxx", ".h", ".hh", ".hpp", ".hxx", ".inl", ".ipp"}

// groups tells files that have one time from others, by a name for the group. One of them may be made of another: a.c and a.h of a.pyx. They have one time
// as in a cold build, where times do not say which is to be made again (CACHE-6).
func groups(sources []cache.Source) func(file string) string {
	made := map[string]bool{}
	for _, source := range sources {
		if !slices.Contains(compiled, path.Ext(source.Path)) {
			made[stem(source.Path)] = true
		}
	}
	return func(file string) string {
		if stem := stem(file); made[stem] {
			return stem
		}
		return file
	}
}

// stem is what a file has in common with one that may be made of it.
func stem(file string) string {
	dir, base := path.Split(file)
	if i := strings.IndexByte(base, '.'); i > 0 {
		base = base[:i]
	}
	return dir + base
}

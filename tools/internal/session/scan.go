package session

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/cache"
)

// scanSource lists the files of the staged source tree, and its symbolic links with where they lead.
func scanSource(dir string) (sources []cache.Source, links map[string]string, err error) {
	links = map[string]string{}
	err = filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := strings.TrimPrefix(filepath.ToSlash(path[len(dir):]), "/")
		if entry.Type() == fs.ModeSymlink {
			links[name], err = os.Readlink(path)
			return err
		}
		if !entry.Type().IsRegular() {
			return nil
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		digest, err := fileDigest(path)
		sources = append(sources, cache.Source{Path: name, SHA256: digest, Mode: uint32(info.Mode().Perm()), Time: info.ModTime()})
		return err
	})
	slices.SortFunc(sources, func(a, b cache.Source) int { return strings.Compare(a.Path, b.Path) })
	return sources, links, err
}

// changedPaths says which paths of the source tree are new, which are gone and which hold something else, since the last session. A link that leads
// elsewhere is both new and gone: what is read through it has changed, and by its time nobody can tell.
func (k *kept) changedPaths() (added, removed, changed []string) {
	if k == nil || k.record == nil {
		return nil, nil, nil
	}
	before := map[string]cache.Source{}
	for _, source := range k.record.Sources {
		before[source.Path] = source
	}
	for _, source := range k.sources {
		old, there := before[source.Path]
		switch {
		case !there:
			added = append(added, source.Path)
		case old.SHA256 != source.SHA256 || old.Mode != source.Mode:
			changed = append(changed, source.Path)
		}
		delete(before, source.Path)
	}
	added = append(added, otherLinks(k.links, k.record.Links)...)
	removed = append(slices.Sorted(maps.Keys(before)), otherLinks(k.record.Links, k.links)...)
	return added, removed, changed
}

// otherLinks names the links that others do not have, or that lead elsewhere there.
func otherLinks(links, others map[string]string) (names []string) {
	for _, name := range slices.Sorted(maps.Keys(links)) {
		if to, there := others[name]; !there || to != links[name] {
			names = append(names, name)
		}
	}
	return names
}

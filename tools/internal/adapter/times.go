package adapter

import (
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
)

// comparing is how programs of builds compare the times of files.
var comparing = regexp.MustCompile(`IS_NEWER_THAN|getmtime|st_mtime|\bnewer(?:_group|_pairwise)?\(| -[no]t |\.modified\(\)`)

// comparesTimes names a file of the build that compares times by itself, or "". In a cold build all sources have one time, so that none is newer than
// another one; with a build directory that is kept the changed ones are newer, and the build would go another way (CACHE-6).
//
// Looked at are the files of build systems, and scripts whose names are in one of them. What a package does when it runs is no matter.
func (t Told) comparesTimes() (string, error) {
	var builds, scripts []string
	err := fs.WalkDir(t.Source.FS(), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		switch base := path.Base(name); {
		case base == "CMakeLists.txt", base == "meson.build", base == "build.rs", base == "setup.py", strings.HasSuffix(base, ".cmake"):
			builds = append(builds, name)
		case slices.Contains([]string{".py", ".sh", ".pl", ".bash", ""}, path.Ext(base)):
			scripts = append(scripts, name)
		}
		return nil
	})
	if err != nil {
		return "", fmt.Errorf("look for what compares times: %w", err)
	}
	var said strings.Builder
	read := func(name string) (string, bool, error) {
		text, err := t.Source.ReadFile(name)
		if err != nil {
			return "", false, fmt.Errorf("look for what compares times: %w", err)
		}
		return string(text), comparing.Match(text), nil
	}
	for _, name := range builds {
		text, compares, err := read(name)
		if compares || err != nil {
			return name, err
		}
		said.WriteString(text)
	}
	for _, name := range scripts {
		if !names(said.String(), path.Base(name)) {
			continue
		}
		if _, compares, err := read(name); compares || err != nil {
			return name, err
		}
	}
	return "", nil
}

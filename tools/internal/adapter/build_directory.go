package adapter

import (
	"fmt"
	"strings"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/requirement"
)

// directory is where a build directory lies below the cache directory.
const directory = "build"

// buildDirectory is what the backends have in common whose build directory is kept: what is repaired, when there is none, and how the
// backend is told of it.
type buildDirectory struct {
	// distribution is the backend's, and oldest its first version with the option.
	distribution, oldest string
	// settings and variables are those by which a user names a build directory.
	settings, variables []string
	// off says why there is none beside that, or "". It may be nil.
	off func(Told) (string, error)
	// configuration are the files below the directory that are deleted before a session: build systems keep the defaults that options
	// had, and configuring anew is cheap.
	configuration []string
	// outdated says why the configuration has to go, or "" if it may stay. If it is nil, it always goes.
	outdated func(Told) (why string, err error)
	// reduce deletes of the configuration what must not be kept, where more than whole files has to be looked at. It may be nil.
	reduce func(Told, *Mapping) error
	// give tells the backend of the directory.
	give func(path string) Mapping
}

func (b buildDirectory) mapping(told Told) (Mapping, error) {
	if reason := b.usersOwn(told); reason != "" {
		return Mapping{Off: reason}, nil
	}
	if reason := b.tooOld(told); reason != "" {
		return Mapping{Off: reason}, nil
	}
	if b.off != nil {
		if reason, err := b.off(told); reason != "" || err != nil {
			return Mapping{Off: reason}, err
		}
	}
	mapping := b.give(told.Inside + "/" + directory)
	mapping.KeepsBuildDirectory = true
	if err := b.repair(told, &mapping); err != nil {
		return Mapping{}, err
	}
	_, err := told.Cache.Lstat(directory)
	mapping.Fresh = err != nil
	return mapping, nil
}

// usersOwn says by what the user has named a build directory (CACHE-4).
func (b buildDirectory) usersOwn(told Told) string {
	for _, key := range b.settings {
		if told.Setting(key) != nil {
			return fmt.Sprintf("the config setting %s names a build directory", key)
		}
	}
	for _, name := range b.variables {
		if _, ok := told.Variable(name); ok {
			return fmt.Sprintf("the variable %s names a build directory", name)
		}
	}
	return ""
}

func (b buildDirectory) tooOld(told Told) string {
	if b.oldest == "" {
		return ""
	}
	oldest, err := requirement.ParseVersion(b.oldest)
	if err != nil {
		return err.Error()
	}
	version, err := requirement.ParseVersion(told.Versions[b.distribution])
	if err != nil {
		return fmt.Sprintf("%s %v", b.distribution, err)
	}
	if version.Compare(oldest) < 0 {
		return fmt.Sprintf("%s %s is older than %s", b.distribution, version, oldest)
	}
	return ""
}

// repair deletes what must not be kept (CACHE-6): all of it where there is a doubt, else the configuration, and what build systems would not make
// again though it is of a changed file.
func (b buildDirectory) repair(told Told, mapping *Mapping) error {
	if told.Empty {
		return nil
	}
	doubt, err := b.doubt(told)
	if err != nil {
		return err
	}
	if doubt == "" {
		if doubt, err = told.purge(mapping); err != nil {
			return err
		}
	}
	if doubt != "" {
		return told.Delete(mapping, doubt, directory)
	}
	why := "it is configured anew, and only objects are kept"
	if b.outdated != nil {
		outdated, err := b.outdated(told)
		if err != nil {
			return err
		}
		if outdated == "" {
			mapping.Notes = append(mapping.Notes, "the configuration stays")
			return nil
		}
		why = "it is configured anew: " + outdated
	}
	var names []string
	for _, name := range b.configuration {
		names = append(names, directory+"/"+name)
	}
	if err := told.Delete(mapping, why, names...); err != nil || b.reduce == nil {
		return err
	}
	return b.reduce(told, mapping)
}

// doubt says why the directory starts empty, or "". A build system knows what it read and not what it would have read: a new header that hides
// another, a module that a glob would find. It believes times, which are not those of a cold build.
func (b buildDirectory) doubt(told Told) (string, error) {
	if len(told.Added) > 0 {
		return some(told.Added) + " is new in the source tree", nil
	}
	if told.Rewritten != "" {
		return fmt.Sprintf("a build with it changed %s in the source tree, by which a cold one begins", told.Rewritten), nil
	}
	if outside := madeOutside(told); outside != "" {
		return fmt.Sprintf("the last build made %s outside of it, which is not there any more", outside), nil
	}
	compares, err := told.comparesTimes()
	if compares != "" {
		compares += " compares times, which are all equal in a cold build"
	}
	return compares, err
}

// madeOutside names a file that ninja made outside of the build directory: in the source tree, of which this session has a fresh copy. By its log
// ninja would take a file that the copy has in that place for the one that it made.
func madeOutside(told Told) string {
	for made := range told.ninjaLog() {
		if told.outside(made) {
			return made
		}
	}
	return ""
}

// some names the first of many.
func some(paths []string) string {
	if len(paths) == 1 {
		return paths[0]
	}
	return fmt.Sprintf("%s, with %d more,", paths[0], len(paths)-1)
}

// mentions says in which of the user's settings or variables an option of a command line is.
func (t Told) mentions(option string, settings, variables []string) string {
	for _, key := range settings {
		for _, value := range t.Setting(key) {
			if strings.Contains(value, option) {
				return "the config setting " + key
			}
		}
	}
	for _, name := range variables {
		if value, _ := t.Variable(name); strings.Contains(value, option) {
			return "the variable " + name
		}
	}
	return ""
}

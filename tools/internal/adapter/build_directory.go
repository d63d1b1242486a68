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
	// configuration are the files below the directory that are deleted before each session: build systems keep the defaults that options
	// had, and configuring anew is cheap.
	configuration []string
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
	return mapping, b.repair(told, &mapping)
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

// repair deletes what must not be kept. A build system knows what it read and not what it would have read: a new header that hides
// another, a module that a glob would find. So with a new path the directory starts empty (CACHE-6).
func (b buildDirectory) repair(told Told, mapping *Mapping) error {
	if told.Empty {
		return nil
	}
	if len(told.Added) > 0 {
		return told.Delete(mapping, fmt.Sprintf("%s is new in the source tree", some(told.Added)), directory)
	}
	if outside := madeOutside(told); outside != "" {
		return told.Delete(mapping, fmt.Sprintf("the last build made %s outside of it, which is not there any more", outside), directory)
	}
	script, err := undeclared(told)
	if err != nil {
		return err
	}
	if script != "" {
		return told.Delete(mapping, script+" changed, and is no input of the command that names it", directory)
	}
	var names []string
	for _, name := range b.configuration {
		names = append(names, directory+"/"+name)
	}
	return told.Delete(mapping, "it is configured anew, and only objects are kept", names...)
}

// madeOutside names a file that ninja made outside of the build directory: in the source tree, of which this session has a fresh copy. By its log
// ninja would take a file that the copy has in that place for the one that it made.
func madeOutside(told Told) string {
	log, err := told.Cache.ReadFile(directory + "/.ninja_log")
	if err != nil {
		return "" // another build system
	}
	for line := range strings.Lines(string(log)) {
		fields := strings.Split(line, "\t") // start, end, time, name, hash
		if len(fields) != 5 {
			continue
		}
		made := fields[3]
		if strings.HasPrefix(made, "../") || strings.HasPrefix(made, "/") && !strings.HasPrefix(made, told.Inside+"/") {
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

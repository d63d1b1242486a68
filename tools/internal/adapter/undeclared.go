package adapter

import (
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// purge deletes from the kept build directory what was made of a changed file without a word of it (CACHE-6): the build system would not make
// it again. A program of the project's own, a generator's script, may read anything that it does not declare, so what those make goes whenever
// the source is another one. What a compiler or linker makes goes if its command line names a changed file, as a version script's, that is
// none of its inputs.
//
// If whole is not empty the whole directory has to go, and it says why: a command made something outside of it, in the source tree, of which this session
// has a fresh copy. What a build system believes of times there is another thing in a cold build.
func (t Told) purge(mapping *Mapping) (whole string, err error) {
	ninja, err := t.ninja()
	if err != nil {
		return "", err
	}
	make, err := t.makefiles()
	if err != nil {
		return "", err
	}
	changed := slices.Concat(t.Changed, t.Removed)
	finished := t.finished()
	for _, c := range slices.Concat(ninja, make) {
		outside := c.generator && slices.ContainsFunc(c.outputs, t.outside)
		if outside && make != nil {
			return fmt.Sprintf("a command makes %s outside of it", c.outputs[0]), nil
		}
		why := ""
		if c.generator && len(changed) > 0 {
			why = "of what it is made nobody says, and the source has changed"
		} else if file := c.undeclared(changed); file != "" {
			why = file + " has changed, and is no input of the command that names it"
		} else if output := t.unfinished(c, finished); output != "" {
			why = "the last build failed, and " + output + " may be half of what it should be"
		}
		if why == "" {
			continue
		}
		if err := t.Delete(mapping, why, t.inBuild(c.outputs)...); err != nil {
			return "", err
		}
	}
	return "", nil
}

// undeclared finds a file among these that the command names and that is none of its inputs.
func (c command) undeclared(files []string) string {
	for _, file := range files {
		if name := path.Base(file); names(c.text, name) && !names(c.inputs, name) {
			return file
		}
	}
	return ""
}

// names says whether a text has a file's name as the last part of a path, and not as a part of another name.
func names(text, name string) bool {
	const before, after = "/\\ \t\n='\",:;(@", " \t\n'\",:;)&|>"
	for rest := text; ; {
		_, found, ok := strings.Cut(rest, name)
		if !ok {
			return false
		}
		start := len(text) - len(found) - len(name)
		if (start == 0 || strings.ContainsRune(before, rune(text[start-1]))) && (found == "" || strings.ContainsRune(after, rune(found[0]))) {
			return true
		}
		rest = found
	}
}

// outside says whether a build system's name for a file is that of one outside of the build directory.
func (t Told) outside(name string) bool {
	return strings.HasPrefix(name, "../") || strings.HasPrefix(name, "/") && !strings.HasPrefix(name, t.Inside+"/")
}

// inBuild are the paths below the cache directory of what a build system made.
func (t Told) inBuild(outputs []string) (paths []string) {
	for _, output := range outputs {
		name := path.Clean(strings.TrimPrefix(output, t.Inside+"/"+directory+"/"))
		if name != "." && filepath.IsLocal(name) && !strings.HasPrefix(name, "$") {
			paths = append(paths, directory+"/"+name)
		}
	}
	return paths
}

package adapter

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/requirement"
)

// mesonConfigured is where Meson says that it has configured, and mesonLog what it did for that.
const (
	mesonConfigured = "meson-info/meson-info.json"
	mesonLog        = "meson-logs/meson-log.txt"
	mesonEnd        = "\nBuild targets in project: " // in the log when everything was read
)

// oldestReconfigured is the first Meson whose log says what is looked for here in the words of 1.12. All minor versions from there up to that one were
// tried: `meson setup --reconfigure` with nothing changed writes what `meson setup` wrote.
const oldestReconfigured = "1.5"

// mesonOutdated says why Meson has to configure anew, or "" if it may go on from what it knows. It keeps the values of options, compilers, the results of
// checks and dependencies (mesonbuild/coredata.py), and interprets everything else again. All that is right for as long as no file has changed that the
// configuration read, whatever for: then it is the same configuration.
//
// Of what it reads Meson lists a part. The rest is read by compilers and programs, whose command lines the log has, cached checks included. So a configuration
// is only kept if the log names the source tree nowhere, and of the commands that name no file each is known.
func (t Told) mesonOutdated() (string, error) {
	if len(t.Removed) > 0 {
		return some(t.Removed) + " is not in the source tree any more", nil
	}
	for _, file := range t.Changed {
		if !slices.Contains(tellsCompilersNothing, path.Ext(file)) {
			return file + " has changed", nil
		}
	}
	if _, err := t.Cache.Lstat(directory + "/meson-private/coredata.dat"); err != nil {
		return "the last build did not get through that", nil
	}
	var info struct {
		Version     struct{ Full string } `json:"meson_version"`
		Directories struct{ Source, Build string }
		Failed      *bool `json:"error"`
	}
	if why, err := t.mesonSays(mesonConfigured, &info); why != "" || err != nil {
		return why, err
	}
	source := info.Directories.Source
	switch {
	case info.Failed == nil || *info.Failed:
		return "the last build did not get through that", nil
	case !filepath.IsAbs(source) || info.Directories.Build != t.Inside+"/"+directory:
		return "it was configured at another place", nil
	case olderThan(info.Version.Full, oldestReconfigured):
		return "Meson " + info.Version.Full + " is older than " + oldestReconfigured, nil
	}
	if why := t.anotherMeson(); why != "" {
		return why, nil
	}
	if link, err := t.link(); link != "" || err != nil {
		return link + " is a link, and what it leads to may be another file", err
	}
	if why, err := t.mesonRead(source); why != "" || err != nil {
		return why, err
	}
	for _, variable := range t.Env {
		if name, value, _ := strings.Cut(variable, "="); strings.Contains(value, source) {
			return "the variable " + name + " names the source tree, which is in no command line", nil
		}
	}
	log, err := t.kept(mesonLog)
	if err != nil {
		return "", err
	}
	return mesonLogged(log, source, info.Directories.Build, t.Changed), nil
}

// anotherMeson says where a Meson is named that may be part of the source tree, as numpy's is, and so another one after an edit.
func (t Told) anotherMeson() string {
	if _, ok := t.Variable("MESON"); ok {
		return "the variable MESON names another Meson"
	}
	var project struct {
		Tool struct {
			Table struct{ Meson any } `toml:"meson-python"`
		}
	}
	text, err := t.Source.ReadFile("pyproject.toml")
	if err != nil || toml.Unmarshal(text, &project) != nil {
		return "pyproject.toml can't be read"
	}
	if project.Tool.Table.Meson != nil {
		return "pyproject.toml names another Meson"
	}
	return ""
}

// link names a symbolic link in the source tree, which is no file that could have changed, or "".
func (t Told) link() (found string, err error) {
	err = fs.WalkDir(t.Source.FS(), ".", func(name string, entry fs.DirEntry, err error) error {
		if err == nil && entry.Type()&fs.ModeSymlink != 0 {
			found, err = name, fs.SkipAll
		}
		return err
	})
	if err != nil {
		return "", fmt.Errorf("look for links: %w", err)
	}
	return found, nil
}

func olderThan(text, oldest string) bool {
	version, err := requirement.ParseVersion(text)
	if err != nil {
		return true
	}
	least, err := requirement.ParseVersion(oldest)
	return err != nil || version.Compare(least) < 0
}

// mesonSays reads a file of Meson's introspection. It may be anything: a hook wrote it.
func (t Told) mesonSays(name string, into any) (why string, err error) {
	text, err := t.kept(name)
	if err != nil {
		return "", err
	}
	if json.Unmarshal([]byte(text), into) != nil {
		return path.Base(name) + " of the last build can't be read", nil
	}
	return "", nil
}

// modules are those of Meson that read files of the source only with a word of it.
var modules = regexp.MustCompile(`^\s*'(fs|keyval|pkgconfig|python|simd|sourceset)'\s*$`)

var (
	imports = regexp.MustCompile(`\bimport\s*\(([^),]*)`)
	// unsaid are methods that read a file without a word of it: https://mesonbuild.com/Fs-module.html#size
	unsaid = regexp.MustCompile(`\.size\s*\(`)
)

// mesonRead says which of the files that Meson lists has changed, or by which of them others may have been read that it does not list.
func (t Told) mesonRead(source string) (why string, err error) {
	var project struct{ Subprojects []any }
	if why, err := t.mesonSays("meson-info/intro-projectinfo.json", &project); why != "" || err != nil {
		return why, err
	}
	if len(project.Subprojects) > 0 {
		return "it has subprojects, whose options are set once", nil
	}
	var files []string
	if why, err := t.mesonSays("meson-info/intro-buildsystem_files.json", &files); why != "" || err != nil {
		return why, err
	}
	listed := false
	for _, file := range files {
		name, inSource := strings.CutPrefix(path.Clean(file), source+"/")
		if !inSource {
			continue
		}
		listed = true
		if slices.Contains(t.Changed, name) {
			return name + ", which it read, has changed", nil
		}
		if path.Base(name) != "meson.build" {
			continue
		}
		text, err := t.Source.ReadFile(name)
		if err != nil {
			return name + ", which it read, can't be read", nil
		}
		for _, call := range imports.FindAllSubmatch(text, -1) {
			if !modules.Match(call[1]) {
				return name + " imports a module that may read anything", nil
			}
		}
		if unsaid.Match(text) {
			return name + " asks for the size of a file", nil
		}
	}
	if !listed {
		return "intro-buildsystem_files.json of the last build lists nothing", nil
	}
	return "", nil
}

// asksPython is a command that asks a module of Python for something and names no file, as the log has it: in quotes, on one line.
var asksPython = regexp.MustCompile(`^\S*/python[0-9.]* -c '((?:(?:import|from) [\w., ]+; ?)+print\([\w.]+(?:\.(?:get|getenv|get_\w+|version)\([\w"., -]*\))?\))'$`)

// asksCompiler is a call of a compiler for what it defines, of which the log has the arguments alone: with nothing at its standard input.
var asksCompiler = regexp.MustCompile(`^(-cpp -x \S+ )?-E -dM -$`)

// notWords is what separates words of a path, or of a program.
var notWords = regexp.MustCompile(`\W+`)

// mesonLogged finds in Meson's log by what the configuration may have read a file of the source tree that it does not list, and says so.
func mesonLogged(log, source, build string, changed []string) (why string) {
	relative, err := filepath.Rel(build, source)
	if err != nil || log == "" {
		return "the last build has no log of it"
	}
	for line := range strings.Lines(log) {
		line = strings.TrimRight(line, "\r\n")
		if line == "Source dir: "+source {
			continue
		}
		if strings.Contains(line, source) || strings.Contains(line, relative) {
			return "in its log the source tree is named: " + line
		}
		if line == "Using cached run result:" {
			return "it ran a program of its own, and the log does not say with what arguments"
		}
		if command, ok := strings.CutPrefix(line, "Running command: "); ok && !blind(command, changed) {
			return "it ran a command that may have read anything: " + line
		}
	}
	if !strings.Contains(log, mesonEnd) {
		return "the last build was ended before it had read all"
	}
	return ""
}

// blind says whether a command is known to read none of the files. A module's name may be that of one.
func blind(command string, files []string) bool {
	if asksCompiler.MatchString(command) {
		return true
	}
	program := asksPython.FindStringSubmatch(command)
	if program == nil {
		return false
	}
	words := notWords.Split(program[1], -1)
	return !slices.ContainsFunc(files, func(file string) bool {
		parts := notWords.Split(strings.TrimSuffix(file, path.Ext(file)), -1)
		return slices.ContainsFunc(parts, func(part string) bool { return slices.Contains(words, part) })
	})
}

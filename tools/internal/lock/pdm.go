package lock

import (
	"fmt"
	"slices"
	"strings"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/requirement"
)

// pdmDocument is what is read of a pdm.lock.
type pdmDocument struct {
	Metadata struct {
		LockVersion string      `toml:"lock_version"`
		Groups      []string    `toml:"groups"`
		Strategy    []string    `toml:"strategy"`
		Targets     []pdmTarget `toml:"targets"`
	} `toml:"metadata"`
	Packages []pdmEntry `toml:"package"`
}

// pdmTarget is a kind of interpreter that the lock is for.
type pdmTarget struct {
	RequiresPython string `toml:"requires_python"`
	Platform       string `toml:"platform"`
	Implementation string `toml:"implementation"`
}

type pdmEntry struct {
	Name         string    `toml:"name"`
	Version      string    `toml:"version"`
	Groups       []string  `toml:"groups"`
	Marker       string    `toml:"marker"`
	Files        []pdmFile `toml:"files"`
	Git          string    `toml:"git"`
	Path         string    `toml:"path"`
	URL          string    `toml:"url"`
	Subdirectory string    `toml:"subdirectory"`
}

type pdmFile struct {
	File string `toml:"file"`
	URL  string `toml:"url"`
	Hash string `toml:"hash"`
}

// pdm reads a pdm.lock. Which groups a package is for, and where, the lock says itself; to PDM extras are groups.
func (r *reader) pdm(file string, data []byte) error {
	var doc pdmDocument
	if err := decode(file, "a pdm.lock", data, &doc); err != nil {
		return err
	}
	version := doc.Metadata.LockVersion
	switch major, _, _ := strings.Cut(version, "."); {
	case version == "":
		return &Error{File: file, Message: "there is no lock_version", Fix: fixLock}
	case major != "4":
		return &Error{File: file, Message: fmt.Sprintf("lock_version %q is not known; version 4 is", version), Fix: "use a newer rules_pyproject, or a PDM that writes version 4"}
	case !slices.Contains(doc.Metadata.Strategy, "inherit_metadata"):
		return &Error{File: file, Message: "the lock does not say which group a package is for", Fix: "lock with the strategy that does: " + FormatPDM.Command()}
	}
	if err := r.pdmTargets(file, doc.Metadata.Targets); err != nil {
		return err
	}
	if err := r.part.among(file, doc.Metadata.Groups, doc.Metadata.Groups); err != nil {
		return err
	}
	names := append(slices.Clone(r.part.Groups), r.part.Extras...)
	lines := packageLines(data, "package", len(doc.Packages))
	for i, p := range doc.Packages {
		if !slices.ContainsFunc(p.Groups, func(group string) bool { return hasName(names, group) }) {
			continue
		}
		if err := r.add(file, lines[i], p.pylock()); err != nil {
			return err
		}
	}
	return nil
}

// pdmTargets limits the lock to what it was made for. A platform of PDM's is a word and a version; the word is what a
// marker can say.
func (r *reader) pdmTargets(file string, targets []pdmTarget) error {
	if len(targets) == 1 && targets[0].Platform == "" && targets[0].Implementation == "" {
		return r.limits(file, targets[0].RequiresPython, nil)
	}
	var markers []string
	for _, t := range targets {
		python, err := requirement.ParseSpecifier(t.RequiresPython)
		if err != nil {
			return &Error{File: file, Message: fmt.Sprintf("requires_python: %v", err), Fix: fixLock}
		}
		var all []string
		for _, clause := range python.Clauses() {
			all = append(all, fmt.Sprintf("python_full_version %s %q", clause.Operator, clause.Version))
		}
		if t.Implementation != "" {
			all = append(all, fmt.Sprintf("implementation_name == %q", strings.ToLower(t.Implementation)))
		}
		word, _, _ := strings.Cut(t.Platform, "_")
		switch word {
		case "":
		case "linux", "manylinux", "musllinux", "alpine":
			all = append(all, `sys_platform == "linux"`)
		case "macos":
			all = append(all, `sys_platform == "darwin"`)
		default:
			all = append(all, `sys_platform == "win32"`)
		}
		if len(all) == 0 {
			return nil // one target is everything
		}
		markers = append(markers, strings.Join(all, " and "))
	}
	return r.limits(file, "", markers)
}

// pylock says the same as the entry in the words of PEP 751.
func (e pdmEntry) pylock() pylockPackage {
	p := pylockPackage{Name: e.Name, Version: e.Version, Marker: e.Marker}
	switch {
	case e.Git != "":
		p.VCS = e.Git
		return p
	case e.Path != "":
		p.Directory = e.Path
		return p
	}
	for _, f := range e.Files {
		p.Wheels = append(p.Wheels, pylockFile{Name: f.File, URL: f.URL, Hashes: hashesOf(f.Hash)})
	}
	if e.URL != "" && len(p.Wheels) == 1 {
		archive := p.Wheels[0]
		archive.URL, archive.Subdirectory = e.URL, e.Subdirectory
		p.Archive, p.Wheels = &archive, nil
	}
	return p
}

package lock

import (
	"fmt"
	"slices"
	"strings"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/requirement"
)

// uvDocument is what is read of a uv.lock.
type uvDocument struct {
	Version          int        `toml:"version"`
	RequiresPython   string     `toml:"requires-python"`
	SupportedMarkers []string   `toml:"supported-markers"`
	Manifest         uvManifest `toml:"manifest"`
	Packages         []uvEntry  `toml:"package"`
	byName           map[string][]int
}

// uvManifest describes a workspace: its members, and the groups of a root that is no project itself.
type uvManifest struct {
	Members []string                  `toml:"members"`
	Groups  map[string][]uvDependency `toml:"dependency-groups"`
}

type uvEntry struct {
	Name              string                    `toml:"name"`
	Version           string                    `toml:"version"`
	Source            uvSource                  `toml:"source"`
	ResolutionMarkers []string                  `toml:"resolution-markers"`
	Dependencies      []uvDependency            `toml:"dependencies"`
	Extras            map[string][]uvDependency `toml:"optional-dependencies"`
	Groups            map[string][]uvDependency `toml:"dev-dependencies"`
	Sdist             *uvFile                   `toml:"sdist"`
	Wheels            []uvFile                  `toml:"wheels"`
}

type uvSource struct {
	Registry     string `toml:"registry"`
	URL          string `toml:"url"`
	Subdirectory string `toml:"subdirectory"`
	Git          string `toml:"git"`
	Path         string `toml:"path"`
	Directory    string `toml:"directory"`
	Editable     string `toml:"editable"`
	Virtual      string `toml:"virtual"`
}

type uvDependency struct {
	Name    string   `toml:"name"`
	Version string   `toml:"version"`
	Source  uvSource `toml:"source"`
	Extra   []string `toml:"extra"`
	Extras  []string `toml:"extras"` // so in the manifest
	Marker  string   `toml:"marker"`
}

type uvFile struct {
	URL      string `toml:"url"`
	Path     string `toml:"path"`
	Filename string `toml:"filename"`
	Hash     string `toml:"hash"`
	Size     int64  `toml:"size"`
}

// uv reads a uv.lock: what the named groups and extras of one project require, with the markers on the ways there.
func (r *reader) uv(file string, data []byte) error {
	var doc uvDocument
	if err := decode(file, "a uv.lock", data, &doc); err != nil {
		return err
	}
	if doc.Version != 1 {
		return &Error{File: file, Message: fmt.Sprintf("version %d of uv.lock is not known; version 1 is", doc.Version),
			Fix: "use a newer rules_pyproject, or a uv that writes version 1"}
	}
	if err := r.limits(file, doc.RequiresPython, doc.SupportedMarkers); err != nil {
		return err
	}
	doc.byName = map[string][]int{}
	for i, p := range doc.Packages {
		doc.byName[p.Name] = append(doc.byName[p.Name], i)
	}
	required, chosen, err := doc.required(file, r.part)
	if err != nil {
		return err
	}
	reached, err := doc.reach(required, chosen)
	if err != nil {
		return &Error{File: file, Message: err.Error(), Fix: fixLock + "; uv export --format pylock.toml writes one without a graph"}
	}
	lines := packageLines(data, "package", len(doc.Packages))
	for i, p := range doc.Packages {
		condition, isReached := reached[i]
		if !isReached {
			continue
		}
		entry := p.pylock()
		if _, err := entry.under(condition); err != nil {
			return &Error{File: file, Line: lines[i], Message: fmt.Sprintf("marker of %s: %v", p.Name, err), Fix: fixLock}
		}
		if err := r.add(file, lines[i], entry); err != nil {
			return err
		}
	}
	return nil
}

// required are the dependencies of the part's groups and extras, and what is chosen where uv marks conflicting ones.
func (d *uvDocument) required(file string, part Part) ([]uvDependency, requirement.Chosen, error) {
	project, err := d.project(file, part)
	if err != nil {
		return nil, requirement.Chosen{}, err
	}
	if err := part.among(file, keys(project.Groups), keys(project.Extras)); err != nil {
		return nil, requirement.Chosen{}, err
	}
	var all []uvDependency
	var chosen requirement.Chosen
	add := func(kind string, have map[string][]uvDependency, names []string) {
		for name, dependencies := range have {
			if hasName(names, name) {
				all = append(all, dependencies...)
				// Conflicting extras and groups are extras of this form in uv's markers.
				chosen.Extras = append(chosen.Extras, fmt.Sprintf("%s-%d-%s-%s", kind, len(project.Name), project.Name, name))
			}
		}
	}
	add("group", project.Groups, part.Groups)
	add("extra", project.Extras, part.Extras)
	return all, chosen, nil
}

// project finds the project whose groups and extras are meant.
func (d *uvDocument) project(file string, part Part) (uvEntry, error) {
	var all []uvEntry
	for _, p := range d.Packages {
		if isRoot := p.Source.Virtual == "." || p.Source.Editable == "."; slices.Contains(d.Manifest.Members, p.Name) || isRoot {
			all = append(all, p)
		}
	}
	if len(d.Manifest.Groups) > 0 {
		all = append(all, uvEntry{Groups: d.Manifest.Groups})
	}
	var names []string
	fitting := slices.DeleteFunc(slices.Clone(all), func(p uvEntry) bool {
		names = append(names, p.Name)
		if part.Project != "" {
			return requirement.NormalizeName(part.Project) != requirement.NormalizeName(p.Name)
		}
		return len(all) > 1 && part.among(file, keys(p.Groups), keys(p.Extras)) != nil
	})
	names = slices.DeleteFunc(names, func(name string) bool { return name == "" })
	if len(fitting) == 1 {
		return fitting[0], nil
	}
	fix := "name the project in lock_group: project = \"…\""
	switch {
	case len(fitting) > 1:
		return uvEntry{}, &Error{File: file, Message: "several projects of the lock have what lock_group names; it has " + listed("project", names), Fix: fix}
	case part.Project != "":
		return uvEntry{}, &Error{File: file, Message: fmt.Sprintf("the lock has no project %s of its own; it has %s", part.Project, listed("project", names)), Fix: fix}
	}
	return uvEntry{}, &Error{File: file, Message: "no project of the lock has the groups and extras that lock_group names; it has " + listed("project", names), Fix: fix}
}

// reach follows the dependencies.
func (d *uvDocument) reach(required []uvDependency, chosen requirement.Chosen) (map[int]requirement.Condition, error) {
	edges := func(dependencies []uvDependency) ([]edge, error) {
		var all []edge
		for _, dependency := range dependencies {
			out, err := d.edges(dependency, chosen)
			if err != nil {
				return nil, fmt.Errorf("what requires %s: %w", dependency.Name, err)
			}
			all = append(all, out...)
		}
		return all, nil
	}
	roots, err := edges(required)
	if err != nil {
		return nil, err
	}
	return walk(roots, func(from node) ([]edge, error) {
		p := d.Packages[from.pkg]
		if from.extra == "" {
			return edges(p.Dependencies)
		}
		for name, dependencies := range p.Extras {
			if requirement.NormalizeName(name) == from.extra {
				return edges(dependencies)
			}
		}
		return nil, nil // uv warns of an extra that a distribution does not have, and so did it when it locked
	})
}

// edges are the places that one dependency leads to: every entry that it may mean, and each of the extras.
func (d *uvDocument) edges(dependency uvDependency, chosen requirement.Chosen) ([]edge, error) {
	when, err := conditionOfText(dependency.Marker, chosen)
	if err != nil {
		return nil, err
	}
	var all []edge
	for _, i := range d.byName[dependency.Name] {
		p := d.Packages[i]
		if dependency.Version != "" && dependency.Version != p.Version || dependency.Source != (uvSource{}) && dependency.Source != p.Source {
			continue
		}
		here := when
		if dependency.Version == "" && len(d.byName[dependency.Name]) > 1 {
			if here, err = p.amongForks(when); err != nil {
				return nil, err
			}
		}
		all = append(all, edge{node{i, ""}, here})
		for _, extra := range append(slices.Clone(dependency.Extra), dependency.Extras...) {
			all = append(all, edge{node{i, requirement.NormalizeName(extra)}, here})
		}
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("the lock has no entry of %s %s", dependency.Name, dependency.Version)
	}
	return all, nil
}

// amongForks limits a condition to where uv uses this one of several versions.
func (e uvEntry) amongForks(when requirement.Condition) (requirement.Condition, error) {
	if len(e.ResolutionMarkers) == 0 {
		return when, nil
	}
	forks := requirement.Condition{}
	for _, text := range e.ResolutionMarkers {
		one, err := conditionOfText(text, requirement.Chosen{})
		if err == nil {
			forks, err = forks.Or(one)
		}
		if err != nil {
			return forks, err
		}
	}
	return when.And(forks)
}

// pylock says the same as the entry in the words of PEP 751, with which it is checked and read.
func (e uvEntry) pylock() pylockPackage {
	p := pylockPackage{Name: e.Name, Version: e.Version}
	switch {
	case e.Source.Git != "":
		p.VCS = e.Source.Git
		return p
	case e.Source.Directory != "" || e.Source.Editable != "" || e.Source.Virtual != "" || e.Source.Path != "":
		p.Directory = e.Source
		return p
	case isWebURL(e.Source.Registry):
		p.Index = e.Source.Registry
	}
	files := slices.Clone(e.Wheels)
	if e.Sdist != nil {
		files = append(files, *e.Sdist)
	}
	for _, f := range files {
		p.Wheels = append(p.Wheels, pylockFile{Name: f.Filename, URL: f.URL, Path: f.Path, Size: f.Size, Hashes: hashesOf(f.Hash)})
	}
	if e.Source.URL != "" && len(p.Wheels) == 1 {
		archive := p.Wheels[0]
		archive.URL, archive.Subdirectory, archive.Path = e.Source.URL, e.Source.Subdirectory, ""
		p.Archive, p.Wheels = &archive, nil
	}
	return p
}

func conditionOfText(text string, chosen requirement.Chosen) (requirement.Condition, error) {
	if text == "" {
		return requirement.Always(), nil
	}
	marker, err := requirement.ParseMarker(text)
	if err != nil {
		return requirement.Condition{}, err
	}
	return requirement.ConditionOf(marker, chosen)
}

// hashesOf splits "sha256:0123…".
func hashesOf(text string) map[string]string {
	algorithm, value, _ := strings.Cut(text, ":")
	return map[string]string{algorithm: value}
}

func keys[V any](m map[string]V) []string {
	var all []string
	for key := range m {
		all = append(all, key)
	}
	return all
}

package lock

import (
	"fmt"
	"slices"
	"strings"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/requirement"
)

// poetryDocument is what is read of a poetry.lock.
type poetryDocument struct {
	Metadata struct {
		LockVersion    string `toml:"lock-version"`
		PythonVersions string `toml:"python-versions"`
	} `toml:"metadata"`
	Extras   map[string][]string `toml:"extras"`
	Packages []poetryEntry       `toml:"package"`
	byName   map[string][]int
}

type poetryEntry struct {
	Name    string   `toml:"name"`
	Version string   `toml:"version"`
	Groups  []string `toml:"groups"`
	// Markers is one marker for all groups, or a table of one for some of them.
	Markers      any            `toml:"markers"`
	Files        []poetryFile   `toml:"files"`
	Dependencies map[string]any `toml:"dependencies"`
	Source       struct {
		Type         string `toml:"type"`
		URL          string `toml:"url"`
		Subdirectory string `toml:"subdirectory"`
	} `toml:"source"`
}

type poetryFile struct {
	File string `toml:"file"`
	URL  string `toml:"url"`
	Hash string `toml:"hash"`
}

// poetryMain is the group of the project's own requirements, those of its extras among them.
const poetryMain = "main"

// poetry reads a poetry.lock. Of a group it says itself which packages it has, and where; what an extra consists of is
// followed from package to package.
func (r *reader) poetry(file string, data []byte) error {
	var doc poetryDocument
	if err := decode(file, "a poetry.lock", data, &doc); err != nil {
		return err
	}
	if err := doc.checkVersion(file); err != nil {
		return err
	}
	if err := r.limits(file, pep440(doc.Metadata.PythonVersions), nil); err != nil {
		return err
	}
	var groups []string
	doc.byName = map[string][]int{}
	for i, p := range doc.Packages {
		groups = append(groups, p.Groups...)
		name := requirement.NormalizeName(p.Name)
		doc.byName[name] = append(doc.byName[name], i)
	}
	if err := r.part.among(file, slices.Compact(slices.Sorted(slices.Values(groups))), keys(doc.Extras)); err != nil {
		return err
	}
	ofExtras, err := doc.ofExtras(r.part)
	if err != nil {
		return &Error{File: file, Message: err.Error(), Fix: fixLock}
	}
	lines := packageLines(data, "package", len(doc.Packages))
	for i, p := range doc.Packages {
		condition, err := p.ofGroups(r.part.Groups)
		if err == nil {
			condition, err = condition.Or(ofExtras[i])
		}
		entry := p.pylock()
		wanted := false
		if err == nil {
			wanted, err = entry.under(condition)
		}
		if err != nil {
			return &Error{File: file, Line: lines[i], Message: fmt.Sprintf("marker of %s: %v", p.Name, err), Fix: fixLock}
		}
		if !wanted {
			continue
		}
		if err := r.add(file, lines[i], entry); err != nil {
			return err
		}
	}
	return nil
}

func (d *poetryDocument) checkVersion(file string) error {
	version := d.Metadata.LockVersion
	major, minor, _ := strings.Cut(version, ".")
	switch {
	case version == "":
		return &Error{File: file, Message: "there is no lock-version", Fix: fixLock}
	case major == "1" || version == "2.0":
		return &Error{File: file, Message: fmt.Sprintf("lock-version %s does not say which group a package is for", version),
			Fix: "lock with Poetry 2.0 or newer, which writes 2.1"}
	case major != "2" || minor == "":
		return &Error{File: file, Message: fmt.Sprintf("lock-version %q is not known; 2.1 is", version), Fix: "use a newer rules_pyproject, or a Poetry that writes 2.1"}
	}
	return nil
}

// ofGroups is the condition under which one of the groups has the package.
func (e poetryEntry) ofGroups(groups []string) (requirement.Condition, error) {
	all := requirement.Condition{}
	for _, group := range e.Groups {
		if !hasName(groups, group) {
			continue
		}
		one, err := e.in(group, nil)
		if err == nil {
			all, err = all.Or(one)
		}
		if err != nil {
			return all, err
		}
	}
	return all, nil
}

// in is the condition that the lock has for the package in a group.
func (e poetryEntry) in(group string, extras []string) (requirement.Condition, error) {
	text, isText := e.Markers.(string)
	if table, isTable := e.Markers.(map[string]any); isTable {
		text, isText = table[group].(string)
		isText = isText || table[group] == nil
	}
	if !isText && e.Markers != nil {
		return requirement.Condition{}, fmt.Errorf("a text, or a table with one for each group, is expected")
	}
	return conditionOfText(text, requirement.Chosen{Extras: extras})
}

// ofExtras are the conditions under which the extras of the part have the packages.
func (d *poetryDocument) ofExtras(part Part) (map[int]requirement.Condition, error) {
	var roots []edge
	for extra, names := range d.Extras {
		if !hasName(part.Extras, extra) {
			continue
		}
		for _, name := range names {
			out, err := d.edges(part, name, nil, requirement.Always())
			if err != nil {
				return nil, err
			}
			roots = append(roots, out...)
		}
	}
	return walk(roots, func(from node) ([]edge, error) {
		var all []edge
		for name, value := range d.Packages[from.pkg].Dependencies {
			out, err := d.dependency(part, from, name, value)
			if err != nil {
				return nil, fmt.Errorf("what %s requires: %w", d.Packages[from.pkg].Name, err)
			}
			all = append(all, out...)
		}
		return all, nil
	})
}

// dependency reads what stands behind the name of a dependency: a version, a table, or an array of these.
func (d *poetryDocument) dependency(part Part, from node, name string, value any) ([]edge, error) {
	switch value := value.(type) {
	case string:
		return d.edges(part, name, nil, requirement.Always())
	case map[string]any:
		text, _ := value["markers"].(string)
		when, err := conditionOfText(text, requirement.Chosen{Extras: []string{from.extra}})
		if err != nil || when.Never() {
			return nil, err
		}
		listed, _ := value["extras"].([]any)
		var extras []string
		for _, one := range listed {
			extra, _ := one.(string)
			extras = append(extras, requirement.NormalizeName(extra))
		}
		return d.edges(part, name, extras, when)
	case []any:
		var all []edge
		for _, one := range value {
			out, err := d.dependency(part, from, name, one)
			if err != nil {
				return nil, err
			}
			all = append(all, out...)
		}
		return all, nil
	}
	return nil, fmt.Errorf("%s is neither a version nor a table", name)
}

// edges lead to all entries of a name, each under what the lock says of it: of several versions their markers decide.
func (d *poetryDocument) edges(part Part, name string, extras []string, when requirement.Condition) ([]edge, error) {
	var all []edge
	for _, i := range d.byName[requirement.NormalizeName(name)] {
		here, err := d.Packages[i].in(poetryMain, part.Extras)
		if err == nil {
			here, err = here.And(when)
		}
		if err != nil {
			return nil, err
		}
		all = append(all, edge{node{i, ""}, here})
		for _, extra := range extras {
			all = append(all, edge{node{i, extra}, here})
		}
	}
	return all, nil
}

// pylock says the same as the entry in the words of PEP 751.
func (e poetryEntry) pylock() pylockPackage {
	p := pylockPackage{Name: e.Name, Version: e.Version}
	switch e.Source.Type {
	case "git":
		p.VCS = e.Source.URL
		return p
	case "directory", "file":
		p.Directory = e.Source.URL
		return p
	case "legacy":
		p.Index = e.Source.URL
	}
	for _, f := range e.Files {
		p.Wheels = append(p.Wheels, pylockFile{Name: f.File, URL: f.URL, Hashes: hashesOf(f.Hash)})
	}
	if e.Source.Type == "url" && len(p.Wheels) == 1 {
		archive := p.Wheels[0]
		archive.URL, archive.Subdirectory = e.Source.URL, e.Source.Subdirectory
		p.Archive, p.Wheels = &archive, nil
	}
	return p
}

// pep440 writes the versions of Python in PEP 440's words. What Poetry's own words say beyond a caret is left open: the
// markers of the entries say it again.
func pep440(versions string) string {
	if base, isCaret := strings.CutPrefix(versions, "^"); isCaret && !strings.ContainsAny(base, ",| ") {
		major, _, _ := strings.Cut(base, ".")
		return ">=" + base + ",<" + nextNumber(major)
	}
	if _, err := requirement.ParseSpecifier(versions); err != nil {
		return ""
	}
	return versions
}

func nextNumber(text string) string {
	n := 0
	fmt.Sscanf(text, "%d", &n) //nolint:errcheck
	return itoa(n + 1)
}

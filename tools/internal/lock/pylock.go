package lock

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/requirement"
)

// pylockDocument is what is read of a pylock.toml. Keys that are not here are ignored, as PEP 751 asks.
type pylockDocument struct {
	LockVersion    string          `toml:"lock-version"`
	Environments   []string        `toml:"environments"`
	RequiresPython string          `toml:"requires-python"`
	Extras         []string        `toml:"extras"`
	Groups         []string        `toml:"dependency-groups"`
	DefaultGroups  []string        `toml:"default-groups"`
	Packages       []pylockPackage `toml:"packages"`
	Tool           struct {
		Own struct {
			Wheels map[string]string `toml:"wheels"`
		} `toml:"rules_pyproject"`
	} `toml:"tool"`
}

type pylockPackage struct {
	Name           string       `toml:"name"`
	Version        string       `toml:"version"`
	Marker         string       `toml:"marker"`
	RequiresPython string       `toml:"requires-python"`
	Index          string       `toml:"index"`
	VCS            any          `toml:"vcs"`
	Directory      any          `toml:"directory"`
	Archive        *pylockFile  `toml:"archive"`
	Sdist          *pylockFile  `toml:"sdist"`
	Wheels         []pylockFile `toml:"wheels"`
}

type pylockFile struct {
	Name         string            `toml:"name"`
	URL          string            `toml:"url"`
	Path         string            `toml:"path"`
	Size         int64             `toml:"size"`
	Subdirectory string            `toml:"subdirectory"`
	Hashes       map[string]string `toml:"hashes"`
}

// pylock reads a pylock.toml.
func (r *reader) pylock(file string, data []byte) error {
	var doc pylockDocument
	if err := decode(file, "a pylock.toml", data, &doc); err != nil {
		return err
	}
	r.lock.Command = pylockCommand(data)
	if err := r.pylockHead(file, doc); err != nil {
		return err
	}
	chosen, err := r.part.ofPylock(file, doc)
	if err != nil {
		return err
	}
	lines := packageLines(data, "packages", len(doc.Packages))
	for i, entry := range doc.Packages {
		wanted, err := entry.decide(chosen)
		if err != nil {
			return &Error{File: file, Line: lines[i], Message: fmt.Sprintf("marker of %s: %v", entry.Name, err), Fix: fixLock}
		}
		if !wanted {
			continue
		}
		if err := r.add(file, lines[i], entry); err != nil {
			return err
		}
	}
	return r.wheelTable(file, doc.Tool.Own.Wheels)
}

// add adds an entry.
func (r *reader) add(file string, line int, entry pylockPackage) error {
	pkg, complaint := entry.pkg()
	if complaint != nil {
		complaint.File, complaint.Line = file, line
		return complaint
	}
	pkg.Source, pkg.Line = file, line
	r.lock.Packages = append(r.lock.Packages, pkg)
	return nil
}

// decide takes what is asked of extras and groups out of the marker, and says whether the entry counts anywhere.
func (e *pylockPackage) decide(chosen requirement.Chosen) (wanted bool, err error) {
	if !strings.Contains(e.Marker, "extras") && !strings.Contains(e.Marker, "dependency_groups") {
		return true, nil
	}
	marker, err := requirement.ParseMarker(e.Marker)
	if err != nil {
		return false, err
	}
	condition, err := requirement.ConditionOf(marker, chosen)
	if err != nil {
		return false, err
	}
	return e.under(condition)
}

// under gives the entry the marker of a condition, and says whether that ever holds.
func (e *pylockPackage) under(condition requirement.Condition) (wanted bool, err error) {
	if condition.Never() {
		return false, nil
	}
	marker, err := condition.Marker()
	e.Marker = marker.String()
	return true, err
}

// pylockHead reads what stands before the packages.
func (r *reader) pylockHead(file string, doc pylockDocument) error {
	major, _, _ := strings.Cut(doc.LockVersion, ".")
	switch {
	case doc.LockVersion == "":
		return &Error{File: file, Message: "there is no lock-version", Fix: fixLock}
	case major != "1":
		return &Error{File: file, Message: fmt.Sprintf("lock-version %q is not known; version 1 is", doc.LockVersion),
			Fix: "use a newer rules_pyproject, or a tool that writes version 1"}
	}
	return r.limits(file, doc.RequiresPython, doc.Environments)
}

// limits reads where the lock may be used.
func (r *reader) limits(file, requiresPython string, environments []string) error {
	for _, text := range environments {
		marker, err := requirement.ParseMarker(text)
		if err != nil {
			return &Error{File: file, Message: fmt.Sprintf("environments: %v", err), Fix: fixLock}
		}
		r.lock.Environments = append(r.lock.Environments, marker)
	}
	python, err := requirement.ParseSpecifier(requiresPython)
	if err != nil {
		return &Error{File: file, Message: fmt.Sprintf("requires-python: %v", err), Fix: fixLock}
	}
	r.lock.RequiresPython = python
	return nil
}

func complain(fix, format string, args ...any) *Error {
	return &Error{Message: fmt.Sprintf(format, args...), Fix: fix}
}

func (e pylockPackage) pkg() (Package, *Error) {
	if !requirement.ValidName(e.Name) {
		return Package{}, complain(fixLock, "%q is not the name of a project", e.Name)
	}
	pkg := Package{Name: requirement.NormalizeName(e.Name), Version: e.Version, Index: e.Index}
	switch {
	case e.VCS != nil:
		return pkg, complain("use a released version, or an archive with its hash", "%s comes from version control, which has no hash", e.Name)
	case e.Directory != nil:
		return pkg, complain(fixLocal, "%s is a local directory, which can't be locked", e.Name)
	case e.Archive != nil && (e.Sdist != nil || len(e.Wheels) > 0):
		return pkg, complain(fixLock, "%s has an archive and files of an index, which exclude each other", e.Name)
	case e.Archive == nil && e.Sdist == nil && len(e.Wheels) == 0:
		return pkg, complain(fixLock, "%s has no file", e.Name)
	case e.Archive == nil && e.Version == "":
		return pkg, complain(fixLock, "%s has no version", e.Name)
	}
	if complaint := e.conditions(&pkg); complaint != nil {
		return pkg, complaint
	}
	return pkg, e.files(&pkg)
}

func (e pylockPackage) conditions(pkg *Package) *Error {
	if e.Version != "" {
		if _, err := requirement.ParseVersion(e.Version); err != nil {
			return complain(fixLock, "%s: %v", e.Name, err)
		}
	}
	if e.Marker != "" {
		marker, err := requirement.ParseMarker(e.Marker)
		if err != nil {
			return complain(fixLock, "marker of %s: %v", e.Name, err)
		}
		pkg.Marker = marker
	}
	python, err := requirement.ParseSpecifier(e.RequiresPython)
	if err != nil {
		return complain(fixLock, "requires-python of %s: %v", e.Name, err)
	}
	pkg.RequiresPython = python
	if e.Index != "" && !isWebURL(e.Index) && !strings.HasPrefix(e.Index, "file://") {
		return complain(fixLock, "index of %s: %q is not a URL", e.Name, e.Index)
	}
	return nil
}

func (e pylockPackage) files(pkg *Package) *Error {
	if e.Archive != nil {
		return e.archive(pkg)
	}
	entries := slices.Clone(e.Wheels)
	if e.Sdist != nil {
		entries = append(entries, *e.Sdist)
	}
	seen := make(map[string]bool, len(entries))
	for _, entry := range entries {
		f, complaint := entry.file(e.Name)
		if complaint != nil {
			return complaint
		}
		if seen[f.Name] {
			return complain(fixLock, "%s has the file %s twice", e.Name, f.Name)
		}
		seen[f.Name] = true
		if foreign := foreignFile(pkg, f.Name); foreign != "" {
			return complain(fixLock, "%s", foreign)
		}
		pkg.Files = append(pkg.Files, f)
	}
	return nil
}

// archive reads an entry that is locked by URL.
func (e pylockPackage) archive(pkg *Package) *Error {
	if e.Archive.URL == "" {
		return complain(fixLocal, "the archive of %s is a local file", e.Name)
	}
	if e.Archive.Subdirectory != "" {
		return complain("use an archive with the project at its top", "the archive of %s has the project in a subdirectory, which is not supported", e.Name)
	}
	f, complaint := e.Archive.file(e.Name)
	if complaint != nil {
		return complaint
	}
	pkg.DirectURL, pkg.Files = f.URL, []File{f}
	if pkg.Version == "" {
		pkg.Version = versionOfFile(f.Name)
	}
	return nil
}

func (f pylockFile) file(project string) (File, *Error) {
	name := f.Name
	if name == "" && f.URL != "" {
		name, _ = urlFileName(f.URL)
	} else if name == "" {
		name = path.Base(f.Path)
	}
	if complaint := badFileName(name); complaint != "" {
		return File{}, complain(fixLock, "a file of %s: %s", project, complaint)
	}
	if f.URL != "" && !isWebURL(f.URL) {
		return File{}, complain(fixLock, "the URL of %s is not one of the web", name)
	}
	if f.Size < 0 {
		return File{}, complain(fixLock, "the size of %s is negative", name)
	}
	var digests []digest
	for algorithm, value := range f.Hashes {
		if _, known := digestLengths[algorithm]; !known {
			continue // a weaker hash beside a good one is allowed
		}
		d, complaint := checkDigest(algorithm, value)
		if complaint != "" {
			return File{}, complain(fixLock, "the %s of %s: %s", algorithm, name, complaint)
		}
		digests = append(digests, d)
	}
	if len(digests) == 0 {
		return File{}, complain(fixLock+" (with hashes)", "%s has no hash of sha256 or better", name)
	}
	file := fileOf(digests...)
	url, _, _ := strings.Cut(f.URL, "#")
	file.Name, file.URL, file.Size = name, url, f.Size
	return file, nil
}

// pylockCommand finds the command in the comments at the top.
func pylockCommand(data []byte) string {
	announced := false
	for line := range strings.Lines(string(data[:min(len(data), 4096)])) {
		content, isComment := strings.CutPrefix(strings.TrimSpace(line), "#")
		if !isComment {
			return ""
		}
		if announced {
			return strings.TrimSpace(content)
		}
		announced = strings.HasSuffix(strings.TrimSpace(content), commandAnnouncement)
	}
	return ""
}

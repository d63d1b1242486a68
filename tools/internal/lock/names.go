package lock

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/requirement"
)

// fileComment is "# file: sha256:HASH NAME": the name of the file that has the hash. It is a comment so that pip and
// uv read the lock as well, and a line of its own because a comment line ends an entry.
type fileComment struct {
	name string
	file string // the lock file
	line int
	used bool
}

// parseFileComment takes such a comment apart. Other comments that begin with "file:" are left alone.
func parseFileComment(text string) (hash, name string, found bool) {
	content, found := strings.CutPrefix(strings.TrimSpace(strings.TrimPrefix(text, "#")), "file:")
	content = strings.TrimSpace(content)
	if !found || !strings.HasPrefix(content, "sha") {
		return "", "", false
	}
	end := strings.IndexAny(content, " \t")
	if end < 0 {
		end = len(content)
	}
	hash, name = content[:end], strings.TrimSpace(content[end:])
	return hash, name, strings.Contains(hash, ":")
}

// commandAnnouncement ends the header line that precedes the command, in our locks as in those of uv and pip-compile.
const commandAnnouncement = "following command:"

func (p *pipFile) comment(line int, text string) error {
	announced := p.header
	if content := strings.TrimSpace(strings.TrimLeft(text, "#")); content != "" || !announced {
		p.header = strings.HasSuffix(content, commandAnnouncement)
		if announced && p.lock.Command == "" && len(p.stack) == 1 {
			p.lock.Command = content
		}
	}
	if p.asConstraints {
		return nil
	}
	if name, label, found := wheelComment(text); found {
		return p.wheel(Wheel{Name: name, Label: label, Source: p.file, Line: line})
	}
	hash, name, found := parseFileComment(text)
	if !found {
		return nil
	}
	d, complaint := parseDigest(hash)
	if complaint != "" {
		return p.errorf(line, fixLock, "%s: %s", hash, complaint)
	}
	if complaint := badFileName(name); complaint != "" {
		return p.errorf(line, fixLock, "%s", complaint)
	}
	if other, there := p.names[d]; there && other.name != name {
		return p.errorf(line, fixLock, "the hash belongs to %s here and to %s at %s:%d", name, other.name, other.file, other.line)
	}
	p.names[d] = fileComment{name: name, file: p.file, line: line}
	return nil
}

// nameFiles gives the files the names that the comments know.
func (r *reader) nameFiles() error {
	for i := range r.lock.Packages {
		pkg := &r.lock.Packages[i]
		for j := range pkg.Files {
			f := &pkg.Files[j]
			if err := r.nameFile(pkg, f, "sha256", f.SHA256); err != nil {
				return err
			}
			for _, algorithm := range slices.Sorted(maps.Keys(f.Hashes)) {
				if err := r.nameFile(pkg, f, algorithm, f.Hashes[algorithm]); err != nil {
					return err
				}
			}
		}
		pkg.Files = joinByName(pkg.Files)
	}
	for key, comment := range r.names {
		if !comment.used {
			return r.firstUnused(key)
		}
	}
	return nil
}

// nameFile gives a file the name that a comment knows for this hash of it.
func (r *reader) nameFile(pkg *Package, f *File, algorithm, value string) error {
	key := digest{algorithm, value}
	comment, there := r.names[key]
	if !there {
		return nil
	}
	if !comment.used {
		comment.used = true
		r.names[key] = comment
	}
	if complaint := foreignFile(pkg, comment.name); complaint != "" && pkg.DirectURL == "" {
		return &Error{File: comment.file, Line: comment.line, Message: complaint, Fix: fixLock}
	}
	f.Name = comment.name
	return nil
}

// firstUnused reports the first comment whose hash no entry has, the same one every time.
func (r *reader) firstUnused(key digest) error {
	for k, comment := range r.names {
		first := r.names[key]
		if !comment.used && (comment.file < first.file || comment.file == first.file && comment.line < first.line) {
			key = k
		}
	}
	comment := r.names[key]
	return &Error{File: comment.file, Line: comment.line, Message: fmt.Sprintf("no entry has the hash of %s", comment.name), Fix: fixLock}
}

// joinByName makes one file of those that have one name: its hashes of several kinds stand on lines of their own.
func joinByName(files []File) []File {
	index := map[string]int{}
	var joined []File
	for _, f := range files {
		at, there := index[f.Name]
		if f.Name == "" || !there || !compatible(joined[at], f) {
			index[f.Name] = len(joined)
			joined = append(joined, f)
			continue
		}
		all := joined[at].digests()
		for d := range digestsOf(f.digests()) {
			all[d.algorithm] = d.value
		}
		merged := fileOf(slices.Collect(digestsOf(all))...)
		merged.Name, merged.URL, merged.Size = f.Name, joined[at].URL, joined[at].Size
		joined[at] = merged
	}
	return joined
}

// compatible says whether two descriptions can be of the same file: no hash of one kind differs.
func compatible(a, b File) bool {
	other := b.digests()
	for algorithm, value := range a.digests() {
		if v, there := other[algorithm]; there && v != value {
			return false
		}
	}
	return true
}

func (f File) digests() map[string]string {
	all := map[string]string{}
	if f.SHA256 != "" {
		all["sha256"] = f.SHA256
	}
	for algorithm, value := range f.Hashes {
		all[algorithm] = value
	}
	return all
}

// badFileName says what is wrong with the name of a wheel or sdist. Names become names of repositories and files.
func badFileName(name string) string {
	switch {
	case name == "" || name == "." || name == "/":
		return "the name of the file is missing"
	case len(name) > 255:
		return "the name of the file is longer than 255 characters"
	}
	for _, c := range name {
		if c <= ' ' || c == 0x7f || strings.ContainsRune(`/\"'$`+"`", c) {
			return fmt.Sprintf("%q is not the name of a file", name)
		}
	}
	if !slices.ContainsFunc([]string{".whl", ".tar.gz", ".zip", ".tar.bz2", ".tgz", ".tar.xz", ".tar.zst", ".egg"}, func(suffix string) bool {
		return strings.HasSuffix(name, suffix)
	}) {
		return fmt.Sprintf("%q is neither a wheel nor a source archive", name)
	}
	return ""
}

// NotOf says that a file can't be the entry's: it is no name of a file, or one of another distribution. "" means that it may
// be the entry's.
func NotOf(pkg Package, file string) string {
	if complaint := badFileName(file); complaint != "" {
		return complaint
	}
	return foreignFile(&pkg, file)
}

// foreignFile says that a file belongs to another distribution than the entry, if its name says so.
func foreignFile(pkg *Package, name string) string {
	stem, isWheel := strings.CutSuffix(name, ".whl")
	if !isWheel {
		// Names of old sdists are not normalised and may hold any version: only the beginning is known.
		if have := requirement.NormalizeName(name); !strings.HasPrefix(have, pkg.Name) {
			return fmt.Sprintf("%s is not a file of %s", name, pkg.Name)
		}
		return ""
	}
	parts := strings.SplitN(stem, "-", 3)
	if len(parts) < 3 {
		return fmt.Sprintf("%s is not the name of a wheel (NAME-VERSION-TAGS.whl)", name)
	}
	if requirement.NormalizeName(parts[0]) != pkg.Name || !sameVersion(parts[1], pkg.Version) {
		return fmt.Sprintf("%s is not a file of %s %s", name, pkg.Name, pkg.Version)
	}
	return ""
}

// sameVersion compares as text first, since a large lock has tens of thousands of names.
func sameVersion(a, b string) bool {
	if a == b || b == "" {
		return true
	}
	x, errX := requirement.ParseVersion(strings.ReplaceAll(a, "_", "-"))
	y, errY := requirement.ParseVersion(b)
	return errX != nil || errY != nil || x.Compare(y) == 0
}

// versionOfFile gives the version in the name of a wheel or sdist, or "".
func versionOfFile(name string) string {
	if stem, isWheel := strings.CutSuffix(name, ".whl"); isWheel {
		if parts := strings.SplitN(stem, "-", 3); len(parts) == 3 {
			return parts[1]
		}
		return ""
	}
	for _, suffix := range []string{".tar.gz", ".zip", ".tar.bz2"} {
		stem, found := strings.CutSuffix(name, suffix)
		if i := strings.LastIndexByte(stem, '-'); found && i > 0 {
			if v, err := requirement.ParseVersion(stem[i+1:]); err == nil {
				return v.Original()
			}
		}
	}
	return ""
}

func itoa(n int) string { return strconv.Itoa(n) }

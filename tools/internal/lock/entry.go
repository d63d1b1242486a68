package lock

import (
	"encoding/hex"
	"errors"
	"maps"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/requirement"
)

// digestLengths are the hashes that a lock may have, with the number of their hexadecimal digits.
var digestLengths = map[string]int{"sha256": 64, "sha384": 96, "sha512": 128}

// vcsSchemes begin the URLs of pip's version control entries.
var vcsSchemes = []string{"git+", "hg+", "svn+", "bzr+", "git:", "git@"}

// entry reads "name==version ; marker --hash=…" or "name @ URL --hash=…".
func (p *pipFile) entry(l logicalLine) error {
	text, options := splitEntry(l.text)
	if p.asConstraints {
		return p.constraint(l, text)
	}
	parsed, err := p.parseEntry(l, text)
	if err != nil {
		return err
	}
	pkg := Package{Name: requirement.NormalizeName(parsed.Name), Marker: parsed.Marker, Extras: parsed.Extras, Source: p.file, Line: l.line}
	hashes, err := p.hashes(l, options)
	if err != nil {
		return err
	}
	if parsed.URL != "" {
		err = p.directURL(l, &pkg, parsed.URL, hashes)
	} else {
		err = p.pinned(l, &pkg, parsed, hashes)
	}
	if err != nil {
		return err
	}
	p.lock.Packages = append(p.lock.Packages, pkg)
	return nil
}

// splitEntry splits at the first word that begins with "-", as pip does.
func splitEntry(text string) (entry string, options []string) {
	start := 0
	for i := 1; i < len(text); i++ {
		if text[i] == '-' && (text[i-1] == ' ' || text[i-1] == '\t') {
			start = i
			break
		}
	}
	if start == 0 {
		return text, nil
	}
	return strings.TrimSpace(text[:start]), strings.Fields(text[start:])
}

const fixLocal = "give the project a wheel target of its own, and name that in the build environment"

func (p *pipFile) parseEntry(l logicalLine, text string) (requirement.Requirement, error) {
	isVCS := func(s string) bool {
		return slices.ContainsFunc(vcsSchemes, func(scheme string) bool { return strings.HasPrefix(s, scheme) })
	}
	switch {
	case isVCS(text):
		return requirement.Requirement{}, p.errorf(l.line, "use a released version, or the URL of an archive with its hash", "%q names a version control repository, which has no hash", text)
	case isWebURL(text):
		return requirement.Requirement{}, p.errorf(l.line, `write "NAME @ URL"`, "a URL without the name of the project")
	case strings.HasPrefix(text, "."), strings.HasPrefix(text, "/"), strings.HasPrefix(text, "file:"), strings.HasSuffix(text, ".whl") && !strings.Contains(text, "@"):
		return requirement.Requirement{}, p.errorf(l.line, fixLocal, "%q names a local file or directory, which can't be locked", text)
	}
	parsed, err := requirement.Parse(text)
	if err != nil {
		return parsed, p.errorf(l.line, fixLock, "not a requirement: %v", err)
	}
	switch {
	case isVCS(parsed.URL):
		return parsed, p.errorf(l.line, "use a released version, or the URL of an archive with its hash", "%q names a version control repository, which has no hash", parsed.URL)
	case parsed.URL != "" && !isWebURL(parsed.URL):
		return parsed, p.errorf(l.line, fixLocal, "%q names a local file or directory, which can't be locked", parsed.URL)
	}
	return parsed, nil
}

// digest is one hash.
type digest struct{ algorithm, value string }

// hashes reads the options behind an entry, of which only --hash is known.
func (p *pipFile) hashes(l logicalLine, options []string) ([]digest, error) {
	var all []digest
	for len(options) > 0 {
		name, value, joined := strings.Cut(options[0], "=")
		options = options[1:]
		if name != "--hash" {
			return nil, p.errorf(l.line, "remove it", "unknown option %s of an entry", name)
		}
		if !joined && len(options) > 0 {
			value, options = options[0], options[1:]
		}
		d, complaint := parseDigest(value)
		if complaint != "" {
			return nil, p.errorf(l.line, fixLock, "--hash=%s: %s", value, complaint)
		}
		if !slices.Contains(all, d) {
			all = append(all, d)
		}
	}
	return all, nil
}

// parseDigest reads "sha256:0123…".
func parseDigest(text string) (d digest, complaint string) {
	algorithm, value, found := strings.Cut(text, ":")
	if !found {
		return digest{}, "expected sha256: and 64 hexadecimal digits"
	}
	return checkDigest(strings.ToLower(algorithm), value)
}

func checkDigest(algorithm, value string) (d digest, complaint string) {
	length, known := digestLengths[algorithm]
	if !known {
		return digest{}, algorithm + " is not accepted; expected sha256, sha384 or sha512"
	}
	if _, err := hex.DecodeString(value); err != nil || len(value) != length {
		return digest{}, "it is not a " + algorithm + ", which has " + itoa(length) + " hexadecimal digits"
	}
	return digest{algorithm, strings.ToLower(value)}, ""
}

func (p *pipFile) pinned(l logicalLine, pkg *Package, parsed requirement.Requirement, hashes []digest) error {
	version, pinned := parsed.Specifier.Pin()
	if !pinned {
		return p.errorf(l.line, "a lock has one version of each, as in NAME==1.0; "+fixLock, "%s is not pinned", parsed)
	}
	if len(hashes) == 0 {
		return p.errorf(l.line, fixLock+" (with hashes)", "%s==%s has no hash", pkg.Name, version)
	}
	pkg.Version = version
	for _, d := range hashes {
		pkg.Files = append(pkg.Files, fileOf(d))
	}
	return nil
}

func fileOf(digests ...digest) File {
	var f File
	for _, d := range digests {
		if d.algorithm == "sha256" {
			f.SHA256 = d.value
			continue
		}
		if f.Hashes == nil {
			f.Hashes = map[string]string{}
		}
		f.Hashes[d.algorithm] = d.value
	}
	return f
}

// directURL makes the one file of an entry that is locked by URL. Its hashes are the fragment's and the options'.
func (p *pipFile) directURL(l logicalLine, pkg *Package, target string, hashes []digest) error {
	without, fragment, _ := strings.Cut(target, "#")
	for _, part := range strings.Split(fragment, "&") {
		algorithm, value, _ := strings.Cut(part, "=")
		if _, known := digestLengths[algorithm]; !known {
			continue
		}
		d, complaint := checkDigest(algorithm, value)
		if complaint != "" {
			return p.errorf(l.line, fixLock, "#%s: %s", part, complaint)
		}
		hashes = append(hashes, d)
	}
	byAlgorithm := map[string]string{}
	for _, d := range hashes {
		if other, there := byAlgorithm[d.algorithm]; there && other != d.value {
			return p.errorf(l.line, "keep the one of the file that is meant", "a URL names one file, but there are two different %s", d.algorithm)
		}
		byAlgorithm[d.algorithm] = d.value
	}
	if len(byAlgorithm) == 0 {
		return p.errorf(l.line, "add --hash=sha256:… or #sha256=… to the URL", "%s @ %s has no hash", pkg.Name, without)
	}
	name, err := urlFileName(without)
	if err != nil {
		return p.errorf(l.line, "give the URL of a wheel or of a source archive", "%s: %v", without, err)
	}
	file := fileOf(slices.Collect(digestsOf(byAlgorithm))...)
	file.Name, file.URL = name, without
	pkg.DirectURL, pkg.Files = without, []File{file}
	pkg.Version = versionOfFile(name)
	return nil
}

func digestsOf(byAlgorithm map[string]string) func(func(digest) bool) {
	return func(yield func(digest) bool) {
		for _, algorithm := range slices.Sorted(maps.Keys(byAlgorithm)) {
			if !yield(digest{algorithm, byAlgorithm[algorithm]}) {
				return
			}
		}
	}
}

// urlFileName gives the decoded last part of a URL's path.
func urlFileName(text string) (string, error) {
	parsed, err := url.Parse(text)
	if err != nil {
		return "", err
	}
	name := path.Base(parsed.Path)
	if complaint := badFileName(name); complaint != "" {
		return "", errors.New(complaint)
	}
	return name, nil
}

package lock

import (
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"unsafe"
)

// logicalLine is a line of a requirements file with the lines that continue it.
type logicalLine struct {
	text string
	line int // the number of its first line
}

// requirements reads one file in pip's format.
func (r *reader) requirements(file string, asConstraints bool) error {
	key := fmt.Sprintf("%s %t", file, asConstraints)
	if r.done[key] {
		return nil
	}
	r.done[key] = true
	data, err := r.load(file)
	if err != nil {
		return err
	}
	r.stack = append(r.stack, file)
	defer func() { r.stack = r.stack[:len(r.stack)-1] }()
	p := &pipFile{reader: r, file: file, asConstraints: asConstraints}
	// A large lock is held once: nothing writes to what was read.
	return p.parse(unsafe.String(unsafe.SliceData(data), len(data)))
}

// pipFile is one file in pip's format while it is read.
type pipFile struct {
	*reader
	file          string
	asConstraints bool

	pending    []string // the lines of a continued line
	start      int      // the first of them
	commentEnd int      // the last comment that ended a continued line, or 0
	header     bool     // whether the comment before announced the command
}

func (p *pipFile) errorf(line int, fix, format string, args ...any) error {
	return &Error{File: p.file, Line: line, Message: fmt.Sprintf(format, args...), Fix: fix}
}

// parse joins lines as pip does: a backslash at the very end continues a line, and a comment line ends it, even if
// it stands between the lines.
func (p *pipFile) parse(text string) error {
	number := 0
	for line := range strings.SplitSeq(strings.TrimSuffix(text, "\n"), "\n") {
		number++
		line = strings.TrimSuffix(line, "\r")
		if strings.HasPrefix(strings.TrimLeft(line, " \t\f"), "#") {
			continued := len(p.pending) > 0
			if err := p.flush(); err != nil {
				return err
			}
			if continued {
				p.commentEnd = number
			}
			if err := p.comment(number, strings.TrimSpace(line)); err != nil {
				return err
			}
			continue
		}
		p.header = false
		before, continued := strings.CutSuffix(line, `\`)
		if !continued && strings.HasSuffix(strings.TrimRight(line, " \t"), `\`) {
			return p.errorf(number, "remove it", "white space follows the backslash, so that the line is not continued")
		}
		if len(p.pending) == 0 {
			p.start = number
		}
		p.pending = append(p.pending, before)
		if continued {
			continue
		}
		if err := p.flush(); err != nil {
			return err
		}
	}
	if len(p.pending) > 0 {
		return p.errorf(p.start, fixLock, "the entry ends in a backslash at the end of the file: the file is cut off")
	}
	return nil
}

func (p *pipFile) flush() error {
	if len(p.pending) == 0 {
		return nil
	}
	line := logicalLine{text: strings.Join(p.pending, ""), line: p.start}
	p.pending = p.pending[:0]
	line.text = strings.TrimSpace(withoutComment(line.text))
	if line.text == "" {
		return nil
	}
	if strings.HasPrefix(line.text, "-") {
		return p.option(line)
	}
	p.commentEnd = 0
	return p.entry(line)
}

// withoutComment cuts a comment off: a "#" at the beginning or after white space.
func withoutComment(text string) string {
	for i := range len(text) {
		if text[i] == '#' && (i == 0 || text[i-1] == ' ' || text[i-1] == '\t') {
			return text[:i]
		}
	}
	return text
}

// option reads a line that begins with "-".
func (p *pipFile) option(l logicalLine) error {
	name, value := splitOption(l.text)
	if needsValue := slices.Contains([]string{"-r", "--requirement", "-c", "--constraint", "-i", "--index-url", "--extra-index-url"}, name); needsValue && value == "" {
		return p.errorf(l.line, "add it, or remove the line", "%s has no value", name)
	}
	switch name {
	case "-r", "--requirement":
		return p.include(l, value, p.asConstraints)
	case "-c", "--constraint":
		return p.include(l, value, true)
	case "-i", "--index-url", "--pypi-url":
		return p.index(l, value, true)
	case "--extra-index-url":
		return p.index(l, value, false)
	case "--require-hashes", "--pre", "--prefer-binary", "--no-binary", "--only-binary", "--use-feature":
		return nil // these say how pip chooses and what it demands; here everything is chosen, and hashes are demanded
	case "-e", "--editable":
		return p.errorf(l.line, "use a released version of it, or build it as a target of its own", "an editable entry (%s) has no hash and can't be locked", value)
	case "--hash":
		if p.commentEnd > 0 {
			return p.errorf(l.line, "move the comment", "--hash belongs to no requirement: the comment on line %d ends the entry before it", p.commentEnd)
		}
		return p.errorf(l.line, fixLock, `--hash belongs to no requirement: the line before it does not end in a backslash`)
	case "-f", "--find-links", "--no-index":
		return p.errorf(l.line, "name the index with --index-url", "%s is not supported: files are found by name and hash on an index", name)
	case "--trusted-host":
		return p.errorf(l.line, "remove the line; Bazel's downloader decides whom it trusts", "%s is not supported", name)
	}
	return p.errorf(l.line, "remove the line", "unknown option %s", name)
}

// splitOption splits "--name value", "--name=value", "-n value" and "-nvalue".
func splitOption(text string) (name, value string) {
	end := strings.IndexAny(text, " \t=")
	if end < 0 {
		end = len(text)
	}
	if !strings.HasPrefix(text, "--") && end > 2 {
		end = 2
	}
	name, value = text[:end], strings.TrimSpace(text[end:])
	value = strings.TrimSpace(strings.TrimPrefix(value, "="))
	for _, quote := range []string{`"`, `'`} {
		if len(value) >= 2 && strings.HasPrefix(value, quote) && strings.HasSuffix(value, quote) {
			value = value[1 : len(value)-1]
		}
	}
	return name, value
}

// include reads the file that -r or -c names, relative to the file that names it.
func (p *pipFile) include(l logicalLine, target string, asConstraints bool) error {
	switch {
	case strings.Contains(target, "://"):
		return p.errorf(l.line, "copy the file into the repository", "%q is a URL; a lock is read without network", target)
	case path.IsAbs(target), filepath.IsAbs(target):
		return p.errorf(l.line, "name it relative to this file", "%q is an absolute path, which is different on every machine", target)
	}
	file := path.Join(path.Dir(p.file), target)
	if !filepath.IsLocal(filepath.FromSlash(file)) {
		return p.errorf(l.line, "move the file into the repository", "%q leaves the repository", target)
	}
	if slices.Contains(p.stack, file) {
		return p.errorf(l.line, "remove one of the -r lines", "the files include each other: %s", strings.Join(append(slices.Clone(p.stack), file), " > "))
	}
	if FormatOf(file) == FormatPylock {
		return p.errorf(l.line, "name the pylock.toml itself as the lock", "%q is a pylock.toml, which can't be included", target)
	}
	if err := p.requirements(file, asConstraints); err != nil {
		if _, inside := err.(*Error); inside {
			return err
		}
		return p.errorf(l.line, "add the file, or remove the line", "%v", err)
	}
	return nil
}

func (p *pipFile) index(l logicalLine, url string, main bool) error {
	if p.asConstraints {
		return nil
	}
	if strings.Contains(url, "${") {
		return p.errorf(l.line, "leave credentials to Bazel's credential helper or to netrc", "the URL of the index has a variable, which is not expanded")
	}
	if !isWebURL(url) && !strings.HasPrefix(url, "file://") {
		return p.errorf(l.line, "give a URL that begins with https://", "%q is not the URL of an index", url)
	}
	indexes := p.lock.IndexURLs
	switch {
	case !main && !slices.Contains(indexes, url):
		p.lock.IndexURLs = append(indexes, url)
	case main && p.lock.MainIndex && indexes[0] != url:
		return p.errorf(l.line, "keep one of them, and name the other with --extra-index-url", "two different --index-url: %s and %s", indexes[0], url)
	case main && !p.lock.MainIndex:
		p.lock.MainIndex = true
		p.lock.IndexURLs = append([]string{url}, indexes...)
	}
	return nil
}

func isWebURL(url string) bool {
	return strings.HasPrefix(url, "https://") || strings.HasPrefix(url, "http://")
}

package lock

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	// sizeLimit bounds one file of a lock; a lock of 2,000 distributions with 30 files each has about 20 MB.
	sizeLimit = 256 << 20
	// filesLimit bounds the files that one lock includes.
	filesLimit = 1000
)

// Error is something wrong in a lock.
type Error struct {
	// File is the file that is wrong, relative to the root.
	File string
	// Line is the line, counted from 1, or 0 if the file as a whole is meant.
	Line int
	// Message says what is wrong.
	Message string
	// Fix says what to do about it.
	Fix string
}

// Error gives place, cause and fix on one line.
func (e *Error) Error() string {
	place := e.File
	if e.Line > 0 {
		place = fmt.Sprintf("%s:%d", e.File, e.Line)
	}
	if e.Fix == "" {
		return place + ": " + e.Message
	}
	return place + ": " + e.Message + "; " + e.Fix
}

// fixLock is the cure where a lock was damaged.
const fixLock = "write the lock again with the command that made it"

// Read reads the lock at path, which is relative to root, the directory of the repository, and has slashes. The
// file's name decides on the format: pylock.toml and pylock.NAME.toml are PEP 751's, uv.lock, poetry.lock and pdm.lock
// those of the tools, all others are pip's. What is wrong in a lock is an *Error; a lock that is not there is an error that
// wraps fs.ErrNotExist. Beside an error comes a lock with Path and Sources alone: the files to look at for a change that
// may cure it.
func Read(root, path string) (*Lock, error) { return ReadPart(root, path, Part{}) }

// ReadPart is Read for the part of a lock that holds the build requirements of a project.
func ReadPart(root, path string, part Part) (*Lock, error) {
	r := &reader{root: root, part: part, lock: &Lock{Path: path}, done: map[string]bool{}, names: map[digest]fileComment{}}
	if err := r.read(path); err != nil {
		return &Lock{Path: path, Sources: r.lock.Sources}, err
	}
	return r.lock, nil
}

// reader collects what the files of one lock say.
type reader struct {
	root        string
	part        Part
	lock        *Lock
	stack       []string        // files that are being read, outermost first
	done        map[string]bool // files that were read
	names       map[digest]fileComment
	constraints []constraint
}

func (r *reader) read(file string) error {
	if !filepath.IsLocal(filepath.FromSlash(file)) {
		return &Error{File: file, Message: "the lock lies outside of the repository"}
	}
	if format := FormatOf(file); format != FormatPip {
		return r.document(file, format)
	}
	if !r.part.IsAll() {
		return &Error{File: file, Message: "a lock in pip's format has no groups or extras", Fix: "name it in `locks` of build_environments, not in a lock_group"}
	}
	if err := r.requirements(file, false); err != nil {
		return err
	}
	if err := r.nameFiles(); err != nil {
		return err
	}
	if err := r.merge(); err != nil {
		return err
	}
	return r.checkConstraints()
}

// document reads a lock that is a TOML document.
func (r *reader) document(file string, format Format) error {
	data, err := r.load(file)
	if err != nil {
		return err
	}
	read := map[Format]func(string, []byte) error{FormatPylock: r.pylock, FormatUV: r.uv, FormatPoetry: r.poetry, FormatPDM: r.pdm}[format]
	if tool := tools[format]; tool != "" {
		r.lock.Command = format.Command()
		if r.part.IsAll() {
			return &Error{File: file, Message: fmt.Sprintf("it locks a whole project of %s, and which part of it the build requirements are is not said", tool),
				Fix: "name their group or extra with a lock_group tag in MODULE.bazel, in place of `locks`"}
		}
	}
	if err := read(file, data); err != nil {
		return err
	}
	return r.merge()
}

// load reads one file of the lock. Its path was checked by its text alone: symbolic links are followed, because
// Bazel's own trees consist of them, and who can put a link into the repository can put the lock itself there.
func (r *reader) load(file string) ([]byte, error) {
	if len(r.lock.Sources) >= filesLimit {
		return nil, &Error{File: file, Message: fmt.Sprintf("the lock includes more than %d files", filesLimit)}
	}
	r.lock.Sources = append(r.lock.Sources, file)
	name := filepath.Join(r.root, filepath.FromSlash(file))
	info, err := os.Stat(name)
	if err != nil {
		return nil, fmt.Errorf("read lock %s: %w", file, withoutPath(err))
	}
	if !info.Mode().IsRegular() {
		return nil, &Error{File: file, Message: "it is not a regular file"}
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("read lock %s: %w", file, withoutPath(err))
	}
	defer f.Close()
	data := bytes.NewBuffer(make([]byte, 0, min(info.Size(), sizeLimit)+bytes.MinRead))
	if _, err := data.ReadFrom(io.LimitReader(f, sizeLimit+1)); err != nil {
		return nil, fmt.Errorf("read lock %s: %w", file, withoutPath(err))
	}
	return r.checkText(file, data.Bytes())
}

// checkText refuses what is no text of ours, and takes the byte order mark off that some editors write.
func (r *reader) checkText(file string, data []byte) ([]byte, error) {
	if len(data) > sizeLimit {
		return nil, &Error{File: file, Message: fmt.Sprintf("the file is larger than %d MiB", sizeLimit>>20)}
	}
	if bytes.HasPrefix(data, []byte("\xff\xfe")) || bytes.HasPrefix(data, []byte("\xfe\xff")) {
		return nil, &Error{File: file, Line: 1, Message: "the file is encoded in UTF-16", Fix: "save it as UTF-8"}
	}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	valid := utf8.Valid(data) && bytes.IndexByte(data, 0) < 0
	hasMarkers := bytes.Contains(data, []byte("<<<<<<<")) || bytes.Contains(data, []byte(">>>>>>>")) || bytes.Contains(data, []byte("======="))
	if valid && !hasMarkers {
		return data, nil
	}
	number := 0
	for line := range bytes.Lines(data) {
		number++
		if !utf8.Valid(line) || bytes.IndexByte(line, 0) >= 0 {
			return nil, &Error{File: file, Line: number, Message: "the line is not UTF-8 text", Fix: fixLock}
		}
		if isConflictMarker(strings.TrimRight(string(line), "\r\n")) {
			return nil, &Error{File: file, Line: number, Message: "the line is a conflict marker of git: a merge was not finished",
				Fix: "take one side of the conflict and " + fixLock}
		}
	}
	return data, nil
}

func isConflictMarker(line string) bool {
	return line == "=======" || slices.ContainsFunc([]string{"<<<<<<<", "|||||||", ">>>>>>>"}, func(mark string) bool {
		return line == mark || strings.HasPrefix(line, mark+" ")
	})
}

// withoutPath takes the path off an error of the system: the message has the one that the user knows.
func withoutPath(err error) error {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		return pathError.Err
	}
	return err
}

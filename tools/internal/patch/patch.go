// Package patch changes a source tree as a patch says: a unified diff, of git or of another tool, that fits exactly. There is
// no fuzz and no offset: a patch that was made for another version is an error, with file, hunk and line.
//
// A patch is written by somebody, and the tree by somebody else. No path leads out of the tree, none goes through a symbolic link, and
// no link, device or submodule is made.
package patch

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/bluekeyes/go-gitdiff/gitdiff"
)

const (
	// sizeLimit bounds a patch and each file that it changes, or makes.
	sizeLimit = 64 << 20
	// cure helps wherever a patch does not fit.
	cure = "make the patch again, for this very version"
)

// Options say how a patch is applied.
type Options struct {
	// Title is what messages call the patch.
	Title string
	// Strip is how many directories are taken off each name, the a/ and b/ of git among them.
	Strip int
	// Time is the time of what is written.
	Time time.Time
}

// Apply changes the tree below dir as the patch in file says, and gives a line for each file that it changed.
func Apply(dir, file string, opts Options) ([]string, error) {
	text, err := read(file)
	if err != nil {
		return nil, fmt.Errorf("patch %s: %w", opts.Title, err)
	}
	files, _, err := gitdiff.Parse(bytes.NewReader(text))
	if err != nil {
		return nil, opts.errorf("it can't be read: "+strings.TrimPrefix(err.Error(), "gitdiff: "), "make the patch again with diff -u or git diff")
	}
	if len(files) == 0 {
		return nil, opts.errorf("there is no change in it", "name a unified diff, as diff -u and git diff write it")
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("patch %s: %w", opts.Title, err)
	}
	defer root.Close()
	t := &tree{Options: opts, root: root, git: ofGit(text)}
	var lines []string
	for _, f := range files {
		line, err := t.apply(f)
		if err != nil {
			return nil, err
		}
		lines = append(lines, line)
	}
	return lines, nil
}

func read(file string) ([]byte, error) {
	info, err := os.Stat(file)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > sizeLimit {
		return nil, fmt.Errorf("it is not a regular file of at most %d MiB", sizeLimit>>20)
	}
	return os.ReadFile(file)
}

// ofGit says whether git wrote the patch: the parser takes the first directory off the names of such a one. Changed lines begin
// with a sign, so that this can't be one of them.
func ofGit(text []byte) bool {
	return bytes.HasPrefix(text, []byte("diff --git ")) || bytes.Contains(text, []byte("\ndiff --git "))
}

// errorf names the patch, the cause and the cure.
func (o Options) errorf(cause, fix string) error {
	return fmt.Errorf("patch %s: %s\nPossible fixes:\n  - %s", o.Title, cause, fix)
}

// tree is a source tree that is being changed.
type tree struct {
	Options
	root *os.Root
	git  bool
}

// apply makes the changes of one file.
func (t *tree) apply(f *gitdiff.File) (string, error) {
	from, to, err := t.names(f)
	if err != nil {
		return "", err
	}
	mode, err := t.mode(f, to)
	if err != nil {
		return "", err
	}
	var old []byte
	if !f.IsNew {
		info, content, err := t.content(from)
		if err != nil {
			return "", err
		}
		if old = content; mode == 0 {
			mode = info.Mode().Perm()
		}
	}
	if from != to && !f.IsDelete {
		if err := t.absent(to); err != nil {
			return "", err
		}
	}
	changed, err := t.changed(f, cmp.Or(from, to), old)
	if err != nil {
		return "", err
	}
	return t.store(f, from, to, changed, mode)
}

// store writes what became of a file.
func (t *tree) store(f *gitdiff.File, from, to string, content []byte, mode fs.FileMode) (string, error) {
	if f.IsDelete {
		if len(content) > 0 {
			return "", t.errorf(fmt.Sprintf("%s: it is to be deleted, and holds more than the patch takes away", from), cure)
		}
		return "deleted " + from, t.remove(from)
	}
	if err := t.write(to, content, cmp.Or(mode, 0o644)); err != nil {
		return "", fmt.Errorf("patch %s: %w", t.Title, err)
	}
	switch {
	case f.IsNew:
		return "added " + to, nil
	case f.IsRename:
		return fmt.Sprintf("renamed %s to %s", from, to), t.remove(from)
	case f.IsCopy:
		return fmt.Sprintf("copied %s to %s", from, to), nil
	}
	return "changed " + to, nil
}

// changed applies the hunks of one file.
func (t *tree) changed(f *gitdiff.File, name string, old []byte) ([]byte, error) {
	if f.IsBinary && f.BinaryFragment == nil {
		return nil, t.errorf(name+": the patch says that this binary file differs, and not how", "make the patch with git diff --binary")
	}
	for i, hunk := range f.TextFragments {
		// Patch programs do not agree on which line such a hunk means, and none of them could see that it does not fit.
		if hunk.OldLines == 0 && len(old) > 0 {
			return nil, t.errorf(fmt.Sprintf("%s: hunk %d of %d adds lines and shows none that are there, so that nothing says where they belong", name, i+1, len(f.TextFragments)),
				"make the patch with context: diff -u, git diff")
		}
	}
	var out bytes.Buffer
	err := gitdiff.Apply(&out, bytes.NewReader(old), f, gitdiff.WithMaxBinaryFragmentBytes(sizeLimit))
	if err == nil {
		if out.Len() > sizeLimit {
			return nil, t.errorf(fmt.Sprintf("%s: it becomes larger than %d MiB", name, sizeLimit>>20), "patch a smaller file")
		}
		return out.Bytes(), nil
	}
	var failed *gitdiff.ApplyError
	if !errors.As(err, &failed) || failed.Fragment == 0 || failed.Fragment > len(f.TextFragments) {
		return nil, t.errorf(fmt.Sprintf("%s: the patch does not fit: %v", name, err), cure)
	}
	fix := cure
	if bytes.Contains(old, []byte("\r\n")) {
		fix += "; the file has Windows' line ends, which the patch has to have too (diff --text and git's core.autocrlf = false keep them)"
	}
	return nil, t.errorf(fmt.Sprintf("%s: hunk %d of %d does not fit: %s", name, failed.Fragment, len(f.TextFragments), misfit(f, failed, old)), fix)
}

// misfit says what the patch expects on which line, and what is there.
func misfit(f *gitdiff.File, failed *gitdiff.ApplyError, old []byte) string {
	hunks := slices.Clone(f.TextFragments)
	slices.SortStableFunc(hunks, func(a, b *gitdiff.TextFragment) int { return int(a.OldPosition - b.OldPosition) })
	hunk := hunks[failed.Fragment-1]
	if failed.Line == 0 || failed.FragmentLine == 0 || failed.FragmentLine > len(hunk.Lines) {
		return fmt.Sprintf("%s: %v", hunk.Header(), failed)
	}
	lines := bytes.SplitAfter(old, []byte("\n"))
	there := "the end of the file"
	if n := int(failed.Line); n <= len(lines) && len(lines[n-1]) > 0 {
		there = fmt.Sprintf("%q", lines[n-1])
	}
	return fmt.Sprintf("on line %d the patch expects %q, and there is %s", failed.Line, hunk.Lines[failed.FragmentLine-1].Line, there)
}

// mode is the mode that the patch gives a file; 0 is that which it has. A link and a submodule are no files.
func (t *tree) mode(f *gitdiff.File, name string) (fs.FileMode, error) {
	for _, mode := range []fs.FileMode{f.OldMode, f.NewMode} {
		switch mode & 0o170000 {
		case 0, 0o100000:
		default:
			return 0, t.errorf(fmt.Sprintf("%s: it is, or becomes, a symbolic link or a submodule (mode %o)", name, mode), "make the patch of regular files alone")
		}
		if mode.Type() != 0 {
			return 0, t.errorf(fmt.Sprintf("%s: it is, or becomes, something else than a file (%s)", name, mode), "make the patch of regular files alone")
		}
	}
	switch {
	case f.NewMode == 0:
		return 0, nil
	case f.NewMode&0o100 != 0:
		return 0o755, nil
	}
	return 0o644, nil
}

// names are the file that is changed and the one that it becomes.
func (t *tree) names(f *gitdiff.File) (from, to string, err error) {
	if !f.IsNew {
		if from, err = t.name(f.OldName); err != nil {
			return "", "", err
		}
	}
	if f.IsDelete {
		return from, from, nil
	}
	to, err = t.name(f.NewName)
	return from, to, err
}

// name strips a name and checks that it stays in the tree.
func (t *tree) name(name string) (string, error) {
	strip := t.Strip
	if t.git {
		strip--
	}
	if strip < 0 {
		return "", t.errorf("git wrote it, with a directory before each name, and patch_strip = 0 says that there is none", "set patch_strip = 1; make the patch with the prefixes a/ and b/")
	}
	rest := name
	for range strip {
		_, after, found := strings.Cut(rest, "/")
		if !found {
			return "", t.errorf(fmt.Sprintf("the name %q has fewer directories than patch_strip = %d takes off", name, t.Strip), "set patch_strip to the number of directories before the names in the tree")
		}
		rest = after
	}
	rest = path.Clean(rest)
	if rest == "." || !filepath.IsLocal(rest) || strings.ContainsAny(name, "\x00") {
		return "", t.errorf(fmt.Sprintf("the name %q leads out of the source tree", name), "name files relative to the top of the sdist, below patch_strip directories")
	}
	return rest, nil
}

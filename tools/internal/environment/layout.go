package environment

import (
	"bytes"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/interpreter"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/wheel"
)

// item is one file of the environment.
type item struct {
	path       string      // below the environment's prefix
	owner      *installed  // whose file it is
	source     *wheel.File // nil for a file that the installer makes
	content    []byte      // of a file that the installer makes
	script     bool        // its first line may have to name the interpreter
	executable bool
}

// read gives the bytes that are installed.
func (i *item) read() ([]byte, error) {
	content := i.content
	if i.source != nil {
		var err error
		if content, err = i.source.Read(); err != nil {
			return nil, err
		}
	}
	if i.script {
		content = fixScript(content)
	}
	return content, nil
}

// layout is what goes where. Distributions are added in the order of their names, and of two that bring the same
// file the first one's stays, so that the outcome does not depend on anything else.
type layout struct {
	items    map[string]*item
	dirs     map[string]*item // a directory → the first file below it
	reserved map[string]bool
	warnings []string
}

func newLayout(facts interpreter.Facts) *layout {
	l := &layout{items: map[string]*item{}, dirs: map[string]*item{}, reserved: map[string]bool{"pyvenv.cfg": true}}
	for _, name := range reservedScripts(facts) {
		l.reserved["bin/"+name] = true
	}
	if facts.PlatLib != "lib" {
		l.reserved[facts.PlatLib] = true
	}
	return l
}

// add puts a file into its place, or finds out whether the place may be shared.
func (l *layout) add(new *item) error {
	if top, _, _ := strings.Cut(new.path, "/"); l.reserved[new.path] || l.reserved[top] {
		return fmt.Errorf("%s: its file %s would take the place of a part of the interpreter", new.owner, new.path)
	}
	if old, ok := l.items[new.path]; ok {
		return l.share(old, new)
	}
	if below, ok := l.dirs[new.path]; ok {
		return fmt.Errorf("%s: its file %s has the name of a directory of %s", new.owner, new.path, below.owner)
	}
	for dir := path.Dir(new.path); dir != "."; dir = path.Dir(dir) {
		if file, ok := l.items[dir]; ok {
			return fmt.Errorf("%s: its directory %s has the name of a file of %s", new.owner, dir, file.owner)
		}
		if _, ok := l.dirs[dir]; ok {
			break
		}
		l.dirs[dir] = new
	}
	l.items[new.path] = new
	new.owner.items = append(new.owner.items, new)
	return nil
}

// share decides about a file that two distributions bring. An installer lets the last one win, whichever that is.
func (l *layout) share(old, new *item) error {
	oldContent, err := old.read()
	if err != nil {
		return fmt.Errorf("%s: %w", old.owner, err)
	}
	newContent, err := new.read()
	if err != nil {
		return fmt.Errorf("%s: %w", new.owner, err)
	}
	switch {
	case bytes.Equal(oldContent, newContent):
	case declaresNamespace(oldContent) && declaresNamespace(newContent):
	case old.owner != new.owner && isIncidental(l.inSite(new)):
		l.warnings = append(l.warnings, fmt.Sprintf("%s and %s both bring %s, with different contents: that of %s is there",
			old.owner, new.owner, new.path, old.owner))
	default:
		return fmt.Errorf("%s and %s both bring %s, with different contents: which one a build would see is a matter of luck\n"+
			"Possible fixes: leave one of the two out of the lock, or pin a version that does not bring the file", old.owner, new.owner, new.path)
	}
	return nil
}

// inSite is the path of a file below site-packages, and of others the path as it is.
func (l *layout) inSite(i *item) string {
	return strings.TrimPrefix(i.path, i.owner.site+"/")
}

// declaresNamespace recognises the __init__.py of a namespace package of the old kinds, which each of its
// distributions has to bring and which says nothing else.
func declaresNamespace(content []byte) bool {
	return bytes.Contains(content, []byte("extend_path(__path__")) || bytes.Contains(content, []byte("declare_namespace(__name__)"))
}

// incidental are top-level directories that many distributions pack by mistake, and that no other imports.
var incidental = []string{"tests", "test", "testing", "docs", "doc", "examples", "example", "benchmarks", "benchmark"}

// isIncidental says of a path below site-packages that no build depends on it.
func isIncidental(name string) bool {
	top, _, below := strings.Cut(name, "/")
	if below {
		return slices.Contains(incidental, top)
	}
	switch path.Ext(name) {
	case ".py", ".so", ".pth", ".pyd", ".pyi":
		return false
	}
	return true // a LICENSE or README at the top
}

// sorted returns all files in the order of their paths.
func (l *layout) sorted() []*item {
	all := make([]*item, 0, len(l.items))
	for _, i := range l.items {
		all = append(all, i)
	}
	slices.SortFunc(all, func(a, b *item) int { return strings.Compare(a.path, b.path) })
	return all
}

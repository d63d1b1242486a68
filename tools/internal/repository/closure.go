package repository

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/lock"
)

// Closure is a lock with the locks of what is built from source for it, to any depth.
type Closure struct {
	// Lock is the lock itself.
	Lock *lock.Lock
	// Sources are the locks of what distributions are built with, by SourceLock.
	Sources map[string]*lock.Lock
}

// ReadClosure reads a lock and those beside it. One that is not there is left out.
func ReadClosure(root, name string) (Closure, error) {
	l, err := lock.Read(root, name)
	if err != nil {
		return Closure{}, err
	}
	c := Closure{Lock: l, Sources: map[string]*lock.Lock{}}
	return c, c.readBeside(root, path.Dir(name), l)
}

func (c Closure) readBeside(root, dir string, l *lock.Lock) error {
	for _, p := range l.Packages {
		name := SourceLock(p)
		if _, known := c.Sources[name]; known || Sdist(p).Name == "" {
			continue
		}
		source, err := lock.Read(root, path.Join(dir, name))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		c.Sources[name] = source
		if err := c.readBeside(root, dir, source); err != nil {
			return err
		}
	}
	return nil
}

// source gives the lock of what an entry is built with, or nil where it is a wheel.
func (c Closure) source(p lock.Package) *lock.Lock {
	if Sdist(p).Name == "" {
		return nil
	}
	return c.Sources[SourceLock(p)]
}

// Reachable gives the closure without the locks that nothing needs any more.
func (c Closure) Reachable() Closure {
	reached := Closure{Lock: c.Lock, Sources: map[string]*lock.Lock{}}
	var visit func(l *lock.Lock)
	visit = func(l *lock.Lock) {
		for _, p := range l.Packages {
			name := SourceLock(p)
			if source := c.source(p); source != nil && reached.Sources[name] == nil {
				reached.Sources[name] = source
				visit(source)
			}
		}
	}
	visit(c.Lock)
	return reached
}

// Prebuilt gives a line for each distribution of which a wheel may be used, or of which nobody knows how it is built, and what
// wants it: none is the proof that nothing but sdists is in the closure. What targets of the repository build is not prebuilt.
func (c Closure) Prebuilt(title string) []string {
	var lines []string
	seen := map[*lock.Lock]bool{}
	var visit func(l *lock.Lock, wanted []string)
	visit = func(l *lock.Lock, wanted []string) {
		if seen[l] {
			return
		}
		seen[l] = true
		for _, p := range l.Packages {
			name := p.Name + " " + p.Version
			source := c.source(p)
			switch {
			case hasWheel(p):
				lines = append(lines, name+", which "+strings.Join(wanted, " → ")+" is built with")
			case source == nil:
				lines = append(lines, name+", of which there is no "+SourceLock(p)+", and which "+strings.Join(wanted, " → ")+" is built with")
			}
			if source != nil {
				visit(source, append(slices.Clone(wanted), name))
			}
		}
	}
	visit(c.Lock, []string{title})
	return lines
}

func hasWheel(p lock.Package) bool {
	return slices.ContainsFunc(p.Files, func(f lock.File) bool { return strings.HasSuffix(f.Name, ".whl") })
}

// WriteTree shows what is built with what. What was shown before is not shown again.
func (c Closure) WriteTree(w io.Writer, title string) error {
	t := &tree{closure: c, shown: map[string]bool{}, distributions: map[string]bool{}}
	fmt.Fprintln(&t.text, title)
	t.write(c.Lock, "", 1)
	_, err := fmt.Fprintf(w, "%sdistributions: %d, from source: %d, depth: %d\n", t.text.String(), len(t.distributions), len(t.shown), t.depth)
	return err
}

// tree is a closure while it is shown.
type tree struct {
	closure       Closure
	text          strings.Builder
	shown         map[string]bool // what is built from source
	distributions map[string]bool
	depth         int
}

func (t *tree) write(l *lock.Lock, indent string, depth int) {
	last := len(l.Packages) + len(l.Wheels) - 1
	if last >= 0 {
		t.depth = max(t.depth, depth)
	}
	branch := func(i int) (own, below string) {
		if i == last {
			return indent + "└── ", indent + "    "
		}
		return indent + "├── ", indent + "│   "
	}
	for i, p := range l.Packages {
		own, below := branch(i)
		name := p.Name + " " + p.Version
		t.distributions[name] = true
		source := t.closure.source(p)
		line := own + name
		if p.Marker != nil {
			line += " where " + p.Marker.String()
		}
		switch {
		case source == nil && hasWheel(p):
			fmt.Fprintf(&t.text, "%s\n", line)
		case source == nil:
			fmt.Fprintf(&t.text, "%s, from source, and not locked how\n", line)
		case t.shown[name]:
			fmt.Fprintf(&t.text, "%s, from source (see above)\n", line)
		default:
			t.shown[name] = true
			fmt.Fprintf(&t.text, "%s, from source\n", line)
			t.write(source, below, depth+1)
		}
	}
	for i, w := range l.Wheels {
		own, _ := branch(len(l.Packages) + i)
		t.distributions[w.Name] = true
		fmt.Fprintf(&t.text, "%s%s, of %s\n", own, w.Name, w.Label)
	}
}

// Locks are all locks of the closure, the lock itself first.
func (c Closure) Locks() []*lock.Lock {
	all := []*lock.Lock{c.Lock}
	for _, name := range slices.Sorted(maps.Keys(c.Sources)) {
		all = append(all, c.Sources[name])
	}
	return all
}

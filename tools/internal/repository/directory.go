package repository

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/lock"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/wheel"
)

// directory is a lock with source builds while it is read: DirectoryLock, and beside it a SourceLock for each
// distribution that is built from source.
type directory struct {
	reader *hubReader
	file   LockFile          // the lock itself
	repair string            // the command that writes all of them again
	labels map[string]string // the targets of what was read, by "NAME VERSION"
	stack  []string          // what is being read, outermost first
	read   []string          // the files that were read or looked for, relative to the root
}

var errNoSourceLock = errors.New("there is no lock of what it is built with")

// DirectoryLock is the name of the lock in a directory of locks.
const DirectoryLock = "lock.txt"

// SourceLock is the name of the lock of what a distribution is built with, in the directory of the lock that needs it.
func SourceLock(p lock.Package) string { return p.Name + "-" + p.Version + ".txt" }

// isDirectory says whether source builds have their locks beside this one.
func (l LockFile) isDirectory() bool {
	return path.Base(l.Name) == DirectoryLock
}

// beside is the place of another lock of the directory.
func (d *directory) beside(name string) LockFile {
	file := d.file
	file.Label = strings.TrimSuffix(file.Label, DirectoryLock) + name
	file.Name = path.Join(path.Dir(file.Name), name)
	return file
}

// Sdist gives the source distribution of an entry, or a file without a name.
func Sdist(p lock.Package) lock.File {
	var found lock.File
	for _, f := range p.Files {
		if !strings.HasSuffix(f.Name, ".whl") && (found.Name == "" || strings.HasSuffix(f.Name, ".tar.gz")) {
			found = f
		}
	}
	return found
}

// source gives the label of the target that builds an entry from its sdist; it is declared at the first time, with all
// that it needs. A cycle is an error that shows it.
func (d *directory) source(l *lock.Lock, p lock.Package) (string, error) {
	title := p.Name + " " + p.Version
	if at := slices.Index(d.stack, title); at >= 0 {
		return "", fmt.Errorf("%s:%d: build requirements that are built from source go round in a circle: %s\n"+
			"Possible fixes:\n  - take one of them as a wheel: leave it out of `from_source`\n  - pin another version of one of them",
			p.Source, p.Line, strings.Join(append(slices.Clone(d.stack[at:]), title), " → "))
	}
	if label, known := d.labels[title]; known {
		return label, nil
	}
	d.stack = append(d.stack, title)
	defer func() { d.stack = d.stack[:len(d.stack)-1] }()
	e, err := d.environment(p)
	if err != nil {
		return "", err
	}
	sdist := d.reader.files.label(l, p, Sdist(p), d.file.Label, d.repair)
	d.labels[title] = d.reader.built.wheel(p, sdist, d.reader.built.environment(e))
	return d.labels[title], nil
}

// environment reads the lock of what an entry is built with.
func (d *directory) environment(p lock.Package) (environment, error) {
	file := d.beside(SourceLock(p))
	d.read = append(d.read, file.path())
	l, err := lock.Read(file.Root, file.path())
	if errors.Is(err, fs.ErrNotExist) {
		return environment{}, fmt.Errorf("%s:%d: %s %s has to be built from source, and %w: %s",
			p.Source, p.Line, p.Name, p.Version, errNoSourceLock, file.path())
	}
	if err != nil {
		return environment{}, err
	}
	d.read = append(d.read, l.Sources...)
	e := environment{file: file, repair: d.repair}
	return e, e.fill(inPlace(l, file, d.reader.hub.Wheels), d.reader, d)
}

// NeedsSource says whether an entry has to be built from source wherever it is wanted: no wheel of it fits any Python and
// platform that environments are declared for.
func NeedsSource(p lock.Package) bool {
	targets, err := Hub{}.targets()
	if err != nil {
		return false // the defaults are good
	}
	asked := false
	for _, t := range targets {
		if !wanted(p, t).possibly {
			continue
		}
		asked = true
		for _, f := range p.Files {
			if name, err := wheel.ParseName(f.Name); err == nil && t.fits(f.Name, name) {
				return false
			}
		}
	}
	return asked
}

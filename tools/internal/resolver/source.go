package resolver

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/environment"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/interpreter"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/lock"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/repository"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/requirement"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/session"
)

// FromSource says what is built from source, and how sdists are read and built.
type FromSource struct {
	// Directory says that the lock has a directory, where what is built from source has locks of its own.
	Directory bool
	// Wanted says whether a distribution, by its normalised name, is built from source although there are wheels of it.
	Wanted func(name string) bool
	// Preferred gives the lock that there was of what a distribution is built with, or nil, and what was asked for it.
	Preferred func(p lock.Package) (*lock.Lock, []lock.Asked)
	// Requires reads the build requirements that an sdist declares.
	Requires func(ctx context.Context, sdist string) ([]requirement.Requirement, error)
	// Ask asks the hooks of an sdist, as Project.Ask does those of the project.
	Ask func(ctx context.Context, sdist string, python interpreter.Source, archive, info string) ([]session.Answer, error)
	// Build builds the wheel of an sdist in the environment of this archive and its description, and gives its path.
	Build func(ctx context.Context, sdist string, python interpreter.Source, archive, info, dir string) (string, error)
}

// Sources locks what is built from source, to any depth: each distribution has a lock of its own, of what it is built
// with. Whatever hooks need to be asked is built on the way, by the very code of the build.
type Sources struct {
	FromSource
	opts   Options // of every lock; title, requirements and preferred versions are its own
	asking Asking  // without projects; without interpreters no hooks are asked
	dir    string
	done   map[string]*source // by "NAME VERSION"
	stack  []string           // what is being locked, outermost first
}

// source is one distribution that is built from source.
type source struct {
	lock   *lock.Lock
	rounds *dynamic // in whose environments its hooks were asked; nil where they were not
	sdist  string
	wheels map[string]string // by the name of the place
}

// at gives the place, with the environment, where its hooks have answered; nil if they have not.
func (s *source) at(here *place) *place {
	if s.rounds == nil {
		return nil
	}
	i := slices.IndexFunc(s.rounds.places, func(p *place) bool { return p.name == here.name })
	if i < 0 {
		return nil
	}
	return s.rounds.places[i]
}

// NewSources prepares for locks with these options. Close has to be called.
func NewSources(opts Options, asking Asking, from FromSource) (*Sources, error) {
	dir, err := os.MkdirTemp("", "pyproject-lock-source-")
	if err != nil {
		return nil, fmt.Errorf("lock what is built from source: %w", err)
	}
	opts.Wheels, opts.Upgrade = nil, nil
	asking.Projects, asking.Check, asking.Merged = nil, nil, nil
	return &Sources{FromSource: from, opts: opts, asking: asking, dir: dir, done: map[string]*source{}, stack: []string{opts.Title}}, nil
}

// Close removes what was fetched and built.
func (s *Sources) Close() error { return os.RemoveAll(s.dir) }

// keepSdists takes the wheels off the entries that are wanted from source.
func (s *Sources) keepSdists(l *lock.Lock) error {
	for i := range l.Packages {
		p := &l.Packages[i]
		if !s.Wanted(p.Name) {
			continue
		}
		sdist := repository.Sdist(*p)
		if sdist.Name == "" {
			return s.explain(fmt.Errorf("%s %s is wanted from source, and the index has no sdist of this version\nPossible fixes:\n"+
				"  - leave it out of `from_source`\n  - ask for a version that has one: add %q to `requirements`", p.Name, p.Version, p.Name+"!="+p.Version))
		}
		p.Files = []lock.File{sdist}
	}
	return nil
}

// Complete locks what the entries of a lock are built with, where no wheel of them will do, and gives all such locks.
func (s *Sources) Complete(ctx context.Context, l *lock.Lock) (repository.Closure, error) {
	if err := s.complete(ctx, l); err != nil {
		return repository.Closure{}, err
	}
	closure := repository.Closure{Lock: l, Sources: map[string]*lock.Lock{}}
	for title, one := range s.done {
		name, version, _ := strings.Cut(title, " ")
		closure.Sources[repository.SourceLock(lock.Package{Name: name, Version: version})] = one.lock
	}
	return closure.Reachable(), nil
}

func (s *Sources) complete(ctx context.Context, l *lock.Lock) error {
	for _, p := range l.Packages {
		if !repository.NeedsSource(p) {
			continue
		}
		if _, err := s.lock(ctx, p, nil); err != nil {
			return err
		}
	}
	return nil
}

// lock locks what a distribution is built with. Where it is wanted here its hooks have to answer; elsewhere they may.
func (s *Sources) lock(ctx context.Context, p lock.Package, here *place) (*source, error) {
	title := p.Name + " " + p.Version
	if at := slices.Index(s.stack, title); at >= 0 {
		return nil, s.explain(&circleError{append(slices.Clone(s.stack[at:]), title)})
	}
	if one := s.done[title]; one != nil && (here == nil || one.at(here) != nil) {
		return one, nil
	}
	s.stack = append(s.stack, title)
	defer func() { s.stack = s.stack[:len(s.stack)-1] }()
	one, err := s.newSource(ctx, p, here)
	if err == nil {
		err = s.complete(ctx, one.lock)
	}
	if err != nil {
		return nil, s.explain(err)
	}
	s.done[title] = one
	return one, nil
}

func (s *Sources) newSource(ctx context.Context, p lock.Package, here *place) (*source, error) {
	file := repository.Sdist(p)
	if file.Name == "" {
		return nil, fmt.Errorf("no wheel of %s %s fits, and the index has no sdist of it\nPossible fixes:\n"+
			"  - ask for another version of it\n  - use a Python for which there is a wheel", p.Name, p.Version)
	}
	dir, err := os.MkdirTemp(s.dir, p.Name+"-")
	if err != nil {
		return nil, err
	}
	alone := &lock.Lock{Packages: []lock.Package{p}}
	paths, err := s.asking.Store.fetchAll(ctx, alone, []lock.EnvironmentFile{{Name: file.Name, SHA256: file.SHA256}}, dir, s.opts.Index)
	if err != nil {
		return nil, err
	}
	one := &source{sdist: paths[0], wheels: map[string]string{}}
	opts, asking := s.opts, s.asking
	opts.Title, opts.Sources = file.Name, s
	opts.Preferred, asking.Elsewhere = s.Preferred(p)
	if opts.Requirements, err = s.Requires(ctx, one.sdist); err != nil {
		return nil, err
	}
	if len(asking.Interpreters) == 0 {
		one.lock, err = resolveSettled(ctx, opts)
		return one, err
	}
	err = s.ask(ctx, one, opts, asking, dir, here)
	if err == nil || here != nil || ctx.Err() != nil || isCircle(err) {
		return one, err
	}
	// It is wanted elsewhere only, and perhaps it does not even start here: what it declares is what can be locked.
	one.rounds = nil
	one.lock, err = resolveSettled(ctx, opts)
	return one, err
}

// ask locks what a distribution is built with, what its hooks ask for included.
func (s *Sources) ask(ctx context.Context, one *source, opts Options, asking Asking, dir string, here *place) (err error) {
	asking.Projects = []Project{{Title: opts.Title, Ask: func(ctx context.Context, python interpreter.Source, archive, info string) ([]session.Answer, error) {
		return s.Ask(ctx, one.sdist, python, archive, info)
	}}}
	if here != nil { // the first has to answer
		asking.Interpreters = append([]interpreter.Source{here.source}, asking.Interpreters...)
	}
	if one.rounds, err = newDynamic(ctx, opts, asking, dir); err != nil {
		return err
	}
	one.lock, err = one.rounds.lock(ctx)
	return err
}

// wheel builds a distribution from source, once for each place.
func (s *Sources) wheel(ctx context.Context, p lock.Package, here *place) (string, error) {
	one, err := s.lock(ctx, p, here)
	if err != nil || one.wheels[here.name] != "" {
		return one.wheel(here), err
	}
	s.asking.Progress(fmt.Sprintf("building %s %s from source, %s", p.Name, p.Version, here.name))
	at := one.at(here)
	dir, err := os.MkdirTemp(s.dir, p.Name+"-")
	if err != nil {
		return "", err
	}
	path, err := s.Build(ctx, one.sdist, here.source, at.archive, at.info, dir)
	if err != nil {
		return "", &sourceError{append(slices.Clone(s.stack), p.Name+" "+p.Version), err}
	}
	one.wheels[here.name] = path
	return path, nil
}

func (s *source) wheel(here *place) string {
	if s == nil {
		return ""
	}
	return s.wheels[here.name]
}

// built makes the wheels that the environment of a lock needs beside fetched ones, and says so in what it is made from.
func (d *dynamic) built(ctx context.Context, here *place, l *lock.Lock, locked *lock.Environment) ([]string, error) {
	var paths []string
	for _, w := range d.Wheels {
		paths = append(paths, w.Path)
	}
	if d.Sources == nil {
		return paths, nil
	}
	unserved, err := environment.Unserved(*locked, here.facts)
	if err != nil {
		return nil, err
	}
	for _, i := range unserved {
		p := l.Packages[i]
		if !d.Sources.Directory && !repository.NeedsSource(p) {
			return nil, fmt.Errorf("no wheel of %s %s fits %s, and a lock that is one file cannot say how it is built from source\nPossible fixes:\n"+
				"  - give the lock a directory: out = \"build-requirements/%s\"", p.Name, p.Version, here.name, repository.DirectoryLock)
		}
		path, err := d.Sources.wheel(ctx, p, here)
		if err != nil {
			return nil, err
		}
		locked.Distributions[i].Built = filepath.Base(path)
		paths = append(paths, path)
	}
	return paths, nil
}

// explain says for what it is that something is built from source.
func (s *Sources) explain(err error) error {
	var explained *sourceError
	if errors.As(err, &explained) || len(s.stack) < 2 {
		return err
	}
	return &sourceError{slices.Clone(s.stack), err}
}

// circleError is a distribution that is needed to build itself.
type circleError struct{ chain []string }

func (e *circleError) Error() string {
	return "build requirements that are built from source go round in a circle: " + strings.Join(e.chain, " → ") + "\nPossible fixes:\n" +
		"  - take one of them as a wheel: leave it out of `from_source`\n  - ask for another version of one of them"
}

func isCircle(err error) bool {
	var circle *circleError
	return errors.As(err, &circle)
}

// sourceError is an error in what is built from source.
type sourceError struct {
	chain []string
	err   error
}

func (e *sourceError) Unwrap() error { return e.err }

func (e *sourceError) Error() string {
	return "from source: " + strings.Join(e.chain, " → ") + ":\n" + e.err.Error()
}

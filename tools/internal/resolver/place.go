package resolver

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/environment"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/interpreter"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/lock"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/repository"
)

// place is an interpreter with which hooks are asked, and the environment that they are asked in.
type place struct {
	// name is for people and for the lock's header. It has no patch version, so that an upgrade of the interpreter changes
	// no lock.
	name          string
	source        interpreter.Source
	facts         interpreter.Facts
	archive, info string // of the environment
	files         string // what the environment was made of last
}

func openPlace(ctx context.Context, source interpreter.Source, dir string, number int) (*place, error) {
	facts, err := environment.Probe(ctx, source)
	if err != nil {
		return nil, err
	}
	base := filepath.Join(dir, fmt.Sprintf("environment-%d", number))
	return &place{
		name:   fmt.Sprintf("CPython %s on %s", strings.TrimPrefix(facts.LibName(), "python"), facts.Platform),
		source: source, facts: facts, archive: base + ".tar", info: base + ".json",
	}, nil
}

// environment makes the build environment of the lock for the interpreter, and says whether it is another than before.
func (p *place) environment(ctx context.Context, d *dynamic, l *lock.Lock) (changed bool, err error) {
	locked := repository.Locked(l, d.Title, "")
	built, err := d.built(ctx, p, l, &locked)
	if err != nil {
		return false, err
	}
	needed, err := environment.Needed(locked, p.facts)
	if err != nil {
		return false, err
	}
	files := "made " + strings.Join(built, " ")
	for _, file := range needed {
		files += " " + file.SHA256
	}
	if files == p.files {
		return false, nil
	}
	d.Progress(fmt.Sprintf("making the environment for %s, wheels: %d", p.name, len(needed)))
	wheels, err := d.Store.fetchAll(ctx, l, needed, d.dir, d.Index)
	if err != nil {
		return false, err
	}
	_, err = environment.Create(ctx, environment.CreateOptions{
		Lock: locked, Wheels: wheels, Built: built, Interpreter: p.source, Output: p.archive, Info: p.info, TempDir: d.dir,
	})
	if err == nil {
		p.files = files
	}
	return true, err
}

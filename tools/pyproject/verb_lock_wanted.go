package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/project"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/repository"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/requirement"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/resolver"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/sdist"
)

// lockSource is a project, or an sdist, whose build requirements are locked.
type lockSource struct {
	dir, sdist string // one of them; dir is absolute
	title      string // as the user wrote it
	header     string // what the lock's header calls it: "" where the lock is for this one alone
	backend    string // what builds it, once it is read
	name       string // the name of its distribution, normalised, or "" where nothing says it without a build
}

// wanted gives the requirements: those of the projects, and those of the command line.
func (c *lockCommand) wanted(ctx context.Context, std Streams) ([]repository.Wanted, error) {
	var wanted []repository.Wanted
	for _, source := range c.sources {
		some, err := c.declared(ctx, source, std)
		if err != nil {
			return nil, err
		}
		wanted = append(wanted, some...)
	}
	for _, r := range c.requirements {
		wanted = append(wanted, repository.Wanted{Requirement: r, By: "`requirements` of the lock"})
	}
	wanted, err := c.withoutStandIns(overridden(c.overrides, wanted))
	if err != nil {
		return nil, err
	}
	for _, w := range wanted {
		if err := c.checkSelf(w.Requirement, w.By); err != nil {
			return nil, err
		}
	}
	return wanted, nil
}

// withoutStandIns leaves out what tools stand for.
func (c *lockCommand) withoutStandIns(wanted []repository.Wanted) ([]repository.Wanted, error) {
	var kept []repository.Wanted
	for _, w := range wanted {
		stood, err := resolver.StandsFor(c.standIns, w.Requirement)
		if err != nil {
			return nil, fmt.Errorf("%s: by %s: %w", c.title, w.By, err)
		}
		if !stood {
			kept = append(kept, w)
		}
	}
	return kept, nil
}

// declared gives what one project declares, or what holds for projects that declare nothing.
func (c *lockCommand) declared(ctx context.Context, source *lockSource, std Streams) ([]repository.Wanted, error) {
	opts := project.Options{File: filepath.Join(source.title, "pyproject.toml"), Alone: c.checking && source.sdist == ""}
	dir := source.dir
	if source.sdist != "" {
		scratch, err := os.MkdirTemp("", "pyproject-lock-sdist-")
		if err != nil {
			return nil, fmt.Errorf("unpack sdist: %w", err)
		}
		defer os.RemoveAll(scratch)
		top, err := sdist.Unpack(ctx, source.sdist, scratch, sdist.Options{})
		if err != nil {
			return nil, err
		}
		dir = filepath.Join(scratch, top)
		if _, err := c.patches.Apply(dir, time.Time{}); err != nil {
			return nil, fmt.Errorf("%s: %w", source.title, err)
		}
		// Its user can't change a published sdist.
		opts.UnknownKeys = project.AsWarning
	}
	p, warnings, err := project.Read(dir, opts)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", source.title, err)
	}
	for _, w := range warnings {
		fmt.Fprintf(std.Err, "warning: %s:%d:%d: %s\n", w.File, w.Line, w.Column, w.Message)
	}
	source.backend, source.name = p.BuildSystem.Backend, p.Name
	by := "[build-system] requires of " + opts.File
	if !p.BuildSystem.Declared {
		by = "projects without a [build-system] table, which " + source.title + " is"
	}
	var wanted []repository.Wanted
	for _, r := range p.BuildSystem.Requires {
		wanted = append(wanted, repository.Wanted{Requirement: r, By: by})
	}
	return wanted, nil
}

// checkSelf refuses a project that needs itself to be built (PEP 517 forbids it): an index would be asked for it, and may
// have somebody else's.
func (c *lockCommand) checkSelf(r requirement.Requirement, by string) error {
	for _, source := range c.sources {
		if source.name == "" || requirement.NormalizeName(r.Name) != source.name {
			continue
		}
		return fmt.Errorf("%s: the project %s is among its own build requirements: %q (by %s)\nPossible fixes:\n"+
			"  - remove that requirement\n"+
			"  - where the project is its own backend: name the directory that holds it in backend-path of [build-system]",
			source.title, source.name, r.String(), by)
	}
	return nil
}

func requirements(wanted []repository.Wanted) []requirement.Requirement {
	var out []requirement.Requirement
	for _, w := range wanted {
		out = append(out, w.Requirement)
	}
	return out
}

// indexFrom gives the index to use. The environment decides, in the order in which the repositories of locked files ask
// it; uv reads its own two variables by itself.
func indexFrom(file string) (string, error) {
	if url := os.Getenv("PIP_INDEX_URL"); url != "" {
		return url, nil
	}
	if file == "" || os.Getenv("UV_DEFAULT_INDEX") != "" || os.Getenv("UV_INDEX_URL") != "" {
		return "", nil
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("read index file: %w", err)
	}
	var machine struct {
		URL string `json:"url"`
	}
	if err := json.Unmarshal(data, &machine); err != nil {
		return "", fmt.Errorf("read index file %s: %w", file, err)
	}
	return machine.URL, nil
}

package main

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/interpreter"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/lock"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/override"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/patch"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/repository"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/requirement"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/resolver"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/session"
)

// allFromSource stands for every distribution in --from-source.
const allFromSource = ":all:"

// lockSourcing are the flags of the verb lock that say what is built from source.
type lockSourcing struct {
	names            []string // normalised, or allFromSource
	noPrebuilt, tree bool
}

func (s *lockSourcing) addFlags(flags *flag.FlagSet) {
	flags.Func("from-source", "a `distribution` that is built from its sdist although there are wheels of it, or :all: (repeated). What has no wheel is built from source in any case", func(name string) error {
		if name != allFromSource && !requirement.ValidName(name) {
			return fmt.Errorf("%q is not the name of a distribution", name)
		}
		s.names = append(s.names, requirement.NormalizeName(name))
		return nil
	})
	flags.BoolVar(&s.noPrebuilt, "no-prebuilt", false, "fail if a wheel of anything that the build needs, at any depth, is taken from an index")
	flags.BoolVar(&s.tree, "tree", false, "write nothing; show the lock as a tree: what is built from source, with what, and how deep that goes")
}

// wants says whether a distribution is built from source although there are wheels of it.
func (s *lockSourcing) wants(name string) bool {
	return slices.Contains(s.names, requirement.NormalizeName(allFromSource)) || slices.Contains(s.names, name)
}

// newSources says how sdists are read, asked and built.
func (c *lockCommand) newSources(opts resolver.Options, asking resolver.Asking, std Streams) (*resolver.Sources, error) {
	var old repository.Closure
	if opts.Preferred != nil {
		old, _, _ = c.readClosure() // a broken one is written anew
	}
	inner, err := c.forSources()
	if err != nil {
		return nil, err
	}
	opts.Overrides = inner.overrides
	return resolver.NewSources(opts, asking, resolver.FromSource{
		Directory: filepath.Base(c.out) == repository.DirectoryLock,
		Wanted:    c.sourcing.wants,
		Preferred: func(p lock.Package) (*lock.Lock, []lock.Asked) {
			name := repository.SourceLock(p)
			asked, err := lock.ReadAsked(filepath.Join(filepath.Dir(c.out), name))
			if old.Sources[name] == nil || err != nil || c.asking.forget {
				asked = nil
			}
			return old.Sources[name], asked
		},
		Requires: func(ctx context.Context, sdist string) ([]requirement.Requirement, error) {
			wanted, err := inner.declared(ctx, sourceOf(sdist), std)
			if err == nil {
				wanted, err = inner.withoutStandIns(overridden(inner.overrides, wanted))
			}
			return requirements(wanted), err
		},
		Ask: func(ctx context.Context, sdist string, python interpreter.Source, archive, info string) ([]session.Answer, error) {
			return inner.asker(sourceOf(sdist))(ctx, python, archive, info)
		},
		Build: inner.build,
	})
}

// sourceOf is an sdist that is built from source.
func sourceOf(sdist string) *lockSource {
	return &lockSource{sdist: sdist, title: filepath.Base(sdist)}
}

// forSources is the command as it is for what is built from source: with compilers, tools and walls, which every build gets,
// and with the overrides for all projects, but without what is the project's own: settings, variables, files, patches.
func (c *lockCommand) forSources() (*lockCommand, error) {
	inner := *c
	inner.asking.hostPackages = false // the project's own escape
	inner.patches = patch.Series{}
	inner.asking.overrides = slices.DeleteFunc(slices.Clone(c.asking.overrides), func(o override.Override) bool { return !o.AllProjects })
	set, err := override.NewSet(inner.asking.overrides)
	if err != nil {
		return nil, err
	}
	inner.overrides = set
	if c.asking.params == "" {
		return &inner, nil
	}
	data, err := os.ReadFile(c.asking.params)
	if err != nil {
		return nil, fmt.Errorf("read session: %w", err)
	}
	inner.asking.params, inner.asking.flags = "", nil
	for _, argument := range splitParams(string(data)) {
		flag, _, _ := strings.Cut(argument, "=")
		if !slices.Contains([]string{"--label", "--config-setting", "--env", "--source"}, flag) {
			inner.asking.flags = append(inner.asking.flags, argument)
		}
	}
	return &inner, nil
}

// build builds the wheel of an sdist as an action does.
func (c *lockCommand) build(ctx context.Context, sdist string, python interpreter.Source, archive, info, dir string) (string, error) {
	out, metadata := filepath.Join(dir, "wheel.dist"), filepath.Join(dir, "wheel.metadata")
	for _, made := range []string{out, metadata} {
		if err := os.Mkdir(made, 0o777); err != nil {
			return "", err
		}
	}
	source := sourceOf(sdist)
	args := append(c.sessionArguments("wheel", source, python, archive, info), "--sdist="+sdist,
		"--unknown-build-system-keys=warning", "--sdist-metadata=warning",
		"--output="+out, "--log="+filepath.Join(dir, "wheel.log"), "--metadata="+metadata)
	overrides, err := overrideArguments(c.asking.overrides)
	if err != nil {
		return "", err
	}
	if err := c.runSelf(ctx, "build "+source.title, append(append(args, overrides...), c.asking.flags...)); err != nil {
		return "", err
	}
	made, err := filepath.Glob(filepath.Join(out, "*.whl"))
	if err != nil || len(made) != 1 {
		return "", fmt.Errorf("%s: the build left %d wheels", source.title, len(made))
	}
	return made[0], nil
}

// checkClosure refuses what must not be written.
func (c *lockCommand) checkClosure(closure repository.Closure) error {
	if len(closure.Sources) > 0 && filepath.Base(c.out) != repository.DirectoryLock {
		names := slices.Sorted(maps.Keys(closure.Sources))
		for i := range names {
			names[i] = strings.TrimSuffix(names[i], ".txt")
		}
		return fmt.Errorf("%s: what has to be built from source has locks of its own, in the directory of the lock: %s\nPossible fixes:\n"+
			"  - give the lock a directory: out = \"build-requirements/%s\"\n  - ask for versions of which there are wheels",
			c.lockTitle, strings.Join(names, ", "), repository.DirectoryLock)
	}
	if !c.sourcing.noPrebuilt {
		return nil
	}
	if prebuilt := closure.Prebuilt(c.title); len(prebuilt) > 0 {
		fix := "build them from source: from_source = [\":all:\"], or their names"
		if c.checking {
			fix += "\n  - name the other locks of the directory in the `data` of the test"
		}
		return fmt.Errorf("%s: no_prebuilt is set, and these would not be built from their sdists:\n  - %s\nPossible fixes:\n  - %s",
			c.lockTitle, strings.Join(prebuilt, "\n  - "), fix)
	}
	return nil
}

// texts are the files that the locks become, by their names.
func (c *lockCommand) texts(closure repository.Closure) (map[string][]byte, error) {
	name := filepath.Base(c.out)
	text, err := c.text(closure.Lock, name)
	if err != nil {
		return nil, err
	}
	texts := map[string][]byte{name: text}
	for file, l := range closure.Sources {
		if texts[file], err = c.text(l, file); err != nil {
			return nil, err
		}
	}
	return texts, nil
}

// readClosure reads the locks that are there, and their texts.
func (c *lockCommand) readClosure() (repository.Closure, map[string][]byte, error) {
	dir, name := filepath.Split(c.out)
	closure, err := repository.ReadClosure(dir, name)
	if err != nil {
		return closure, nil, err
	}
	texts := map[string][]byte{}
	for _, file := range append(slices.Collect(maps.Keys(closure.Sources)), name) {
		if texts[file], err = os.ReadFile(filepath.Join(dir, file)); err != nil {
			return closure, nil, err
		}
	}
	return closure, texts, nil
}

// write writes all locks of a closure, or none, and removes those that an earlier closure had. It says whether
// anything changed, and what it did with the locks of what is built from source.
func (c *lockCommand) write(texts map[string][]byte) (written bool, changed []string, err error) {
	dir, name := filepath.Split(c.out)
	if err := os.MkdirAll(filepath.Clean(dir), 0o777); err != nil {
		return false, nil, err
	}
	lockWritten := false
	for _, file := range slices.Sorted(maps.Keys(texts)) {
		written, err := replace(filepath.Join(dir, file), texts[file])
		if err != nil {
			return false, nil, err
		}
		if file == name {
			lockWritten = written
		} else if written {
			changed = append(changed, "written  "+file)
		}
	}
	removed, err := c.removeStale(dir, texts)
	if err != nil {
		return false, nil, err
	}
	changed = append(changed, removed...)
	return lockWritten || len(changed) > 0, changed, nil
}

// removeStale removes the locks of what is not built from source any more: those that say so in their first line.
func (c *lockCommand) removeStale(dir string, kept map[string][]byte) ([]string, error) {
	if filepath.Base(c.out) != repository.DirectoryLock {
		return nil, nil
	}
	paths, err := filepath.Glob(filepath.Join(dir, "*-*.txt"))
	if err != nil {
		return nil, err
	}
	var removed []string
	for _, path := range paths {
		file := filepath.Base(path)
		if _, needed := kept[file]; needed || !lock.IsOurs(path) {
			continue
		}
		if err := os.Remove(path); err != nil {
			return nil, err
		}
		removed = append(removed, "removed  "+file)
	}
	return removed, nil
}

// writeTree is "lock --tree".
func (c *lockCommand) writeTree(std Streams) error {
	closure, _, err := c.readClosure()
	if err != nil {
		return err
	}
	return closure.WriteTree(std.Out, c.title)
}

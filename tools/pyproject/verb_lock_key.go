package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/repository"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/requirement"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/resolver"
)

// recall gives the locks, and their texts, where everything that hooks could see is as it was when the locks that are there
// were written: then they would ask for the same, and one run of uv says whether the lock is still what it was. What is built
// from source is then built with what it was built with. No texts mean that hooks have to be asked.
func (c *lockCommand) recall(ctx context.Context, store *resolver.Store, key string, opts resolver.Options) (repository.Closure, map[string][]byte) {
	none := repository.Closure{}
	if key == "" || opts.Preferred == nil || len(c.upgradePackages)+len(c.asking.merge) > 0 || c.asking.forget {
		return none, nil
	}
	closure, texts, err := c.readClosure()
	if err != nil {
		return none, nil
	}
	asked, found := store.Recall(keyWith(key, texts))
	if !found {
		return none, nil
	}
	for _, a := range asked {
		for _, text := range a.Requires {
			r, err := requirement.Parse(text)
			if err != nil {
				return none, nil
			}
			opts.Requirements = append(opts.Requirements, r)
		}
	}
	resolved, err := resolver.Resolve(ctx, opts)
	if err != nil {
		return none, nil // said, and explained, by the way through the hooks
	}
	resolved.Asked = asked
	name := filepath.Base(c.out)
	if text, err := c.text(resolved, name); err == nil && bytes.Equal(text, texts[name]) {
		closure.Lock = resolved
		return closure, texts
	}
	return none, nil
}

// keyWith is the key of what was asked for when everything was as key says, and these were the locks.
func keyWith(key string, texts map[string][]byte) string {
	k := keyed{sha256.New()}
	k.text(key)
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		k.text(name, string(texts[name]))
	}
	return hex.EncodeToString(k.sum.Sum(nil))
}

// key is a hash of all that hooks could see, and of what is declared: the helper, the interpreters, the session with the
// files that it names, the sources. It is "" where nothing is asked, and where something can't be told for sure.
func (c *lockCommand) key(declared []requirement.Requirement) string {
	if !c.asks() {
		return ""
	}
	k := keyed{sha256.New()}
	if err := c.addTo(k, declared); err != nil {
		return ""
	}
	return hex.EncodeToString(k.sum.Sum(nil))
}

func (c *lockCommand) addTo(k keyed, declared []requirement.Requirement) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	if err := k.stat(self); err != nil {
		return err
	}
	k.text(c.out, c.title, c.python, c.asking.walls)
	k.text(c.overrides.Lines()...)
	k.text(fmt.Sprint(c.asking.hostPackages))
	k.text(c.sourcing.names...)
	for _, tool := range c.standIns {
		k.text(tool.Name, tool.Version)
	}
	for _, r := range declared {
		k.text(r.String())
	}
	for _, wheel := range c.wheels {
		k.text(wheel.Label)
		if err := k.file(wheel.Path); err != nil {
			return err
		}
	}
	for _, source := range c.asking.interpreters {
		k.text(source.Archive, source.Executable)
		path := source.Executable
		if source.Archive != "" {
			path = source.Archive
		}
		if err := k.stat(path); err != nil {
			return err
		}
	}
	if err := c.addSession(k); err != nil {
		return err
	}
	for _, source := range c.sources {
		if err := c.addSource(k, source); err != nil {
			return err
		}
	}
	return nil
}

// addSession adds the session's flags, and the state of each file that one of them names.
func (c *lockCommand) addSession(k keyed) error {
	if c.asking.params == "" {
		return nil
	}
	text, err := os.ReadFile(c.asking.params)
	if err != nil {
		return err
	}
	for _, flag := range splitParams(string(text)) {
		k.text(flag)
		for rest, found := flag, true; found; {
			_, rest, found = strings.Cut(rest, "=")
			if info, err := os.Stat(rest); found && err == nil && info.Mode().IsRegular() {
				if err := k.stat(rest); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (c *lockCommand) addSource(k keyed, source *lockSource) error {
	k.text(source.title, source.dir, source.sdist)
	if source.sdist != "" {
		k.text(fmt.Sprint(c.patches.Strip))
		for _, patch := range c.patches.Files {
			if err := k.file(patch); err != nil {
				return err
			}
		}
		return k.file(source.sdist)
	}
	names, err := c.sourceEntries(source)
	if err != nil {
		return err
	}
	for _, name := range names {
		err := filepath.WalkDir(filepath.Join(source.dir, name), func(path string, entry fs.DirEntry, err error) error {
			if err != nil || path == c.out {
				return err
			}
			return k.entry(path, entry)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// keyed is what a key is made of.
type keyed struct{ sum hash.Hash }

func (k keyed) text(texts ...string) {
	for _, text := range texts {
		fmt.Fprintf(k.sum, "%d %s\n", len(text), text)
	}
}

// stat adds which file it is that is too large to be read: where links lead to, its size, and when it was written.
func (k keyed) stat(path string) error {
	path, err := filepath.EvalSymlinks(path)
	if err != nil {
		return err
	}
	info, err := os.Stat(path)
	if err == nil {
		k.text(path, fmt.Sprint(info.Size(), info.ModTime().UnixNano()))
	}
	return err
}

func (k keyed) file(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	content := sha256.New()
	if _, err := io.Copy(content, file); err != nil {
		return err
	}
	k.text(path, string(content.Sum(nil)))
	return nil
}

// entry adds a file, link or directory of a source tree.
func (k keyed) entry(path string, entry fs.DirEntry) error {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return err
	case entry.IsDir():
		k.text(path)
		return nil
	case !info.Mode().IsRegular():
		return errors.New("a link to a directory, or something that has no contents to compare")
	}
	k.text(fmt.Sprint(entry.Type()))
	return k.file(path)
}

// Package adapter maps the cache directory to what build backends of today have in its place (CACHE-8): build directories
// that can be kept. A backend whose hooks name cache_directory needs none.
//
// An adapter is one small file with one entry in Table. It is asked once a session, when the source is staged and before any hook
// runs, in cold sessions too: a cold build differs from a warm one in nothing but that the cache directory is empty, so that both
// write the same paths into what they make (CACHE-6). It is told what is built with what, and says which config settings and
// variables the hooks get beside the user's. Before that it repairs what the last session left, through Told.Cache: what must not be
// kept (the configuration; everything, where a path was added) is deleted there.
//
// A mapping that is known to be wrong for a version of a backend, or that the user's own settings contradict, is off: Mapping.Off
// says why, and the log has it (CACHE-4).
package adapter

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/hook"
)

// Adapter is one entry of Table.
type Adapter struct {
	// Name is what the log calls it, the name of the backend's distribution.
	Name string
	// Backends are the modules that build-backend may name, without an object: "mesonpy".
	Backends []string
	// Distribution has to be in the build environment. A backend out of the source tree itself changes with it, and is not mapped.
	Distribution string
	// Map says what the hooks get, and deletes from Told.Cache what must not be kept. An error ends the build: it is for a
	// machine that does not work, not for a project that does not fit.
	Map func(Told) (Mapping, error)
}

// Table is what there is, each in a file of its own.
var Table = []Adapter{maturin, mesonPython, pyBuildCMake, scikitBuildCore, setuptoolsRust}

// Told is what an adapter is told.
type Told struct {
	// Backend is build-backend, "module" or "module:object".
	Backend string
	// Versions are the versions of the build environment's distributions by normalised name ("meson-python").
	Versions map[string]string
	// Settings are the user's config settings, and Env the user's variables, NAME=VALUE.
	Settings hook.Settings
	Env      []string
	// Source is the staged source tree, to be read only. It holds what no hook has touched yet.
	Source *os.Root
	// Cache is the cache directory as the helper reaches it: empty, or with what the last session left. A hook may have put anything
	// into it, links out of it too, and os.Root follows none of those.
	Cache *os.Root
	// Inside is the same directory as the hooks see it, to be named in settings and variables.
	Inside string
	// Empty says that there is nothing to repair: the session is a cold one.
	Empty bool
	// Added, Removed and Changed are the paths, slash-separated, by which the source tree differs from that of the last session with this
	// cache directory; all are nil if Empty. A renamed file is added and removed.
	Added, Removed, Changed []string
	// Rewritten is a file of the source tree that a session with this cache directory has changed in its copy; "" for none.
	Rewritten string
	// Unfinished is set if the hooks of the last session failed, and is before all that they wrote, and after all else that is in the cache directory.
	Unfinished *time.Time
}

// Mapping is what an adapter answers.
type Mapping struct {
	// Settings are given to the hooks after the user's, and Env, NAME=VALUE, in the place of the user's of that name.
	Settings hook.Settings
	Env      []string
	// KeepsBuildDirectory says that the backend compares modification times with those in the cache directory: then the source is staged by
	// content. A file that is unchanged keeps the time that it had, a changed one is newer than everything in the cache. Without it each
	// file has one constant time.
	KeepsBuildDirectory bool
	// Fresh says that this build directory is empty, so that each file has one constant time all the same: then nothing can tell the session from a
	// cold one.
	Fresh bool
	// Off says why there is no mapping, as a clause for the log; everything else is then ignored.
	Off string
	// Notes are lines for the log: what was repaired, and why.
	Notes []string
}

// Find finds the adapter in a table for a backend, and for the environment that it comes from: versions by normalised name.
func Find(table []Adapter, backend string, versions map[string]string) (Adapter, bool) {
	module, _, _ := strings.Cut(backend, ":")
	i := slices.IndexFunc(table, func(a Adapter) bool {
		return slices.Contains(a.Backends, module) && (a.Distribution == "" || versions[a.Distribution] != "")
	})
	if i < 0 {
		return Adapter{}, false
	}
	return table[i], true
}

// Setting gives the values of the user's config settings with this key.
func (t Told) Setting(key string) []string {
	var values []string
	for _, setting := range t.Settings {
		if setting.Key == key {
			values = append(values, setting.Value)
		}
	}
	return values
}

// Variable gives the user's variable of this name.
func (t Told) Variable(name string) (string, bool) {
	for _, variable := range t.Env {
		if value, ok := strings.CutPrefix(variable, name+"="); ok {
			return value, true
		}
	}
	return "", false
}

// Delete removes names below the cache directory, and says so in the mapping's notes if anything was there. What a hook made
// undeletable is made deletable first.
func (t Told) Delete(m *Mapping, why string, names ...string) error {
	for _, name := range names {
		if _, err := t.Cache.Lstat(name); err != nil {
			continue
		}
		if err := removeAll(t.Cache, name); err != nil {
			return fmt.Errorf("delete %s from the cache directory: %w", name, err)
		}
		m.Notes = append(m.Notes, fmt.Sprintf("deleted %s: %s", name, why))
	}
	return nil
}

// removeAll removes a tree, the directories that refuse it to their owner included.
func removeAll(root *os.Root, name string) error {
	if err := root.RemoveAll(name); err == nil {
		return nil
	}
	unlock(root, name)
	return root.RemoveAll(name)
}

// unlock makes the directories below name writable, as far as it can.
func unlock(root *os.Root, name string) {
	info, err := root.Lstat(name)
	if err != nil || !info.IsDir() || root.Chmod(name, 0o700) != nil {
		return
	}
	dir, err := root.Open(name)
	if err != nil {
		return
	}
	entries, _ := dir.ReadDir(-1)
	dir.Close()
	for _, entry := range entries {
		unlock(root, name+"/"+entry.Name())
	}
}

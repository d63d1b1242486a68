// Package repository turns locks into the repositories of the module extension: one for each locked file, and a hub with
// one package for each lock. It reads the locks and nothing else: no network, no environment variable, no interpreter,
// so that every machine gets the same answer.
package repository

import (
	"fmt"
	"path"
	"path/filepath"
	"slices"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/lock"
)

// Request is what the module extension asks: the build_environments tags of all modules.
type Request struct {
	// Hubs are the tags, each a hub repository.
	Hubs []Hub `json:"hubs"`
}

// Hub is one build_environments tag.
type Hub struct {
	// Name is the name of the hub repository.
	Name string `json:"name"`
	// Locks are the locks that the tag names.
	Locks []LockFile `json:"locks"`
	// Wheels are targets whose wheels take the place of entries, by their labels in full: the names of the distributions.
	Wheels map[string]string `json:"wheels"`
	// Tools are programs for what is built from source, by their labels in full: the names that they are called by.
	Tools map[string]string `json:"tools"`
	// PythonVersions limits the versions of Python that files are declared for, such as "3.13" or "3.13t". Empty means
	// all that the rules know.
	PythonVersions []string `json:"python_versions"`
	// Platforms limits the platforms that files are declared for. Empty means all that the rules know.
	Platforms []string `json:"platforms"`
}

// LockFile is one lock of a Hub.
type LockFile struct {
	// Label is the lock's label as a user of the root module writes it.
	Label string `json:"label"`
	// Repository is the canonical name of the repository that the lock lies in; "" is the root module's.
	Repository string `json:"repository"`
	// Package and Name are the two parts of the label.
	Package string `json:"package"`
	Name    string `json:"name"`
	// Root is the directory of the repository. What the lock includes may not lie outside of it.
	Root string `json:"root"`
	// Exists says whether the file is there.
	Exists bool `json:"exists"`
	// Target is the name of the target of a lock_group tag, which stands for a part of the lock. Empty: all of the lock is
	// meant, and its name decides.
	Target string `json:"target"`
	// Project, Groups and Extras say which part of the lock is meant.
	Project string   `json:"project"`
	Groups  []string `json:"groups"`
	Extras  []string `json:"extras"`
}

// path is the lock's path relative to Root.
func (l LockFile) path() string { return path.Join(l.Package, l.Name) }

func (l LockFile) part() lock.Part {
	return lock.Part{Project: l.Project, Groups: l.Groups, Extras: l.Extras}
}

// target is the name of the lock's target where its package has several.
func (l LockFile) target() string {
	if l.Target != "" {
		return l.Target
	}
	return stem(l.Name)
}

// Description is the answer to a Request.
type Description struct {
	// Files are the repositories of single files, one for each file name and content over all locks.
	Files []FileRepository `json:"files"`
	// Hashes are the repositories of distributions with hashes and no file names, and Singles those of their files.
	Hashes  []HashesRepository `json:"hashes"`
	Singles []HashRepository   `json:"singles"`
	// Hubs are the contents of the hub repositories: by name, and by path in the repository.
	Hubs map[string]map[string]string `json:"hubs"`
	// Sources are the absolute paths of all files that were read or looked for. The answer changes only when one of
	// them does.
	Sources []string `json:"sources"`
}

// FileRepository is the repository of one locked file. Its fields are the attributes of the rule locked_file.
type FileRepository struct {
	Name      string   `json:"name"`
	File      string   `json:"file"`
	SHA256    string   `json:"sha256"`
	Project   string   `json:"project"`
	URLs      []string `json:"urls"`
	IndexURLs []string `json:"index_urls"`
	Lock      string   `json:"lock"`
	Repair    string   `json:"repair"`
}

// Describe answers a request. Whatever is wrong with a lock becomes the error of that lock's own target; only a wrong
// tag is an error here.
func Describe(request Request) (Description, error) {
	description := Description{Files: []FileRepository{}, Hubs: map[string]map[string]string{}, Sources: []string{}}
	files := newFileTable()
	for _, hub := range request.Hubs {
		targets, err := hub.targets()
		if err != nil {
			return Description{}, fmt.Errorf("build_environments(name = %q): %w", hub.Name, err)
		}
		reader := &hubReader{hub, targets, files, newSourceTable(hub), newWheelTable()}
		var environments []environment
		seen := map[[2]string]bool{}
		for _, file := range hub.Locks {
			if key := [2]string{file.Label, file.Target}; seen[key] && file.Target != "" {
				return Description{}, fmt.Errorf("build_environments(name = %q): two lock_group tags call a part of %s %s", hub.Name, file.Label, file.Target)
			} else if seen[key] {
				return Description{}, fmt.Errorf("build_environments(name = %q): locks has %s twice", hub.Name, file.Label)
			}
			seen[[2]string{file.Label, file.Target}] = true
			e, sources := reader.environment(file)
			environments = append(environments, e)
			for _, source := range sources {
				description.Sources = append(description.Sources, filepath.Join(file.Root, filepath.FromSlash(source)))
			}
		}
		content, err := hub.content(environments, targets)
		if err == nil {
			reader.wheels.addTo(content, targets)
			err = reader.built.addTo(content, targets)
		}
		if err != nil {
			return Description{}, fmt.Errorf("build_environments(name = %q): %w", hub.Name, err)
		}
		description.Hubs[hub.Name] = content
	}
	slices.Sort(description.Sources)
	description.Sources = slices.Compact(description.Sources)
	description.Files = append(description.Files, files.repositories...)
	description.Hashes = append([]HashesRepository{}, files.hashed...)
	description.Singles = append([]HashRepository{}, files.singles...)
	return description, nil
}

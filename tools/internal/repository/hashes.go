package repository

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"strings"

	"github.com/bazelbuild/buildtools/build"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/lock"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/wheel"
)

// HashesRepository is the repository of a distribution of which a lock has hashes alone. Which files they are of only an
// index knows, which is asked when something needs the distribution: it may withhold files, and never add any. Its fields
// are the attributes of the rule locked_hashes.
type HashesRepository struct {
	Name    string `json:"name"`
	Project string `json:"project"`
	Version string `json:"version"`
	// Files are the repositories of the files, by hash.
	Files          map[string]string `json:"files"`
	Hub            string            `json:"hub"`
	PythonVersions []string          `json:"python_versions"`
	Platforms      []string          `json:"platforms"`
	IndexURLs      []string          `json:"index_urls"`
	Lock           string            `json:"lock"`
	Repair         string            `json:"repair"`
}

// HashRepository is the repository of a file of which the lock has the hash alone. Its fields are the attributes of the rule
// locked_hash.
type HashRepository struct {
	Name      string   `json:"name"`
	SHA256    string   `json:"sha256"`
	Project   string   `json:"project"`
	Hashes    string   `json:"hashes"`
	IndexURLs []string `json:"index_urls"`
	Lock      string   `json:"lock"`
	Repair    string   `json:"repair"`
}

// isNameless says whether the lock has nothing but hashes of some file of the entry.
func isNameless(p lock.Package) bool {
	return slices.ContainsFunc(p.Files, func(f lock.File) bool { return f.Name == "" })
}

// hashes gives the label of all wheels of an entry without file names, and declares their repositories where no lock of
// the hub did before.
func (t *fileTable) hashes(hub Hub, l *lock.Lock, p lock.Package, lockLabel, repair string) string {
	var hashes []string
	for _, f := range p.Files {
		hashes = append(hashes, f.SHA256)
	}
	slices.Sort(hashes)
	indexes := indexesOf(l, p)
	sum := sha256.Sum256([]byte(strings.Join(append([]string{hub.Name, p.Name, p.Version}, append(hashes, indexes...)...), "\n")))
	name := repositoryName(p.Name+"_"+p.Version) + "_" + hex.EncodeToString(sum[:8])
	if !t.byName[name] {
		t.byName[name] = true
		all := HashesRepository{
			Name: name, Project: p.Name, Version: p.Version, Files: map[string]string{}, Hub: hub.Name,
			PythonVersions: append([]string{}, hub.PythonVersions...), Platforms: append([]string{}, hub.Platforms...),
			IndexURLs: indexes, Lock: lockLabel, Repair: repair,
		}
		for _, hash := range hashes {
			all.Files[hash] = name + "_" + hash[:16]
			t.singles = append(t.singles, HashRepository{all.Files[hash], hash, p.Name, name, indexes, lockLabel, repair})
		}
		t.hashed = append(t.hashed, all)
	}
	return "@" + name + "//:wheels"
}

// Offer is what an index offers of a distribution with hashes alone.
type Offer struct {
	// Hub is the hub that has the lock.
	Hub Hub `json:"hub"`
	// Version is the version of the distribution.
	Version string `json:"version"`
	// Project is its normalised name.
	Project string `json:"project"`
	// Files are the labels of the files that the lock has the hashes of, by the names that the index has for them.
	Files map[string]string `json:"files"`
}

// Build gives the BUILD file of such a distribution: the target "wheels", which is a small superset of what any one
// interpreter takes. Files that are no wheels of the distribution are left out.
func (o Offer) Build() (string, error) {
	targets, err := o.Hub.targets()
	if err != nil {
		return "", err
	}
	byTarget := map[string][]string{}
	for _, file := range slices.Sorted(maps.Keys(o.Files)) {
		name, err := wheel.ParseName(file)
		if err != nil || lock.NotOf(lock.Package{Name: o.Project, Version: o.Version}, file) != "" {
			continue
		}
		for _, t := range targets {
			if t.fits(file, name) {
				byTarget[t.name()] = append(byTarget[t.name()], o.Files[file])
			}
		}
	}
	return format([]build.Expr{loadLockedWheels(), lockedWheels("wheels", "@"+o.Hub.Name, byTarget, targets)}), nil
}

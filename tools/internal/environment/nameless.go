package environment

import (
	"fmt"
	"maps"
	"slices"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/lock"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/metadata"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/wheel"
)

// named gives names to the files of which the lock has the hashes alone: those of the wheels at hand that have these hashes.
// An index said what they are called; the wheel itself says later what it is.
func (c *chooser) named(locked lock.EnvironmentDistribution) (lock.EnvironmentDistribution, error) {
	hashes := map[string]bool{}
	var files []lock.EnvironmentFile
	for _, file := range locked.Files {
		if file.Name == "" {
			hashes[file.SHA256] = true
		} else {
			files = append(files, file)
		}
	}
	if len(hashes) == 0 {
		return locked, nil
	}
	for _, base := range slices.Sorted(maps.Keys(c.wheels)) {
		name, err := wheel.ParseName(base)
		if err != nil || !metadata.SameName(name.Distribution, locked.Name) || !metadata.SameVersion(name.Version, locked.Version) {
			continue
		}
		hash, err := hashOf(c.wheels[base])
		if err != nil {
			return locked, fmt.Errorf("%s: %w", c.at(locked), err)
		}
		if hashes[hash] {
			files = append(files, lock.EnvironmentFile{Name: base, SHA256: hash})
		}
	}
	if len(files) == 0 {
		return locked, fmt.Errorf("%s: the lock has %d hashes of it and no file names, and of the files that the index has for them none is a wheel for %s\n"+
			"Possible fixes:\n  - use an index that has all of its files\n  - pin a version that has such a wheel\n  - %s",
			c.at(locked), len(hashes), describe(c.facts), c.relock())
	}
	locked.Files = files
	return locked, nil
}

package repository

import (
	"fmt"
	"slices"
	"strings"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/lock"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/requirement"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/wheel"
)

// isFor says whether the lock as a whole may be used here.
func isFor(l *lock.Lock, t target) bool {
	if !t.admits(l.RequiresPython) {
		return false
	}
	return len(l.Environments) == 0 || slices.ContainsFunc(l.Environments, func(m *requirement.Marker) bool { return t.wants(m).possibly })
}

// scope says what a lock is for, or "" if it does not say.
func scope(locked lock.Environment) string {
	var parts []string
	if locked.RequiresPython != "" {
		parts = append(parts, " for Python "+locked.RequiresPython)
	}
	if len(locked.Environments) > 0 {
		parts = append(parts, " for environments with "+strings.Join(locked.Environments, ", or "))
	}
	return strings.Join(parts, ",")
}

// wanted says whether the entry counts here.
func wanted(p lock.Package, t target) holds {
	if !t.admits(p.RequiresPython) {
		return holds{}
	}
	return t.wants(p.Marker)
}

// contradiction finds two entries that pin one distribution to two versions wherever they are used.
func contradiction(l *lock.Lock, targets []target) error {
	byName := map[string][]lock.Package{}
	for _, p := range l.Packages {
		byName[p.Name] = append(byName[p.Name], p)
	}
	for _, p := range l.Packages {
		for _, other := range byName[p.Name] {
			if other.Line >= p.Line || other.Version == p.Version {
				continue
			}
			for _, t := range targets {
				if wanted(p, t).certainly && wanted(other, t).certainly {
					return fmt.Errorf("%s:%d: %s is pinned to %s here and to %s in line %d, and both count for Python %s on %s",
						p.Source, p.Line, p.Name, p.Version, other.Version, other.Line, t.python, t.platform.name)
				}
			}
		}
	}
	return nil
}

// checkFiles finds entries whose files can't be fetched by name and hash.
func checkFiles(l *lock.Lock) error {
	hashes := map[string]string{}
	for _, p := range l.Packages {
		at := fmt.Sprintf("%s:%d: %s %s", p.Source, p.Line, p.Name, p.Version)
		for _, f := range p.Files {
			switch {
			case f.Name == "" && f.SHA256 == "":
				return fmt.Errorf("%s: a file has no sha256, by which Bazel's repository cache knows files", at)
			case f.Name == "":
				continue
			case f.SHA256 == "":
				return fmt.Errorf("%s: %s has no sha256, by which Bazel's repository cache knows files", at, f.Name)
			case hashes[f.Name] != "" && hashes[f.Name] != f.SHA256:
				return fmt.Errorf("%s: %s has two hashes in this lock, %s and %s", at, f.Name, hashes[f.Name], f.SHA256)
			}
			hashes[f.Name] = f.SHA256
			if strings.HasSuffix(f.Name, ".whl") {
				if _, err := wheel.ParseName(f.Name); err != nil {
					return fmt.Errorf("%s: %w", at, err)
				}
			}
		}
	}
	return nil
}

package repository

import (
	"maps"
	"slices"
	"strings"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/lock"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/requirement"
)

// inPlace gives the lock with the hub's wheels in the places of the entries of their names (BE-8), and with the labels of
// all wheels in full: a lock names targets of its own repository. A wheel that the lock has no entry for is left out: the
// locks of what it is built with are in the same hub.
func inPlace(l *lock.Lock, file LockFile, wheels map[string]string) *lock.Lock {
	changed := *l
	changed.Wheels = nil
	for _, w := range l.Wheels {
		w.Label = "@@" + file.Repository + w.Label
		changed.Wheels = append(changed.Wheels, w)
	}
	for _, label := range slices.Sorted(maps.Keys(wheels)) {
		name := requirement.NormalizeName(wheels[label])
		named := func(p lock.Package) bool { return p.Name == name }
		at := slices.IndexFunc(changed.Packages, named)
		if at < 0 {
			continue
		}
		changed.Wheels = append(changed.Wheels, lock.Wheel{Name: name, Label: label, Source: changed.Packages[at].Source, Line: changed.Packages[at].Line})
		changed.Packages = slices.DeleteFunc(slices.Clone(changed.Packages), named)
	}
	return &changed
}

// wheelLabels are the labels of the targets that every environment of the lock needs.
func wheelLabels(l *lock.Lock) []string {
	labels := []string{}
	for _, w := range l.Wheels {
		labels = append(labels, w.Label)
	}
	return labels
}

// builtDistribution is what the environment action gets of a distribution that a target builds.
func builtDistribution(w lock.Wheel) lock.EnvironmentDistribution {
	return lock.EnvironmentDistribution{
		Name: w.Name, Built: strings.TrimPrefix(w.Label, "@@"), Line: w.Line, Files: []lock.EnvironmentFile{},
	}
}

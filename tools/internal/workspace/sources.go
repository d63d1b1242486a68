package workspace

import (
	"maps"
	"slices"
	"strings"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/buildfile"
)

// addSources hands the files of sub-packages to the projects above, for glob stops where a package begins: the source of a
// project is all that lies below it, as for every other build frontend. Packages of a repository of its own can't be reached.
func (p *Plan) addSources() (problems []error) {
	users := map[*directory][]string{} // the projects that need a package's files
	published := map[*directory]bool{}
	locks := map[*directory]*buildfile.Lock{}
	for _, found := range p.found {
		locks[found.dir] = found.lock
		for _, target := range found.targets {
			packages, empty := subpackages(found.dir, target)
			var sources []string
			for _, d := range packages {
				sources = append(sources, d.path)
				published[d] = published[d] || found.published
				if !slices.Contains(users[d], found.dir.path) {
					users[d] = append(users[d], found.dir.path)
				}
			}
			target.SetSources(sources)
			target.LeaveOut(empty)
		}
	}
	for _, d := range slices.SortedFunc(maps.Keys(users), func(a, b *directory) int { return strings.Compare(a.path, b.path) }) {
		file, err := p.openPackage(d)
		if err != nil {
			problems = append(problems, err)
			continue
		}
		file.AddSources(published[d], locks[d], users[d])
	}
	return problems
}

// subpackages are the packages below a project whose files it has to be given, and, relative to the project, those that hold
// no file for it.
func subpackages(project *directory, target *buildfile.Target) (packages []*directory, empty []string) {
	byPeople, generated := map[string]bool{}, map[string]bool{}
	for _, source := range target.Sources(project.path) {
		if source.Generated {
			generated[source.Package] = true
		} else {
			byPeople[source.Package] = true
		}
	}
	for _, child := range project.children {
		child.walk(func(d *directory) bool {
			relative := strings.TrimPrefix(strings.TrimPrefix(d.path, project.path), "/")
			if d.foreign {
				if hasPackage(d) && !target.LeavesOut(relative) && !target.KeepsSources() {
					empty = append(empty, relative+"/**")
				}
				return false
			}
			if d.buildFile == "" || target.LeavesOut(relative) {
				return true
			}
			switch {
			case byPeople[d.path], target.KeepsSources() && !generated[d.path]:
			case d.ownFiles():
				packages = append(packages, d)
			case !d.filesBelow():
				empty = append(empty, relative)
			}
			return true
		})
	}
	return packages, empty
}

func hasPackage(d *directory) bool {
	found := false
	d.walk(func(below *directory) bool {
		found = found || below.buildFile != ""
		return !found
	})
	return found
}

// ownFiles says whether the package that begins at the directory has a file besides its BUILD file.
func (d *directory) ownFiles() bool {
	if slices.ContainsFunc(d.files, func(name string) bool { return name != d.buildFile }) {
		return true
	}
	return slices.ContainsFunc(d.children, func(child *directory) bool {
		return child.buildFile == "" && !child.foreign && child.ownFiles()
	})
}

// filesBelow says whether a package below has one.
func (d *directory) filesBelow() bool {
	return slices.ContainsFunc(d.children, func(child *directory) bool {
		return !child.foreign && (child.ownFiles() || child.filesBelow())
	})
}

package repository

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/bazelbuild/buildtools/build"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/lock"
)

// sourcePackage holds what a hub builds from source, over all of its locks. No directory of a project has this name.
const sourcePackage = "__source__"

// sourceTable has the wheels that a hub builds from source, and the environments that they are built in. Equal
// resolutions share one environment, and equal builds one wheel.
type sourceTable struct {
	hub          Hub
	environments []sourceEnvironment
	wheels       []sourceWheel
	byContent    map[string]string // sdist and environment → target
	names        map[string]bool   // targets that there are
}

type sourceEnvironment struct {
	name string
	environment
}

type sourceWheel struct{ name, sdist, environment string }

func newSourceTable(hub Hub) *sourceTable {
	return &sourceTable{hub: hub, byContent: map[string]string{}, names: map[string]bool{}}
}

// environment gives the name of the target of an environment, which is that of its content: what is locked, wherever it
// stands in whichever lock.
func (t *sourceTable) environment(e environment) string {
	content := struct {
		Distributions []lock.EnvironmentDistribution
		Wheels        map[string][]string
	}{slices.Clone(e.locked.Distributions), e.wheels}
	for i := range content.Distributions {
		content.Distributions[i].Line = 0
	}
	text, err := json.Marshal(content)
	if err != nil {
		panic(err) // strings, and maps of strings
	}
	sum := sha256.Sum256(text)
	name := "environment-" + hex.EncodeToString(sum[:8])
	if !t.names[name] {
		t.names[name] = true
		t.environments = append(t.environments, sourceEnvironment{name, e})
	}
	return name
}

// wheel gives the label of the target that builds an sdist in an environment.
func (t *sourceTable) wheel(p lock.Package, sdist, environment string) string {
	content := sdist + " " + environment
	name, known := t.byContent[content]
	if !known {
		name = p.Name + "-" + p.Version
		if t.names[name] {
			sum := sha256.Sum256([]byte(content))
			name += "-" + hex.EncodeToString(sum[:8])
		}
		t.byContent[content], t.names[name] = name, true
		t.wheels = append(t.wheels, sourceWheel{name, sdist, environment})
	}
	return "//" + sourcePackage + ":" + name
}

// addTo writes the package of what is built from source, if there is anything.
func (t *sourceTable) addTo(files map[string]string, targets []target) error {
	if len(t.wheels) == 0 {
		return nil
	}
	slices.SortFunc(t.environments, func(a, b sourceEnvironment) int { return strings.Compare(a.name, b.name) })
	slices.SortFunc(t.wheels, func(a, b sourceWheel) int { return strings.Compare(a.name, b.name) })
	stmts := []build.Expr{loadRule("rules:environment", "build_environment"), loadRule("rules:wheel", "pyproject_wheel_rule")}
	for _, e := range t.environments {
		files[sourcePackage+"/"+e.name+".lock.json"] = e.description
		stmts = append(stmts, e.call(e.name, targets))
	}
	for _, w := range t.wheels {
		c := newCall("pyproject_wheel_rule", w.name)
		c.set("build_environment", text(":"+w.environment))
		c.set("sdist", text(w.sdist))
		// Nobody can change a published sdist.
		c.set("sdist_metadata", text("warning"))
		if len(t.hub.Tools) > 0 {
			c.set("tools", dict(t.hub.Tools))
		}
		c.set("unknown_build_system_keys", text("warning"))
		c.set("visibility", texts([]string{"//visibility:public"}))
		stmts = append(stmts, c.expr)
	}
	files[sourcePackage+"/BUILD.bazel"] = format(stmts)
	return nil
}

// shown is a label of the hub as people write it.
func (t *sourceTable) shown(label string) string { return fmt.Sprintf("@%s%s", t.hub.Name, label) }

package repository

import (
	"crypto/sha256"
	"encoding/hex"
	"path"
	"slices"
	"strings"

	"github.com/bazelbuild/buildtools/build"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/lock"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/wheel"
)

// wheelsPackage holds a package for each project with several wheels. No directory of a project has this name.
const wheelsPackage = "__wheels__"

// wheelTable has the wheels of the distributions of a hub. Many locks have the same ones: which file fits where is decided
// once, and written once.
type wheelTable struct {
	byKey map[[sha256.Size]byte]*wheels
	all   []*wheels
	names map[string]bool // labels that there are
}

// wheels are those of one distribution, for the targets that some locks want it for.
type wheels struct {
	// label stands for all of them: the file itself if there is one, else a target of the hub. "" if there is none.
	label string
	// byTarget has the labels of the files that fit a target, by its name.
	byTarget map[string][]string
}

func newWheelTable() *wheelTable {
	return &wheelTable{byKey: map[[sha256.Size]byte]*wheels{}, names: map[string]bool{}}
}

// of gives the wheels of an entry for the targets that want it, and declares their files where no lock did before.
func (t *wheelTable) of(r *hubReader, l *lock.Lock, p lock.Package, wanting []target, e *environment) *wheels {
	key := keyOf(p, wanting)
	if known := t.byKey[key]; known != nil {
		return known
	}
	w := &wheels{byTarget: map[string][]string{}}
	labels := map[string]bool{}
	for _, f := range p.Files {
		name, err := wheel.ParseName(f.Name)
		if err != nil {
			continue // an sdist; checkFiles has refused what is neither
		}
		label := ""
		for _, target := range wanting {
			if !target.fits(f.Name, name) {
				continue
			}
			if label == "" {
				label = r.files.label(l, p, f, e.file.Label, e.repair)
				labels[label] = true
			}
			w.byTarget[target.name()] = append(w.byTarget[target.name()], label)
		}
	}
	t.byKey[key] = w
	if len(labels) < 2 {
		w.label = strings.Join(sorted(labels), "")
		return w
	}
	w.label = t.newLabel(p, key)
	t.all = append(t.all, w)
	return w
}

// keyOf is equal for entries with the same files that are wanted for the same targets.
func keyOf(p lock.Package, wanting []target) [sha256.Size]byte {
	key := make([]byte, 0, 256*(1+len(p.Files)))
	write := func(texts ...string) {
		for _, text := range texts {
			key = append(append(key, text...), '\n')
		}
	}
	write(p.Name, p.Version)
	for _, f := range p.Files {
		write(f.Name, f.SHA256)
	}
	for _, t := range wanting {
		write(t.python, t.platform.name)
	}
	return sha256.Sum256(key)
}

func (t *wheelTable) newLabel(p lock.Package, key [sha256.Size]byte) string {
	label := "//" + path.Join(wheelsPackage, p.Name) + ":" + p.Version
	if t.names[label] {
		label += "_" + hex.EncodeToString(key[:8])
	}
	t.names[label] = true
	return label
}

// addTo writes the packages of distributions with several wheels.
func (t *wheelTable) addTo(files map[string]string, targets []target) {
	byPackage := map[string][]*wheels{}
	for _, w := range t.all {
		pkg, _, _ := strings.Cut(strings.TrimPrefix(w.label, "//"), ":")
		byPackage[pkg] = append(byPackage[pkg], w)
	}
	for pkg, all := range byPackage {
		slices.SortFunc(all, func(a, b *wheels) int { return strings.Compare(a.label, b.label) })
		stmts := []build.Expr{loadLockedWheels()}
		for _, w := range all {
			_, name, _ := strings.Cut(w.label, ":")
			stmts = append(stmts, lockedWheels(name, "", w.byTarget, targets))
		}
		files[path.Join(pkg, "BUILD.bazel")] = format(stmts)
	}
}

func loadLockedWheels() build.Expr { return loadRule("rules/private:locked_wheels", "locked_wheels") }

// lockedWheels is the target of the wheels of one distribution: those that every target has, and a select for the rest.
// Where nothing is named nothing fits: whether that is an error the environment decides. The settings are those of the
// hub, "" in its own packages.
func lockedWheels(name, hub string, byTarget map[string][]string, targets []target) build.Expr {
	everywhere := environment{wheels: byTarget}.shared(targets)
	branches := &build.DictExpr{ForceMultiLine: true}
	for _, t := range targets {
		rest := slices.DeleteFunc(slices.Clone(byTarget[t.name()]), func(label string) bool { return everywhere[label] })
		if len(rest) > 0 {
			addBranch(branches, hub, t.name(), rest)
		}
	}
	var srcs build.Expr = texts(sorted(everywhere))
	if len(branches.List) > 0 {
		branches.List = append(branches.List, &build.KeyValueExpr{Key: text("//conditions:default"), Value: texts(nil)})
		choice := &build.CallExpr{X: &build.Ident{Name: "select"}, List: []build.Expr{branches}}
		if len(everywhere) > 0 {
			srcs = &build.BinaryExpr{X: srcs, Op: "+", Y: choice}
		} else {
			srcs = choice
		}
	}
	c := newCall("locked_wheels", name)
	c.set("srcs", srcs)
	c.set("visibility", texts([]string{"//visibility:public"}))
	return c.expr
}

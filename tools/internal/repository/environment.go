package repository

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/lock"
)

// environment is what becomes of one lock: a target, or what is wrong with it.
type environment struct {
	file LockFile
	// problem is what is wrong, with its cure; everything but file and repair is empty then.
	problem string
	// repair is the command that writes the lock again.
	repair string
	locked lock.Environment
	// description is what the environment action reads of the lock, as JSON.
	description string
	// wheels are the labels of the files for each target that the lock is for, by the target's name.
	wheels map[string][]string
}

// hubReader reads the locks of one hub.
type hubReader struct {
	hub     Hub
	targets []target
	files   *fileTable
	built   *sourceTable
	wheels  *wheelTable
}

// environment reads one lock. Nothing that is wrong with it is an error: it becomes the environment's problem. The
// second result are the files that were read, relative to the lock's root.
func (r *hubReader) environment(file LockFile) (environment, []string) {
	e := environment{file: file, repair: repairCommand(file)}
	if !file.Exists {
		e.problem = fmt.Sprintf("there is no lock %s yet.\nPossible fixes:\n  - write it: %s", file.Label, e.repair)
		if lock.FormatOf(file.Name).Command() == "" {
			e.problem += fmt.Sprintf(", which needs a pyproject_lock with out = %q", file.Name)
		}
		return e, []string{file.path()}
	}
	sources := []string{file.path()}
	l, err := lock.ReadPart(file.Root, file.path(), file.part())
	sources = append(sources, l.Sources...)
	if err == nil && l.Command != "" {
		e.repair = l.Command
	}
	if err == nil {
		var d *directory
		if file.isDirectory() {
			d = &directory{reader: r, file: file, repair: e.repair, labels: map[string]string{}}
		}
		err = e.fill(inPlace(l, file, r.hub.Wheels), r, d)
		if d != nil {
			sources = append(sources, d.read...)
		}
	}
	if err != nil {
		e.problem = e.explain(err)
		e.wheels, e.locked = nil, lock.Environment{}
	}
	// What is left of it is for messages; the lock's text goes with the rest.
	e.locked.Distributions = nil
	return e, sources
}

// repairCommand is the command of a pyproject_lock beside the lock, by its usual name, or of the tool whose lock it is.
func repairCommand(file LockFile) string {
	if command := lock.FormatOf(file.Name).Command(); command != "" {
		return command
	}
	label := "//" + file.Package + ":lock"
	if file.Repository != "" {
		label = "@@" + file.Repository + label
	}
	return "bazel run " + label
}

// explain makes a problem out of an error: the reader's own text, and the command where it names no cure.
func (e environment) explain(err error) string {
	text := err.Error()
	if !strings.Contains(text, "Possible fixes") {
		text += "\nPossible fixes:\n  - write the lock again: " + e.repair
	}
	return text
}

// fill declares the files of the lock. What has to be built from source is there if the lock is one of a directory.
func (e *environment) fill(l *lock.Lock, r *hubReader, d *directory) error {
	if err := checkFiles(l); err != nil {
		return err
	}
	e.locked = Locked(l, e.file.Label, e.repair)
	e.wheels = map[string][]string{}
	var fitting []target
	for _, t := range r.targets {
		if isFor(l, t) {
			fitting = append(fitting, t)
			e.wheels[t.name()] = wheelLabels(l)
		}
	}
	if len(fitting) == 0 && len(r.targets) > 0 {
		return fmt.Errorf("%s is%s, and no Python and platform that environments are declared for is among them", l.Path, scope(e.locked))
	}
	if err := contradiction(l, fitting); err != nil {
		return err
	}
	for i, p := range l.Packages {
		wanting := slices.DeleteFunc(slices.Clone(fitting), func(t target) bool { return !wanted(p, t).possibly })
		without := e.addWheels(l, p, wanting, r)
		if d == nil || len(without) == 0 || Sdist(p).Name == "" {
			continue
		}
		label, err := d.source(l, p)
		if errors.Is(err, errNoSourceLock) && len(without) < len(wanting) {
			continue // wheels for some, and for the others nobody has locked how it is built
		}
		if err != nil {
			return err
		}
		e.locked.Distributions[i].Built = r.built.shown(label)
		for _, t := range without {
			e.wheels[t.name()] = append(e.wheels[t.name()], label)
		}
	}
	e.shareLists(fitting)
	return e.describe()
}

// shareLists sorts the lists of files, and keeps equal ones once: most targets have the same, and hubs many environments.
func (e *environment) shareLists(targets []target) {
	var different [][]string
	for _, t := range targets {
		// Two entries of one distribution, whose markers differ, may name the same file.
		labels := e.wheels[t.name()]
		slices.Sort(labels)
		labels = slices.Compact(labels)
		at := slices.IndexFunc(different, func(other []string) bool { return slices.Equal(other, labels) })
		if at < 0 {
			at = len(different)
			different = append(different, slices.Clip(slices.Clone(labels)))
		}
		e.wheels[t.name()] = different[at]
	}
}

// describe writes down what the environment action reads: a line for each distribution.
func (e *environment) describe() error {
	var text strings.Builder
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false) // markers are full of < and >
	head := e.locked
	head.Distributions = nil
	err := encoder.Encode(head)
	begin, _ := strings.CutSuffix(text.String(), "null}\n")
	text.Reset()
	text.WriteString(begin + "[\n")
	for i, d := range e.locked.Distributions {
		if i > 0 {
			text.WriteString(",")
		}
		err = errors.Join(err, encoder.Encode(d))
	}
	if err != nil {
		return fmt.Errorf("describe %s: %w", e.file.Label, err)
	}
	text.WriteString("]}\n")
	e.description = strings.Clone(text.String())
	return nil
}

// addWheels declares the wheels of an entry, and gives the targets that none of them fits.
func (e *environment) addWheels(l *lock.Lock, p lock.Package, wanting []target, r *hubReader) (without []target) {
	if isNameless(p) && len(wanting) > 0 {
		label := r.files.hashes(r.hub, l, p, e.file.Label, e.repair)
		for _, t := range wanting {
			e.wheels[t.name()] = append(e.wheels[t.name()], label)
		}
		return nil
	}
	wheels := r.wheels.of(r, l, p, wanting, e)
	for _, t := range wanting {
		if wheels.byTarget[t.name()] == nil {
			without = append(without, t)
			continue
		}
		e.wheels[t.name()] = append(e.wheels[t.name()], wheels.label)
	}
	return without
}

// Locked is what the environment action gets of a lock: label and command are for its messages.
func Locked(l *lock.Lock, label, command string) lock.Environment {
	locked := lock.Environment{
		Lock: label, Command: command, RequiresPython: l.RequiresPython.String(), Distributions: []lock.EnvironmentDistribution{},
	}
	for _, marker := range l.Environments {
		locked.Environments = append(locked.Environments, marker.String())
	}
	for _, p := range l.Packages {
		locked.Distributions = append(locked.Distributions, distribution(p))
	}
	for _, w := range l.Wheels {
		locked.Distributions = append(locked.Distributions, builtDistribution(w))
	}
	return locked
}

// distribution is the part of an entry that the environment action gets: all files by name, so that it can say which
// there would be where none fits.
func distribution(p lock.Package) lock.EnvironmentDistribution {
	d := lock.EnvironmentDistribution{
		Name: p.Name, Version: p.Version, Marker: p.Marker.String(), RequiresPython: p.RequiresPython.String(),
		Extras: p.Extras, DirectURL: p.DirectURL, Line: p.Line,
		Files: []lock.EnvironmentFile{},
	}
	for _, f := range p.Files {
		d.Files = append(d.Files, lock.EnvironmentFile{Name: f.Name, SHA256: f.SHA256})
	}
	return d
}

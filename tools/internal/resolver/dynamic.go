package resolver

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/environment"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/interpreter"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/lock"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/repository"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/requirement"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/session"
)

// maxRounds bounds how often hooks are asked. Two are what it takes (the second asks for nothing more), three are known.
const maxRounds = 8

// Asking says how the hooks of a project are asked.
type Asking struct {
	// Interpreter is the one that they run with.
	Interpreter interpreter.Source
	// Ask asks them in the environment of this archive and its description.
	Ask func(ctx context.Context, archive, info string) ([]session.Answer, error)
	// Progress is told what is done next, for people.
	Progress func(line string)
}

// Dynamic is Resolve, again and again with what the hooks ask for in the environment that the resolution before makes,
// until they ask for nothing more (REQ-5). The lock's Asked says what they asked for and where. Environments are made by
// the very code of the build, of files that are verified by their hashes.
func Dynamic(ctx context.Context, opts Options, asking Asking) (*lock.Lock, error) {
	facts, err := environment.Probe(ctx, asking.Interpreter)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "pyproject-lock-ask-")
	if err != nil {
		return nil, fmt.Errorf("ask hooks: %w", err)
	}
	defer os.RemoveAll(dir)
	d := &dynamic{Options: opts, Asking: asking, facts: facts, dir: dir, place: fmt.Sprintf("CPython %s on %s", facts.MinorVersion(), facts.Platform)}
	for _, r := range opts.Requirements {
		d.known = append(d.known, r.String())
	}
	for len(d.rounds) < maxRounds {
		resolved, err := Resolve(ctx, d.Options)
		if err != nil {
			return nil, d.explain(err)
		}
		more, err := d.ask(ctx, resolved)
		if err != nil {
			return nil, err
		}
		if len(more) == 0 {
			resolved.Asked = d.header()
			return resolved, nil
		}
		d.rounds = append(d.rounds, strings.Join(more, ", "))
	}
	return nil, fmt.Errorf("the backend of %s asked for something new in each of %d rounds, so that there is nothing to lock:\n%s\n"+
		"Possible fixes:\n  - have its get_requires hooks ask for the same each time\n"+
		"  - lock without asking (ask = False), and name what it needs in `requirements`", opts.Title, maxRounds, d.listRounds())
}

// dynamic are the rounds of one lock.
type dynamic struct {
	Options
	Asking
	facts   interpreter.Facts
	place   string // where hooks are asked, for people
	dir     string
	known   []string // requirements that are resolved already, as texts
	rounds  []string // what each round asked for
	answers []session.Answer
}

// ask asks the hooks in the environment that the lock makes, and adds what is new to the requirements.
func (d *dynamic) ask(ctx context.Context, l *lock.Lock) (more []string, err error) {
	archive, info, err := d.environment(ctx, l)
	if err != nil {
		return nil, fmt.Errorf("make the environment in which the hooks of %s are asked: %w\n"+
			"  - lock without asking (ask = False), and name what the backend asks for in `requirements`", d.Title, err)
	}
	d.Progress(fmt.Sprintf("asking the hooks of %s, %s", d.Title, d.place))
	answers, err := d.Ask(ctx, archive, info)
	if err != nil {
		return nil, err
	}
	for _, answer := range answers {
		var texts []string
		for _, text := range answer.Requires {
			r, err := requirement.Parse(text)
			if err != nil {
				return nil, fmt.Errorf("what %s of %s asks for: %w", answer.Hook, answer.Backend, err)
			}
			texts = append(texts, r.String())
			if slices.Contains(d.known, r.String()) {
				continue
			}
			d.known = append(d.known, r.String())
			d.Requirements = append(slices.Clip(d.Requirements), r)
			more = append(more, r.String())
		}
		d.remember(answer, texts)
	}
	return more, nil
}

// environment makes the build environment of the lock for the interpreter.
func (d *dynamic) environment(ctx context.Context, l *lock.Lock) (archive, info string, err error) {
	locked := repository.Locked(l, d.Title, "")
	needed, err := environment.Needed(locked, d.facts)
	if err != nil {
		return "", "", err
	}
	d.Progress(fmt.Sprintf("making the environment, wheels: %d", len(needed)))
	wheels, err := fetchAll(ctx, l, needed, d.dir, d.Index)
	if err != nil {
		return "", "", err
	}
	var built []string
	for _, w := range d.Wheels {
		built = append(built, w.Path)
	}
	archive, info = filepath.Join(d.dir, "environment.tar"), filepath.Join(d.dir, "environment.json")
	_, err = environment.Create(ctx, environment.CreateOptions{
		Lock: locked, Wheels: wheels, Built: built, Interpreter: d.Interpreter, Output: archive, Info: info, TempDir: d.dir,
	})
	return archive, info, err
}

// remember unites what a hook asks for in all rounds: one that finds what it asked for may not ask for it again.
func (d *dynamic) remember(answer session.Answer, requires []string) {
	i := slices.IndexFunc(d.answers, func(a session.Answer) bool { return a.Hook == answer.Hook })
	if i < 0 {
		d.answers = append(d.answers, session.Answer{Hook: answer.Hook, Backend: answer.Backend})
		i = len(d.answers) - 1
	}
	for _, text := range requires {
		if !slices.Contains(d.answers[i].Requires, text) {
			d.answers[i].Requires = append(d.answers[i].Requires, text)
		}
	}
}

// header says what was asked for, and where. It names no patch version, so that an upgrade of the interpreter changes no lock.
func (d *dynamic) header() []string {
	var lines []string
	for _, a := range d.answers {
		slices.Sort(a.Requires)
		requires := "nothing"
		if len(a.Requires) > 0 {
			requires = strings.Join(a.Requires, ", ")
		}
		lines = append(lines, fmt.Sprintf("%s of %s, %s: %s", a.Hook, a.Backend, d.place, requires))
	}
	return lines
}

// explain says which of the requirements that can't be resolved hooks have asked for.
func (d *dynamic) explain(err error) error {
	if len(d.rounds) == 0 {
		return err
	}
	return fmt.Errorf("%w\nThe hooks of %s asked for, %s:\n%s", err, d.Title, d.place, d.listRounds())
}

func (d *dynamic) listRounds() string {
	var lines []string
	for i, asked := range d.rounds {
		lines = append(lines, fmt.Sprintf("round %d: %s", i+1, asked))
	}
	return indent(strings.Join(lines, "\n"))
}

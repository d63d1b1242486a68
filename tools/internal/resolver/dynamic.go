package resolver

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/interpreter"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/lock"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/requirement"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/session"
)

// maxRounds bounds how often hooks are asked. Two are what it takes (the second asks for nothing more), three are known.
const maxRounds = 8

// anotherMachine tells the answers of a machine that has the same Python on the same platform as this one.
const anotherMachine = " (another machine)"

// Project is a project whose hooks are asked.
type Project struct {
	// Title names it in messages, and Header in the lock's header: "" where the lock is for this one alone.
	Title, Header string
	// Ask asks its hooks with an interpreter, in the environment of this archive and its description.
	Ask func(ctx context.Context, python interpreter.Source, archive, info string) ([]session.Answer, error)
}

// Asking says how hooks are asked.
type Asking struct {
	// Projects are those that the lock is for.
	Projects []Project
	// Interpreters are those that hooks are asked with. The first has to answer: it is that of the target's own
	// configuration. Another need not have what the project needs.
	Interpreters []interpreter.Source
	// Elsewhere is what hooks asked for when the lock was written last. What is asked now counts in the place of what was asked
	// at the same place.
	Elsewhere []lock.Asked
	// Merged is what hooks asked for on other machines, whatever is asked now.
	Merged []lock.Asked
	// Store keeps the files that environments are made of.
	Store *Store
	// Check says why something can't be a build requirement. It may be nil.
	Check func(requirement.Requirement) error
	// Progress is told what is done next, and Warn what was left out.
	Progress, Warn func(line string)
}

// Dynamic is Resolve, again and again with what the hooks ask for in the environments that the resolution before makes,
// until they ask for nothing more (REQ-5). The answers of all interpreters are united: a lock is for all of them, and what
// one does not need does no harm. The lock's Asked says what was asked for and where. Environments are made by
// the very code of the build, of files that are verified by their hashes.
func Dynamic(ctx context.Context, opts Options, asking Asking) (*lock.Lock, error) {
	dir, err := os.MkdirTemp("", "pyproject-lock-ask-")
	if err != nil {
		return nil, fmt.Errorf("ask hooks: %w", err)
	}
	defer os.RemoveAll(dir)
	d, err := newDynamic(ctx, opts, asking, dir)
	if err != nil {
		return nil, err
	}
	return d.lock(ctx)
}

// newDynamic prepares the rounds of one lock. They leave the last environment of each place in dir.
func newDynamic(ctx context.Context, opts Options, asking Asking, dir string) (*dynamic, error) {
	d := &dynamic{Options: opts, Asking: asking, dir: dir}
	for _, r := range opts.Requirements {
		d.known = append(d.known, r.String())
	}
	return d, d.open(ctx)
}

func (d *dynamic) lock(ctx context.Context) (*lock.Lock, error) {
	for len(d.rounds) < maxRounds {
		d.Progress("resolving the build requirements of " + d.Title)
		resolved, err := Resolve(ctx, d.Options)
		if err != nil {
			return nil, d.explain(err)
		}
		more, err := d.ask(ctx, resolved)
		if err != nil {
			return nil, err
		}
		if len(more) == 0 {
			if resolved, err = settled(ctx, d.Options, resolved); err != nil {
				return nil, d.explain(err)
			}
			resolved.Asked = append(d.answers, d.elsewhere...)
			return resolved, nil
		}
		d.rounds = append(d.rounds, strings.Join(more, ", "))
	}
	return nil, fmt.Errorf("the backend of %s asked for something new in each of %d rounds, so that there is nothing to lock:\n%s\n"+
		"Possible fixes:\n  - have its get_requires hooks ask for the same each time\n"+
		"  - lock without asking (ask = False), and name what it needs in `requirements`", d.Title, maxRounds, d.listRounds())
}

// dynamic are the rounds of one lock.
type dynamic struct {
	Options
	Asking
	places    []*place
	dir       string
	known     []string // requirements that are resolved already, as texts
	rounds    []string // what each round asked for
	answers   []lock.Asked
	elsewhere []lock.Asked // what still counts of what was asked at other places
}

// open finds out which places there are, and takes up what was asked at others.
func (d *dynamic) open(ctx context.Context) error {
	for i, source := range d.Interpreters {
		p, err := openPlace(ctx, source, d.dir, i)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(d.places, func(other *place) bool { return other.name == p.name }) {
			d.places = append(d.places, p)
		}
	}
	here := func(a lock.Asked) bool {
		return slices.ContainsFunc(d.places, func(p *place) bool { return p.name == a.Place })
	}
	for _, a := range d.Merged {
		if here(a) {
			a.Place += anotherMachine
		}
		d.elsewhere = append(d.elsewhere, a)
	}
	for _, a := range d.Elsewhere {
		merged := slices.ContainsFunc(d.elsewhere, func(m lock.Asked) bool { return m.Project == a.Project && m.Place == a.Place })
		if !here(a) && !merged {
			d.elsewhere = append(d.elsewhere, a)
		}
	}
	for _, a := range d.elsewhere {
		if _, err := d.want(a.Requires); err != nil {
			return fmt.Errorf("what %s of %s asked for, %s: %w", a.Hook, a.Backend, a.Place, err)
		}
	}
	return nil
}

// ask asks at each place, in the environment that the lock makes there, and adds what is new to the requirements.
func (d *dynamic) ask(ctx context.Context, l *lock.Lock) (more []string, err error) {
	for i := 0; i < len(d.places); {
		p := d.places[i]
		some, err := d.askAt(ctx, p, l)
		more = append(more, some...)
		switch {
		case err == nil:
			i++
		case i == 0 || ctx.Err() != nil || isCircle(err):
			return nil, err
		default:
			d.Warn(fmt.Sprintf("hooks can't be asked with %s, and what they would ask for there is not locked: %v", p.name, err))
			some, err := d.giveUp(i)
			if err != nil {
				return nil, err
			}
			more = append(more, some...)
		}
	}
	return more, nil
}

// giveUp takes up what was asked, in another run, at a place where it can't be asked now.
func (d *dynamic) giveUp(i int) (more []string, err error) {
	name := d.places[i].name
	d.places = slices.Delete(d.places, i, i+1)
	for _, a := range d.Elsewhere {
		if a.Place != name {
			continue
		}
		some, err := d.want(a.Requires)
		if err != nil {
			return nil, err
		}
		more = append(more, some...)
		d.remember(a)
	}
	return more, nil
}

func (d *dynamic) askAt(ctx context.Context, p *place, l *lock.Lock) (more []string, err error) {
	changed, err := p.environment(ctx, d, l)
	var inSource *sourceError
	if errors.As(err, &inSource) {
		return nil, err
	}
	if err != nil {
		return nil, fmt.Errorf("make the environment in which the hooks of %s are asked: %w\n"+
			"  - lock without asking (ask = False), and name what the backend asks for in `requirements`", d.Title, err)
	}
	if !changed {
		return nil, nil // it was asked in this very environment
	}
	for _, project := range d.Projects {
		d.Progress(fmt.Sprintf("asking the hooks of %s, %s", project.Title, p.name))
		answers, err := project.Ask(ctx, p.source, p.archive, p.info)
		if err != nil {
			return more, err
		}
		for _, answer := range answers {
			some, err := d.want(answer.Requires)
			if err != nil {
				return more, fmt.Errorf("what %s of %s asks for: %w", answer.Hook, answer.Backend, err)
			}
			more = append(more, some...)
			d.remember(lock.Asked{
				Hook: string(answer.Hook), Backend: answer.Backend, Project: project.Header, Place: p.name, Requires: answer.Requires,
			})
		}
	}
	return more, nil
}

// want adds to the requirements what is new, and returns that.
func (d *dynamic) want(texts []string) (more []string, err error) {
	for _, text := range texts {
		r, err := requirement.Parse(text)
		if err != nil {
			return nil, err
		}
		stood, err := StandsFor(d.StandIns, r)
		if err != nil {
			return nil, err
		}
		if stood || slices.Contains(d.known, r.String()) {
			continue
		}
		if d.Check != nil {
			if err := d.Check(r); err != nil {
				return nil, err
			}
		}
		d.known = append(d.known, r.String())
		d.Requirements = append(slices.Clip(d.Requirements), r)
		more = append(more, r.String())
	}
	return more, nil
}

// remember unites what a hook asks for in all rounds: one that finds what it asked for may not ask for it again.
func (d *dynamic) remember(answer lock.Asked) {
	i := slices.IndexFunc(d.answers, func(a lock.Asked) bool {
		return a.Hook == answer.Hook && a.Project == answer.Project && a.Place == answer.Place
	})
	if i < 0 {
		d.answers = append(d.answers, lock.Asked{Hook: answer.Hook, Backend: answer.Backend, Project: answer.Project, Place: answer.Place})
		i = len(d.answers) - 1
	}
	for _, text := range answer.Requires {
		if r, err := requirement.Parse(text); err == nil && !slices.Contains(d.answers[i].Requires, r.String()) {
			d.answers[i].Requires = append(d.answers[i].Requires, r.String())
		}
	}
	slices.Sort(d.answers[i].Requires)
}

// explain says which of the requirements that can't be resolved hooks have asked for, here and elsewhere.
func (d *dynamic) explain(err error) error {
	var texts []string
	if len(d.rounds) > 0 {
		var names []string
		for _, p := range d.places {
			names = append(names, p.name)
		}
		texts = append(texts, fmt.Sprintf("The hooks of %s asked for, %s:\n%s", d.Title, strings.Join(names, ", "), d.listRounds()))
	}
	for _, a := range d.elsewhere {
		if len(a.Requires) > 0 {
			texts = append(texts, fmt.Sprintf("The lock says what %s asked for, %s: %s (--forget leaves out what was asked elsewhere)",
				a.Hook, a.Place, strings.Join(a.Requires, ", ")))
		}
	}
	if len(texts) == 0 {
		return err
	}
	return errors.Join(err, errors.New(strings.Join(texts, "\n")))
}

func (d *dynamic) listRounds() string {
	var lines []string
	for i, asked := range d.rounds {
		lines = append(lines, fmt.Sprintf("round %d: %s", i+1, asked))
	}
	return indent(strings.Join(lines, "\n"))
}

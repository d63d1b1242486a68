package session

import (
	"fmt"
	"strings"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/requirement"
)

// requirementsError is what a build asks for and the lock doesn't give.
type requirementsError struct {
	lock     string // what it is called
	asked    string // who asks
	problems []string
	fixes    []string
}

func (e *requirementsError) Error() string {
	var out strings.Builder
	fmt.Fprintf(&out, "%s does not satisfy %s:\n", e.lock, e.asked)
	for _, problem := range e.problems {
		fmt.Fprintf(&out, "  - %s\n", problem)
	}
	return out.String() + possibleFixes(e.fixes)
}

// possibleFixes is the last part of an error.
func possibleFixes(fixes []string) string {
	if len(fixes) == 0 {
		return ""
	}
	return "Possible fixes:\n  - " + strings.Join(fixes, "\n  - ")
}

// checkStatic holds [build-system] requires against the environment (REQ-4).
func (s *Staged) checkStatic() error {
	system := s.Project.BuildSystem
	asked := "[build-system] requires of " + s.config.pyprojectFile()
	if !system.Declared {
		asked = "the build requirements of a project without a [build-system] table"
	}
	fixes := []string{s.lockAgain()}
	if s.config.Sdist == "" {
		fixes = append(fixes, "change the requirement in "+s.config.pyprojectFile())
	} else {
		fixes = append(fixes, "where its author is wrong: replace or relax the requirement, with a pyproject_override")
	}
	if err := s.checkRequirements(asked, append(s.overrides.Requires(system.Requires), s.overrides.Added()...), fixes); err != nil {
		return err
	}
	return s.checkConstraints()
}

// checkConstraints holds the environment against the constraints of overrides (BE-6).
func (s *Staged) checkConstraints() error {
	have, err := s.distributions()
	if err != nil {
		return err
	}
	problems := s.overrides.Violated(have, s.Info.Interpreter.Markers)
	if len(problems) == 0 {
		return nil
	}
	return s.requirementsError("the constraints of its overrides", problems, []string{s.lockAgain(), "give the target that writes the lock the overrides of this one"})
}

// checkDynamic holds what a get_requires hook returned against the environment (REQ-5).
func (s *Staged) checkDynamic(hookName string, asked []string) error {
	by := fmt.Sprintf("what %s of %s asks for", hookName, s.Project.BuildSystem.Backend)
	var wanted []requirement.Requirement
	for _, text := range asked {
		parsed, err := requirement.Parse(text)
		if err != nil {
			return fmt.Errorf("%s: %q is not a requirement: %w", by, text, err)
		}
		wanted = append(wanted, parsed)
	}
	wanted = s.overrides.Requires(wanted)
	have, err := s.distributions()
	if err != nil {
		return err
	}
	var names []string
	for _, w := range wanted {
		if len(requirement.Check([]requirement.Requirement{w}, have, s.Info.Interpreter.Markers)) > 0 {
			names = append(names, fmt.Sprintf("%q", w.String()))
		}
	}
	if len(names) == 0 {
		return nil
	}
	return s.checkRequirements(by, wanted, []string{
		s.lockAgain() + ", which asks the hooks and locks what they ask for",
		fmt.Sprintf("if that runs on another platform, with other settings, or does not ask: take its answers from a lock that was written there, with --merge FILE, or add to the `requirements` of the lock: %s; then lock again", strings.Join(names, ", ")),
		"if it asks for a program that it did not find on PATH: name that program in `tools`",
	})
}

func (s *Staged) checkRequirements(asked string, wanted []requirement.Requirement, fixes []string) error {
	have, err := s.distributions()
	if err != nil {
		return err
	}
	problems := requirement.Check(wanted, have, s.Info.Interpreter.Markers)
	if len(problems) == 0 {
		return nil
	}
	return s.requirementsError(asked, problems, fixes)
}

func (s *Staged) requirementsError(asked string, problems []requirement.Problem, fixes []string) error {
	failure := &requirementsError{lock: s.lockName(), asked: asked, fixes: fixes}
	for _, problem := range problems {
		failure.problems = append(failure.problems, problem.String()+s.skipped(problem)+s.built(problem))
	}
	return failure
}

// skipped says that something is locked, but not for this interpreter.
func (s *Staged) skipped(problem requirement.Problem) string {
	wanted := requirement.NormalizeName(problem.Wanted.Name)
	for _, skipped := range s.Info.Skipped {
		if requirement.NormalizeName(skipped.Name) == wanted {
			return fmt.Sprintf("; %s %s is locked for `%s` only, which is false here", skipped.Name, skipped.Version, skipped.Marker)
		}
	}
	return ""
}

// built says that the version is not the lock's doing: a target has built what was found.
func (s *Staged) built(problem requirement.Problem) string {
	wanted := requirement.NormalizeName(problem.Wanted.Name)
	for _, d := range s.Info.Distributions {
		if d.Built != "" && requirement.NormalizeName(d.Name) == wanted {
			return fmt.Sprintf("; %s has built it", d.Built)
		}
	}
	return ""
}

func (s *Staged) lockName() string {
	if s.config.Lock == "" {
		return "the build environment"
	}
	return "the lock " + s.config.Lock
}

func (s *Staged) repair() string {
	if s.config.Repair == "" {
		return ""
	}
	return ": " + s.config.Repair
}

func (s *Staged) lockAgain() string { return "lock again" + s.repair() }

// distributions are the environment's, as requirements are compared with: what is overridden they don't require.
func (s *Staged) distributions() ([]requirement.Distribution, error) {
	var out []requirement.Distribution
	for _, d := range s.Info.Distributions {
		one := requirement.Distribution{Name: d.Name, Version: d.Version, DirectURL: d.DirectURL, Hash: d.SHA256}
		for _, text := range d.RequiresDist {
			parsed, err := requirement.Parse(text)
			if err != nil {
				// Old wheels have lines that were never valid (PEP 508 came later); installers skip them as well.
				continue
			}
			one.Requires = append(one.Requires, parsed)
		}
		one.Requires = s.overrides.Requires(one.Requires)
		out = append(out, one)
	}
	return append(out, s.config.StandIns...), nil
}

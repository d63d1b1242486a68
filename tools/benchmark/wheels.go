package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"slices"
)

// caseTimes are the runs of one case, by contender; those of one index were made one after the other.
type caseTimes struct {
	benchCase
	actions []actionTimes
	verbs   []verbTimes
	uv      []float64
	uvTree  []float64 // uv with an unpacked source tree
	uvOwn   []float64 // only for projects with uv's backend
	pip     []float64 // pypa/build
	uvPip   []float64 // pypa/build with uv as the installer
}

// line is what is known of a case when it has been measured: the tables come when all have.
func (c *caseTimes) line() string {
	line := fmt.Sprintf("%s: action %s, verb %s", c.name, summarise(c.actionTotals()).times(), summarise(c.verbWalls()).times())
	for _, other := range []struct {
		name  string
		times []float64
	}{{"uv", c.uv}, {"uv, tree", c.uvTree}, {"build", c.pip}, {"build, uv installer", c.uvPip}} {
		if len(other.times) > 0 {
			line += fmt.Sprintf(", %s %s", other.name, summarise(other.times).times())
		}
	}
	return line + " ms"
}

// column is one number of each run.
func column[T any](runs []T, number func(T) float64) []float64 {
	var out []float64
	for _, run := range runs {
		out = append(out, number(run))
	}
	return out
}

func (c *caseTimes) actionTotals() []float64 {
	return column(c.actions, func(t actionTimes) float64 { return t.action })
}

func (c *caseTimes) verbWalls() []float64 {
	return column(c.verbs, func(t verbTimes) float64 { return t.wall })
}

// measureWheels measures ours and theirs in turn.
func measureWheels(ctx context.Context, o *options, s *bazelSession, out io.Writer) error {
	chosen, err := chosenCases(o.cases)
	if err != nil {
		return err
	}
	var tools *frontends
	results, err := measureCases(ctx, o, s, chosen, nil, func(c *caseTimes, action *wheelAction) ([]contender, error) {
		if tools == nil {
			interpreter := action.flag("interpreter")
			if interpreter == "" {
				return nil, fmt.Errorf("%s has no system interpreter: the frontends would run with another one", c.label())
			}
			if tools, err = newFrontends(ctx, interpreter, s.temp); err != nil {
				return nil, err
			}
		}
		if err := tools.download(ctx, s.workspace, c.benchCase); err != nil {
			return nil, err
		}
		sdist := filepath.Join(s.execroot, action.flag("sdist"))
		theirs := []contender{
			timesInto(&c.uv, func() (float64, error) { return tools.uv(ctx, c.benchCase, sdist) }),
			timesInto(&c.uvTree, func() (float64, error) { return tools.uvTree(ctx, c.benchCase, sdist) }),
			timesInto(&c.pip, func() (float64, error) { return tools.pypaBuild(ctx, c.benchCase, sdist, "pip") }),
			timesInto(&c.uvPip, func() (float64, error) { return tools.pypaBuild(ctx, c.benchCase, sdist, "uv") }),
		}
		if c.uvBuild {
			theirs = append(theirs, timesInto(&c.uvOwn, func() (float64, error) { return tools.uvOwn(ctx, c.benchCase, sdist) }))
		}
		return theirs, nil
	})
	if err != nil {
		return err
	}
	if err := writeRatios(out, results); err != nil {
		return err
	}
	return writeOwnWork(out, "a system interpreter", results)
}

// measureInBuild measures ours alone, with an in-build interpreter. Another toolchain makes Bazel analyse everything again,
// so these are not in turn with the others.
func measureInBuild(ctx context.Context, o *options, s *bazelSession, out io.Writer) error {
	chosen, err := chosenCases(o.cases)
	if err != nil {
		return err
	}
	results, err := measureCases(ctx, o, s, chosen, []string{"--extra_toolchains=" + o.inBuild}, func(_ *caseTimes, action *wheelAction) ([]contender, error) {
		if action.flag("interpreter-archive") == "" {
			return nil, fmt.Errorf("%s gave no in-build interpreter", o.inBuild)
		}
		return nil, nil
	})
	if err != nil {
		return err
	}
	return writeOwnWork(out, "an in-build interpreter", results)
}

// contender makes one wheel; it keeps its time if it is told to.
type contender func(keep bool) error

func timesInto(times *[]float64, run func() (float64, error)) contender {
	return func(keep bool) error {
		took, err := run()
		if err == nil && keep {
			*times = append(*times, took)
		}
		return err
	}
}

// measureCases measures the action, the verb and what others there are, each once without keeping the time and then in turn.
func measureCases(
	ctx context.Context, o *options, s *bazelSession, chosen []benchCase, flags []string,
	others func(*caseTimes, *wheelAction) ([]contender, error),
) ([]*caseTimes, error) {
	var labels []string
	for _, c := range chosen {
		labels = append(labels, c.label())
	}
	if err := s.prepare(ctx, flags, labels...); err != nil {
		return nil, err
	}
	var results []*caseTimes
	for _, c := range chosen {
		times := &caseTimes{benchCase: c}
		action, err := s.action(ctx, flags, c.label())
		if err != nil {
			return nil, err
		}
		theirs, err := others(times, action)
		if err != nil {
			return nil, err
		}
		contenders := slices.Concat([]contender{
			func(keep bool) error {
				took, err := s.runAction(ctx, flags, c)
				if err == nil && keep {
					times.actions = append(times.actions, took)
				}
				return err
			},
			func(keep bool) error {
				took, err := s.runVerb(ctx, action)
				if err == nil && keep {
					times.verbs = append(times.verbs, took)
				}
				return err
			},
		}, theirs)
		for run := range o.runs + 1 {
			progress("%s, run %d of %d", c.name, run, o.runs)
			for _, contender := range contenders {
				if run > 0 {
					o.quiet.wait(ctx)
				}
				if err := contender(run > 0); err != nil {
					return nil, err
				}
			}
		}
		progress("%s", times.line())
		results = append(results, times)
	}
	return results, nil
}

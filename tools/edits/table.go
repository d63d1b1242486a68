package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/replay"
)

// table makes each edit of the table once, each on top of those before; a project as it is at first comes before and after them all.
func (w *walk) table(ctx context.Context) error {
	if err := w.begin(ctx); err != nil {
		return err
	}
	for _, e := range slices.Concat(edits, checks()) {
		if !e.of(w) {
			continue
		}
		if err := w.row(ctx, e); err != nil {
			return fmt.Errorf("%s: %w", e.name, err)
		}
	}
	if err := w.reset(); err != nil {
		return err
	}
	last, err := w.step(ctx, "all of it reverted")
	if err == nil && !last.Kept() {
		err = fmt.Errorf("what the first builds had left was not kept: %s", last.Cache())
	}
	return err
}

// begin builds the project as it is at first, and is an error where what keeps its build directory is not at work: nothing would be proved of it.
func (w *walk) begin(ctx context.Context) error {
	first, err := w.step(ctx, "as it is")
	if err != nil {
		return err
	}
	if first.Cold.Wheel == "" {
		return fmt.Errorf("the project can't be built:\n%s", first.Cold.Output)
	}
	if w.keepsBuildDirectory() && !strings.Contains(first.Warm.Log, "\ncache mapping  for ") {
		return fmt.Errorf("no build directory is kept:\n%s", first.Warm.Log)
	}
	return nil
}

// keepsBuildDirectory says whether a build directory is kept, for as long as the build does not write to its source.
func (w *walk) keepsBuildDirectory() bool { return w.backend != "setuptools" && w.flavour == "" }

// row makes one edit, and is an error if it proves nothing.
func (w *walk) row(ctx context.Context, e edit) error {
	if err := e.make(w); err != nil {
		return err
	}
	before := w.last
	missed, err := w.misses()
	if err != nil {
		return err
	}
	outcome, err := w.step(ctx, e.name)
	if err != nil || len(outcome.Differences) > 0 {
		return err // a difference is in the report
	}
	if err := w.judge(e, outcome); err != nil {
		return err
	}
	if !e.fails && slices.Contains(e.same, w.backend) != (w.last == before) {
		return fmt.Errorf("the cold wheel was %s, and is %s", before, w.last)
	}
	if e.compiles == 0 || w.flavour != "" {
		return nil
	}
	compiled, err := w.misses()
	compiled -= missed
	if w.keepsBuildDirectory() {
		compiled = compilations(outcome.Warm.Log)
	}
	if err == nil && compiled != e.compiles {
		err = fmt.Errorf("%d C files were compiled, not %d:\n%s", compiled, e.compiles, outcome.Warm.Log)
	}
	return err
}

// judge is an error if the warm build of an edit did not go as the edit says.
func (w *walk) judge(e edit, outcome *replay.Outcome) error {
	log := outcome.Warm.Log
	switch built := outcome.Cold.Wheel != ""; {
	case e.fails && built:
		return errors.New("it can be built")
	case e.fails && !strings.Contains(log, "error: "):
		return fmt.Errorf("it is no compiler that fails:\n%s", log)
	case !e.fails && !built:
		return fmt.Errorf("nothing was compared, for it can't be built:\n%s", outcome.Cold.Output)
	case e.keeps && !outcome.Kept():
		return fmt.Errorf("the cache directory was not kept: %s", outcome.Cache())
	case e.keeps && w.flavour == "" && strings.Contains(log, "\ncache mapping  deleted build:"):
		return fmt.Errorf("the build directory was not kept:\n%s", log)
	case e.keeps && w.flavour == "" && w.backend == "meson_python" && !strings.Contains(log, "\ncache mapping  the configuration stays"):
		return fmt.Errorf("the configuration was not kept:\n%s", log)
	case e.says != "" && w.backend != "setuptools" && !strings.Contains(log, e.says):
		return fmt.Errorf("the log lacks %q:\n%s", e.says, log)
	case e.empty != "" && !names(outcome.Cache(), e.empty):
		return fmt.Errorf("%q is not why the cache directory is empty: %s", e.empty, outcome.Cache())
	}
	return nil
}

// names says whether the log's line about the cache directory gives a reason among others: alone, or with its two values behind it.
func names(line, reason string) bool {
	_, reasons, _ := strings.Cut(line, "empty at the start: ")
	reasons = strings.TrimPrefix(reasons, "another than any build before: ")
	return slices.ContainsFunc(strings.Split(reasons, ", "), func(text string) bool {
		return text == reason || strings.HasPrefix(text, reason+" (")
	})
}

// compiling is what Meson and CMake say of a C file.
var compiling = regexp.MustCompile(`(?:Compiling|Building) C object`)

// compilations are the C files that a build system has compiled, as far as the log says.
func compilations(log string) int {
	_, hook, _ := strings.Cut(log, "== build_wheel")
	return len(compiling.FindAllString(hook, -1))
}

// misses are all objects that the compiler cache lacked in warm builds: so often a real compiler has run.
func (w *walk) misses() (sum int, err error) {
	const name = "--ccache="
	i := w.flag(name)
	stores, err := filepath.Glob(filepath.Join(w.replay.Dir, "store", "*", "*", "ccache"))
	if i < 0 || err != nil {
		return 0, err
	}
	for _, store := range stores {
		text, err := exec.Command(strings.TrimPrefix(w.replay.Args[i], name), "--dir", store, "--print-stats").Output()
		if err != nil {
			return 0, fmt.Errorf("ask ccache: %w", err)
		}
		_, after, _ := strings.Cut(string(text), "\ncache_miss\t")
		count, _, _ := strings.Cut(after, "\n")
		missed, err := strconv.Atoi(count)
		if err != nil {
			return 0, fmt.Errorf("ask ccache: %w", err)
		}
		sum += missed
	}
	return sum, nil
}

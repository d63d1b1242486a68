package replay

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/wheel"
)

// differences says in what a warm build is not the cold one.
func differences(ctx context.Context, cold, warm Build) ([]string, error) {
	switch {
	case cold.Wheel == "" && warm.Wheel == "":
		return nil, nil
	case warm.Wheel == "":
		return []string{"the cold build succeeds, and the warm one fails:\n" + warm.Output}, nil
	case cold.Wheel == "":
		return []string{"the warm build succeeds, and the cold one fails:\n" + cold.Output}, nil
	case filepath.Base(cold.Wheel) != filepath.Base(warm.Wheel):
		return []string{fmt.Sprintf("the wheel is %s cold, and %s warm", filepath.Base(cold.Wheel), filepath.Base(warm.Wheel))}, nil
	}
	same, err := sameBytes(cold.Wheel, warm.Wheel)
	if same || err != nil {
		return nil, err
	}
	found, err := wheel.Compare(ctx, cold.Wheel, warm.Wheel)
	if err != nil {
		return nil, err
	}
	var lines []string
	for _, d := range found {
		line := d.What
		if d.File != "" {
			line = d.File + ": " + line
		}
		if d.Detail != "" {
			line += "\n" + d.Detail
		}
		// Compare's first wheel is the cold one.
		lines = append(lines, strings.NewReplacer("only in the first wheel", "only in the cold wheel", "only in the second wheel", "only in the warm wheel").Replace(line))
	}
	if len(lines) == 0 {
		lines = []string{"the bytes of the archives differ, and nothing in them"}
	}
	return lines, nil
}

func sameBytes(a, b string) (bool, error) {
	first, err := os.ReadFile(a)
	if err != nil {
		return false, err
	}
	second, err := os.ReadFile(b)
	return bytes.Equal(first, second), err
}

// Parts of a session's log.
const (
	mappingLine = "\ncache mapping  for "
	ccacheLine  = "\nccache         /"
	argument    = ", with cache_directory ==\n"
)

// Blame says who has made a warm build another than the cold one, by what the warm one's log says that it used.
func Blame(log string, unstable bool) string {
	if unstable {
		return "not the cache directory: two cold builds differ as well (BYTES-1). The backend puts something into the wheel that is not in its sources"
	}
	var suspects []string
	if _, after, ok := strings.Cut(log, mappingLine); ok {
		name, _, _ := strings.Cut(after, "\n")
		suspects = append(suspects, fmt.Sprintf("the adapter of %s, which keeps its build directory: please report it; naming a build directory by the backend's own option switches it off", name))
	}
	if strings.Contains(log, argument) {
		suspects = append(suspects, "the backend, which takes cache_directory and has to notice what changed since it wrote there")
	}
	if strings.Contains(log, ccacheLine) {
		suspects = append(suspects, "the compiler cache")
	}
	if suspects == nil {
		return "nobody who is known: no hook takes cache_directory, no adapter has mapped it, and there is no compiler cache"
	}
	return strings.Join(suspects, "; or ")
}

// Cache is what the warm build had to start with, in a clause.
func (o *Outcome) Cache() string {
	_, line, _ := strings.Cut("\n"+o.Warm.Log, "\ncache          ")
	line, _, _ = strings.Cut(line, "\n")
	return line
}

// Kept says whether the warm build began with what another had left.
func (o *Outcome) Kept() bool { return strings.HasPrefix(o.Cache(), "as the last build left it") }

// String is the outcome for people: a line, and the differences below it.
func (o *Outcome) String() string {
	verdict := "equal"
	switch {
	case len(o.Differences) > 0:
		verdict = "DIFFERENT"
	case o.Cold.Wheel == "":
		verdict = "both fail"
	}
	text := fmt.Sprintf("%-9s  %s (cache directory %s)\n", verdict, o.Revision.Name, o.Cache())
	for _, line := range o.Differences {
		text += "    " + strings.ReplaceAll(strings.TrimSpace(line), "\n", "\n    ") + "\n"
	}
	if o.Blame != "" {
		text += "  to blame: " + o.Blame + "\n"
	}
	return text
}

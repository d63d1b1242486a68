package replay

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
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
	}
	return Differences(ctx, filepath.Dir(cold.Wheel), filepath.Dir(warm.Wheel))
}

// Differences says in what that which a warm build made is not what a cold one made: two files, or all files of two directories. There is a
// text for each file that differs, none if all have the same bytes.
func Differences(ctx context.Context, cold, warm string) (texts []string, err error) {
	expected, err := filesBelow(cold)
	if err != nil {
		return nil, err
	}
	made, err := filesBelow(warm)
	if err != nil {
		return nil, err
	}
	for _, name := range made {
		if !slices.Contains(expected, name) {
			texts = append(texts, "only the warm build made "+filepath.Base(warm)+name)
		}
	}
	for _, name := range expected {
		if !slices.Contains(made, name) {
			texts = append(texts, "only the cold build made "+filepath.Base(cold)+name)
			continue
		}
		text, err := fileDifference(ctx, cold+name, warm+name)
		if err != nil {
			return nil, err
		}
		if text != "" {
			texts = append(texts, text)
		}
	}
	return texts, nil
}

// filesBelow are the names of all files, as they follow top's own. If that is a file it has one, which is empty.
func filesBelow(top string) (names []string, err error) {
	err = filepath.WalkDir(top, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			names = append(names, path[len(top):])
		}
		return err
	})
	return names, err
}

// fileDifference is empty if two files have the same bytes. Of wheels it says in what they differ.
func fileDifference(ctx context.Context, cold, warm string) (string, error) {
	expected, err := os.ReadFile(cold)
	if err != nil {
		return "", err
	}
	made, err := os.ReadFile(warm)
	if err != nil || bytes.Equal(expected, made) {
		return "", err
	}
	text := filepath.Base(warm) + " differs"
	if !strings.HasSuffix(warm, ".whl") {
		return text, nil
	}
	found, err := wheel.Compare(ctx, cold, warm)
	if err != nil {
		return "", err
	}
	if len(found) == 0 {
		return text + ": the bytes of the archives, and nothing in them", nil
	}
	// Compare's first wheel is the cold one.
	named := strings.NewReplacer("only in the first wheel", "only in the cold wheel", "only in the second wheel", "only in the warm wheel")
	for _, d := range found {
		line := named.Replace(d.What)
		if d.File != "" {
			line = d.File + ": " + line
		}
		if d.Detail != "" {
			line += "\n" + d.Detail
		}
		text += "\n  " + strings.ReplaceAll(line, "\n", "\n  ")
	}
	return text, nil
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

package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/walls"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"pyproject": main})
}

// TestScripts runs every testdata/*.txtar: a command line, its inputs and what it must say. $PYTHON is the machine's python3.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Setup: func(env *testscript.Env) error {
			python, err := exec.LookPath("python3")
			if err != nil {
				return fmt.Errorf("these tests need a python3: %w", err)
			}
			env.Setenv("PYTHON", python)
			return nil
		},
	})
}

// TestSplitParams pins the params file format: one argument a line, nothing trimmed (STYLE.md 10).
func TestSplitParams(t *testing.T) {
	for _, c := range []struct {
		text string
		want []string
	}{
		{"", nil},
		{"a\n", []string{"a"}},
		{"a", []string{"a"}},
		{"a\n\n", []string{"a", ""}},
		{"\n", []string{""}},
		{" a \t\n#b\r\n'c d'\n@e\n", []string{" a \t", "#b\r", "'c d'", "@e"}},
	} {
		if got := splitParams(c.text); !slices.Equal(got, c.want) {
			t.Errorf("splitParams(%q) = %q, want %q", c.text, got, c.want)
		}
	}
}

// TestExitStatus proves that an error's own exit code is passed on, without a word when it has none.
func TestExitStatus(t *testing.T) {
	verbs = append(verbs, verb{"fail", "", func(context.Context, []string, Streams) error { return &walls.ExitError{Code: 7} }})
	defer func() { verbs = verbs[:len(verbs)-1] }()
	if code := run(context.Background(), []string{"fail"}, Streams{os.Stdin, os.Stdout, os.Stderr}); code != 7 {
		t.Errorf("exit code %d, want 7", code)
	}
}

package main

import (
	"context"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestWarmResults: a run replaces what it measured, and nothing else of a project.
func TestWarmResults(t *testing.T) {
	file := filepath.Join(t.TempDir(), "warm", "results.json")
	for _, name := range []string{oursName, "uv", oursName} {
		results, err := loadWarm(file)
		if err != nil {
			t.Fatal(err)
		}
		measured := warmMeasured{}
		measured.add(name, editedState, warmTimes{Wall: float64(1000 * len(name)), Compiled: len(results.Projects)})
		if err := results.keep("regex", measured); err != nil {
			t.Fatal(err)
		}
	}
	results, err := loadWarm(file)
	if err != nil {
		t.Fatal(err)
	}
	regex := results.Projects["regex"]
	if len(regex) != 2 || len(regex.walls(oursName, editedState)) != 1 || regex.compiled(oursName, editedState) != "1" || regex.compiled("uv", fullState) != "–" {
		t.Errorf("%+v", regex)
	}
	var table strings.Builder
	if err := writeWarm(&table, results, []string{"regex"}); err != nil || !strings.Contains(table.String(), "| regex | one file edited | 4000 (4000–4000) |") {
		t.Errorf("error %v, table:\n%s", err, &table)
	}
	checkSVG(t, plotWarm(results))
}

// checkSVG wants well-formed XML with two bars.
func checkSVG(t *testing.T, plot string) {
	t.Helper()
	bars := 0
	for decoder := xml.NewDecoder(strings.NewReader(plot)); ; {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("%v in\n%s", err, plot)
		}
		if start, ok := token.(xml.StartElement); ok && start.Name.Local == "rect" {
			bars++
		}
	}
	if bars != 2 {
		t.Errorf("%d bars in\n%s", bars, plot)
	}
}

// TestCountingCompilers: the compilers of the limit count objects and nothing else, and have the action's flags, those for linking only where it links.
func TestCountingCompilers(t *testing.T) {
	dir := t.TempDir()
	shop := &workshop{directory: dir}
	action := &wheelAction{arguments: []string{"--cc=/bin/echo", "--cc-flag=-it's", "--cxx=/bin/echo", "--cxx-flag=-cxx", "--link-flag=-Wl,-x", "--link-flag=-lm"}}
	if err := shop.writeCompilers(action); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ compiler, arguments, says string }{
		{"cc", "-c a.c", "-it's -c a.c\n"},
		{"c++", "-O2 -c a.cc", "-cxx -O2 -c a.cc\n"},
		{"cc", "-E a.c", "-it's -E a.c\n"},
		{"cc", "a.o", "-it's -Wl,-x a.o\n"},
		{"c++", "a.o", "-cxx -Wl,-x a.o -lstdc++ -lm\n"},
	} {
		out, err := exec.CommandContext(context.Background(), filepath.Join(dir, "compilers", test.compiler), strings.Fields(test.arguments)...).Output()
		if err != nil || string(out) != test.says {
			t.Errorf("%s %s: %q, error %v", test.compiler, test.arguments, out, err)
		}
	}
	if counted, err := os.ReadFile(shop.counted()); err != nil || len(counted) != 2 {
		t.Errorf("counted %q, error %v", counted, err)
	}
	if err := shop.writeCompilers(&wheelAction{arguments: []string{"--cc=external/gcc"}}); err == nil {
		t.Error("a compiler in the execution root is taken")
	}
}

// TestNames: a name that is not known is an error before anything is measured.
func TestNames(t *testing.T) {
	for _, args := range [][]string{{"-parts=cold"}, {"-projects=numpy"}, {"-contenders=ours,pip"}} {
		if _, err := parseOptions(args); err == nil || !strings.Contains(err.Error(), "there is no ") {
			t.Errorf("%s: %v", args, err)
		}
	}
	if o, err := parseOptions([]string{"-projects="}); err != nil || len(o.projects) != 0 || len(o.contenders) != len(warmContenders) {
		t.Errorf("%+v, error %v", o, err)
	}
}

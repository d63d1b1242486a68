package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/cache"
)

// TestCacheVerb proves CACHE-9: what lies in a cache root can be listed, explained, checked and emptied.
func TestCacheVerb(t *testing.T) {
	root := filepath.Join(t.TempDir(), "root")
	run := func(args ...string) (string, int) {
		var out bytes.Buffer
		code := runTest(append([]string{"cache"}, args...), &out)
		return out.String(), code
	}
	flag := "--cache-root=" + root
	if out, code := run("list", flag); code != 0 || !strings.Contains(out, "there are no cache directories") {
		t.Errorf("%d %s", code, out)
	}
	store, err := cache.OpenStore(root)
	if err != nil {
		t.Fatal(err)
	}
	var directories []string
	for _, project := range []string{"//a", "//b"} {
		key := cache.Key{Project: project, Parts: []cache.Part{{Name: "the walls", Value: "paths"}}}
		slot, err := store.Open(key, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(slot.Directory, "file"), make([]byte, 2048), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := slot.Close(&cache.Record{Key: key}, ""); err != nil {
			t.Fatal(err)
		}
		directories = append(directories, slot.Directory)
	}
	for _, c := range []struct {
		args  []string
		code  int
		wants []string
		not   string
	}{
		{[]string{"list", flag}, 0, []string{"//a ", "//b ", "2.0 KiB", "kept", "2 directories"}, ""},
		{[]string{"list", flag, "//a"}, 0, []string{"//a ", "1 directories"}, "//b"},
		{[]string{"explain", flag, "//b"}, 0, []string{"found it empty: nothing of the project was built before", "belongs to:  the walls: paths", "next build:  kept"}, "//a"},
		{[]string{"check", flag}, 0, nil, "damaged"},
		{[]string{"prune", flag}, 0, nil, "removed"},
		{[]string{"prune", flag, "//a"}, 2, []string{"--all"}, ""},
		{[]string{"prune", "--all", flag, "//a"}, 0, []string{"removed ", "(//a): asked for"}, "//b"},
		{[]string{"sweep", flag}, 2, []string{"none of list, explain, check and prune"}, ""},
		{[]string{}, 2, []string{"expected list, explain, check or prune"}, ""},
		{[]string{"list", "--cache-max-size=lots", flag}, 2, []string{"expected a size such as 500M"}, ""},
	} {
		out, code := run(c.args...)
		for _, want := range c.wants {
			if !strings.Contains(out, want) {
				t.Errorf("%q lacks %q:\n%s", c.args, want, out)
			}
		}
		if code != c.code || c.not != "" && strings.Contains(out, c.not) {
			t.Errorf("%q: exit code %d:\n%s", c.args, code, out)
		}
	}
	if err := os.WriteFile(filepath.Join(directories[1], "file"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if out, code := run("check", flag); code != 1 || !strings.Contains(out, "it does not hold what the last build left in it") {
		t.Errorf("%d %s", code, out)
	}
	if out, code := run("prune", flag, "--cache-max-age=1ns"); code != 0 || !strings.Contains(out, "(//b): older than 1ns") {
		t.Errorf("%d %s", code, out)
	}
}

func runTest(args []string, out *bytes.Buffer) int {
	return run(context.Background(), args, Streams{In: strings.NewReader(""), Out: out, Err: out})
}

func TestParseSize(t *testing.T) {
	for text, want := range map[string]int64{"1": 1, "2K": 2048, "3G": 3 << 30, "": 0, "G": 0, "-1": 0, "1X": 0, "99999999T": 0} {
		if got, err := parseSize(text); got != want || (err == nil) != (want != 0) {
			t.Errorf("%q: %d, %v", text, got, err)
		}
	}
}

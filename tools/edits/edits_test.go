package main

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// fake is a helper whose wheel holds a digest of its source and flags.
type fake struct {
	cold  bool // no build finds what another has left
	blind bool // the source is never looked at
	plain bool // no build directory is kept
	anew  bool // Meson never goes on from its configuration
	kept  map[string]bool
}

func (f *fake) start(_ context.Context, args []string) (int, string) {
	output, log, key, warm, broken, source := "", "", "", false, false, sha256.New()
	for _, arg := range args {
		name, value, _ := strings.Cut(arg, "=")
		switch name {
		case "--output":
			output = value
		case "--log":
			log = value
		case "--cache-root":
			warm = true
		case "--cache-project", "--configuration": // a warm build's alone
		case "--source":
			_, path, _ := strings.Cut(value, "=")
			module, err := os.ReadFile(filepath.Join(path, "module.c"))
			broken = broken || err == nil && strings.Contains(string(module), "0)\n")
			if err := digest(source, path); err != nil {
				return 2, err.Error()
			}
		default:
			key += arg + "\n"
		}
	}
	text := "cache          empty at the start: another than any build before: the variables\n"
	if warm && f.kept[key] && !f.cold {
		text = "cache          as the last build left it: 1 files\n"
	}
	if warm {
		f.kept[key] = true
	}
	if !f.plain {
		text += "cache mapping  for meson-python\n"
	}
	if !f.anew {
		text += "cache mapping  the configuration stays\n"
	}
	if err := os.WriteFile(log, []byte(text), 0o644); err != nil {
		return 2, err.Error()
	}
	if broken {
		return 1, "error: "
	}
	content := fmt.Sprintf("%x %s", source.Sum(nil), key)
	if f.blind {
		content = ""
	}
	if err := writeWheel(filepath.Join(output, "promised-1.0-py3-none-any.whl"), content); err != nil {
		return 2, err.Error()
	}
	return 0, ""
}

func digest(to io.Writer, top string) error {
	return filepath.WalkDir(top, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		fmt.Fprintf(to, "%q %q\n", path, text)
		return err
	})
}

func writeWheel(path, content string) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer file.Close()
	archive := zip.NewWriter(file)
	entry, err := archive.Create("promised.py")
	if err == nil {
		_, err = entry.Write([]byte(content))
	}
	if err != nil {
		return err
	}
	return archive.Close()
}

// newFake is a walk whose session has the flags that edits need.
func newFake(t *testing.T, project string, f fake) *walk {
	t.Helper()
	info := filepath.Join(t.TempDir(), "info.json")
	if err := os.WriteFile(info, []byte(`{"version": "3.14.0"}`), 0o644); err != nil {
		t.Fatal(err)
	}
	f.kept = map[string]bool{}
	w, err := newWalk(project, t.TempDir(), []string{"--cc=/proc/self/exe", "--environment-info=" + info}, f.start)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// TestRandom: a walk that proves next to nothing is an error (CACHE-6).
func TestRandom(t *testing.T) {
	for name, c := range map[string]struct {
		fake fake
		want string
	}{
		"proves":            {fake{}, ""},
		"nothing was warm":  {fake{cold: true}, "0 were warm"},
		"nothing was built": {fake{blind: true}, "1 wheels were made"},
		"nothing is mapped": {fake{plain: true}, "no build directory is kept"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newFake(t, "meson_python", c.fake)
			err := w.random(context.Background(), rand.New(rand.NewPCG(1, 0)), 30)
			if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("%v\n%s", err, w.report)
			}
		})
	}
}

// TestUndo: one edit is taken back, and with it the one that can't be without it.
func TestUndo(t *testing.T) {
	w := newFake(t, "meson_python", fake{})
	before, err := os.ReadFile(w.path("src/module.c"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"edit", "rename of a module", "revert", "environment"} {
		for _, e := range edits {
			if e.name != name {
				continue
			}
			if err := e.make(w); err != nil {
				t.Fatal(err)
			}
			w.made = append(w.made, e)
		}
	}
	name, err := w.undo(0)
	if err != nil || name != "edit taken back" {
		t.Fatal(name, err)
	}
	after, err := os.ReadFile(w.path("src/module.c"))
	if err != nil || string(after) != string(before) {
		t.Errorf("%v: the edit is there\n%s", err, after)
	}
	if _, err := os.Stat(w.path("pkg/renamed.py")); err != nil || len(w.made) != 2 || len(w.flags) != 1 {
		t.Errorf("%v: %d edits and %d flags are left", err, len(w.made), len(w.flags))
	}
}

// TestRow: an edit that proves nothing is an error (CACHE-6).
func TestRow(t *testing.T) {
	changed := write("src/module.c", "")
	for name, c := range map[string]struct {
		edit edit
		fake fake
		want string
	}{
		"as it says":       {edit{make: changed, keeps: true}, fake{}, ""},
		"reaches no wheel": {edit{make: nothing}, fake{}, "the cold wheel was"},
		"reaches a wheel":  {edit{make: changed, same: everywhere}, fake{}, "the cold wheel was"},
		"configures anew":  {edit{make: changed, keeps: true}, fake{anew: true}, "the configuration was not kept"},
		"starts empty":     {edit{make: changed, keeps: true}, fake{cold: true}, "the cache directory was not kept"},
		"says nothing":     {edit{make: changed, says: "a word"}, fake{}, `the log lacks "a word"`},
		"another reason":   {edit{make: flag("--env=A=1"), empty: "the compilers"}, fake{}, `"the compilers" is not why`},
		"that reason":      {edit{make: flag("--env=A=1"), empty: "the variables"}, fake{}, ""},
		"does not fail":    {edit{make: changed, fails: true}, fake{}, "it can be built"},
		"compiles nothing": {edit{make: changed, compiles: 1}, fake{}, "0 C files were compiled, not 1"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newFake(t, "meson_python", c.fake)
			if _, err := w.step(context.Background(), "as it is"); err != nil {
				t.Fatal(err)
			}
			err := w.row(context.Background(), c.edit)
			if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("%v\n%s", err, w.report)
			}
		})
	}
}

package replay

import (
	"archive/zip"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// fake is a helper whose wheel holds what its source's file "text" says, or what it said the first time in a store.
type fake struct {
	t      *testing.T
	log    string // of warm builds
	stale  bool
	count  bool // each build puts another number into its wheel
	builds int
	kept   string
}

func (f *fake) start(_ context.Context, args []string) (int, string) {
	f.t.Helper()
	f.builds++
	flags := map[string]string{}
	for _, arg := range args[1:] {
		name, value, _ := strings.Cut(arg, "=")
		flags[name] = value
	}
	_, file, _ := strings.Cut(flags["--source"], "=")
	data, err := os.ReadFile(file)
	if err != nil {
		f.t.Fatal(err)
	}
	text, log := string(data), "target x\n"
	if flags["--cache-root"] != "" {
		log += "cache          empty at the start: it is a test\n" + f.log
		if f.kept == "" {
			f.kept = text
		} else if f.stale {
			text = f.kept
		}
	}
	if err := os.WriteFile(flags["--log"], []byte(log), 0o644); err != nil {
		f.t.Fatal(err)
	}
	if text == "wrong" {
		return 1, "it is wrong"
	}
	if f.count {
		text += fmt.Sprint(f.builds)
	}
	f.wheel(filepath.Join(flags["--output"], "demo-1.0-py3-none-any.whl"), text)
	return 0, ""
}

func (f *fake) wheel(name, text string) {
	f.t.Helper()
	out, err := os.Create(name)
	if err != nil {
		f.t.Fatal(err)
	}
	defer out.Close()
	archive := zip.NewWriter(out)
	for _, file := range [][2]string{
		{"demo.py", text},
		{"demo-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n"},
		{"demo-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n"},
		{"demo-1.0.dist-info/RECORD", "demo.py,,\ndemo-1.0.dist-info/METADATA,,\ndemo-1.0.dist-info/WHEEL,,\ndemo-1.0.dist-info/RECORD,,\n"},
	} {
		to, err := archive.Create(file[0])
		if err == nil {
			_, err = to.Write([]byte(file[1]))
		}
		if err != nil {
			f.t.Fatal(err)
		}
	}
	if err := archive.Close(); err != nil {
		f.t.Fatal(err)
	}
}

// replay builds trees with these texts, one after the other.
func (f *fake) replay(texts ...string) []*Outcome {
	f.t.Helper()
	r := &Replay{Start: f.start, Project: "//demo", Dir: f.t.TempDir()}
	var outcomes []*Outcome
	for i, text := range texts {
		tree := filepath.Join(f.t.TempDir(), "p")
		if err := os.Mkdir(tree, 0o755); err != nil {
			f.t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(tree, "text"), []byte(text), 0o644); err != nil {
			f.t.Fatal(err)
		}
		outcome, err := r.Step(context.Background(), Revision{Name: fmt.Sprint(i), Tree: tree, Root: "p"})
		if err != nil {
			f.t.Fatal(err)
		}
		outcomes = append(outcomes, outcome)
	}
	return outcomes
}

// TestStep proves CACHE-6: what differs is found, and who is to blame told by what the warm build used.
func TestStep(t *testing.T) {
	for name, c := range map[string]struct {
		fake  fake
		texts []string
		want  []string // in the text of the last outcome
	}{
		"honest":      {fake{}, []string{"a", "b", "a"}, []string{"equal      2 (cache directory empty at the start: it is a test)"}},
		"both fail":   {fake{}, []string{"wrong"}, []string{"both fail  0"}},
		"adapter":     {fake{stale: true, log: "cache mapping  for meson-python\n"}, []string{"a", "b"}, []string{"DIFFERENT  1", "demo.py: ", "to blame: the adapter of meson-python"}},
		"backend":     {fake{stale: true, log: "== build_wheel of x, with cache_directory ==\n"}, []string{"a", "b"}, []string{"to blame: the backend, which takes cache_directory"}},
		"ccache":      {fake{stale: true, log: "ccache         /usr/bin/ccache\n"}, []string{"a", "b"}, []string{"to blame: the compiler cache"}},
		"nobody":      {fake{stale: true}, []string{"a", "b"}, []string{"to blame: nobody who is known"}},
		"unstable":    {fake{count: true}, []string{"a"}, []string{"DIFFERENT  0", "two cold builds differ as well (BYTES-1)"}},
		"warm fails":  {fake{stale: true}, []string{"wrong", "a"}, []string{"the cold build succeeds, and the warm one fails:\n    it is wrong"}},
		"warm builds": {fake{stale: true}, []string{"a", "wrong"}, []string{"the warm build succeeds, and the cold one fails:\n    it is wrong"}},
	} {
		t.Run(name, func(t *testing.T) {
			f := c.fake
			f.t = t
			outcomes := f.replay(c.texts...)
			text := outcomes[len(outcomes)-1].String()
			for _, want := range c.want {
				if !strings.Contains(text, want) {
					t.Errorf("no %q in\n%s", want, text)
				}
			}
			if name == "honest" && f.builds != 5 {
				t.Errorf("%d builds: what was built cold is built cold again", f.builds)
			}
		})
	}
}

// TestStepWithoutSession: a helper that comes to no session is an error, not two failures that are alike.
func TestStepWithoutSession(t *testing.T) {
	var got []string
	r := &Replay{Dir: t.TempDir(), Args: []string{"--walls=paths"}, Start: func(_ context.Context, args []string) (int, string) {
		got = args
		return 2, "wheel: no such flag\n"
	}}
	_, err := r.Step(context.Background(), Revision{Name: "first", Args: []string{"--sdist=x"}})
	if err == nil || err.Error() != "replay first warm: wheel: no such flag" {
		t.Error(err)
	}
	if !slices.Equal(got[:3], []string{"wheel", "--walls=paths", "--sdist=x"}) {
		t.Errorf("%q", got)
	}
}

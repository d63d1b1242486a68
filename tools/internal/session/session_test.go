package session

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/hook"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/walls"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/wheel"
)

// reporter is a backend that writes what it sees into its wheel.
const reporter = `
import json, os, sys
def tree():
    found = {}
    for top, dirs, files in os.walk("."):
        for name in dirs + files:
            path = os.path.join(top, name)
            info = os.lstat(path)
            found[os.path.relpath(path)] = [oct(info.st_mode), int(info.st_mtime), info.st_uid == os.getuid()]
    return found
def build_wheel(d, settings=None, metadata=None, *, cache_directory="absent"):
    seen = dict(environ=dict(os.environ), cwd=os.getcwd(), settings=settings, metadata=metadata, cache=[cache_directory, os.path.isdir(cache_directory)],
        tree=tree(), prefix=sys.prefix, base=sys.base_prefix, stdin=sys.stdin.read(), umask=os.umask(0), path=sys.path)
    open("written-by-the-hook", "w").close()
    print("building é")
    return maker.wheel(d, files={"demo.json": json.dumps(seen)})
`

// seen is what reporter saw.
type seen struct {
	Environ           map[string]string
	Cwd, Prefix, Base string
	Settings          map[string]any
	Metadata          *string
	Cache             []any
	Tree              map[string][]any
	Stdin             string
	Umask             int
	Path              []string
}

func report(t *testing.T, s *session) seen {
	t.Helper()
	var found seen
	if err := json.Unmarshal([]byte(s.succeed(t)["demo.json"]), &found); err != nil {
		t.Fatal(err)
	}
	return found
}

// TestSession proves HOOK-1, CACHE-1 and BE-4 for a whole session, and what its outputs are.
func TestSession(t *testing.T) {
	inBoth(t, func(t *testing.T, kind walls.Kind) {
		s := newSession(t, kind, reporter, nil)
		s.Settings = []hook.Setting{{Key: "a", Value: "1"}, {Key: "b", Value: "x"}, {Key: "b", Value: "y"}}
		s.Config.Env = []string{"FLAVOUR=sweet=sour", "SOURCE_DATE_EPOCH=400000000"}
		found := report(t, s)
		if want := map[string]any{"a": "1", "b": []any{"x", "y"}}; !reflect.DeepEqual(found.Settings, want) || found.Metadata != nil {
			t.Errorf("the hook got %v and %v", found.Settings, found.Metadata)
		}
		base := strings.TrimSuffix(found.Cwd, "/source/demo")
		want := map[string]string{
			"AR": base + "/compilers/ar", "CC": base + "/compilers/cc", "CXX": base + "/compilers/c++", "FLAVOUR": "sweet=sour",
			"HOME": base + "/home", "LANG": "C.UTF-8", "LOGNAME": "builder", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0",
			"PATH": base + "/environment/bin:" + base + "/compilers:" + base + "/tools", "SOURCE_DATE_EPOCH": "400000000",
			"TMPDIR": base + "/tmp", "TZ": "UTC", "USER": "builder",
		}
		if !reflect.DeepEqual(found.Environ, want) {
			t.Errorf("the hook's environment is %v, want %v", found.Environ, want)
		}
		if kind == walls.Required && base != walls.Base {
			t.Errorf("the hook ran in %s", found.Cwd)
		}
		if found.Prefix != base+"/environment" || found.Prefix == found.Base || found.Stdin != "" || found.Umask != 0o022 {
			t.Errorf("prefix %s, base %s, standard input %q, umask %o", found.Prefix, found.Base, found.Stdin, found.Umask)
		}
		if !reflect.DeepEqual(found.Cache, []any{base + "/cache", true}) {
			t.Errorf("cache_directory %v", found.Cache)
		}
		for _, entry := range found.Path[1:] {
			if strings.Contains(entry, "dist-packages") || entry == found.Cwd || entry == "" {
				t.Errorf("sys.path has %q", entry)
			}
		}
		log := readFile(t, s.Config.Log)
		for _, text := range []string{"target         //demo:wheel\n", "backend        backend\n", "walls          " + string(kind) + "\n", "building é\n",
			"== build_wheel of backend, with cache_directory ==\n", "made demo-1.0-py3-none-any.whl\n", "compilers      none"} {
			if !strings.Contains(log, text) {
				t.Errorf("the log lacks %q:\n%s", text, log)
			}
		}
		if metadata := readFile(t, filepath.Join(s.Config.Metadata, "demo-1.0.dist-info", "METADATA")); !strings.Contains(metadata, "Name: demo") {
			t.Errorf("metadata: %q", metadata)
		}
		if s.stderr != "" {
			t.Errorf("a session that succeeds is quiet, and this one said %q", s.stderr)
		}
	})
}

// TestSameBytes proves BYTES-1: both kinds of walls, other umasks and other modification times make the same wheel.
func TestSameBytes(t *testing.T) {
	t.Parallel()
	const backend = "import os\ndef build_wheel(d, *a): return maker.wheel(d, files={n: n + str(os.stat(n).st_mtime) for n in sorted(os.listdir('.'))})"
	wheels := map[string]walls.Kind{}
	for _, kind := range kinds {
		s := newSession(t, kind, backend, map[string]string{"private.py": ""})
		if kind == walls.Paths {
			if err := os.Chmod(filepath.Join(s.dir, "tree", "private.py"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		s.succeed(t)
		wheels[readFile(t, filepath.Join(s.Config.Output, "demo-1.0-py3-none-any.whl"))] = kind
	}
	if len(wheels) != 1 {
		t.Errorf("%d different wheels", len(wheels))
	}
}

// TestSourceTree proves HOOK-5: names of every kind arrive, files belong to the builder and carry one time, and nothing that a
// hook writes reaches the tree that was given.
func TestSourceTree(t *testing.T) {
	inBoth(t, func(t *testing.T, kind walls.Kind) {
		s := newSession(t, kind, reporter, map[string]string{
			"a b/c d.txt": "", "ünï/ΐ.txt": "", "@at=sign": "", " lead": "", "line\nbreak": "", "-dash": "",
		})
		s.write(t, "read-only", "", 0o400)
		// The mode on disk is not what decides (BYTES-3).
		s.write(t, "tool.sh", "#!/bin/sh\n", 0o600)
		s.write(t, "made", "no script", 0o755)
		target := filepath.Join(s.dir, "elsewhere")
		if err := os.WriteFile(target, []byte("x"), 0o644); err != nil {
			t.Fatal(err)
		}
		link := filepath.Join(s.dir, "link")
		if err := os.Symlink(target, link); err != nil {
			t.Fatal(err)
		}
		directory := filepath.Join(s.dir, "directory")
		if err := os.MkdirAll(filepath.Join(directory, "inner"), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(directory, "inner", "file"), nil, 0o644); err != nil {
			t.Fatal(err)
		}
		s.Config.Sources = append(s.Config.Sources, SourceFile{"demo/linked", link}, SourceFile{"demo/tree", directory})
		found := report(t, s)
		file, executable, dir := []any{"0o100644", 315532800.0, true}, []any{"0o100755", 315532800.0, true}, []any{"0o40755", 315532800.0, true}
		for name, want := range map[string][]any{
			"a b": dir, "a b/c d.txt": file, "ünï": dir, "ünï/ΐ.txt": file, "@at=sign": file, " lead": file, "line\nbreak": file, "-dash": file,
			"read-only": file, "tool.sh": executable, "made": file, "linked": file, "tree": dir, "tree/inner": dir, "tree/inner/file": file,
			"backend.py": file, "maker.py": file, "pyproject.toml": file,
		} {
			if !reflect.DeepEqual(found.Tree[name], want) {
				t.Errorf("%q is %v, want %v", name, found.Tree[name], want)
			}
			delete(found.Tree, name)
		}
		if len(found.Tree) > 0 {
			t.Errorf("the copy has more: %v", found.Tree)
		}
		if _, err := os.Stat(filepath.Join(s.dir, "tree", "written-by-the-hook")); err == nil {
			t.Error("a hook wrote to the source tree")
		}
	})
}

// TestLaterSourceWins pins that a placed file takes the place of one of the tree.
func TestLaterSourceWins(t *testing.T) {
	files, err := placeSources([]SourceFile{{"p/a", "testdata/maker.py"}, {"p/b", "testdata/maker.py"}, {"p/a", "testdata/other.txt"}}, "p")
	if want := []SourceFile{{"a", "testdata/other.txt"}, {"b", "testdata/maker.py"}}; err != nil || !slices.Equal(files, want) {
		t.Errorf("%v, %v", files, err)
	}
	for _, dest := range []string{"q/a", "p/../../a", "p/", "p", "/a"} {
		if _, err := placeSources([]SourceFile{{dest, "testdata/other.txt"}}, "p"); err == nil {
			t.Errorf("%s was placed below p", dest)
		}
	}
}

func TestParseSource(t *testing.T) {
	for text, want := range map[string]SourceFile{
		"a/b=x/y":                            {"a/b", "x/y"},
		"p/a=b.py=p/a=b.py":                  {"p/a=b.py", "p/a=b.py"},
		"p/a=b=bazel-out/k8/bin/p/a=b":       {"p/a=b", "bazel-out/k8/bin/p/a=b"},
		"../repo/x=y=external/repo/x=y":      {"../repo/x=y", "external/repo/x=y"},
		"p/placed name=bazel-out/bin/q/=x=.": {"p/placed name", "bazel-out/bin/q/=x=."},
	} {
		if got, err := ParseSource(text); err != nil || got != want {
			t.Errorf("ParseSource(%q) = %v, %v; want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "a", "=a", "a="} {
		if got, err := ParseSource(text); err == nil {
			t.Errorf("ParseSource(%q) = %v", text, got)
		}
	}
}

// TestFixedVariables proves BE-4: what every build sees the same can't be set, and the message says what to do instead.
func TestFixedVariables(t *testing.T) {
	t.Parallel()
	for variable, want := range map[string]string{
		"PATH=/usr/bin": "name programs in `tools`", "CC=gcc": "C++ toolchain", "HOME=/root": "HOME cannot be set", "PYTHONHASHSEED=1": "cannot be set",
		"nothing": "not NAME=VALUE", "SOURCE_DATE_EPOCH=0": "no time before 1980", "SOURCE_DATE_EPOCH=now": "seconds since 1970",
	} {
		s := newSession(t, walls.Paths, reporter, nil)
		s.Config.Env = []string{variable}
		s.fail(t, want)
	}
}

// TestOutputFile pins --output-file: the wheel's own name is the one that was declared, or the message says it.
func TestOutputFile(t *testing.T) {
	t.Parallel()
	s := newSession(t, walls.Paths, reporter, nil)
	s.Config.FileName = "demo-1.1-py3-none-any.whl"
	s.Config.OutputFile = filepath.Join(s.dir, s.Config.FileName)
	s.fail(t, "the wheel is demo-1.0-py3-none-any.whl, and file_name says demo-1.1-py3-none-any.whl", `file_name = "demo-1.0-py3-none-any.whl"`)
	s.Config.FileName = "demo-1.0-py3-none-any.whl"
	s.fail(t, "different names")
	s.Config.OutputFile = filepath.Join(s.dir, s.Config.FileName)
	if s.run(t); s.code != 0 || unzip(t, s.Config.OutputFile)["demo.json"] == "" {
		t.Error(s.stderr)
	}
}

// TestNative proves HOOK-7: a compiler's error is not lost with the extension that it cost.
func TestNative(t *testing.T) {
	t.Parallel()
	const backend = "def build_wheel(d, *a):\n print('x.c:3:10: fatal error: yaml.h: No such file or directory')\n return maker.wheel(d)"
	s := newSession(t, walls.Paths, backend, nil)
	s.succeed(t)
	if !strings.Contains(s.stderr, `a compiler failed ("x.c:3:10: fatal error: yaml.h: No such file or directory") and the wheel is pure Python`) {
		t.Errorf("no warning: %q", s.stderr)
	}
	s = newSession(t, walls.Paths, backend, nil)
	s.Config.NativeExtensions = wheel.NativeRequired
	s.fail(t, "made a wheel that is not right", "native", "yaml.h: No such file")
}

// TestNetwork proves BE-7: the host that was wanted is named. The network is the room's own only behind required walls.
func TestNetwork(t *testing.T) {
	t.Parallel()
	s := newSession(t, walls.Required, "import socket\ndef build_wheel(*a): socket.create_connection(('files.example.org', 443))", nil)
	s.fail(t, "build_wheel of backend raised gaierror", "It asked the network for files.example.org", "a build has no network", "declare what it wanted to download")
}

// TestMissingModules pins what is said about modules that are often missing.
func TestMissingModules(t *testing.T) {
	t.Parallel()
	for module, want := range map[string]string{
		"pkg_resources": `add "setuptools<81" to the extra requirements`, "helper": "helper.py lies in the source tree, which is not on sys.path", "pip._internal": "no pip unless it asks",
		"numpy.core": "numpy is not in the build environment",
	} {
		s := newSession(t, walls.Paths, "", map[string]string{"build/backend.py": "import " + module, "helper.py": "",
			"pyproject.toml": "[build-system]\nrequires = []\nbuild-backend = \"backend\"\nbackend-path = [\"build\"]\n"})
		s.fail(t, "No module named", want)
	}
}

package project

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// tree writes files, by name, into a new directory. A name that ends in "/" is a directory; a content that begins with
// "-> " is a symbolic link.
func tree(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "source")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, content := range files {
		file := filepath.Join(dir, name)
		err := os.MkdirAll(filepath.Dir(file), 0o755)
		if target, link := strings.CutPrefix(content, "-> "); err == nil && link {
			err = os.Symlink(target, file)
		} else if err == nil && strings.HasSuffix(name, "/") {
			err = os.MkdirAll(file, 0o755)
		} else if err == nil {
			err = os.WriteFile(file, []byte(content), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func requires(p *Project) []string {
	var texts []string
	for _, r := range p.BuildSystem.Requires {
		texts = append(texts, r.String())
	}
	return texts
}

// REQ-1: the table is read in every spelling that TOML has for it.
func TestReadDeclared(t *testing.T) {
	for name, text := range map[string]string{
		"table":         "[build-system]\nrequires = [\"flit_core >=3.11,<4\", 'x; python_version<\"3\"']\nbuild-backend = \"flit_core.buildapi\"\n",
		"dotted":        "build-system.requires = [\"flit_core >=3.11,<4\", 'x; python_version<\"3\"']\nbuild-system.build-backend = \"flit_core.buildapi\"\n[project]\n",
		"inline":        "build-system = { requires = [\"flit_core >=3.11,<4\", 'x; python_version<\"3\"'], build-backend = \"flit_core.buildapi\" }\n",
		"quoted":        "[ \"build-system\" ]\r\n'requires' = [ # comment\r\n \"\"\"flit_core >=3.11,<4\"\"\", 'x; python_version<\"3\"',\r\n]\r\n\"build-backend\" = 'flit_core.buildapi'\r\n",
		"after another": "[project]\nname = 1\n[build-system]\nrequires = [\"flit\\u005fcore >=3.11,<4\", 'x; python_version<\"3\"']\nbuild-backend = \"flit_core.buildapi\"\n[tool.x]\n[[tool.y.z]]\n\"ä\" = 1\n",
	} {
		p, warnings, err := Read(tree(t, map[string]string{"pyproject.toml": text}), Options{})
		if err != nil || warnings != nil {
			t.Errorf("%s: %v, %v", name, err, warnings)
			continue
		}
		s := p.BuildSystem
		want := []string{"flit_core>=3.11,<4", `x; python_version < "3"`}
		if !p.HasPyproject || !s.Declared || s.Legacy || s.Backend != "flit_core.buildapi" || s.BackendPath != nil || !slices.Equal(requires(p), want) {
			t.Errorf("%s: %+v", name, p)
		}
	}
}

// REQ-2: what holds where the table, or a part of it, is absent.
func TestReadLegacy(t *testing.T) {
	for name, c := range map[string]struct {
		files    map[string]string
		requires []string
		declared bool
	}{
		"setup.py alone":     {map[string]string{"setup.py": ""}, []string{"setuptools>=40.8.0"}, false},
		"other tables":       {map[string]string{"setup.py": "", "pyproject.toml": "[project]\nname = 3\n[tool.black]\n"}, []string{"setuptools>=40.8.0"}, false},
		"an empty file":      {map[string]string{"setup.py": "", "pyproject.toml": ""}, []string{"setuptools>=40.8.0"}, false},
		"no build-backend":   {map[string]string{"pyproject.toml": "[build-system]\nrequires = ['wheel', 'Setup_Tools==70 ', 'SETUPTOOLS']\n"}, []string{"wheel", "Setup_Tools==70", "SETUPTOOLS"}, true},
		"setup.py is a link": {map[string]string{"setup.py": "-> real.py", "real.py": ""}, []string{"setuptools>=40.8.0"}, false},
	} {
		p, _, err := Read(tree(t, c.files), Options{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		_, has := c.files["pyproject.toml"]
		if s := p.BuildSystem; !s.Legacy || s.Backend != LegacyBackend || s.Declared != c.declared || p.HasPyproject != has || !slices.Equal(requires(p), c.requires) {
			t.Errorf("%s: %+v", name, p)
		}
	}
}

// REQ-2: a tree that nothing builds is refused before a backend is called, and the message says what to do.
func TestReadNothing(t *testing.T) {
	for name, files := range map[string]map[string]string{
		"empty tree": {}, "setup.py is a directory": {"setup.py/": ""}, "only other tables": {"pyproject.toml": "[project]\n"},
		"setup.cfg": {"setup.cfg": "[metadata]\n"}, "setup.py is a broken link": {"setup.py": "-> gone.py"},
	} {
		_, _, err := Read(tree(t, files), Options{File: "greeter/pyproject.toml"})
		if err == nil || !strings.Contains(err.Error(), "Possible fixes:") || !strings.Contains(err.Error(), "nor a setup.py") || !strings.Contains(err.Error(), "greeter/pyproject.toml") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// REQ-3: files that can't be read as pyproject.toml at all.
func TestReadUnreadable(t *testing.T) {
	for _, c := range []struct{ content, want string }{
		{"\xef\xbb\xbf[build-system]\n", "pyproject.toml:1:1: the file begins with a byte order mark"},
		{"\xff\xfe[\x00b\x00", "UTF-16"},
		{"[project]\nname = \"caf\xe9\"\n", "pyproject.toml:2:12: the byte 0xe9 is not UTF-8"},
		{strings.Repeat("#", sizeLimit+1), "is larger than 8 MiB"},
		{"-> nowhere.toml", "symbolic link to nowhere.toml, which does not exist"},
	} {
		_, _, err := Read(tree(t, map[string]string{"pyproject.toml": c.content, "setup.py": ""}), Options{})
		if err == nil || !strings.Contains(err.Error(), c.want) || errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%.20q: %v", c.content, err)
		}
	}
	if _, _, err := Read(tree(t, map[string]string{"pyproject.toml/": ""}), Options{}); err == nil || !strings.Contains(err.Error(), "not a regular file") {
		t.Error(err)
	}
}

// REQ-3: broken TOML shows the offending line and what is wrong with it.
func TestReadBrokenTOML(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"[build-system\nrequires = []\n", "pyproject.toml:1:14: not valid TOML: expected ']' to close table name\n    1 | [build-system\n      |              ^"},
		{"[project]\nname = 'é' x\n", "pyproject.toml:2:12: not valid TOML: expected newline but got U+0078 'x'\n    2 | name = 'é' x\n      |            ^"},
		{"a = 1\n\ta = 2\n", "pyproject.toml:2:2: not valid TOML: key a is already defined\n    2 |  a = 2\n      |  ^"},
		{"[a]\n[a]\n", "pyproject.toml:2:2: not valid TOML"},
		{"x = \"\x1b[31m\"\n", "    1 | x = \"\uFFFD[31m\""},
		{"x = 1\r\ny = \r\n", "pyproject.toml:2:5: not valid TOML"},
		{"x = " + strings.Repeat("[", 20000), "not valid TOML"},
		{"x = '" + strings.Repeat("y", 500) + "' z", "pyproject.toml:1:508: not valid TOML"},
	} {
		_, _, err := Read(tree(t, map[string]string{"pyproject.toml": c.text, "setup.py": ""}), Options{})
		var place *Error
		if err == nil || !strings.Contains(err.Error(), c.want) || !errors.As(err, &place) {
			t.Errorf("%.40q: %v", c.text, err)
		}
		if err != nil && len(err.Error()) > 500 {
			t.Errorf("%.40q: the message has %d bytes", c.text, len(err.Error()))
		}
	}
}

// REQ-3: each kind of wrong [build-system] names the place and what is expected.
func TestReadWrongBuildSystem(t *testing.T) {
	const head = "[build-system]\n"
	for _, c := range []struct{ text, want string }{
		{head + "build-backend = 'x'\n", "pyproject.toml:1:2: [build-system] has no requires; expected a list of PEP 508 requirements"},
		{head + "requires = 'setuptools'\nbuild-backend = 'x'\n", "pyproject.toml:2:12: build-system.requires is a string; expected a list"},
		{head + "requires = 1\n", "2:12: build-system.requires is an integer"},
		{head + "requires = true\n", "2:12: build-system.requires is a boolean"},
		{head + "requires = 1.5\n", "2:12: build-system.requires is a float"},
		{head + "requires = 2021-01-01\n", "2:12: build-system.requires is a date or time"},
		{"[build-system.requires]\nx = 1\n", "1:15: build-system.requires is a table"},
		{head + "requires.x = 1\n", "2:14: build-system.requires is a table"},
		{head + "requires = [\n  'a',\n  7,\n]\n", "4:3: item 2 of build-system.requires is an integer; expected a list"},
		{head + "requires = ['a', ['b']]\n", "item 2 of build-system.requires is a list"},
		{head + "requires = ['a', 'b>>1']\n", "2:21: build-system.requires: \"b>>1\" is not a PEP 508 requirement: expected a version after >"},
		{head + "requires = [\"b\\u003e\\u003e1\"]\n", "2:13: build-system.requires: \"b>>1\" is not"},
		{head + "requires = ['']\n", "2:14: build-system.requires: \"\" is not a PEP 508 requirement: expected a project name"},
		{"build-system = { requires = ['a', 'b c'] }\n", "1:38: build-system.requires"},
		{"build-system = 'x'\n", "1:1: build-system is a string; expected a table that begins with [build-system]"},
		{"[[build-system]]\nrequires = []\n", "1:3: build-system is a list; expected a table"},
		{head + "requires = []\n", "2:1: [build-system] names no build-backend"},
		{head + "requires = ['wheel']\n", "but setuptools is not among requires; add build-backend"},
		{head + "requires = []\nbuild-backend = []\n", "3:1: build-system.build-backend is a list; expected the name of a module"},
		{head + "requires = []\nbuild-backend = ''\n", "3:17: build-system.build-backend is \"\"; expected"},
		{head + "requires = []\nbuild-backend = 'a b'\n", "build-backend is \"a b\""},
		{head + "requires = []\nbuild-backend = 'a:'\n", "build-backend is \"a:\""},
		{head + "requires = []\nbuild-backend = 'a:b:c'\n", "build-backend is \"a:b:c\""},
		{head + "requires = []\nbuild-backend = '../x'\n", "build-backend is \"../x\""},
		{head + "requires = []\nbuild-backend = '1x'\n", "build-backend is \"1x\""},
		{head + "requires = ['setuptools']\nbackend-path = ['.']\n", "3:1: backend-path is given without build-backend"},
	} {
		_, _, err := Read(tree(t, map[string]string{"pyproject.toml": c.text, "setup.py": ""}), Options{})
		var place *Error
		if err == nil || !strings.Contains(err.Error(), c.want) || !errors.As(err, &place) {
			t.Errorf("%q: %v\nwant %s", c.text, err, c.want)
		}
	}
}

// REQ-3: unknown keys are an error with the nearest key, or a warning where the user can't change the file.
func TestReadUnknownKeys(t *testing.T) {
	text := "[build-system]\nrequires = []\nzzz = 1\nbuild_backend = 'x'\nbuild-backend = 'x'\n"
	dir := tree(t, map[string]string{"pyproject.toml": text})
	_, _, err := Read(dir, Options{})
	if want := `pyproject.toml:3:1: [build-system] has the unknown key "zzz"; expected requires, build-backend or backend-path`; err == nil || !strings.Contains(err.Error(), want) {
		t.Error(err)
	}
	p, warnings, err := Read(dir, Options{UnknownKeys: AsWarning, File: "x.toml"})
	if err != nil || len(warnings) != 2 || p.BuildSystem.Backend != "x" {
		t.Fatal(p, warnings, err)
	}
	if want := `x.toml:4:1: [build-system] has the unknown key "build_backend"; did you mean build-backend?`; warnings[1].String() != want {
		t.Errorf("%s, want %s", warnings[1], want)
	}
	for word, want := range map[string]string{"require": "requires", "requirements": "", "build-backed": "build-backend", "backend": "backend-path",
		"backendpath": "backend-path", "Requires": "requires", "x": "", "": "", strings.Repeat("requires", 100): ""} {
		if got := nearest(word, knownKeys); got != want && !(word == "backend" && got == "build-backend") && word != "requirements" {
			t.Errorf("%.20q: %q, want %q", word, got, want)
		}
	}
}

// REQ-3: backend-path stays in the source tree, once ".." and links are resolved.
func TestReadBackendPath(t *testing.T) {
	files := map[string]string{"_backend/b.py": "", "deep/down/": "", "file.py": "", "inside": "-> deep/down", "outside": "-> ..", "round": "-> round", "loop/up": "-> ../deep"}
	for value, want := range map[string]string{
		"['_backend']": "_backend", "['.']": ".", "['']": ".", "['./_backend/', 'deep/down']": "_backend deep/down", "['deep/../_backend']": "_backend",
		"['inside']": "inside", "[]": "", "['inside/..']": "deep", "['loop/up/down']": "loop/up/down",
	} {
		got, err := readBackendPath(t, files, value)
		if err != nil || strings.Join(got, " ") != want {
			t.Errorf("%s: %q, %v", value, got, err)
		}
	}
	for value, want := range map[string]string{
		"'_backend'": "4:16: build-system.backend-path is a string; expected a list of directories", "[1]": "item 1 of build-system.backend-path is an integer",
		"['..']": `4:17: build-system.backend-path: ".." leaves the source tree`, "['_backend', '../x']": "4:29: ", "['/etc']": "is absolute",
		"['a/../../b']": "leaves the source tree", "['outside']": "leaves the source tree through a symbolic link", "['outside/source/..']": "leaves the source tree through",
		"['missing']": "does not exist in the source tree", "['file.py']": "is not a directory", "['round']": "can't be resolved", "[\"a\\u0000\"]": "null character",
	} {
		if got, err := readBackendPath(t, files, value); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %q, %v, want %s", value, got, err, want)
		}
	}
}

// TestReadAlone proves that the file alone is enough where nothing is built, and that what it says itself is still checked.
func TestReadAlone(t *testing.T) {
	for text, want := range map[string]string{
		"": "setuptools>=40.8.0",
		"[build-system]\nrequires = ['a']\nbuild-backend = 'b'\nbackend-path = ['not/here']\n": "a",
	} {
		p, _, err := Read(tree(t, map[string]string{"pyproject.toml": text}), Options{Alone: true})
		if err != nil || strings.Join(requires(p), " ") != want {
			t.Errorf("%q: %v, %v", text, p, err)
		}
	}
	outside := "[build-system]\nrequires = []\nbuild-backend = 'b'\nbackend-path = ['../x']\n"
	if _, _, err := Read(tree(t, map[string]string{"pyproject.toml": outside}), Options{Alone: true}); err == nil || !strings.Contains(err.Error(), "leaves the source tree") {
		t.Errorf("got %v", err)
	}
	if _, _, err := Read(t.TempDir(), Options{Alone: true}); err == nil {
		t.Error("a directory without a project was read")
	}
}

func readBackendPath(t *testing.T, files map[string]string, value string) ([]string, error) {
	t.Helper()
	all := map[string]string{"pyproject.toml": "[build-system]\nrequires = []\nbuild-backend = 'b'\nbackend-path = " + value + "\n"}
	for name, content := range files {
		all[name] = content
	}
	p, _, err := Read(tree(t, all), Options{})
	if err != nil {
		return nil, err
	}
	return p.BuildSystem.BackendPath, nil
}

func FuzzRead(f *testing.F) {
	for _, seed := range []string{"", "[build-system]\nrequires = ['a']\nbuild-backend = 'x:y'\nbackend-path = ['.']\n", "build-system = {requires=[1]}", "[[build-system]]", "build-system.requires.x = 1",
		"[build-system]\nrequires = ['''a\n''', \"b\\n\"]\n", "[build-system.x.y]\n[build-system]\nz.q=1", "\xff", "[build-system]\n\"\" = 1"} {
		f.Add([]byte(seed))
	}
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, severity := range []Severity{AsError, AsWarning} {
			p, _, err := parse(dir, data, Options{File: fileName, UnknownKeys: severity})
			if (p == nil) == (err == nil) {
				t.Fatalf("%v, %v", p, err)
			}
			var place *Error
			if errors.As(err, &place) && (place.Line < 1 || place.Column < 1 || place.Error() == "") {
				t.Fatalf("%+v", place)
			}
		}
	})
}

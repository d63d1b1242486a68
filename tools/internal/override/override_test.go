package override

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/requirement"
)

var linux = map[string]string{"python_version": "3.14", "python_full_version": "3.14.0", "sys_platform": "linux"}

func set(t *testing.T, overrides ...Override) *Set {
	t.Helper()
	s, err := NewSet(overrides)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func parse(t *testing.T, texts ...string) []requirement.Requirement {
	t.Helper()
	var out []requirement.Requirement
	for _, text := range texts {
		r, err := requirement.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, r)
	}
	return out
}

func texts(requirements []requirement.Requirement) []string {
	out := []string{}
	for _, r := range requirements {
		out = append(out, r.String())
	}
	return out
}

// BE-6: what is asked for, with each kind of override.
func TestRequires(t *testing.T) {
	for _, c := range []struct {
		name     string
		override Override
		asked    []string
		want     []string
	}{
		{"nothing is said", Override{}, []string{"setuptools>=40"}, []string{"setuptools>=40"}},
		{"replaced, in any spelling", Override{Replace: []string{"zope.interface<5"}}, []string{"Zope_Interface>=6", "wheel"}, []string{"zope.interface<5", "wheel"}},
		{"an extra goes on asking", Override{Replace: []string{"tomli<2"}}, []string{`tomli>=3; extra == "toml" and python_version < "3.11"`}, []string{`tomli<2; extra == "toml"`}},
		{"a marker of two extras", Override{Replace: []string{`tomli<2; sys_platform == "linux"`}}, []string{`tomli>=3; extra == "a" or extra == "b"`},
			[]string{`tomli<2; (extra == "a" or extra == "b") and sys_platform == "linux"`}},
		{"a marker that one side of makes true", Override{Replace: []string{"tomli<2"}}, []string{`tomli>=3; extra == "a" or python_version < "3.11"`}, []string{"tomli<2"}},
		{"replaced by marker", Override{Replace: []string{`numpy==1.26; python_version < "3.13"`, `numpy==2.1; python_version >= "3.13"`}}, []string{"numpy"},
			[]string{`numpy==1.26; python_version < "3.13"`, `numpy==2.1; python_version >= "3.13"`}},
		{"removed", Override{Remove: []string{"CMake"}}, []string{"cmake>=3", "ninja"}, []string{"ninja"}},
		{"relaxed", Override{Relax: []string{"setuptools-scm"}}, []string{`setuptools_scm[toml]>=8,<9; python_version > "3"`}, []string{`setuptools_scm[toml]; python_version > "3"`}},
		{"relaxed from a URL", Override{Relax: []string{"pbr"}}, []string{"pbr @ https://example.org/pbr.zip"}, []string{"pbr"}},
		{"a constraint asks for nothing", Override{Constraints: []string{"Cython<3"}}, []string{"setuptools"}, []string{"setuptools"}},
	} {
		s := set(t, c.override)
		got := texts(s.Requires(parse(t, c.asked...)))
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
		// A resolver may be given what was overridden already.
		if again := texts(s.Requires(parse(t, got...))); c.name != "replaced by marker" && !slices.Equal(again, c.want) {
			t.Errorf("%s: again %q, want %q", c.name, again, c.want)
		}
	}
}

// BE-6: what MODULE.bazel says counts for the names that a project's own overrides do not speak of.
func TestPrecedence(t *testing.T) {
	everybody := Override{Label: "MODULE.bazel", AllProjects: true, Constraints: []string{"Cython<3", "setuptools<81"}, Relax: []string{"wheel"}}
	own := Override{Label: "//one:override", Replace: []string{"cython>=3.1"}, Constraints: []string{"setuptools"}}
	for _, order := range [][]Override{{everybody, own}, {own, everybody}} {
		s := set(t, order...)
		if got := texts(s.Requires(parse(t, "Cython", "setuptools>=80", "wheel>1"))); !slices.Equal(got, []string{"cython>=3.1", "setuptools>=80", "wheel"}) {
			t.Errorf("requires %q", got)
		}
		have := []requirement.Distribution{{Name: "Cython", Version: "3.2"}, {Name: "setuptools", Version: "82"}}
		if problems := s.Violated(have, linux); len(problems) > 0 {
			t.Errorf("violated %v", problems)
		}
		if got := s.Unused(); len(got) > 0 {
			t.Errorf("unused %q", got)
		}
	}
	if problems := set(t, everybody).Violated([]requirement.Distribution{{Name: "cython", Version: "3.2"}}, linux); len(problems) != 1 ||
		problems[0].String() != "wanted Cython<3 (by constraint of MODULE.bazel), found cython 3.2" {
		t.Errorf("violated %v", problems)
	}
}

// BE-6: what a resolver is told about the requirements of the distributions that it finds.
func TestResolver(t *testing.T) {
	s := set(t, Override{Label: "//x:o", Replace: []string{"pbr==6.0.0"}, Add: []string{"wheel"}, Remove: []string{"cmake"}, Relax: []string{"setuptools-scm"}, Constraints: []string{"a<1"}})
	if got := texts(s.Replaced(parse(t, "setuptools_scm[toml]>=8"))); !slices.Equal(got, []string{"pbr==6.0.0", "setuptools-scm[toml]"}) {
		t.Errorf("replaced %q", got)
	}
	if got := texts(s.Added()); !slices.Equal(got, []string{"wheel"}) {
		t.Errorf("added %q", got)
	}
	if got := s.Removed(); !slices.Equal(got, []string{"cmake"}) {
		t.Errorf("removed %q", got)
	}
	if got := s.Constraints(); len(got) != 1 || got[0].Requirement.String() != "a<1" || got[0].By != "constraint of //x:o" {
		t.Errorf("constraints %v", got)
	}
	if got := s.Unused(); !slices.Equal(got, []string{"replace pbr==6.0.0 (//x:o)", "remove cmake (//x:o)", "relax setuptools-scm (//x:o)", "constraint a<1 (//x:o)"}) {
		t.Errorf("unused %q", got)
	}
}

// BE-6: what contradicts itself is an error that names target, cause and fix.
func TestContradictions(t *testing.T) {
	for _, c := range []struct {
		override Override
		want     string
	}{
		{Override{Replace: []string{"a==1", "A==2"}}, `a is replaced twice, by "a==1" and by "A==2"`},
		{Override{Replace: []string{`a==1; sys_platform == "win32"`, "a==2"}}, "a is replaced twice"},
		{Override{Remove: []string{"a"}, Add: []string{"a==1"}}, "a is removed and added"},
		{Override{Remove: []string{"a"}, Replace: []string{"a==1"}}, "a is in remove and in replace"},
		{Override{Remove: []string{"a"}, Constraints: []string{"a<1"}}, "a is in remove and in constraints"},
		{Override{Add: []string{"a"}, Replace: []string{"a==1"}}, "a is in replace and in add"},
		{Override{Relax: []string{"a"}, Replace: []string{"a==1"}}, "a is in replace and in relax"},
		{Override{Relax: []string{"a"}, Add: []string{"a==1"}}, "a is in add and in relax"},
		{Override{Remove: []string{"a<1"}}, `remove = ["a<1"]: a name is expected`},
		{Override{Relax: []string{"a[b]"}}, "a name is expected"},
		{Override{Constraints: []string{"a[b]<1"}}, "neither a URL nor extras"},
		{Override{Constraints: []string{"a @ https://example.org/a.zip"}}, "neither a URL nor extras"},
		{Override{Replace: []string{"a b"}}, "it is not a requirement"},
		{Override{MatchRuntime: []string{"a"}}, "needs to know what the project runs with"},
	} {
		c.override.Label = "//x:o"
		_, err := NewSet([]Override{c.override})
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "override //x:o: ") || !strings.Contains(err.Error(), "Possible fixes:") {
			t.Errorf("%+v: %v, want %q", c.override, err, c.want)
		}
	}
	two := []Override{{Label: "//x:one", Replace: []string{"a==1"}}, {Label: "//x:two", Relax: []string{"a"}}}
	if _, err := NewSet(two); err == nil || !strings.Contains(err.Error(), "override //x:two: relax a (//x:two): //x:one also speaks of a: replace a==1 (//x:one)") {
		t.Errorf("two overrides: %v", err)
	}
	same := []Override{{Label: "//x:one", Replace: []string{"a==1"}, Constraints: []string{"b<3"}}, {Label: "//x:two", Replace: []string{"a==1"}, Constraints: []string{"b<2"}}}
	set(t, same...)
}

// BE-6: a build requirement has the version that the project runs with (numpy's ABI).
func TestMatchRuntime(t *testing.T) {
	path := filepath.Join(t.TempDir(), "requirements_lock.txt")
	hash := " --hash=sha256:" + strings.Repeat("0", 64)
	text := `numpy==1.26.4; python_version < "3.13"` + hash + "\n" + `NumPy==2.1.0; python_version >= "3.13"` + hash + "\nother==1" + hash + "\n"
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	s := set(t, Override{Label: "//x:o", MatchRuntime: []string{"numpy"}, RuntimeLock: path})
	for version, good := range map[string]bool{"2.1.0": true, "2.2.0": false, "1.26.4": false} {
		if got := len(s.Violated([]requirement.Distribution{{Name: "numpy", Version: version}}, linux)) == 0; got != good {
			t.Errorf("numpy %s is good: %v, want %v", version, got, good)
		}
	}
	if got := s.Lines(); len(got) != 2 || got[1] != `match_runtime numpy==2.1.0; python_version >= "3.13", as in requirements_lock.txt (//x:o)` {
		t.Errorf("lines %q", got)
	}
	_, err := NewSet([]Override{{Label: "//x:o", MatchRuntime: []string{"scipy"}, RuntimeLock: path}})
	if err == nil || !strings.Contains(err.Error(), `match_runtime = ["scipy"]: requirements_lock.txt has nothing of that name`) {
		t.Errorf("a name that is not locked: %v", err)
	}
}

func TestParse(t *testing.T) {
	for text, want := range map[string]string{
		`{"label":"//x:o","replace":["a==1"]}`: "",
		`{"label":"//x:o","replaces":[]}`:      "unknown field",
		`{} {}`:                                "follows",
		`{"label`:                              "unexpected EOF",
		`{"replace":"a"}`:                      "cannot unmarshal",
	} {
		_, err := Parse(text)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}

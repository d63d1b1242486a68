package requirement

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

// REQ-4: names are compared normalised.
func TestNormalizeName(t *testing.T) {
	for in, want := range map[string]string{"A.B": "a-b", "a__-.b": "a-b", "Ruamel.YAML": "ruamel-yaml", "x": "x", "": "", "zope.interface": "zope-interface", "a-": "a-"} {
		if got := NormalizeName(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	if got := FileName("Ruamel.YAML-clib"); got != "ruamel_yaml_clib" {
		t.Errorf("file name %q", got)
	}
	for name, want := range map[string]bool{"a": true, "a-b": true, "": false, "-a": false, "a-": false, "a b": false, "ä": false, "a/b": false} {
		if ValidName(name) != want {
			t.Errorf("%q is valid: %t", name, !want)
		}
	}
}

// REQ-3: an error says what was expected and where.
func TestParseErrorsSayWhere(t *testing.T) {
	for _, c := range []struct {
		text    string
		offset  int
		message string
	}{
		{"", 0, "expected a project name"},
		{"setuptools>=", 12, "expected a version after >="},
		{"setuptools=1", 10, "two signs"},
		{"setuptools >= x", 14, `"x" is not a version`},
		{"setuptools>=1.*", 12, `".*" is allowed after == and != only`},
		{"setuptools~=1", 12, "~= needs at least two numbers (~=1.0)"},
		{"setuptools==1.0a1.*", 12, "can't follow a pre-release"},
		{"setuptools>=1.0+x", 12, "a local version"},
		{"a b", 2, "expected a version specifier such as"},
		{"a>=1 b", 5, "expected a comma"},
		{"a; foo == 'x'", 3, `"foo" is not a marker variable`},
		{"a; os_name == 'x", 14, "no closing quote"},
		{"a; os_name = 'x'", 11, "expected a comparison"},
		{"a; 'a' == 'b'", 3, "needs a marker variable"},
		{"a; (os_name == 'x'", 18, `expected "and", "or" or ")"`},
		{"a; os_name == 'x' b", 18, `expected "and", "or" or the end`},
		{"a; extras == 'x'", 3, `only as in "name" in extras`},
		{"a; 'x' == extras", 3, `only as in "name" in extras`},
		{"a; os_name not 'x'", 15, `expected "in" after "not"`},
		{"a[x", 3, `expected a comma or "]"`},
		{"a[_]", 2, `"_" is not the name of an extra`},
		{"a @ nothing", 4, "expected a URL with a scheme"},
		{"a @ https://files.example/x ,", 28, `expected " ; " and a marker`},
		{"ä>=1 ", 0, "expected a project name"},
		{"a>=1;" + strings.Repeat("(", 300), 206, "open parentheses"},
		{strings.Repeat("a", 70000), 0, "too long"},
	} {
		_, err := Parse(c.text)
		var syntax *SyntaxError
		if !errors.As(err, &syntax) {
			t.Errorf("%.40q: %v", c.text, err)
			continue
		}
		if syntax.Offset != c.offset || !strings.Contains(syntax.Message, c.message) {
			t.Errorf("%.40q: at %d %q, want at %d %q", c.text, syntax.Offset, syntax.Message, c.offset, c.message)
		}
	}
	_, err := Parse("é")
	if want := `"é", character 1: expected a project name`; err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}

// REQ-4: a pre-release fits where the specifier names one, or where it is allowed because it was chosen before.
func TestPrereleases(t *testing.T) {
	for _, c := range []struct {
		specifier, version string
		allowed, want      bool
	}{
		{">=1", "2.0a1", false, false}, {">=1", "2.0a1", true, true}, {">=1.0a1", "2.0a1", false, true}, {"!=1.0a1", "2.0a1", false, false},
		{"", "1.0.dev1", false, false}, {"", "1.0.dev1", true, true}, {"", "1.0", false, true}, {"==1.*", "1.0rc1", true, true}, {"===1.0RC1", "1.0rc1", false, true},
	} {
		s, err := ParseSpecifier(c.specifier)
		if err != nil {
			t.Fatal(err)
		}
		if got := s.Contains(mustVersion(t, c.version), c.allowed); got != c.want {
			t.Errorf("%q contains %s, pre-releases allowed %t: %t", c.specifier, c.version, c.allowed, got)
		}
	}
}

// REQ-4: what is a pin.
func TestPin(t *testing.T) {
	for text, want := range map[string]string{"==1.0": "1.0", "===1.0-x": "1.0-x", "==1.0+l": "1.0+l", "==1.*": "", ">=1": "", "": "", "==1,!=2": ""} {
		s, err := ParseSpecifier(text)
		if err != nil {
			t.Fatal(err)
		}
		if pin, ok := s.Pin(); pin != want || ok != (want != "") {
			t.Errorf("%q: %q %t", text, pin, ok)
		}
	}
}

// REQ-1: a marker's text has one form, and only the parentheses that it needs; it is a string in JSON.
func TestMarkerText(t *testing.T) {
	for text, want := range map[string]string{
		"os_name=='nt'": `os_name == "nt"`,
		"((os_name=='nt' or os_name=='x') and (extra=='A_B' and python_version<'3'))": `(os_name == "nt" or os_name == "x") and extra == "a-b" and python_version < "3"`,
		"(os_name=='a' and os_name=='b') or os_name=='c'":                             `os_name == "a" and os_name == "b" or os_name == "c"`,
		`os_name == 'a"b'`:             `os_name == 'a"b'`,
		"'X_y' in extras":              `"x-y" in extras`,
		"python_version  not   in '3'": `python_version not in "3"`,
	} {
		m, err := ParseMarker(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if m.String() != want {
			t.Errorf("%s: %s, want %s", text, m, want)
		}
		data, err := json.Marshal(map[string]*Marker{"m": m})
		var back map[string]*Marker
		if err != nil || json.Unmarshal(data, &back) != nil || back["m"].String() != want {
			t.Errorf("%s does not survive JSON: %s, %v", text, data, err)
		}
	}
	var none *Marker
	if holds, err := none.Evaluate(nil, ""); none.String() != "" || !holds || err != nil {
		t.Error("no marker has to hold everywhere")
	}
	if err := new(Marker).UnmarshalText([]byte("x")); err == nil {
		t.Error("a broken marker is read from JSON")
	}
}

// REQ-1: a variable that the environment lacks is an error, not false.
func TestMarkerNeedsValues(t *testing.T) {
	m, err := ParseMarker("sys_platform == 'linux'")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := m.Evaluate(map[string]string{}, ""); err == nil || !strings.Contains(err.Error(), "sys_platform") {
		t.Errorf("error %v", err)
	}
	sets, err := ParseMarker("'A_b' in extras and 'g' not in dependency_groups")
	if err != nil {
		t.Fatal(err)
	}
	for extra, want := range map[string]bool{"a.B": true, "": false, "x": false} {
		if got, err := sets.Evaluate(nil, extra); got != want || err != nil {
			t.Errorf("extra %q: %t, %v", extra, got, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"a", "a[b,c]>=1,<2; python_version < '3'", "a @ https://files.example/x ; os_name == 'nt' or (extra == 'x')", "a===x", "a (>1)", "a;'x' in extras"} {
		f.Add(seed)
	}
	env := map[string]string{"python_version": "3.13", "os_name": "posix"}
	f.Fuzz(func(t *testing.T, text string) {
		r, err := Parse(text)
		if err != nil {
			return
		}
		again, err := Parse(r.String())
		if err != nil || again.String() != r.String() {
			t.Fatalf("%q is written as %q, which is read as %q, %v", text, r, again, err)
		}
		_, _ = r.Marker.Evaluate(env, "x")
		r.Specifier.Contains(Version{}, true)
	})
}

func FuzzVersion(f *testing.F) {
	for _, seed := range []string{"1.0", "1!2.3.4rc5.post6.dev7+local.8", "v1-1", "1.0+a_b", "01"} {
		f.Add(seed, "1.0a1")
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		x, errX := ParseVersion(a)
		y, errY := ParseVersion(b)
		if errX != nil || errY != nil {
			return
		}
		again, err := ParseVersion(x.String())
		if err != nil || again.Compare(x) != 0 || again.String() != x.String() {
			t.Fatalf("%q is written as %q, which is read as %v, %v", a, x, again, err)
		}
		if sign(x.Compare(y)) != -sign(y.Compare(x)) {
			t.Fatalf("%q and %q have no order", a, b)
		}
		for _, operator := range operators {
			if clause, err := newClause(operator, b); err == nil {
				clause.contains(x)
			}
		}
	})
}

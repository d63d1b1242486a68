package interpreter

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
)

// TestTags compares with what packaging.tags says (testdata/record_tags.py), best tag first (BE-1: the wheel that is
// installed is the one that an installer would take).
func TestTags(t *testing.T) {
	content, err := os.ReadFile("testdata/tags.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Facts     Facts
		Platforms []string
		Tags      []string
	}
	if err := json.Unmarshal(content, &cases); err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		t.Run(c.Facts.Version+" "+c.Facts.Platform+" "+c.Facts.Libc.Name, func(t *testing.T) {
			var want []string
			for _, tag := range c.Tags {
				if prefix, all := strings.CutSuffix(tag, "*"); all {
					for _, platform := range c.Platforms {
						want = append(want, prefix+platform)
					}
				} else {
					want = append(want, tag)
				}
			}
			got := c.Facts.Tags()
			for i := range min(len(want), len(got)) {
				if want[i] != got[i] {
					t.Fatalf("tag %d is %s, packaging has %s", i, got[i], want[i])
				}
			}
			if len(want) != len(got) {
				t.Fatalf("%d tags, packaging has %d", len(got), len(want))
			}
		})
	}
}

func TestMatchStatic(t *testing.T) {
	for _, c := range []struct {
		tag, python, os, cpu, libc string
		want                       bool
	}{
		{"py3-none-any", "3.13", "linux", "x86_64", "glibc", true},
		{"py2.py3-none-any", "3.8", "macos", "aarch64", "", true},
		{"py2-none-any", "3.13", "linux", "x86_64", "glibc", false},
		{"cp313-cp313-manylinux_2_17_x86_64.manylinux2014_x86_64", "3.13", "linux", "x86_64", "glibc", true},
		{"cp313-cp313-manylinux_2_17_x86_64.manylinux2014_x86_64", "3.13", "linux", "x86_64", "musl", false},
		{"cp313-cp313-musllinux_1_2_x86_64", "3.13", "linux", "x86_64", "glibc", false},
		{"cp313-cp313-musllinux_1_2_aarch64", "3.13", "linux", "aarch64", "musl", true},
		{"cp313-cp313t-manylinux_2_28_x86_64", "3.13", "linux", "x86_64", "glibc", true},
		{"cp312-cp312-manylinux_2_28_x86_64", "3.13", "linux", "x86_64", "glibc", false},
		{"cp38-abi3-manylinux_2_28_aarch64", "3.13", "linux", "arm64", "glibc", true},
		{"cp314-abi3-manylinux_2_28_aarch64", "3.13", "linux", "arm64", "glibc", false},
		{"py3-none-manylinux1_x86_64", "3.13", "linux", "x86_64", "glibc", true},
		{"py3-none-linux_x86_64", "3.13", "linux", "x86_64", "musl", true},
		{"py3-none-manylinux_2_17_i686", "3.13", "linux", "x86_64", "glibc", false},
		{"cp313-cp313-macosx_11_0_arm64", "3.13", "macos", "aarch64", "", true},
		{"cp313-cp313-macosx_10_13_universal2", "3.13", "osx", "aarch64", "", true},
		{"cp313-cp313-macosx_10_13_x86_64", "3.13", "macos", "x86_64", "", true},
		{"cp313-cp313-macosx_10_13_x86_64", "3.13", "macos", "aarch64", "", false},
		{"cp313-cp313-win_amd64", "3.13", "linux", "x86_64", "glibc", false},
		{"pp310-pypy310_pp73-manylinux_2_17_x86_64", "3.10", "linux", "x86_64", "glibc", false},
		{"nonsense", "3.10", "linux", "x86_64", "glibc", false},
	} {
		if got := MatchStatic(c.tag, c.python, c.os, c.cpu, c.libc); got != c.want {
			t.Errorf("%s for %s %s %s %s: %t", c.tag, c.python, c.os, c.cpu, c.libc, got)
		}
	}
}

// TestMatchStaticIsSuperset: what fits a real interpreter is never left out by the static check.
func TestMatchStaticIsSuperset(t *testing.T) {
	facts := Facts{Version: "3.12.1", Platform: "linux-x86_64", Bits: 64, Libc: Libc{"glibc", "2.36"},
		Markers: map[string]string{"sys_platform": "linux"}}
	for _, tag := range facts.Tags() {
		if !MatchStatic(tag, "3.12", "linux", "x86_64", "glibc") {
			t.Errorf("%s fits, but not statically", tag)
		}
	}
	if slices.Contains(facts.Tags(), "cp312-cp312-manylinux_2_37_x86_64") {
		t.Error("a wheel for a newer glibc fits")
	}
}

package lock

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// machines are interpreters for which the locks of testdata/projects differ.
var machines = map[string]map[string]string{
	"3.9 linux":  {"python_version": "3.9", "python_full_version": "3.9.20", "sys_platform": "linux"},
	"3.10 linux": {"python_version": "3.10", "python_full_version": "3.10.16", "sys_platform": "linux"},
	"3.14 win32": {"python_version": "3.14", "python_full_version": "3.14.0", "sys_platform": "win32"},
}

// pins is what counts for an interpreter, each once.
func pins(t *testing.T, l *Lock, machine string) string {
	t.Helper()
	var all []string
	for _, p := range l.Packages {
		holds, err := p.Marker.Evaluate(machines[machine], "")
		if err != nil {
			t.Fatal(err)
		}
		if holds {
			all = append(all, p.Name+"=="+p.Version)
		}
	}
	slices.Sort(all)
	return strings.Join(slices.Compact(all), " ")
}

func readPart(t *testing.T, file string, part Part) *Lock {
	t.Helper()
	l, err := ReadPart("testdata/projects", file, part)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// REQ-4: of locks that uv, Poetry and PDM wrote for one project, the group and the extra are read with all that they
// require, on each kind of machine: forks, markers on the way, extras of requirements. What uv exports itself is the
// measure for uv.lock. PDM cannot fork, so its project has no fork of flit-core.
func TestReadProjects(t *testing.T) {
	exported := readPart(t, "pylock.build.toml", Part{})
	ofUV := readPart(t, "uv.lock", Part{Groups: []string{"Build"}})
	for machine := range machines {
		if got, want := pins(t, ofUV, machine), pins(t, exported, machine); got != want || got == "" {
			t.Errorf("uv.lock, %s:\n%s\nuv exports\n%s", machine, got, want)
		}
	}
	for _, c := range []struct {
		file, machine string
		part          Part
		want          string
	}{
		{"uv.lock", "3.9 linux", Part{Extras: []string{"native"}}, "packaging==26.3 setuptools==82.0.1"},
		{"uv.lock", "3.14 win32", Part{Extras: []string{"native"}, Project: "Greeter"}, "setuptools==84.2.1"},
		{"uv.lock", "3.14 win32", Part{Extras: []string{"native"}, Groups: []string{"dev"}}, "iniconfig==2.3.1 setuptools==84.2.1"},
		{"poetry.lock", "3.9 linux", Part{Groups: []string{"build"}}, "flit-core==3.9.0 hatchling==1.27.0 packaging==26.3 pathspec==1.1.1 pluggy==1.6.0 tomli==2.5.0 trove-classifiers==2026.9.21.13"},
		{"poetry.lock", "3.14 win32", Part{Groups: []string{"build"}}, "colorama==0.4.6 fastjsonschema==2.22.3 flit-core==4.2.0 hatchling==1.33.0 packaging==26.3 pathspec==1.1.1 pluggy==1.7.0 tomlkit==0.15.2 trove-classifiers==2026.9.21.13 validate-pyproject==0.27"},
		{"poetry.lock", "3.9 linux", Part{Extras: []string{"native"}}, "packaging==26.3 setuptools==82.0.1"},
		{"poetry.lock", "3.14 win32", Part{Extras: []string{"native"}}, "setuptools==84.2.1"},
		{"poetry.lock", "3.14 win32", Part{Groups: []string{"main"}}, "idna==3.20"},
		{"pdm.lock", "3.9 linux", Part{Groups: []string{"build"}}, "flit-core==4.2.0 hatchling==1.27.0 packaging==26.3 pathspec==1.1.1 pluggy==1.6.0 tomli==2.5.0 trove-classifiers==2026.9.21.13"},
		{"pdm.lock", "3.14 win32", Part{Groups: []string{"build"}}, "colorama==0.4.6 fastjsonschema==2.22.3 flit-core==4.2.0 hatchling==1.27.0 packaging==26.3 pathspec==1.1.1 pluggy==1.6.0 trove-classifiers==2026.9.21.13 validate-pyproject==0.27"},
		{"pdm.lock", "3.14 win32", Part{Extras: []string{"native"}}, "packaging==26.3 setuptools==82.0.1"},
	} {
		t.Run(fmt.Sprint(c.file, c.part, c.machine), func(t *testing.T) {
			if got := pins(t, readPart(t, c.file, c.part), c.machine); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
	for _, file := range []string{"uv.lock", "poetry.lock", "pdm.lock"} {
		l := readPart(t, file, Part{Groups: []string{"build"}})
		if l.RequiresPython.String() != ">=3.9" || l.Command == "" {
			t.Errorf("%s: %q, %q", file, l.RequiresPython, l.Command)
		}
		for _, p := range l.Packages {
			if p.Line == 0 || len(p.Files) == 0 || p.Files[0].Name == "" || len(p.Files[0].SHA256) != 64 || (p.Files[0].URL == "") == (file == "uv.lock") {
				t.Errorf("%s: %+v", file, p)
			}
		}
	}
}

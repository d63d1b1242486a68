package repository

import (
	"testing"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/requirement"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/wheel"
)

// TestFits pins which wheels are declared for which interpreter.
func TestFits(t *testing.T) {
	for _, c := range []struct {
		file, python, platform string
		want                   bool
	}{
		{"a-1-py3-none-any.whl", "3.13", "macos_aarch64", true},
		{"a-1-py2-none-any.whl", "3.13", "linux_x86_64_gnu", false},
		{"a-1-cp313-cp313-manylinux_2_17_x86_64.whl", "3.13", "linux_x86_64_gnu", true},
		{"a-1-cp313-cp313-manylinux_2_17_x86_64.whl", "3.12", "linux_x86_64_gnu", false},
		{"a-1-cp313-cp313-manylinux_2_17_x86_64.whl", "3.13t", "linux_x86_64_gnu", false},
		{"a-1-cp313-cp313t-manylinux_2_17_x86_64.whl", "3.13t", "linux_x86_64_gnu", true},
		{"a-1-cp313-cp313t-manylinux_2_17_x86_64.whl", "3.13", "linux_x86_64_gnu", false},
		{"a-1-cp39-abi3-manylinux_2_17_x86_64.whl", "3.13", "linux_x86_64_gnu", true},
		{"a-1-cp39-abi3-manylinux_2_17_x86_64.whl", "3.13t", "linux_x86_64_gnu", false},
		{"a-1-py3-none-musllinux_1_1_x86_64.whl", "3.13", "linux_x86_64_gnu", false},
		{"a-1-py3-none-manylinux_2_17_aarch64.manylinux2014_aarch64.musllinux_1_1_aarch64.whl", "3.13", "linux_aarch64_musl", true},
		{"a-1-cp313-cp313-macosx_11_0_universal2.whl", "3.13", "macos_x86_64", true},
		{"a-1-cp313-cp313-win_amd64.whl", "3.13", "linux_x86_64_gnu", false},
	} {
		name, err := wheel.ParseName(c.file)
		if err != nil {
			t.Fatal(err)
		}
		targets, err := Hub{PythonVersions: []string{c.python}, Platforms: []string{c.platform}}.targets()
		if err != nil {
			t.Fatal(err)
		}
		if got := targets[0].fits(c.file, name); got != c.want {
			t.Errorf("%s fits %s: %v, want %v", c.file, targets[0].name(), got, c.want)
		}
	}
}

// TestWants pins what is known of a marker without the interpreter (REQ-1): what only the machine knows may hold.
func TestWants(t *testing.T) {
	targets, err := Hub{PythonVersions: []string{"3.13"}, Platforms: []string{"linux_x86_64_gnu"}}.targets()
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]holds{
		`python_version >= "3.10"`:         {true, true},
		`python_full_version < "3.13"`:     {false, false},
		`python_full_version >= "3.13.2"`:  {true, false},
		`python_full_version == "3.13.*"`:  {true, true},
		`sys_platform == "win32"`:          {false, false},
		`platform_machine == "x86_64"`:     {true, true},
		`implementation_name == "pypy"`:    {false, false},
		`platform_release >= "6"`:          {true, false},
		`extra == "all"`:                   {false, false},
		`os_name == "nt" or "x" in extras`: {false, false},
	} {
		marker, err := requirement.ParseMarker(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := targets[0].wants(marker); got != want {
			t.Errorf("%s: %+v, want %+v", text, got, want)
		}
	}
}

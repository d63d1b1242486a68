package wheel

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/metadata"
)

const nativeFileName = "demo-1.0-cp313-cp313-linux_x86_64.whl"

func check(t *testing.T, r recipe, opts CheckOptions) error {
	t.Helper()
	return Check(t.Context(), r.make(t), opts)
}

// HOOK-6: a right wheel passes, in the forms that backends write.
func TestCheckAcceptsHOOK6(t *testing.T) {
	for name, r := range map[string]recipe{
		"pure":               {files: []entry{{name: "demo.py", data: "x = 1\n"}}},
		"directories":        {files: []entry{{name: "demo/", mode: 0o40755}, {name: "demo/a.py"}}},
		"legacy name":        {file: "Demo.Pkg-1.0-py2.py3-none-any.whl", info: "Demo.Pkg-1.0.dist-info", metadata: "Metadata-Version: 2.1\nName: demo_pkg\nVersion: 1.0.0\n"},
		"local version":      {file: "demo-1.0+local.1-py3-none-any.whl", info: "demo-1.0+local.1.dist-info", metadata: "Metadata-Version: 2.1\nName: demo\nVersion: 1.0+local-1\n"},
		"compressed Tag":     {file: "demo-1.0-py2.py3-none-any.whl", wheel: "Wheel-Version: 1.0\nTag: py2.py3-none-any\n"},
		"newer 1.x":          {wheel: "Wheel-Version: 1.9\nTag: py3-none-any\n"},
		"native":             {file: nativeFileName, files: []entry{{name: "demo.so", data: elfX86}}},
		"executable in data": {file: "demo-1.0-py3-none-linux_x86_64.whl", files: []entry{{name: "demo-1.0.data/scripts/demo", data: elfX86, mode: 0o100755}}},
		"launcher in pure":   {files: []entry{{name: "demo/cli.exe", data: "MZ" + strings.Repeat("\x00", 0x3a) + "\x40\x00\x00\x00PE\x00\x00"}}},
		"Java class in pure": {files: []entry{{name: "demo/A.class", data: "\xca\xfe\xba\xbe\x00\x00\x00\x34"}}},
		"WebAssembly":        {files: []entry{{name: "demo/a.wasm", data: "\x00asm\x01\x00\x00\x00"}}},
		"signed":             {files: []entry{{name: "demo-1.0.dist-info/RECORD.jws", data: "{}"}}, record: without("RECORD.jws")},
		"licenses":           {metadata: "Metadata-Version: 2.4\nName: demo\nVersion: 1.0\nLicense-File: a/LICENSE\n", files: []entry{{name: "demo-1.0.dist-info/licenses/a/LICENSE", data: "free"}}},
		"licenses before":    {metadata: "Metadata-Version: 2.1\nName: demo\nVersion: 1.0\nLicense-File: LICENSE\n"},
		"universal binary":   {file: "demo-1.0-cp313-cp313-macosx_11_0_universal2.whl", files: []entry{{name: "demo.so", data: "\xca\xfe\xba\xbe\x00\x00\x00\x02"}}},
	} {
		t.Run(name, func(t *testing.T) { wantError(t, check(t, r, CheckOptions{})) })
	}
}

// without drops the lines of RECORD that hold a text.
func without(text string) func(string) string {
	return func(lines string) string {
		var kept []string
		for _, line := range strings.SplitAfter(lines, "\n") {
			if !strings.Contains(line, text) {
				kept = append(kept, line)
			}
		}
		return strings.Join(kept, "")
	}
}

// HOOK-6: each way in which a wheel can contradict itself.
func TestCheckRefusesHOOK6(t *testing.T) {
	file := []entry{{name: "demo.py", data: "x = 1\n"}}
	replace := func(old, new string) func(string) string {
		return func(lines string) string { return strings.Replace(lines, old, new, 1) }
	}
	for _, test := range []struct {
		name   string
		recipe recipe
		want   []string
	}{
		{"name", recipe{metadata: "Metadata-Version: 2.1\nName: other\nVersion: 1.0\n"}, []string{`METADATA has the name "other", the file's name "demo"`}},
		{"version", recipe{metadata: "Metadata-Version: 2.1\nName: demo\nVersion: 1.1\n"}, []string{`METADATA has the version "1.1", the file's name "1.0"`}},
		{"metadata version", recipe{metadata: "Name: demo\nVersion: 1.0\n"}, []string{"no Metadata-Version"}},
		{"tags", recipe{wheel: "Wheel-Version: 1.0\nTag: py2-none-any\n"}, []string{"WHEEL has the tags py2-none-any", "py3-none-any"}},
		{"no tags", recipe{wheel: "Wheel-Version: 1.0\n"}, []string{"WHEEL has the tags (none)"}},
		{"build tag", recipe{file: "demo-1.0-1-py3-none-any.whl", wheel: "Wheel-Version: 1.0\nBuild: 2\nTag: py3-none-any\n"}, []string{`build tag "2"`}},
		{"hash", recipe{files: file, record: replace("demo.py,sha256=", "demo.py,sha256=AAAA")}, []string{"demo.py", "not 32 bytes"}},
		{"wrong hash", recipe{files: file, record: replace("demo.py,", "demo.py,sha256="+strings.Repeat("A", 43)+",6\nother.py,")}, []string{`has the hash sha256=0000`, `"demo.py"`, "its contents have"}},
		{"weak hash", recipe{files: file, record: replace("demo.py,", "demo.py,md5=AAAA,6\nx,")}, []string{"md5", "sha256 or better"}},
		{"no hash", recipe{files: file, record: replace("demo.py,", "demo.py,,\nx,")}, []string{`no hash of "demo.py"`}},
		{"size", recipe{files: file, record: replace(",6\n", ",7\n")}, []string{`"demo.py" has 7 bytes, it has 6`}},
		{"missing line", recipe{files: file, record: without("demo.py")}, []string{`RECORD does not list "demo.py"`}},
		{"invented line", recipe{files: file, record: func(s string) string { return s + "ghost.py,,\n" }}, []string{`"ghost.py", which is not in the wheel`}},
		{"line twice", recipe{record: func(s string) string { return s + s }}, []string{`lists "demo-1.0.dist-info/METADATA" twice`}},
		{"no RECORD", recipe{noRecord: true}, []string{"RECORD: file does not exist"}},
		{"license", recipe{metadata: "Metadata-Version: 2.4\nName: demo\nVersion: 1.0\nLicense-File: LICENSE\n"}, []string{`the license file "LICENSE"`, "demo-1.0.dist-info/licenses/LICENSE"}},
		{"script", recipe{files: []entry{{name: "demo-1.0.dist-info/entry_points.txt", data: "[console_scripts]\n../x = a:b\n"}}}, []string{`"../x" of a script`}},
		{"platform tag", recipe{file: nativeFileName, files: file}, []string{"its tag linux_x86_64 promises native code", "cc: yaml.h not found"}},
		{"abi tag", recipe{file: "demo-1.0-cp313-cp313-any.whl", files: file}, []string{"its tag cp313 promises native code"}},
		{"native in any", recipe{files: []entry{{name: "demo.so", data: elfX86}}}, []string{"runs anywhere", "demo.so (ELF)", "cc: yaml.h not found"}},
		{"DLL in any", recipe{files: []entry{{name: "demo.pyd", data: "MZ" + strings.Repeat("\x00", 0x3a) + "\x40\x00\x00\x00PE\x00\x00"}}}, []string{"demo.pyd (PE)"}},
		{"other machine", recipe{file: nativeFileName, files: []entry{{name: "demo.so", data: elfAarch64}}}, []string{"demo.so is for another machine", "expected 62"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := check(t, test.recipe, CheckOptions{CompilerLog: "cc: yaml.h not found\n"})
			wantError(t, err, append(test.want, "wheel demo-1.0-")...)
			var failure *CheckError
			if !errors.As(err, &failure) {
				t.Errorf("not a CheckError: %v", err)
			}
		})
	}
}

// HOOK-6: the tags fit the platform that the wheel is for.
func TestCheckTargetTagsHOOK6(t *testing.T) {
	tags := []string{"cp313-cp313-linux_x86_64", "cp313-abi3-linux_x86_64", "py3-none-any"}
	wantError(t, check(t, recipe{}, CheckOptions{Tags: tags}))
	wantError(t, check(t, recipe{file: "demo-1.0-py2.py3-none-any.whl"}, CheckOptions{Tags: tags}))
	err := check(t, recipe{file: "demo-1.0-cp312-cp312-linux_x86_64.whl", files: []entry{{name: "d.so", data: elfX86}}}, CheckOptions{Tags: tags})
	wantError(t, err, "none of its tags (cp312-cp312-linux_x86_64) fits", "cp313-cp313-linux_x86_64")
}

// Everything that is wrong is told at once.
func TestCheckListsAll(t *testing.T) {
	err := check(t, recipe{metadata: "Metadata-Version: 2.1\nName: other\nVersion: 2\n", wheel: "Wheel-Version: 1.0\n"}, CheckOptions{})
	wantError(t, err, "3 problems:", "\n  - METADATA has the name", "\n  - METADATA has the version", "\n  - WHEEL has the tags")
}

// HOOK-7: what the user expects of the contents.
func TestCheckNativeHOOK7(t *testing.T) {
	pure := recipe{}
	native := recipe{file: nativeFileName, files: []entry{{name: "demo.so", data: elfX86}}}
	for _, test := range []struct {
		name   string
		recipe recipe
		want   Native
		errors []string
	}{
		{"auto pure", pure, NativeAuto, nil},
		{"auto native", native, NativeAuto, nil},
		{"required native", native, NativeRequired, nil},
		{"required pure", pure, NativeRequired, []string{`native_extensions is "required", and no file in it is native`, "The compiler's output:\nerror: yaml.h"}},
		{"forbidden pure", pure, NativeForbidden, nil},
		{"forbidden native", native, NativeForbidden, []string{`native_extensions is "forbidden", and one file is native: demo.so (ELF)`}},
	} {
		t.Run(test.name, func(t *testing.T) {
			wantError(t, check(t, test.recipe, CheckOptions{NativeExtensions: test.want, CompilerLog: "error: yaml.h"}), test.errors...)
		})
	}
	for _, text := range []string{"", "auto", "required", "forbidden"} {
		if _, err := ParseNative(text); err != nil {
			t.Error(err)
		}
	}
	_, err := ParseNative("maybe")
	wantError(t, err, `"maybe"`, "auto, required or forbidden")
}

// SDIST-3: the error shows what PKG-INFO has and what the wheel has.
func TestCheckPKGInfoSDIST3(t *testing.T) {
	info, err := metadata.Parse([]byte("Metadata-Version: 2.2\nName: demo\nVersion: 1.0\nRequires-Dist: a>=1\n"))
	if err != nil {
		t.Fatal(err)
	}
	wheel := "Metadata-Version: 2.2\nName: demo\nVersion: 1.0\nRequires-Dist: %s\n"
	wantError(t, check(t, recipe{metadata: fmt.Sprintf(wheel, "A >= 1")}, CheckOptions{PKGInfo: &info}))
	err = check(t, recipe{metadata: fmt.Sprintf(wheel, "a>=2")}, CheckOptions{PKGInfo: &info})
	wantError(t, err, "Requires-Dist is not that of the sdist", `PKG-INFO: "a>=1"`, `METADATA: "a>=2"`)
}

// RECORD may use a better hash than sha256.
func TestCheckOtherHash(t *testing.T) {
	const sha512 = "sha512=z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg_SpIdNs6c5H0NE8XYXysP-DGNKHfuwvY7kxvUdBeoGlODJ6-SfaPg"
	r := recipe{files: []entry{{name: "empty"}}, record: func(s string) string {
		return without("empty,")(s) + "empty," + sha512 + ",0\n"
	}}
	wantError(t, check(t, r, CheckOptions{}))
}

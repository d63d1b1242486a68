package wheel

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
)

func TestOpen(t *testing.T) {
	path := recipe{files: []entry{{name: "demo/", mode: 0o40755}, {name: "demo/__init__.py", data: "x = 1\n"}, {name: "demo/run", data: "#!/bin/sh\n", mode: 0o100755}, {name: "demo-1.0.dist-info/entry_points.txt", data: "[console_scripts]\nd = demo:main\n"}}}.make(t)
	w, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if w.DistInfo != "demo-1.0.dist-info" || w.Data() != "demo-1.0.data" || w.Metadata.Name() != "demo" || !w.Info.RootIsPurelib || w.Info.Generator != "test" {
		t.Errorf("read wrongly: %+v", w)
	}
	if len(w.Files) != 6 || w.File("demo/run") == nil || !w.File("demo/run").Executable || w.File("demo/__init__.py").Executable || w.File("demo") != nil {
		t.Errorf("files: %v", w.Files)
	}
	points, err := w.EntryPoints()
	if err != nil || !slices.Equal(points, []EntryPoint{{Group: "console_scripts", Name: "d", Module: "demo", Attribute: "main"}}) {
		t.Errorf("entry points: %v %v", points, err)
	}
}

// HOOK-6: what may not be opened at all, because an installer would write outside, or not know what it wrote.
func TestOpenRefusesHOOK6(t *testing.T) {
	bad := func(name string, mode uint32) recipe {
		return recipe{files: []entry{{name: name, data: "x", mode: mode}}}
	}
	for _, test := range []struct {
		name   string
		recipe recipe
		want   []string
	}{
		{"dots", bad("../x", 0), []string{"demo-1.0-py3-none-any.whl", `"../x"`, "leads out of the wheel"}},
		{"dots inside", bad("demo/../../x", 0), []string{`"demo/../../x"`, "leads out"}},
		{"absolute", bad("/etc/passwd", 0), []string{`"/etc/passwd"`, "absolute"}},
		{"backslash", bad(`demo\x.py`, 0), []string{"backslash"}},
		{"drive", bad("C:x", 0), []string{"drive letter"}},
		{"NUL", bad("a\x00b", 0), []string{"control character"}},
		{"newline", bad("a\nb", 0), []string{"control character"}},
		{"not UTF-8", bad("a\xff", 0), []string{"not UTF-8"}},
		{"not clean", bad("a//b", 0), []string{"shortest form"}},
		{"here", bad("./b", 0), []string{"shortest form"}},
		{"symlink", bad("link", 0o120777), []string{`"link"`, "symbolic link"}},
		{"device", bad("null", 0o020666), []string{"device"}},
		{"pipe", bad("pipe", 0o010666), []string{"named pipe"}},
		{"duplicate", recipe{files: []entry{{name: "a"}, {name: "a"}}}, []string{`"a"`, "twice"}},
		{"file and directory", recipe{files: []entry{{name: "a", data: "x"}, {name: "a/b"}}}, []string{`"a"`, "a file and of a directory"}},
		{"file and directory entry", recipe{files: []entry{{name: "a/"}, {name: "a", data: "x"}}}, []string{"a file and of a directory"}},
		{"no info", recipe{info: "demo"}, []string{"no .dist-info", "expected demo-1.0.dist-info"}},
		{"two infos", recipe{files: []entry{{name: "other-1.dist-info/METADATA"}}}, []string{"2 .dist-info", "other-1.dist-info"}},
		{"info of another", recipe{info: "other-1.0.dist-info"}, []string{"other-1.0.dist-info", "does not belong"}},
		{"info of another version", recipe{info: "demo-2.0.dist-info"}, []string{"does not belong"}},
		{"Wheel-Version 2", recipe{wheel: "Wheel-Version: 2.0\n"}, []string{"Wheel-Version is 2.0", "only 1.x"}},
		{"no Wheel-Version", recipe{wheel: "Generator: x\n"}, []string{"no Wheel-Version"}},
		{"broken tag", recipe{wheel: "Wheel-Version: 1.0\nTag: py3\n"}, []string{`"py3" is not PYTHON-ABI-PLATFORM`}},
		{"no metadata", recipe{metadata: "<html>"}, []string{"METADATA", "no field found"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := test.recipe.make(t)
			w, err := Open(path)
			if err == nil {
				w.Close()
			}
			wantError(t, err, test.want...)
		})
	}
}

func TestOpenRefusesGarbage(t *testing.T) {
	whole, err := os.ReadFile(recipe{}.make(t))
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{"empty": nil, "text": []byte("<html>not found</html>"), "truncated": whole[:len(whole)-30]} {
		_, err := Open(writeFile(t, "demo-1.0-py3-none-any.whl", data))
		if err == nil {
			t.Errorf("%s: no error", name)
			continue
		}
		wantError(t, err, "wheel demo-1.0-py3-none-any.whl", "not a readable zip archive")
	}
}

func TestLimits(t *testing.T) {
	path := recipe{method: zip.Deflate, files: []entry{{name: "zeros", data: strings.Repeat("\x00", 1<<20)}}}.make(t)
	limits := DefaultLimits
	limits.Files = 3
	_, err := OpenWithin(path, limits)
	wantError(t, err, "4 entries", "at most 3")
	limits = DefaultLimits
	limits.Bytes = 1 << 19
	_, err = OpenWithin(path, limits)
	wantError(t, err, `"zeros"`, "1048576 bytes")
	wantError(t, DefaultLimits.check(RatioFrom+1, 1000), "zip bomb")
	wantError(t, DefaultLimits.check(33<<30, 20<<30), "at most")
	wantError(t, DefaultLimits.check(4<<30, 1<<30))
}

// A file that has more bytes than the archive's directory declares is an error when it is read, not a surprise.
func TestLyingSizes(t *testing.T) {
	path := recipe{method: zip.Deflate, files: []entry{{name: "zeros", data: strings.Repeat("\x00", 1<<16)}}}.make(t)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	at := bytes.Index(data, []byte("PK\x01\x02"))
	binary.LittleEndian.PutUint32(data[at+24:], 10)
	w, err := Open(writeFile(t, "demo-1.0-py3-none-any.whl", data))
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if _, err := w.Read("zeros"); err == nil {
		t.Error("65536 bytes were read as 10")
	}
	r, err := w.File("zeros").Open()
	if err != nil {
		t.Fatal(err)
	}
	if n, err := io.Copy(io.Discard, r); err == nil {
		t.Errorf("%d bytes were read as 10", n)
	}
}

func TestParseName(t *testing.T) {
	name, err := ParseName("dir/Foo.Bar-1.0_1-2b-py2.py3-none-any.whl")
	if err != nil || name.Distribution != "Foo.Bar" || name.Version != "1.0-1" || name.Build != "2b" {
		t.Errorf("%+v %v", name, err)
	}
	if tags := name.Tags(); !slices.Equal(tags, []string{"py2-none-any", "py3-none-any"}) {
		t.Errorf("tags: %q", tags)
	}
	for _, file := range []string{"", "a.zip", "a-1-py3-none.whl", "a-1-b-py3-none-any.whl", "a-1--py3-none-any.whl", "a-1-1-py3-none-any-x.whl", "a-1-py3-no ne-any.whl", "-1-py3-none-any.whl"} {
		if _, err := ParseName(file); err == nil {
			t.Errorf("%q was read as a wheel's name", file)
		}
	}
}

func TestEntryPoints(t *testing.T) {
	points, err := ParseEntryPoints([]byte("# comment\n[a]\nx=m\n\n[console_scripts]\nNa me = p.q:A.b [extra]\r\n; more\n[gui_scripts]\n"))
	want := []EntryPoint{{Group: "a", Name: "x", Module: "m"}, {Group: "console_scripts", Name: "Na me", Module: "p.q", Attribute: "A.b", Extras: "extra"}}
	if err != nil || !slices.Equal(points, want) {
		t.Errorf("%+v %v", points, err)
	}
	for text, want := range map[string]string{"x = y": "before the first [group]", "[a\n": "no closing bracket", "[a]\nx\n": "expected NAME = MODULE:ATTRIBUTE"} {
		_, err := ParseEntryPoints([]byte(text))
		wantError(t, err, want)
	}
	for _, bad := range []EntryPoint{
		{ConsoleScripts, "../x", "m", "f", ""}, {ConsoleScripts, "a/b", "m", "f", ""}, {ConsoleScripts, "", "m", "f", ""},
		{ConsoleScripts, "a", "m", "", ""}, {ConsoleScripts, "a", "m;import os", "f", ""}, {GUIScripts, "a", "m", "f()", ""},
	} {
		if _, err := bad.Command(); err == nil {
			t.Errorf("%+v was accepted", bad)
		}
	}
}

func TestParseRecord(t *testing.T) {
	hash := "sha256=" + strings.Repeat("A", 43)
	entries, err := ParseRecord([]byte("a," + hash + ",1\r\n\"b,\"\"c\"," + hash + "=,\nRECORD,,\n"))
	zeros := strings.Repeat("0", 64)
	want := []RecordEntry{{"a", "sha256", zeros, 1}, {`b,"c`, "sha256", zeros, -1}, {"RECORD", "", "", -1}}
	if err != nil || !slices.Equal(entries, want) {
		t.Errorf("%+v %v", entries, err)
	}
	for text, want := range map[string]string{
		"a\n": "RECORD:1: expected path,hash,size", "x,,\na,md5=x,1\n": "RECORD:2: a: the hash", "a,sha256=x,1\n": "not 32 bytes",
		"a," + hash + ",-1\n": "not a size", "a," + hash + ",x\n": "not a size", "\"a,,\n": "not CSV",
	} {
		_, err := ParseRecord([]byte(text))
		wantError(t, err, want)
	}
}

func FuzzParseName(f *testing.F) {
	f.Add("Foo.Bar-1.0-2b-py2.py3-none-any.whl")
	f.Fuzz(func(t *testing.T, file string) {
		if name, err := ParseName(file); err == nil && len(name.Tags()) == 0 {
			t.Error("a name without a tag")
		}
	})
}

func FuzzParseEntryPoints(f *testing.F) {
	f.Add([]byte("[console_scripts]\na = b:c [d]\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		points, _ := ParseEntryPoints(data)
		for _, p := range points {
			if ok, err := p.Command(); ok && err == nil && (strings.ContainsAny(p.Name, "/\n") || strings.ContainsAny(p.Module+p.Attribute, " \n;()\"'")) {
				t.Errorf("a dangerous command: %+v", p)
			}
		}
	})
}

// What is written can be read again, whatever the path.
func FuzzParseRecord(f *testing.F) {
	f.Add([]byte("a,sha256=AAAA,1\n"), `b,"c`)
	f.Fuzz(func(t *testing.T, data []byte, path string) {
		ParseRecord(data)
		if checkName(path) != nil {
			return
		}
		entries, err := ParseRecord(appendRecordLine(nil, path, make([]byte, 32), 5))
		if err != nil || len(entries) != 1 || entries[0].Path != path || entries[0].Size != 5 {
			t.Errorf("%q was read as %+v, %v", path, entries, err)
		}
	})
}

func FuzzOpen(f *testing.F) {
	data, err := os.ReadFile(recipe{files: []entry{{name: "a/b", data: "x"}}}.make(f))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Fuzz(func(t *testing.T, data []byte) {
		w, err := Open(writeFile(t, "demo-1.0-py3-none-any.whl", data))
		if err != nil {
			return
		}
		defer w.Close()
		for _, file := range w.Files {
			if err := checkName(file.Name); err != nil {
				t.Errorf("%q: %v", file.Name, err)
			}
		}
		w.Check(t.Context(), CheckOptions{})
	})
}

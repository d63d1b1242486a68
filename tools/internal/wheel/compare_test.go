package wheel

import (
	"archive/zip"
	"bytes"
	elffile "debug/elf"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// compare gives the differences as "kind file: what".
func compare(t *testing.T, a, b recipe) []string {
	t.Helper()
	differences, err := Compare(t.Context(), a.make(t), b.make(t))
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, d := range differences {
		out = append(out, fmt.Sprintf("%s %s: %s", d.Kind, d.File, d.What))
	}
	return out
}

func TestCompare(t *testing.T) {
	a := recipe{files: []entry{{name: "a.py", data: "one\ntwo\nthree\n", mode: 0o100644}}}
	for _, test := range []struct {
		name string
		b    recipe
		want []string
	}{
		{"equal", a, nil},
		{"packing", recipe{files: []entry{{name: "a.py", data: "one\ntwo\nthree\n", mode: 0o100664}, {name: "dir/"}}, method: zip.Deflate, reverse: true, when: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)},
			[]string{"allowed : order of the entries", "allowed : times", "allowed : compression", "allowed : modes beside the executable bit", "allowed : entries for directories"}},
		{"contents", recipe{files: []entry{{name: "a.py", data: "one\n2\nthree\n", mode: 0o100644}}}, []string{"different a.py: contents", "allowed demo-1.0.dist-info/RECORD: RECORD"}},
		{"executable bit", recipe{files: []entry{{name: "a.py", data: "one\ntwo\nthree\n", mode: 0o100755}}}, []string{"different a.py: executable bit"}},
		{"names", recipe{files: []entry{{name: "b.py", data: "one\ntwo\nthree\n"}}},
			[]string{"different a.py: only in the first wheel", "different b.py: only in the second wheel", "allowed demo-1.0.dist-info/RECORD: RECORD"}},
		{"generator", recipe{files: a.files, wheel: "Wheel-Version: 1.0\nGenerator: other\nRoot-Is-Purelib: true\nTag: py3-none-any\n"},
			[]string{"allowed demo-1.0.dist-info/RECORD: RECORD", "allowed demo-1.0.dist-info/WHEEL: Generator"}},
		{"purelib", recipe{files: a.files, wheel: "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: false\nTag: py3-none-any\n"},
			[]string{"allowed demo-1.0.dist-info/RECORD: RECORD", "different demo-1.0.dist-info/WHEEL: contents"}},
		{"metadata", recipe{files: a.files, metadata: "Metadata-Version: 2.1\nName: demo\nVersion: 1.0\nSummary: x\n"},
			[]string{"different demo-1.0.dist-info/METADATA: contents", "allowed demo-1.0.dist-info/RECORD: RECORD"}},
		{"file name", recipe{file: "demo-1.0-1-py3-none-any.whl", files: a.files}, []string{"different : the file's name"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := compare(t, a, test.b)
			slices.Sort(got)
			slices.Sort(test.want)
			if !slices.Equal(got, test.want) {
				t.Errorf("got\n%s\nexpected\n%s", strings.Join(got, "\n"), strings.Join(test.want, "\n"))
			}
		})
	}
}

// makeELF makes a small ELF file with the sections given, those whose names start with "." and are no debug ones loaded.
func makeELF(sections ...[2]string) string {
	var names, body bytes.Buffer
	names.WriteByte(0)
	header := elffile.Header64{Type: uint16(elffile.ET_DYN), Machine: uint16(elffile.EM_X86_64), Version: 1, Ehsize: 64, Shentsize: 64}
	copy(header.Ident[:], "\x7fELF\x02\x01\x01")
	table := []elffile.Section64{{}}
	add := func(name, data string, kind elffile.SectionType, flags elffile.SectionFlag) {
		table = append(table, elffile.Section64{Name: uint32(names.Len()), Type: uint32(kind), Flags: uint64(flags), Off: uint64(64 + body.Len()), Size: uint64(len(data)), Addralign: 1})
		names.WriteString(name + "\x00")
		body.WriteString(data)
	}
	for _, s := range sections {
		flags := elffile.SHF_ALLOC
		if strings.HasPrefix(s[0], ".debug") || s[0] == ".comment" {
			flags = 0
		}
		add(s[0], s[1], elffile.SHT_PROGBITS, flags)
	}
	add(".shstrtab", strings.Repeat("\x00", 0), elffile.SHT_STRTAB, 0)
	last := len(table) - 1
	table[last].Size = uint64(names.Len())
	body.Write(names.Bytes())
	header.Shoff, header.Shnum, header.Shstrndx = uint64(64+body.Len()), uint16(len(table)), uint16(last)
	var out bytes.Buffer
	binary.Write(&out, binary.LittleEndian, header)
	out.Write(body.Bytes())
	binary.Write(&out, binary.LittleEndian, table)
	return out.String()
}

func TestCompareELF(t *testing.T) {
	text := [2]string{".text", "\x90\x90\xc3"}
	for _, test := range []struct {
		name string
		a, b string
		want []string
	}{
		{"debug, comment, build-id",
			makeELF(text, [2]string{".note.gnu.build-id", "aaaa"}, [2]string{".comment", "GCC 1\x00"}, [2]string{".debug_line", "/home/a"}),
			makeELF(text, [2]string{".note.gnu.build-id", "bbbb"}, [2]string{".comment", "GCC 2\x00"}, [2]string{".debug_line", "/home/bb"}),
			[]string{"allowed ELF build-id", "allowed ELF .comment", "allowed ELF debug information and symbol tables"}},
		{"stripped", makeELF(text, [2]string{".debug_info", "x"}), makeELF(text), []string{"allowed ELF debug information and symbol tables"}},
		{"code", makeELF(text), makeELF([2]string{".text", "\x90\x91\xc3"}), []string{"different ELF section .text"}},
		{"paths", makeELF(text, [2]string{".rodata", "hello\x00/tmp/aa/x.c\x00"}), makeELF(text, [2]string{".rodata", "hello\x00/tmp/bb/x.c\x00"}), []string{"allowed ELF paths in .rodata"}},
		{"other file's path", makeELF([2]string{".rodata", "/tmp/aa/x.c\x00"}), makeELF([2]string{".rodata", "/tmp/aa/y.c\x00"}), []string{"different ELF section .rodata"}},
		{"text in rodata", makeELF([2]string{".rodata", "hello\x00"}), makeELF([2]string{".rodata", "hallo\x00"}), []string{"different ELF section .rodata"}},
		{"more sections", makeELF(text), makeELF(text, [2]string{".data", "x"}), []string{"different ELF sections"}},
		{"not sound", "\x7fELF one", "\x7fELF two", []string{"different contents"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			for _, d := range elfDifferences("x.so", []byte(test.a), []byte(test.b)) {
				got = append(got, fmt.Sprintf("%s %s", d.Kind, d.What))
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("got %q, expected %q", got, test.want)
			}
		})
	}
}

// The run path decides what is loaded when it is relative to the file, and tells where it was built when it is absolute.
func TestCompareRunpath(t *testing.T) {
	for _, test := range []struct {
		a, b []string
		want []Kind
	}{
		{[]string{"$ORIGIN/libs"}, []string{"$ORIGIN/libs"}, nil},
		{[]string{"/tmp/a", "$ORIGIN"}, []string{"/tmp/b", "$ORIGIN"}, []Kind{Allowed}},
		{[]string{"$ORIGIN/libs"}, nil, []Kind{Different}},
	} {
		c := &elfComparison{a: &object{runpath: test.a}, b: &object{runpath: test.b}}
		c.compareRunpath()
		var got []Kind
		for _, d := range c.out {
			got = append(got, d.Kind)
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%q and %q: %q", test.a, test.b, got)
		}
	}
}

func TestDiffLines(t *testing.T) {
	got := diffLines("a\nb\nc\nd\ne\nf\ng\nh\n", "a\nb\nc\nD\ne\nf\ng\nh\ni\n")
	want := "@@ -2 +2 @@\n b\n c\n-d\n+D\n e\n f\n g\n h\n+i\n "
	if got != want {
		t.Errorf("got\n%s\nexpected\n%s", got, want)
	}
	long := diffLines(strings.Repeat("a\n", 5000), strings.Repeat("b\n", 5000))
	if !strings.Contains(long, "more lines") || len(long) > 10_000 {
		t.Errorf("a long diff is not cut: %d bytes", len(long))
	}
}

func FuzzDiffLines(f *testing.F) {
	f.Add("a\nb", "b\nc")
	f.Fuzz(func(t *testing.T, a, b string) {
		var left, right []string
		for _, e := range diffEdits(strings.Split(a, "\n"), strings.Split(b, "\n")) {
			if e.kind != '+' {
				left = append(left, e.line)
			}
			if e.kind != '-' {
				right = append(right, e.line)
			}
		}
		// The common end is cut to what is shown, so the sides may be shorter, never different.
		if !strings.HasPrefix(a+"\n", strings.Join(left, "\n")) || !strings.HasPrefix(b+"\n", strings.Join(right, "\n")) {
			t.Errorf("%q and %q: sides %q and %q", a, b, left, right)
		}
	})
}

func FuzzELF(f *testing.F) {
	f.Add([]byte(makeELF([2]string{".text", "x"})), []byte(makeELF([2]string{".data", "y"})))
	f.Fuzz(func(t *testing.T, a, b []byte) {
		if len(elfDifferences("x", a, b)) == 0 {
			t.Error("no difference at all for files that are compared because they differ")
		}
	})
}

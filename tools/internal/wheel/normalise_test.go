package wheel

import (
	"archive/zip"
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func normalise(t *testing.T, src string, when time.Time) []byte {
	t.Helper()
	dst := filepath.Join(t.TempDir(), filepath.Base(src))
	if err := Normalise(t.Context(), src, dst, NormaliseOptions{Time: when}); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(dst)
	if err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(filepath.Dir(dst))
	if err != nil || len(entries) != 1 {
		t.Errorf("beside the wheel there is something else: %v %v", entries, err)
	}
	wantError(t, Check(t.Context(), dst, CheckOptions{}))
	return data
}

// BYTES-1: order, times, compression, modes, directories and the form of RECORD do not reach the bytes.
func TestNormaliseBYTES1(t *testing.T) {
	files := []entry{{name: "z.py", data: "z"}, {name: "demo/a.py", data: strings.Repeat("text ", 10_000)}, {name: "demo/run", data: "#!/bin/sh\n", mode: 0o100755}, {name: "Größe,\"1\".txt", data: "ü"}}
	when := time.Date(2020, 1, 2, 3, 4, 6, 0, time.UTC)
	first := normalise(t, recipe{files: files}.make(t), when)
	other := slices.Clone(files)
	other[0].mode, other[1].mode, other[2].mode = 0o100600, 0o100664, 0o100711
	other = append(other, entry{name: "demo/", mode: 0o40775})
	second := normalise(t, recipe{
		files: other, method: zip.Deflate, reverse: true, when: time.Date(2024, 5, 6, 7, 8, 9, 0, time.UTC),
		record: func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") },
	}.make(t), when.In(time.FixedZone("east", 3600)))
	if !bytes.Equal(first, second) {
		t.Error("equal contents gave other bytes")
	}
	if third := normalise(t, writeFile(t, "demo-1.0-py3-none-any.whl", first), when); !bytes.Equal(first, third) {
		t.Error("a normalised wheel is not left as it is")
	}
	checkForm(t, first, when)
}

// checkForm looks at the archive as others see it.
func checkForm(t *testing.T, data []byte, when time.Time) {
	t.Helper()
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range archive.File {
		names = append(names, e.Name)
		if len(e.Extra) > 0 || e.Flags&0x8 != 0 || e.Method != zip.Deflate || !e.Modified.Equal(when) {
			t.Errorf("%s: extra %v, flags %#x, method %d, time %s", e.Name, e.Extra, e.Flags, e.Method, e.Modified)
		}
		want := uint32(0o100644)
		if e.Name == "demo/run" {
			want = 0o100755
		}
		if unixMode(e) != want {
			t.Errorf("%s: mode %o", e.Name, unixMode(e))
		}
	}
	want := []string{"Größe,\"1\".txt", "demo/a.py", "demo/run", "z.py", "demo-1.0.dist-info/METADATA", "demo-1.0.dist-info/WHEEL", "demo-1.0.dist-info/RECORD"}
	if !slices.Equal(names, want) {
		t.Errorf("order: %q", names)
	}
}

// HOOK-6: a signed RECORD keeps its bytes, for the signature is about them.
func TestNormaliseSignedHOOK6(t *testing.T) {
	var record string
	path := recipe{files: []entry{{name: "b.py"}, {name: "a.py"}, {name: "demo-1.0.dist-info/RECORD.jws", data: "{}"}}, record: func(s string) string {
		record = without("RECORD.jws")(s)
		return record
	}}.make(t)
	data := normalise(t, path, time.Time{})
	w, err := Open(writeFile(t, "demo-1.0-py3-none-any.whl", data))
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if got, err := w.Read("demo-1.0.dist-info/RECORD"); err != nil || string(got) != record {
		t.Errorf("RECORD changed: %v\n%s", err, got)
	}
}

func TestDosTime(t *testing.T) {
	for _, test := range []struct{ in, want time.Time }{
		{time.Time{}, time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)},
		{time.Unix(0, 0), time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)},
		{time.Unix(315532800, 0), time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)},
		{time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2107, 12, 31, 23, 59, 58, 0, time.UTC)},
		{time.Date(2020, 2, 29, 13, 14, 15, 0, time.UTC), time.Date(2020, 2, 29, 13, 14, 14, 0, time.UTC)},
	} {
		header := zip.FileHeader{}
		header.ModifiedDate, header.ModifiedTime = dosTime(test.in)
		if got := header.ModTime(); !got.Equal(test.want) {
			t.Errorf("%s became %s, expected %s", test.in, got, test.want)
		}
	}
}

func TestNormaliseLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	path := recipe{files: []entry{{name: "../x"}}}.make(t)
	wantError(t, Normalise(t.Context(), path, filepath.Join(dir, "demo-1.0-py3-none-any.whl"), NormaliseOptions{}), "leads out of the wheel")
	if entries, err := os.ReadDir(dir); err != nil || len(entries) > 0 {
		t.Errorf("left behind: %v %v", entries, err)
	}
}

package cache

import (
	"archive/tar"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"time"
)

var testKey = Key{Project: "//demo", Parts: []Part{{"the walls", "paths"}, {"the variables", Digest("A=b")}}}

// makeTree makes a directory with everything that a backend may leave: read-only directories, links, hard links, files of a certain time,
// absolute paths.
func makeTree(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "tree")
	must(t, os.MkdirAll(filepath.Join(dir, "build", "deep"), 0o755))
	must(t, os.WriteFile(filepath.Join(dir, "build", "a.o"), []byte("object"), 0o755))
	must(t, os.Chtimes(filepath.Join(dir, "build", "a.o"), time.Now(), time.Unix(1_700_000_000, 123_456_789)))
	must(t, os.Link(filepath.Join(dir, "build", "a.o"), filepath.Join(dir, "build", "deep", "b.o")))
	must(t, os.Symlink("/etc/passwd", filepath.Join(dir, "build", "absolute")))
	must(t, os.Symlink("../..", filepath.Join(dir, "build", "up")))
	must(t, os.WriteFile(filepath.Join(dir, "locked"), nil, 0o000))
	must(t, os.WriteFile(filepath.Join(dir, "ünï\ncode"), []byte("/absolute/path"), 0o400))
	must(t, os.Chmod(filepath.Join(dir, "build", "deep"), 0o500))
	t.Cleanup(func() { _ = os.Chmod(filepath.Join(dir, "build", "deep"), 0o700) })
	return dir
}

func pack(t *testing.T, dir string) (string, *Record) {
	t.Helper()
	record := &Record{Format: Format, Key: testKey, Stage: "/s", Place: "/c", Sources: []Source{{"a.c", "00", 0o644, time.Unix(5, 7).UTC()}}}
	if _, err := record.Take(dir, DefaultLimits); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "cache.tar")
	must(t, Pack(file, dir, record))
	return file, record
}

func unpack(t *testing.T, file string, key Key, limits Limits, now time.Time) (*Record, string, string) {
	t.Helper()
	dir := t.TempDir()
	record, why, err := Unpack(file, dir, key, limits, now)
	must(t, err)
	return record, why, dir
}

// TestPack proves CACHE-3 for archives: what comes out is what went in, times of files to the nanosecond, and hard links as such.
func TestPack(t *testing.T) {
	file, packed := pack(t, makeTree(t))
	record, why, dir := unpack(t, file, testKey, DefaultLimits, time.Now())
	if record == nil {
		t.Fatal(why)
	}
	if !reflect.DeepEqual(record.Sources, packed.Sources) || record.Stage != "/s" || record.Place != "/c" || !record.Mark.Equal(packed.Mark) {
		t.Errorf("%+v", record)
	}
	info, err := os.Stat(filepath.Join(dir, "build", "a.o"))
	must(t, err)
	if info.ModTime() != time.Unix(1_700_000_000, 123_456_789) || info.Mode().Perm() != 0o755 || info.Sys().(*syscall.Stat_t).Nlink != 2 {
		t.Errorf("a.o: %v %v", info.ModTime(), info.Mode())
	}
	if target, _ := os.Readlink(filepath.Join(dir, "build", "absolute")); target != "/etc/passwd" {
		t.Errorf("the link leads to %q", target)
	}
	again := filepath.Join(t.TempDir(), "again.tar")
	must(t, Pack(again, dir, record))
	if !bytes.Equal(read(t, file), read(t, again)) {
		t.Error("packed again it is another archive")
	}
	must(t, Empty(dir))
}

// TestUnpackElse proves CACHE-4 and CACHE-5: an archive of another key, another format or another time, or one that is damaged,
// leaves an empty directory and says why.
func TestUnpackElse(t *testing.T) {
	file, _ := pack(t, makeTree(t))
	whole := read(t, file)
	other := testKey
	other.Parts = []Part{{"the walls", "required"}, {"the variables", Digest("A=c")}}
	for _, c := range []struct {
		name, why string
		data      []byte
		key       Key
		limits    Limits
		now       time.Time
	}{
		{"other key", "the walls (required, was paths), the variables", whole, other, DefaultLimits, time.Now()},
		{"other project", "the project (//demo, not //other)", whole, Key{Project: "//other"}, DefaultLimits, time.Now()},
		{"other format", "it is of format 7", bytes.Replace(whole, fmt.Appendf(nil, `{"format":%d,`, Format), []byte(`{"format":7,`), 1), testKey, DefaultLimits, time.Now()},
		{"clock", "this machine's clock is behind", whole, testKey, DefaultLimits, time.Unix(1_000_000_000, 0)},
		{"bytes", "larger than its limit of 3 B", whole, testKey, Limits{3, 100}, time.Now()},
		{"files", "larger than its limit of 2 files", whole, testKey, Limits{1 << 20, 2}, time.Now()},
		{"content", "it is damaged: it does not hold what was packed", bytes.Replace(whole, []byte("object"), []byte("Object"), 1), testKey, DefaultLimits, time.Now()},
		{"record", "it is damaged: it does not hold what was packed", bytes.Replace(whole, []byte(`"sha256":"00"`), []byte(`"sha256":"01"`), 1), testKey, DefaultLimits, time.Now()},
		{"nothing", "it is not an archive of a cache directory", nil, testKey, DefaultLimits, time.Now()},
		{"not an archive", "it is not an archive of a cache directory", bytes.Repeat([]byte("text"), 1000), testKey, DefaultLimits, time.Now()},
	} {
		must(t, os.WriteFile(file, c.data, 0o644))
		record, why, dir := unpack(t, file, c.key, c.limits, c.now)
		if record != nil || !strings.Contains(why, c.why) {
			t.Errorf("%s: %v %q", c.name, record, why)
		}
		isEmpty(t, dir)
	}
	// Wherever it is cut short, between entries too. (The last 1024 bytes, and what fills the last block, say nothing.)
	for size := len(whole) - 1024 - 512; size > 0; size -= 512 - size%512%7 {
		must(t, os.WriteFile(file, whole[:size], 0o644))
		record, why, dir := unpack(t, file, testKey, DefaultLimits, time.Now())
		if record != nil || why == "" {
			t.Errorf("%d of %d bytes were enough", size, len(whole))
		}
		isEmpty(t, dir)
	}
}

// TestUnpackHostile: nothing is written outside of the directory, whatever an archive names.
func TestUnpackHostile(t *testing.T) {
	outside := filepath.Join(t.TempDir(), "outside")
	must(t, os.Mkdir(outside, 0o755))
	must(t, os.WriteFile(filepath.Join(outside, "secret"), []byte("secret"), 0o600))
	entry := func(kind byte, name, target string) tar.Header {
		return tar.Header{Typeflag: kind, Name: name, Linkname: target, Mode: 0o644}
	}
	for name, entries := range map[string][]tar.Header{
		"parent":              {entry(tar.TypeReg, "directory/../../x", "")},
		"elsewhere":           {entry(tar.TypeReg, "x", "")},
		"absolute":            {entry(tar.TypeReg, "/tmp/x", "")},
		"through a link":      {entry(tar.TypeSymlink, "directory/l", outside), entry(tar.TypeReg, "directory/l/x", "")},
		"over a link":         {entry(tar.TypeSymlink, "directory/l", outside+"/x"), entry(tar.TypeReg, "directory/l", "")},
		"directory by a link": {entry(tar.TypeSymlink, "directory/l", outside), entry(tar.TypeDir, "directory/l/d/", "")},
		"hard link outside":   {entry(tar.TypeLink, "directory/l", outside+"/secret")},
		"hard link to link":   {entry(tar.TypeSymlink, "directory/l", outside+"/secret"), entry(tar.TypeLink, "directory/m", "directory/l")},
		"twice":               {entry(tar.TypeReg, "directory/x", ""), entry(tar.TypeReg, "directory/x", "")},
		"pipe":                {entry(tar.TypeFifo, "directory/x", "")},
		"device":              {entry(tar.TypeChar, "directory/x", "")},
		"below a file":        {entry(tar.TypeReg, "directory/x", ""), entry(tar.TypeReg, "directory/x/y", "")},
	} {
		var archive bytes.Buffer
		w := tar.NewWriter(&archive)
		data, err := json.Marshal(Record{Format: Format, Key: testKey})
		must(t, err)
		must(t, w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: recordFile, Size: int64(len(data)), Mode: 0o644}))
		_, err = w.Write(data)
		must(t, err)
		for _, header := range entries {
			must(t, w.WriteHeader(&header))
		}
		must(t, w.Close())
		file := filepath.Join(t.TempDir(), "hostile.tar")
		must(t, os.WriteFile(file, archive.Bytes(), 0o644))
		record, why, dir := unpack(t, file, testKey, DefaultLimits, time.Now())
		if record != nil || !strings.Contains(why, "its entry ") {
			t.Errorf("%s: %q", name, why)
		}
		isEmpty(t, dir)
		left, err := os.ReadDir(outside)
		if info, statErr := os.Stat(filepath.Join(outside, "secret")); err != nil || statErr != nil || len(left) != 1 || info.Mode().Perm() != 0o600 {
			t.Fatalf("%s: outside is %v", name, left)
		}
	}
}

// TestTidy: what is no file, directory or link is not kept; what was put in the place of the directory goes; and too much is an error.
func TestTidy(t *testing.T) {
	dir := makeTree(t)
	must(t, syscall.Mkfifo(filepath.Join(dir, "fifo"), 0o600))
	must(t, os.Chmod(filepath.Join(dir, "build"), 0o000))
	removed, err := Tidy(dir)
	must(t, err)
	if !reflect.DeepEqual(removed, []string{"fifo"}) {
		t.Errorf("removed %q", removed)
	}
	for i := range 40 {
		must(t, os.WriteFile(filepath.Join(dir, fmt.Sprint(i)), nil, 0o644))
	}
	if _, err := Take(dir, Limits{Bytes: 1 << 20, Files: 40}); err == nil || !strings.Contains(err.Error(), "40 files") {
		t.Errorf("error %v", err)
	}
	must(t, Empty(dir))
	isEmpty(t, dir)
	must(t, os.Remove(dir))
	must(t, os.Symlink("/etc", dir))
	if _, err := Tidy(dir); err != nil {
		t.Error(err)
	}
	isEmpty(t, dir)
}

func isEmpty(t *testing.T, dir string) {
	t.Helper()
	if entries, err := os.ReadDir(dir); err != nil || len(entries) > 0 {
		t.Errorf("%s holds %v, %v", dir, entries, err)
	}
}

func read(t *testing.T, file string) []byte {
	t.Helper()
	data, err := os.ReadFile(file)
	must(t, err)
	return data
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

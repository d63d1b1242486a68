package archive

import (
	"archive/tar"
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestUnpack writes an archive and finds the same files, modes and links again, whatever the umask is (BYTES-1).
func TestUnpack(t *testing.T) {
	var buffer bytes.Buffer
	w := NewWriter(&buffer)
	long := strings.Repeat("d/", 60) + strings.Repeat("n", 120)
	must(t, w.Dir("bin", 0o755))
	must(t, w.File("bin/tool", 0o755, 5, strings.NewReader("tool\n")))
	must(t, w.Symlink("bin/tool3", "tool"))
	must(t, w.File("empty", 0o644, 0, strings.NewReader("")))
	must(t, w.Dir("locked", 0o555))
	must(t, w.File("locked/name with spaces, ünïcode", 0o444, 1, strings.NewReader("x")))
	must(t, w.File(long, 0o644, 4, strings.NewReader("long")))
	big := bytes.Repeat([]byte("0123456789abcdef"), (4<<20+100)/16)
	must(t, w.File("z-big", 0o644, int64(len(big)), bytes.NewReader(big)))
	must(t, w.Close())
	for _, mask := range []int{0o000, 0o022, 0o077} {
		t.Run(fmt.Sprintf("umask %03o", mask), func(t *testing.T) {
			defer syscall.Umask(syscall.Umask(mask))
			dir := t.TempDir()
			must(t, Unpack(context.Background(), store(t, buffer.Bytes()), dir, Options{}))
			defer os.Chmod(filepath.Join(dir, "locked"), 0o755)
			for name, want := range map[string]struct {
				mode    fs.FileMode
				content string
			}{
				"bin/tool": {0o755, "tool\n"}, "bin/tool3": {0o755, "tool\n"}, "empty": {0o644, ""},
				"locked/name with spaces, ünïcode": {0o444, "x"}, long: {0o644, "long"}, "z-big": {0o644, string(big)},
			} {
				content, err := os.ReadFile(filepath.Join(dir, name))
				must(t, err)
				if string(content) != want.content {
					t.Errorf("%s: wrong content of %d bytes", name, len(content))
				}
				info, err := os.Stat(filepath.Join(dir, name))
				must(t, err)
				if info.Mode().Perm() != want.mode {
					t.Errorf("%s: mode %v", name, info.Mode())
				}
			}
			info, err := os.Stat(filepath.Join(dir, "locked"))
			must(t, err)
			if info.Mode().Perm() != 0o555 {
				t.Errorf("locked: mode %v", info.Mode())
			}
			if target, _ := os.Readlink(filepath.Join(dir, "bin/tool3")); target != "tool" {
				t.Errorf("bin/tool3 leads to %q", target)
			}
			if left, _ := filepath.Glob(filepath.Join(dir, ".umask*")); left != nil {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

// TestWriteTree: two trees with other modes and times give the same bytes (BYTES-1).
func TestWriteTree(t *testing.T) {
	var archives [2]bytes.Buffer
	for i := range archives {
		dir := t.TempDir()
		must(t, os.MkdirAll(filepath.Join(dir, "a/b"), fs.FileMode(0o700|i*0o55)))
		must(t, os.WriteFile(filepath.Join(dir, "a/b/c"), []byte("c"), fs.FileMode(0o600|i*0o144)))
		must(t, os.WriteFile(filepath.Join(dir, "a.x"), []byte("x"), 0o644))
		must(t, os.Symlink("b/c", filepath.Join(dir, "a/l")))
		files, err := WriteTree(&archives[i], dir, func(name string) bool { return name == "a/b/c" })
		must(t, err)
		if files != 2 {
			t.Errorf("%d files", files)
		}
	}
	if !bytes.Equal(archives[0].Bytes(), archives[1].Bytes()) {
		t.Error("the archives differ")
	}
}

// TestUnpackHostile: what could write outside of the directory is refused before anything is written.
func TestUnpackHostile(t *testing.T) {
	file := func(name string) tar.Header { return tar.Header{Typeflag: tar.TypeReg, Name: name} }
	link := func(name, target string) tar.Header {
		return tar.Header{Typeflag: tar.TypeSymlink, Name: name, Linkname: target}
	}
	for name, c := range map[string]struct {
		entries []tar.Header
		message string
	}{
		"parent":           {[]tar.Header{file("../x")}, "does not have a clean relative name"},
		"inner parent":     {[]tar.Header{file("a/../../x")}, "does not have a clean relative name"},
		"absolute":         {[]tar.Header{file("/x")}, "absolute name"},
		"twice":            {[]tar.Header{file("x"), file("x")}, `"x" is there twice`},
		"unclean twice":    {[]tar.Header{file("x"), file("./x")}, "clean relative name"},
		"hard link":        {[]tar.Header{{Typeflag: tar.TypeLink, Name: "x", Linkname: "/etc/passwd"}}, "neither a file"},
		"device":           {[]tar.Header{{Typeflag: tar.TypeChar, Name: "x"}}, "neither a file"},
		"pipe":             {[]tar.Header{{Typeflag: tar.TypeFifo, Name: "x"}}, "neither a file"},
		"absolute link":    {[]tar.Header{link("x", "/etc")}, "its target is absolute"},
		"escaping link":    {[]tar.Header{link("a/x", "../../y")}, "outside of the archive"},
		"link over link":   {[]tar.Header{link("a/b/up", "../.."), link("a/b/out", "up/..")}, "outside of the archive"},
		"circle":           {[]tar.Header{link("x", "y"), link("y", "x")}, "too many links"},
		"file below link":  {[]tar.Header{link("x", "y"), file("x/z")}, "x"},
		"file as a parent": {[]tar.Header{file("x"), file("x/z")}, "x"},
	} {
		t.Run(name, func(t *testing.T) {
			var buffer bytes.Buffer
			w := tar.NewWriter(&buffer)
			for _, header := range c.entries {
				must(t, w.WriteHeader(&header))
			}
			must(t, w.Close())
			err := Unpack(context.Background(), store(t, buffer.Bytes()), t.TempDir(), Options{})
			if err == nil || !strings.Contains(err.Error(), c.message) {
				t.Errorf("error %v", err)
			}
		})
	}
}

func TestUnpackLinksThatStay(t *testing.T) {
	var buffer bytes.Buffer
	w := NewWriter(&buffer)
	must(t, w.Symlink("a/b/up", "../.."))
	must(t, w.Symlink("a/again", "b/up/a/./b/../"))
	must(t, w.Symlink("absolute", "/usr"))
	must(t, w.Close())
	archive := store(t, buffer.Bytes())
	must(t, Unpack(context.Background(), archive, t.TempDir(), Options{AllowAbsoluteLinks: true}))
	if err := Unpack(context.Background(), archive, t.TempDir(), Options{}); err == nil {
		t.Error("an absolute link was let through")
	}
}

func TestUnpackCutShort(t *testing.T) {
	var buffer bytes.Buffer
	w := NewWriter(&buffer)
	must(t, w.File("x", 0o644, 4000, bytes.NewReader(make([]byte, 4000))))
	must(t, w.Close())
	for _, size := range []int{100, 600, 2000} {
		err := Unpack(context.Background(), store(t, buffer.Bytes()[:size]), t.TempDir(), Options{})
		if err == nil {
			t.Errorf("%d bytes of the archive were enough", size)
		}
	}
}

func TestWriterRefusesNames(t *testing.T) {
	w := NewWriter(&bytes.Buffer{})
	for _, name := range []string{"", ".", "..", "../x", "/x", "a//b", "a/", "a\x00b"} {
		if err := w.File(name, 0o644, 0, strings.NewReader("")); err == nil {
			t.Errorf("%q was written", name)
		}
	}
}

// BenchmarkUnpack unpacks 1,500 files of the sizes that a setuptools environment has (issue 3, Speed). Run it with
// TMPDIR on a tmpfs.
func BenchmarkUnpack(b *testing.B) {
	var buffer bytes.Buffer
	w := NewWriter(&buffer)
	content := bytes.Repeat([]byte("x"), 1<<20)
	for i := range 1500 {
		size := int64(1000 * (1 + i%17)) // 9 kB on average
		if i%300 == 0 {
			size = 500_000
		}
		if err := w.File(fmt.Sprintf("lib/package%02d/file%04d.py", i/15, i), 0o644, size, bytes.NewReader(content[:size])); err != nil {
			b.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		b.Fatal(err)
	}
	archive := store(b, buffer.Bytes())
	root := b.TempDir()
	b.ResetTimer()
	for b.Loop() {
		dir, err := os.MkdirTemp(root, "")
		if err != nil {
			b.Fatal(err)
		}
		if err := Unpack(context.Background(), archive, dir, Options{}); err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		os.RemoveAll(dir)
		b.StartTimer()
	}
}

func store(t testing.TB, content []byte) string {
	path := filepath.Join(t.TempDir(), "a.tar")
	if err := os.WriteFile(path, content, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

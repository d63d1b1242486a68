package sdist

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// pack makes a .tar.gz. A header without a type is a file; data is its contents.
func pack(t testing.TB, headers ...tar.Header) []byte {
	t.Helper()
	var out bytes.Buffer
	compressed := gzip.NewWriter(&out)
	compressed.Write(packTar(t, headers...))
	if err := compressed.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// packTar makes a tar archive; a file's contents stand in its Uname, which is otherwise of no use here.
func packTar(t testing.TB, headers ...tar.Header) []byte {
	t.Helper()
	var out bytes.Buffer
	archive := tar.NewWriter(&out)
	for _, h := range headers {
		data := h.Uname
		h.Uname = ""
		if h.Typeflag == 0 || h.Typeflag == tar.TypeReg {
			h.Typeflag, h.Size = tar.TypeReg, int64(len(data))
		}
		if err := archive.WriteHeader(&h); err != nil {
			t.Fatal(err)
		}
		if h.Typeflag == tar.TypeReg {
			if _, err := archive.Write([]byte(data)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func regular(name, data string) tar.Header { return tar.Header{Name: name, Uname: data, Mode: 0o644} }

func link(kind byte, name, target string) tar.Header {
	return tar.Header{Name: name, Linkname: target, Typeflag: kind}
}

// unpackTo unpacks into a directory that has a neighbour, which must stay as it is.
func unpackTo(t testing.TB, data []byte, opts Options) (dir, top string, err error) {
	t.Helper()
	base := t.TempDir()
	archive := filepath.Join(base, "demo-1.0.tar.gz")
	dir = filepath.Join(base, "out")
	secret := filepath.Join(base, "secret")
	for _, err := range []error{os.WriteFile(archive, data, 0o600), os.WriteFile(secret, []byte("secret"), 0o600), os.Mkdir(dir, 0o700)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	top, err = Unpack(t.Context(), archive, dir, opts)
	entries, readErr := os.ReadDir(base)
	if contents, _ := os.ReadFile(secret); readErr != nil || len(entries) != 3 || string(contents) != "secret" {
		t.Errorf("something was written outside: %v %v", entries, readErr)
	}
	return dir, top, err
}

func wantError(t testing.TB, err error, texts ...string) {
	t.Helper()
	if err == nil {
		t.Errorf("no error, expected one with %q", texts)
		return
	}
	for _, text := range texts {
		if !strings.Contains(err.Error(), text) {
			t.Errorf("the error lacks %q:\n%v", text, err)
		}
	}
}

// SDIST-1: what stays of an archive: contents, the executable bit, links that stay inside, one time.
func TestUnpackSDIST1(t *testing.T) {
	when := time.Date(2001, 2, 3, 4, 5, 6, 0, time.UTC)
	large := strings.Repeat("large\n", smallFile/4)
	dir, top, err := unpackTo(t, pack(t,
		tar.Header{Typeflag: tar.TypeXGlobalHeader, Name: "pax_global_header", PAXRecords: map[string]string{"comment": "x"}},
		tar.Header{Name: "./", Typeflag: tar.TypeDir, Mode: 0o755},
		tar.Header{Name: "./demo-1.0/", Typeflag: tar.TypeDir, Mode: 0o500},
		regular("demo-1.0/PKG-INFO", "Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n"),
		tar.Header{Name: "demo-1.0/read only", Mode: 0o400, Uname: "x"},
		tar.Header{Name: "demo-1.0/run", Mode: 0o4777, Uname: "#!/bin/sh\n"},
		tar.Header{Name: "demo-1.0/not for us", Mode: 0o655, Uname: "x"},
		regular("demo-1.0/deep/er/ä.py", "ä"),
		regular("demo-1.0/large", large),
		link(tar.TypeSymlink, "demo-1.0/deep/link", "../run"),
		link(tar.TypeSymlink, "demo-1.0/dangling", "nothing"),
		link(tar.TypeLink, "demo-1.0/hard", "demo-1.0/run"),
		regular("demo-1.0/twice", "first"),
		regular("demo-1.0/twice", "second"),
	), Options{Time: when})
	if err != nil || top != "demo-1.0" {
		t.Fatalf("%q %v", top, err)
	}
	for name, want := range map[string]string{"run": "#!/bin/sh\n", "hard": "#!/bin/sh\n", "deep/link": "#!/bin/sh\n", "deep/er/ä.py": "ä", "large": large, "twice": "second"} {
		if data, err := os.ReadFile(filepath.Join(dir, top, name)); err != nil || string(data) != want {
			t.Errorf("%s: %d bytes, %v", name, len(data), err)
		}
	}
	for name, want := range map[string]fs.FileMode{".": 0o755, "read only": 0o644, "run": 0o755, "not for us": 0o644, "deep/er": 0o755, "large": 0o644} {
		if stat, err := os.Stat(filepath.Join(dir, top, name)); err != nil || stat.Mode()&^fs.ModeDir != want {
			t.Errorf("%s: mode %v, %v", name, stat.Mode(), err)
		}
	}
	filepath.WalkDir(filepath.Join(dir, top), func(path string, d fs.DirEntry, err error) error {
		if info, err := d.Info(); err != nil || !info.ModTime().Equal(when) {
			t.Errorf("%s: time %v, %v", path, info.ModTime(), err)
		}
		return err
	})
	if m, err := Metadata(filepath.Join(dir, top)); err != nil || m.Name() != "demo" {
		t.Errorf("PKG-INFO: %v %v", m, err)
	}
	if _, err := Metadata(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no PKG-INFO: %v", err)
	}
}

// SDIST-1: the other forms that an sdist had.
func TestUnpackFormsSDIST1(t *testing.T) {
	var zipped bytes.Buffer
	archive := zip.NewWriter(&zipped)
	for _, h := range []zip.FileHeader{{Name: "top/"}, {Name: "top/a"}, {Name: "top/run", CreatorVersion: 3 << 8, ExternalAttrs: 0o100755 << 16}} {
		w, err := archive.CreateHeader(&h)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(h.Name, "/") {
			w.Write([]byte("x"))
		}
	}
	archive.Close()
	plain := packTar(t, regular("top/a", "x"), tar.Header{Name: "top/run", Mode: 0o755, Uname: "x"})
	var padded bytes.Buffer
	compressed := gzip.NewWriter(&padded)
	compressed.Write(plain)
	compressed.Close()
	padded.Write(make([]byte, 700))
	for name, data := range map[string][]byte{"zip": zipped.Bytes(), "tar": plain, "padded": padded.Bytes()} {
		t.Run(name, func(t *testing.T) {
			dir, top, err := unpackTo(t, data, Options{})
			if err != nil || top != "top" {
				t.Fatalf("%q %v", top, err)
			}
			if stat, err := os.Stat(filepath.Join(dir, "top/run")); err != nil || stat.Mode().Perm() != 0o755 || !stat.ModTime().Equal(firstTime) {
				t.Errorf("%v %v", stat, err)
			}
			if stat, err := os.Stat(filepath.Join(dir, "top/a")); err != nil || stat.Mode().Perm() != 0o644 {
				t.Errorf("%v %v", stat, err)
			}
		})
	}
}

// SDIST-1: nothing leaves the directory, by name or by link, and what an sdist can't hold is refused.
func TestUnpackRefusesSDIST1(t *testing.T) {
	file := regular("a/f", "x")
	for _, test := range []struct {
		name    string
		members []tar.Header
		want    []string
	}{
		{"dots", []tar.Header{regular("../x", "x")}, []string{`member "../x"`, "leads out of the archive"}},
		{"dots inside", []tar.Header{regular("a/../../x", "x")}, []string{"leads out"}},
		{"absolute", []tar.Header{regular("/tmp/x", "x")}, []string{`member "/tmp/x"`, "absolute"}},
		{"symlink out", []tar.Header{link(tar.TypeSymlink, "a/l", "../../secret")}, []string{`member "a/l"`, `"../../secret" leads outside`}},
		{"symlink absolute", []tar.Header{link(tar.TypeSymlink, "a/l", "/etc/passwd")}, []string{"absolute"}},
		{"symlink over another", []tar.Header{link(tar.TypeSymlink, "a/here", "."), regular("a/b/x", "x"), link(tar.TypeSymlink, "a/b/up", "../here/../.."), link(tar.TypeSymlink, "a/b/out", "up/../secret")}, []string{"leads outside of the archive through another link"}},
		{"write through a symlink", []tar.Header{link(tar.TypeSymlink, "a/l", "."), regular("a/l/x", "x")}, []string{`member "a/l/x"`, `below "a/l", which is not a directory`}},
		{"symlink loop", []tar.Header{link(tar.TypeSymlink, "a/l", "m"), link(tar.TypeSymlink, "a/m", "l")}, []string{"is a loop"}},
		{"symlink for a directory", []tar.Header{{Name: "a/d", Typeflag: tar.TypeDir}, link(tar.TypeSymlink, "a/d", ".")}, []string{"occurs twice"}},
		{"file below a file", []tar.Header{file, regular("a/f/x", "x")}, []string{`below "a/f"`}},
		{"hard link out", []tar.Header{link(tar.TypeLink, "a/l", "../secret")}, []string{`member "a/l"`, `hard link's target "../secret"`}},
		{"hard link absolute", []tar.Header{link(tar.TypeLink, "a/l", "/etc/passwd")}, []string{"hard link's target", "absolute"}},
		{"hard link to a symlink", []tar.Header{regular("a/b/f", "x"), link(tar.TypeSymlink, "a/b/l", "../b/f"), link(tar.TypeLink, "a/l", "a/b/l")}, []string{"not a file that came before"}},
		{"hard link to nothing", []tar.Header{file, link(tar.TypeLink, "a/l", "a/g")}, []string{"not a file that came before"}},
		{"device", []tar.Header{{Name: "a/null", Typeflag: tar.TypeChar, Devmajor: 1, Devminor: 3}}, []string{`member "a/null"`, "device"}},
		{"pipe", []tar.Header{{Name: "a/pipe", Typeflag: tar.TypeFifo}}, []string{"named pipe"}},
		{"two tops", []tar.Header{file, regular("b/f", "x")}, []string{`member "b/f"`, "second top directory", "a/ was there before"}},
		{"file at the top", []tar.Header{regular("setup.py", "x")}, []string{`member "setup.py"`, "outside of a top directory"}},
		{"symlink at the top", []tar.Header{link(tar.TypeSymlink, "a", "b")}, []string{"outside of a top directory"}},
		{"nothing", nil, []string{"the archive is empty"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, _, err := unpackTo(t, pack(t, test.members...), Options{})
			wantError(t, err, append(test.want, "sdist demo-1.0.tar.gz")...)
		})
	}
}

func TestUnpackZipLinks(t *testing.T) {
	for target, want := range map[string]string{"../../x": "leads outside", "/x": "absolute", "": "no target"} {
		var out bytes.Buffer
		archive := zip.NewWriter(&out)
		w, err := archive.CreateHeader(&zip.FileHeader{Name: "top/l", CreatorVersion: 3 << 8, ExternalAttrs: 0o120777 << 16})
		if err != nil {
			t.Fatal(err)
		}
		w.Write([]byte(target))
		archive.Close()
		_, _, err = unpackTo(t, out.Bytes(), Options{})
		wantError(t, err, want, `member "top/l"`)
	}
}

// SDIST-1: bombs stop at the limits, wherever their size lies.
func TestUnpackLimitsSDIST1(t *testing.T) {
	zeros := strings.Repeat("\x00", 1<<20)
	limits := Limits{Files: 2, Bytes: 1 << 19, Ratio: 10}
	_, _, err := unpackTo(t, pack(t, regular("a/zeros", zeros)), Options{Limits: limits})
	wantError(t, err, `member "a/zeros"`, "more than the 524288 bytes")
	_, _, err = unpackTo(t, pack(t, regular("a/1", ""), regular("a/2", ""), regular("a/3", "")), Options{Limits: limits})
	wantError(t, err, "more than the 2 members")
	_, _, err = unpackTo(t, pack(t, regular("a/x", "x")), Options{Limits: Limits{Files: 9, Bytes: 1000, Ratio: 10}})
	wantError(t, err, "more than the 1000 bytes") // the padding behind the end counts as well
	wantError(t, DefaultLimits.checkSoFar(RatioFrom+1, 1000), "bomb")
	if err := DefaultLimits.checkSoFar(4<<30, 1<<30); err != nil {
		t.Error(err)
	}
}

func TestUnpackBroken(t *testing.T) {
	random := strings.Repeat("0123456789abcdefghijklmnopqrstuvwxyz", 40)
	whole := pack(t, regular("a/first", "x"), regular("a/second", random))
	flipped := slices.Clone(whole)
	flipped[len(flipped)-6] ^= 1 // of gzip's checksum
	for name, test := range map[string]struct {
		data []byte
		want string
	}{
		"empty":          {nil, "the file is empty"},
		"page":           {[]byte("<html>"), `it starts with "<html>"`},
		"xz":             {[]byte("\xfd7zXZ\x00 and more"), "neither a .tar.gz"},
		"truncated":      {whole[:len(whole)/2], "truncated?"},
		"checksum":       {flipped, `not readable behind "a/second"`},
		"gzip of a text": {gzipped(t, []byte(random+random)), "the archive is not readable"},
		"broken zip":     {[]byte("PK\x03\x04 and nothing more"), "not readable as zip"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := unpackTo(t, test.data, Options{})
			wantError(t, err, test.want, "sdist demo-1.0.tar.gz")
		})
	}
}

func gzipped(t testing.TB, data []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	w.Write(data)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// Whatever the bytes are, nothing is written outside, and no link that stays leads there.
func FuzzUnpack(f *testing.F) {
	f.Add(packTar(f, regular("a/f", "x"), link(tar.TypeSymlink, "a/l", "f"), link(tar.TypeLink, "a/h", "a/f")))
	f.Add(packTar(f, link(tar.TypeSymlink, "a/l", "."), link(tar.TypeSymlink, "a/m", "l/../x")))
	f.Fuzz(func(t *testing.T, data []byte) {
		dir, top, err := unpackTo(t, data, Options{Limits: Limits{Files: 100, Bytes: 1 << 24, Ratio: 100}})
		if err != nil {
			return
		}
		filepath.WalkDir(filepath.Join(dir, top), func(path string, d fs.DirEntry, err error) error {
			if target, err := filepath.EvalSymlinks(path); err == nil && target != dir && !strings.HasPrefix(target, dir+"/") {
				t.Errorf("%s leads to %s", path, target)
			}
			return err
		})
	})
}

package lock

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// large is a lock of this many distributions with this many files each.
func large(packages, files int) *Lock {
	l := &Lock{Path: "large"}
	for i := range packages {
		pkg := Package{Name: fmt.Sprintf("distribution-%05d", i), Version: "1.2.3"}
		for j := range files {
			name := fmt.Sprintf("distribution_%05d-1.2.3-cp3%02d-cp3%02d-manylinux_2_17_x86_64.manylinux2014_x86_64.whl", i, j, j)
			pkg.Files = append(pkg.Files, File{Name: name, SHA256: fmt.Sprintf("%064x", i*1000+j), Size: 123456})
		}
		l.Packages = append(l.Packages, pkg)
	}
	return l
}

func writeLarge(t testing.TB, packages, files int, format Format, name string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(write(t, large(packages, files), format)), 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}

// REQ-4: a large lock is read whole, in both formats.
func TestReadLarge(t *testing.T) {
	for format, name := range map[Format]string{FormatPip: "lock.txt", FormatPylock: "pylock.toml"} {
		l, err := Read(writeLarge(t, 300, 30, format, name), name)
		if err != nil || len(l.Packages) != 300 || len(l.Packages[299].Files) != 30 || l.Packages[299].Files[29].Name == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The aim for 2,000 distributions with 30 files each is one second and 200 MB.
func BenchmarkRead(b *testing.B) {
	for format, name := range map[Format]string{FormatPip: "lock.txt", FormatPylock: "pylock.toml"} {
		dir := writeLarge(b, 2000, 30, format, name)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Read(dir, name); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func FuzzReadPip(f *testing.F) {
	for _, seed := range []string{samplePip, "-r x\n", "-c lock.txt\n", "--index-url=https://a.example\n", "a==1 \\\n #\n --hash=sha256:H1", "a @ https://files.example/a.zip#sha256=H1", "# file: sha256:H1 a.whl"} {
		f.Add(strings.ReplaceAll(withHashes(seed), "STRONG", strings.Repeat("cd", 64)))
	}
	fuzzRead(f, "lock.txt")
}

func FuzzReadPylock(f *testing.F) {
	for _, seed := range []string{samplePylock, "lock-version = '1.0'\npackages = []", "lock-version = '1.0'\n[[packages]]\nname='a'\narchive={url='https://files.example/a.zip'}"} {
		f.Add(strings.ReplaceAll(withHashes(seed), "STRONG", strings.Repeat("cd", 64)))
	}
	fuzzRead(f, "pylock.toml")
}

// fuzzRead checks that whatever is read can be written and is the same when it is read again.
func fuzzRead(f *testing.F, name string) {
	dir := f.TempDir()
	file := filepath.Join(dir, name)
	f.Fuzz(func(t *testing.T, text string) {
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		l, err := Read(dir, name)
		if err != nil {
			if l.Packages != nil || err.Error() == "" {
				t.Fatalf("%+v beside %v", l, err)
			}
			return
		}
		var first, second writer
		if Write(&first, l, FormatOf(name)) != nil {
			return // a marker or a version that only another spelling can carry
		}
		if err := os.WriteFile(file, first, 0o644); err != nil {
			t.Fatal(err)
		}
		again, err := Read(dir, name)
		if err != nil {
			t.Fatalf("%v in\n%s", err, first)
		}
		if err := Write(&second, again, FormatOf(name)); err != nil || string(first) != string(second) {
			t.Fatalf("%v\n%s\n%s", err, first, second)
		}
	})
}

type writer []byte

func (w *writer) Write(p []byte) (int, error) {
	*w = append(*w, p...)
	return len(p), nil
}

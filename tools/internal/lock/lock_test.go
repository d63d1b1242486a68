package lock

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// root writes files into a new directory. "H1" to "H9" in their contents are replaced by hashes.
func root(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "repository")
	for name, content := range files {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(withHashes(content)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func withHashes(content string) string {
	return regexp.MustCompile(`\bH[1-9]\b`).ReplaceAllStringFunc(content, func(h string) string { return strings.Repeat(h[1:], 64) })
}

func hash(n int) string { return strings.Repeat(fmt.Sprint(n), 64) }

func readOne(t *testing.T, content string) *Lock {
	t.Helper()
	l, err := Read(root(t, map[string]string{"a/lock.txt": content}), "a/lock.txt")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// summary is one line for each package: name, version, extras, marker, files, URL, line.
func summary(l *Lock) []string {
	var lines []string
	for _, p := range l.Packages {
		var files []string
		for _, f := range p.Files {
			files = append(files, f.Name+"="+f.SHA256[:min(2, len(f.SHA256))])
		}
		lines = append(lines, fmt.Sprintf("%s %s %v %s [%s] %s %s:%d", p.Name, p.Version, p.Extras, p.Marker, strings.Join(files, " "), p.DirectURL, p.Source, p.Line))
	}
	return lines
}

// REQ-4: locks that uv wrote are read, in both formats, and say the same.
func TestReadWhatUVWrites(t *testing.T) {
	for _, name := range []string{"attrs", "markupsafe"} {
		pip, err := Read("testdata", name+".txt")
		if err != nil {
			t.Fatal(err)
		}
		toml, err := Read("testdata", "pylock."+name+".toml")
		if err != nil {
			t.Fatal(err)
		}
		if len(pip.Packages) != len(toml.Packages) || toml.RequiresPython.String() != ">=3.9" || !strings.HasPrefix(pip.Command, "uv pip compile --universal") || !strings.HasPrefix(toml.Command, "uv pip compile") {
			t.Errorf("%s: %d and %d packages, %q, %q", name, len(pip.Packages), len(toml.Packages), pip.Command, toml.Command)
		}
		for i, p := range pip.Packages {
			q := toml.Packages[i]
			if p.Name != q.Name || p.Version != q.Version || !slices.Equal(hashes(p), hashes(q)) {
				t.Errorf("%s: %s %s and %s %s", name, p.Name, p.Version, q.Name, q.Version)
			}
			if p.Files[0].Name != "" || q.Files[0].Name == "" || p.Line == 0 || q.Line == 0 {
				t.Errorf("%s: %+v, %+v", name, p, q)
			}
		}
	}
	l, err := Read("testdata", "platforms.txt")
	if err != nil {
		t.Fatal(err)
	}
	if want := `appnope 1.0.0 [] sys_platform == "darwin"`; !strings.HasPrefix(summary(l)[0], want) || len(l.Packages) != 11 {
		t.Error(len(l.Packages), summary(l)[0])
	}
}

func hashes(p Package) []string {
	var all []string
	for _, f := range p.Files {
		all = append(all, f.SHA256)
	}
	slices.Sort(all)
	return all
}

// REQ-4: uv's pylock.toml has URLs and no names; the names are the URLs' last parts, decoded.
func TestReadPylockWithURLs(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("testdata", "pylock.attrs.toml"))
	if err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile(`\{ name = "([^"]+)"`)
	text := named.ReplaceAllString(string(data), `{ url = "https://files.example/aa/%2e/$1#x"`)
	with, err := Read(root(t, map[string]string{"pylock.toml": text}), "pylock.toml")
	if err != nil {
		t.Fatal(err)
	}
	without, err := Read("testdata", "pylock.attrs.toml")
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range with.Packages {
		for j, f := range p.Files {
			if want := without.Packages[i].Files[j]; f.Name != want.Name || f.SHA256 != want.SHA256 || f.URL != "https://files.example/aa/%2e/"+want.Name {
				t.Fatalf("%+v, want %+v", f, want)
			}
		}
	}
}

// REQ-4: everything that pip's format has for a lock.
func TestReadPip(t *testing.T) {
	l := readOne(t, "\xef\xbb\xbf# made via the following command:\r\n#\r\n#    bazel run //a:lock\r\n"+`--index-url https://index.example/simple
--extra-index-url "https://more.example/simple"
--require-hashes
--no-binary :none:

A_b.C[X_y,w]==1.0 ; python_version < '3.10' \
    --hash=sha256:H1 \
    --hash=sha256:H2 --hash=sha256:H1
    # via something
    # file: sha256:H1 a_b_c-1.0-py3-none-any.whl
# file: sha256:H2 A_b.C-1.0.tar.gz
a-b-c==2.0rc1 ; python_version >= '3.10' --hash sha256:H3   # a comment
local==1.0+cpu.1 --hash=sha256:H4
url @ https://files.example/d/url-3.0-py3-none-any.whl#sha256=H5 ; os_name == 'posix'
odd===2004d --hash=sha256:H6
`)
	want := []string{
		`a-b-c 1.0 [w x-y] python_version < "3.10" [a_b_c-1.0-py3-none-any.whl=11 A_b.C-1.0.tar.gz=22]  a/lock.txt:9`,
		`a-b-c 2.0rc1 [] python_version >= "3.10" [=33]  a/lock.txt:15`,
		`local 1.0+cpu.1 []  [=44]  a/lock.txt:16`,
		`url 3.0 [] os_name == "posix" [url-3.0-py3-none-any.whl=55] https://files.example/d/url-3.0-py3-none-any.whl a/lock.txt:17`,
		`odd 2004d []  [=66]  a/lock.txt:18`,
	}
	if got := summary(l); !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if !slices.Equal(l.IndexURLs, []string{"https://index.example/simple", "https://more.example/simple"}) || l.Command != "bazel run //a:lock" {
		t.Error(l.IndexURLs, l.Command)
	}
}

// REQ-4: stronger hashes are kept, and those of one file are joined by its name.
func TestReadStrongerHashes(t *testing.T) {
	strong := strings.Repeat("ab", 64)
	l := readOne(t, "a==1 --hash=sha256:H1 --hash=sha512:"+strings.ToUpper(strong)+" --hash=sha384:"+strings.Repeat("c", 96)+"\n# file: sha256:H1 a-1.tar.gz\n# file: sha512:"+strong+" a-1.tar.gz\n")
	files := l.Packages[0].Files
	if len(files) != 2 || files[0].Hashes["sha512"] != strong || files[0].SHA256 != hash(1) || files[0].Name != "a-1.tar.gz" {
		t.Fatalf("%+v", files)
	}
	if files[1].SHA256 != "" || files[1].Name != "" || files[1].Hashes["sha384"] != strings.Repeat("c", 96) {
		t.Fatalf("%+v", files)
	}
}

// REQ-4: -r and -c, relative to the file that names them; a file that is included twice is read once.
func TestReadIncludes(t *testing.T) {
	dir := root(t, map[string]string{
		"a/lock.txt":        "-r ../b/more.txt\n--requirement=../b/more.txt\n-c limits.txt\na==1.5 --hash=sha256:H1\n",
		"a/limits.txt":      "a<2\nunused==1\na>=9; python_version < '3'\n-c more-limits.txt\n--index-url https://ignored.example\n",
		"a/more-limits.txt": "A!=1.4\n",
		"b/more.txt":        "-rdeep/c.txt\nb==1 --hash=sha256:H2\n--index-url=https://main.example\n",
		"b/deep/c.txt":      "c==1 --hash=sha256:H3\n--extra-index-url=https://extra.example\nb==1 --hash=sha256:H2 --hash=sha256:H4\n",
	})
	l, err := Read(dir, "a/lock.txt")
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"c 1 []  [=33]  b/deep/c.txt:1", "b 1 []  [=22 =44]  b/deep/c.txt:3", "a 1.5 []  [=11]  a/lock.txt:4"}
	if got := summary(l); !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if !slices.Equal(l.Sources, []string{"a/lock.txt", "b/more.txt", "b/deep/c.txt", "a/limits.txt", "a/more-limits.txt"}) ||
		!slices.Equal(l.IndexURLs, []string{"https://main.example", "https://extra.example"}) {
		t.Error(l.Sources, l.IndexURLs)
	}
}

// REQ-4: no lock yet is an error that can be told from others.
func TestReadMissing(t *testing.T) {
	l, err := Read(t.TempDir(), "a/lock.txt")
	if l.Path != "a/lock.txt" || !slices.Equal(l.Sources, []string{"a/lock.txt"}) || l.Packages != nil {
		t.Errorf("%+v", l)
	}
	if !errors.Is(err, fs.ErrNotExist) || strings.Contains(err.Error(), os.TempDir()) || !strings.Contains(err.Error(), "a/lock.txt") {
		t.Error(err)
	}
	for name, want := range map[string]string{"../x.txt": "outside of the repository", "/etc/passwd": "outside of the repository", ".": "not a regular file"} {
		if _, err := Read(t.TempDir(), name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// REQ-4: the name of the file decides on the format.
func TestFormatOf(t *testing.T) {
	for name, want := range map[string]Format{"pylock.toml": FormatPylock, "a/b/pylock.x-y.toml": FormatPylock, "pylock.a.b.toml": FormatPip, "x.toml": FormatPip, "pylock.txt": FormatPip, "requirements.txt": FormatPip} {
		if FormatOf(name) != want {
			t.Errorf("%s: %d", name, FormatOf(name))
		}
	}
}

// REQ-4: the environment of the verbs survives its file.
func TestEnvironmentFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "environment.json")
	e := Environment{Lock: "//a:lock.txt", Command: "bazel run //a:lock", Distributions: []EnvironmentDistribution{
		{Name: "a", Version: "1", Marker: `os_name == "nt"`, Extras: []string{"x"}, Line: 3, Files: []EnvironmentFile{{Name: "a-1-py3-none-any.whl", SHA256: hash(1)}}}}}
	if err := WriteEnvironment(file, e); err != nil {
		t.Fatal(err)
	}
	got, err := ReadEnvironment(file)
	if err != nil || fmt.Sprint(got) != fmt.Sprint(e) {
		t.Errorf("%+v, %v", got, err)
	}
	if err := os.WriteFile(file, []byte("{"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadEnvironment(file); err == nil {
		t.Error("broken JSON is read")
	}
	if _, err := ReadEnvironment(file + "x"); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
	if err := WriteEnvironment(filepath.Join(file, "x"), e); err == nil {
		t.Error("a file below a file is written")
	}
}

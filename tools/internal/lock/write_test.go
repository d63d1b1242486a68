package lock

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/requirement"
)

func marker(t testing.TB, text string) *requirement.Marker {
	t.Helper()
	m, err := requirement.ParseMarker(text)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func specifier(t testing.TB, text string) requirement.Specifier {
	t.Helper()
	s, err := requirement.ParseSpecifier(text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func sample(t testing.TB) *Lock {
	strong := strings.Repeat("cd", 64)
	return &Lock{Path: "lock", Command: "bazel run //greeter:lock", Packages: []Package{
		{Name: "b", Version: "1.0", Files: []File{
			{Name: "b-1.0.tar.gz", SHA256: hash(2), Hashes: map[string]string{"sha512": strong}}, {Name: "b-1.0-py3-none-any.whl", SHA256: hash(1), URL: "https://files.example/b-1.0-py3-none-any.whl"}}},
		{Name: "a", Version: "2.0", Marker: marker(t, `python_version >= "3.10" or os_name == 'n"t'`), Files: []File{{Name: "a-2.0-py3-none-any.whl", SHA256: hash(4)}}, Index: "https://index.example/simple"},
		{Name: "a", Version: "1.0", Marker: marker(t, `python_version < "3.10"`), Files: []File{{Name: "a-1.0-py3-none-any.whl", SHA256: hash(3)}}},
		{Name: "u", Version: "3", DirectURL: "https://files.example/u-3.zip", Files: []File{{Name: "u-3.zip", SHA256: hash(5), URL: "https://files.example/u-3.zip"}}},
	}}
}

const samplePip = `# Build requirements, each file pinned by its hash.
# This file was written by rules_pyproject via the following command:
#     bazel run //greeter:lock

a==1.0 ; python_version < "3.10" \
    --hash=sha256:H3
    # file: sha256:H3 a-1.0-py3-none-any.whl

a==2.0 ; python_version >= "3.10" or os_name == 'n"t' \
    --hash=sha256:H4
    # file: sha256:H4 a-2.0-py3-none-any.whl

b==1.0 \
    --hash=sha256:H1 \
    --hash=sha256:H2 \
    --hash=sha512:STRONG
    # file: sha256:H1 b-1.0-py3-none-any.whl
    # file: sha256:H2 b-1.0.tar.gz
    # file: sha512:STRONG b-1.0.tar.gz

u @ https://files.example/u-3.zip \
    --hash=sha256:H5
`

const samplePylock = `# Build requirements, each file pinned by its hash.
# This file was written by rules_pyproject via the following command:
#     bazel run //greeter:lock
lock-version = "1.0"
environments = [
    'os_name == "posix"',
]
requires-python = ">=3.9"
created-by = "rules_pyproject"

[[packages]]
name = "a"
version = "1.0"
marker = 'python_version < "3.10"'
wheels = [
    { name = "a-1.0-py3-none-any.whl", hashes = { sha256 = "H3" } },
]

[[packages]]
name = "a"
version = "2.0"
marker = "python_version >= \"3.10\" or os_name == 'n\"t'"
wheels = [
    { name = "a-2.0-py3-none-any.whl", hashes = { sha256 = "H4" } },
]

[[packages]]
name = "b"
version = "1.0"
requires-python = ">=3.8"
sdist = { name = "b-1.0.tar.gz", hashes = { sha256 = "H2", sha512 = "STRONG" } }
wheels = [
    { name = "b-1.0-py3-none-any.whl", size = 77, hashes = { sha256 = "H1" } },
]

[[packages]]
name = "u"
version = "3"
archive = { url = "https://files.example/u-3.zip", hashes = { sha256 = "H5" } }
`

// REQ-4: both formats are written with the same bytes whatever the order, and no URL but those that were asked for.
func TestWrite(t *testing.T) {
	for format, want := range map[Format]string{FormatPip: samplePip, FormatPylock: samplePylock} {
		l := sample(t)
		if format == FormatPylock {
			l.Environments, l.RequiresPython = []*requirement.Marker{marker(t, "os_name == 'posix'")}, specifier(t, ">=3.9")
			l.Packages[0].RequiresPython, l.Packages[0].Files[1].Size = specifier(t, ">=3.8"), 77
		}
		want = strings.ReplaceAll(withHashes(want), "STRONG", strings.Repeat("cd", 64))
		for range 2 {
			if got := write(t, l, format); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
			slices.Reverse(l.Packages)
			slices.Reverse(l.Packages[len(l.Packages)-1].Files)
		}
	}
}

func write(t testing.TB, l *Lock, format Format) string {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, l, format); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// plain is a lock without what is not written, in the order in which it is.
func plain(l *Lock, format Format) *Lock {
	p := &Lock{Command: l.Command}
	if format == FormatPylock {
		p.Environments, p.RequiresPython = l.Environments, l.RequiresPython
	}
	for _, pkg := range sortedPackages(l) {
		pkg.Source, pkg.Line, pkg.Index = "", 0, ""
		if format == FormatPip {
			pkg.RequiresPython = requirement.Specifier{}
		} else {
			pkg.Extras = nil
		}
		pkg.Files = sortedFiles(pkg.Files)
		for i := range pkg.Files {
			if pkg.DirectURL == "" {
				pkg.Files[i].URL = ""
			}
			if format == FormatPip {
				pkg.Files[i].Size = 0
			}
		}
		slices.SortStableFunc(pkg.Files, func(a, b File) int { return strings.Compare(a.Name+a.SHA256, b.Name+b.SHA256) })
		p.Packages = append(p.Packages, pkg)
	}
	return p
}

// REQ-4: what is written is read as the same lock, that of uv and our own alike.
func TestWriteThenRead(t *testing.T) {
	locks := map[string]*Lock{"sample": sample(t)}
	for _, name := range []string{"attrs.txt", "platforms.txt", "pylock.attrs.toml", "pylock.markupsafe.toml"} {
		l, err := Read("testdata", name)
		if err != nil {
			t.Fatal(err)
		}
		locks[name] = l
	}
	extras := sample(t)
	extras.Packages[0].Extras = []string{"x", "y"}
	locks["extras"] = extras
	for name, l := range locks {
		for format, file := range map[Format]string{FormatPip: "lock.txt", FormatPylock: "pylock.toml"} {
			if strings.HasSuffix(name, ".txt") && format == FormatPylock {
				continue // it has no file names
			}
			dir := t.TempDir()
			text := write(t, l, format)
			if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
			again, err := Read(dir, file)
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			if got, want := plain(again, format), plain(l, format); !reflect.DeepEqual(got, want) {
				t.Errorf("%s as %s:\ngot  %+v\nwant %+v", name, file, got, want)
			}
			if write(t, again, format) != text {
				t.Errorf("%s as %s: the second writing differs", name, file)
			}
		}
	}
}

// REQ-4: a lock that could not be read again is not written.
func TestWriteRefuses(t *testing.T) {
	good := File{Name: "a-1.tar.gz", SHA256: hash(1)}
	for want, c := range map[string]struct {
		pkg    Package
		format Format
	}{
		"has no file":                    {Package{Name: "a", Version: "1"}, FormatPip},
		"has no hash":                    {Package{Name: "a", Version: "1", Files: []File{{Name: "a-1.tar.gz"}}}, FormatPip},
		"it is not a sha256":             {Package{Name: "a", Version: "1", Files: []File{{Name: "a-1.tar.gz", SHA256: "x"}}}, FormatPylock},
		"not the name of a file":         {Package{Name: "a", Version: "1", Files: []File{{Name: "a b.whl", SHA256: hash(1)}}}, FormatPip},
		"name of the file is missing":    {Package{Name: "a", Version: "1", Files: []File{{SHA256: hash(1)}}}, FormatPylock},
		"2 files; a URL names one":       {Package{Name: "a", DirectURL: "https://files.example/a-1.tar.gz", Files: []File{good, good}}, FormatPip},
		"2 files that are no wheels":     {Package{Name: "a", Version: "1", Files: []File{good, {Name: "a-1.zip", SHA256: hash(2)}}}, FormatPylock},
		"can't be written in pip's fo":   {Package{Name: "a", Version: "1", Marker: marker(t, `os_name == "x -e y"`), Files: []File{good}}, FormatPip},
		"os_name == \\\"x # y\\\"\" can": {Package{Name: "a", Version: "1", Marker: marker(t, `os_name == "x # y"`), Files: []File{good}}, FormatPip},
		"\"a==\" can't be written":       {Package{Name: "a", Files: []File{good}}, FormatPip},
	} {
		err := Write(&bytes.Buffer{}, &Lock{Packages: []Package{c.pkg}}, c.format)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	if err := Write(broken{}, sample(t), FormatPip); !errors.Is(err, errBroken) {
		t.Error(err)
	}
}

var errBroken = errors.New("broken")

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errBroken }

// The indexes that people named stay in a lock that is written again.
func TestWriteIndexes(t *testing.T) {
	for _, indexes := range []string{"-i https://a.example/simple\n--extra-index-url https://b.example\n", "--extra-index-url https://b.example\n"} {
		l := readOne(t, indexes+"a==1 --hash=sha256:H1\n")
		text := write(t, l, FormatPip)
		want := strings.ReplaceAll(indexes, "-i ", "--index-url ")
		if !strings.Contains(text, "\n\n"+want+"\na==1 ") {
			t.Errorf("%q is not in\n%s", want, text)
		}
		again := readOne(t, text)
		if !slices.Equal(again.IndexURLs, l.IndexURLs) || again.MainIndex != l.MainIndex || write(t, again, FormatPip) != text {
			t.Errorf("%+v", again)
		}
	}
}

// A lock of another tool's is never written.
func TestWriteForeign(t *testing.T) {
	if err := Write(io.Discard, &Lock{Path: "a/uv.lock"}, FormatOf("a/uv.lock")); err == nil || err.Error() != "write lock a/uv.lock: that is the name of a lock that uv writes; use another name" {
		t.Error(err)
	}
}

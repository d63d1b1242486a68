package lock

import (
	"errors"
	"strings"
	"testing"
)

// wrong is a lock that is refused: what is in it, and the beginning and a part of the message.
type wrong struct{ content, place, message string }

func checkWrong(t *testing.T, file string, cases []wrong, more map[string]string) {
	t.Helper()
	for _, c := range cases {
		files := map[string]string{file: c.content}
		for name, content := range more {
			files[name] = content
		}
		dir := root(t, files)
		_, err := Read(dir, file)
		var e *Error
		if !errors.As(err, &e) {
			t.Errorf("%.60q: %v", c.content, err)
			continue
		}
		if text := e.Error(); !strings.HasPrefix(text, c.place) || !strings.Contains(text, c.message) || strings.Contains(text, dir) {
			t.Errorf("%.60q: %s\nwant %s … %s", c.content, text, c.place, c.message)
		}
	}
}

// REQ-4: every way in which a lock in pip's format can be wrong names file, line, cause and fix.
func TestReadWrongPip(t *testing.T) {
	checkWrong(t, "a/lock.txt", []wrong{
		{"\na==1\n", "a/lock.txt:2: ", "a==1 has no hash; write the lock again"},
		{"a>=1 --hash=sha256:H1\n", "a/lock.txt:1: ", "a>=1 is not pinned"},
		{"a --hash=sha256:H1\n", "a/lock.txt:1: ", "a is not pinned"},
		{"a==1.* --hash=sha256:H1\n", "a/lock.txt:1: ", "a==1.* is not pinned"},
		{"a==1 --hash=sha256:abc\n", "a/lock.txt:1: ", "--hash=sha256:abc: it is not a sha256, which has 64 hexadecimal digits"},
		{"a==1 --hash=sha256:H1f\n", "a/lock.txt:1: ", "it is not a sha256"},
		{"a==1 --hash=sha256:" + strings.Repeat("g", 64) + "\n", "a/lock.txt:1: ", "it is not a sha256"},
		{"a==1 --hash=md5:0123\n", "a/lock.txt:1: ", "md5 is not accepted"},
		{"a==1 --hash=H1\n", "a/lock.txt:1: ", "expected sha256: and 64"},
		{"a==1 --hash=\n", "a/lock.txt:1: ", "expected sha256: and 64"},
		{"a==1 --hash\n", "a/lock.txt:1: ", "expected sha256: and 64"},
		{"a==1 --config-settings=x --hash=sha256:H1\n", "a/lock.txt:1: ", "unknown option --config-settings of an entry"},
		{"x==1 --hash=sha256:H1\n<<<<<<< HEAD\na==1\n=======\na==2\n>>>>>>> b\n", "a/lock.txt:2: ", "conflict marker of git: a merge was not finished; take one side"},
		{"# \n=======\r\n", "a/lock.txt:2: ", "conflict marker"},
		{"b==1 --hash=sha256:H1\na==1 \\\n    --hash=sha256:H1 \\\n", "a/lock.txt:2: ", "cut off"},
		{"a==1 \\", "a/lock.txt:1: ", "cut off"},
		{"a==1 \\ \n    --hash=sha256:H1\n", "a/lock.txt:1: ", "white space follows the backslash"},
		{"a==1 \\\n# comment\n    --hash=sha256:H1\n", "a/lock.txt:1: ", "a==1 has no hash"},
		{"a==1 --hash=sha256:H2 \\\n# comment\n    --hash=sha256:H1\n", "a/lock.txt:3: ", "the comment on line 2 ends the entry before it; move the comment"},
		{"a==1 --hash=sha256:H2\n    --hash=sha256:H1\n", "a/lock.txt:2: ", "the line before it does not end in a backslash"},
		{"-e .\n", "a/lock.txt:1: ", "an editable entry (.)"},
		{"--editable=../x\n", "a/lock.txt:1: ", "an editable entry (../x)"},
		{"git+https://files.example/r@v1#egg=x\n", "a/lock.txt:1: ", "version control repository"},
		{"a @ git+https://files.example/r@v1\n", "a/lock.txt:1: ", "version control repository"},
		{"./a\n", "a/lock.txt:1: ", "names a local file or directory"}, {"/a/b.whl\n", "a/lock.txt:1: ", "local file or directory"},
		{"a.whl\n", "a/lock.txt:1: ", "local file or directory"}, {"a @ file:///a/b.whl --hash=sha256:H1\n", "a/lock.txt:1: ", "local file or directory"},
		{"https://files.example/a-1.tar.gz --hash=sha256:H1\n", "a/lock.txt:1: ", `write "NAME @ URL"`},
		{"a @ https://files.example/a-1.tar.gz\n", "a/lock.txt:1: ", "a @ https://files.example/a-1.tar.gz has no hash; add --hash=sha256"},
		{"a @ https://files.example/a-1.tar.gz#sha256=00\n", "a/lock.txt:1: ", "#sha256=00: it is not a sha256"},
		{"a @ https://files.example/a-1.tar.gz#sha256=H1 --hash=sha256:H2\n", "a/lock.txt:1: ", "two different sha256"},
		{"a @ https://files.example/ --hash=sha256:H2\n", "a/lock.txt:1: ", "give the URL of a wheel"},
		{"a @ https://files.example/x%2Fy --hash=sha256:H2\n", "a/lock.txt:1: ", "neither a wheel nor a source archive"},
		{"a @ https://files.example/%zz.whl --hash=sha256:H2\n", "a/lock.txt:1: ", "give the URL of a wheel"},
		{"a b==1 --hash=sha256:H2\n", "a/lock.txt:1: ", `not a requirement: "a b==1", character 3`},
		{"--frobnicate\n", "a/lock.txt:1: ", "unknown option --frobnicate"},
		{"-f ./wheels\n", "a/lock.txt:1: ", "-f is not supported"}, {"--no-index\n", "a/lock.txt:1: ", "--no-index is not supported"},
		{"--trusted-host h\n", "a/lock.txt:1: ", "--trusted-host is not supported"},
		{"--index-url\n", "a/lock.txt:1: ", "--index-url has no value"}, {"-r\n", "a/lock.txt:1: ", "-r has no value"},
		{"-i https://u:${TOKEN}@index.example\n", "a/lock.txt:1: ", "has a variable"}, {"-i ftp://x\n", "a/lock.txt:1: ", "not the URL of an index"},
		{"-i https://a.example\n-i https://b.example\n", "a/lock.txt:2: ", "two different --index-url"},
		{"a==1 --hash=sha256:H1\xff\n", "a/lock.txt:1: ", "not UTF-8"}, {"\n\x00", "a/lock.txt:2: ", "not UTF-8"}, {"\xff\xfea\x00", "a/lock.txt:1: ", "UTF-16"},
	}, nil)
}

// REQ-4: includes that leave the repository, that do not end, or that lead nowhere.
func TestReadWrongIncludes(t *testing.T) {
	checkWrong(t, "a/lock.txt", []wrong{
		{"-r ../../x.txt\n", "a/lock.txt:1: ", `"../../x.txt" leaves the repository`},
		{"-c b/../../../x.txt\n", "a/lock.txt:1: ", "leaves the repository"},
		{"-r /etc/passwd\n", "a/lock.txt:1: ", "absolute path"},
		{"-r https://files.example/r.txt\n", "a/lock.txt:1: ", "is a URL; a lock is read without network"},
		{"-r file:///etc/passwd\n", "a/lock.txt:1: ", "is a URL"},
		{"-r lock.txt\n", "a/lock.txt:1: ", "include each other: a/lock.txt > a/lock.txt"},
		{"\n-r ring.txt\n", "a/ring.txt:1: ", "include each other: a/lock.txt > a/ring.txt > a/lock.txt"},
		{"-r gone.txt\n", "a/lock.txt:1: ", "a/gone.txt: no such file"}, {"-r ../b\n", "b: ", "not a regular file"},
		{"-r pylock.toml\n", "a/lock.txt:1: ", "pylock.toml, which can't be included"},
		{"-r bad.txt\n", "a/bad.txt:2: ", "c==1 has no hash"},
		{"-c limits.txt\nc==3 --hash=sha256:H1\n", "a/lock.txt:2: ", "c==3 contradicts the constraint c<2 at a/limits.txt:1"},
		{"-c limits.txt\nc==3; os_name == 'nt' --hash=sha256:H1\n", "a/lock.txt:2: ", "c==3 contradicts the constraint c<2 at a/limits.txt:1"},
		{"-c broken.txt\n", "a/broken.txt:1: ", "not a constraint"},
	}, map[string]string{"a/ring.txt": "-r lock.txt\n", "b/x.txt": "", "a/bad.txt": "\nc==1\n", "a/limits.txt": "c<2\n", "a/broken.txt": "c<\n", "a/pylock.toml": ""})
}

// REQ-4: entries that contradict each other, and file names that belong to something else.
func TestReadContradictions(t *testing.T) {
	checkWrong(t, "lock.txt", []wrong{
		{"a==1 --hash=sha256:H1\nA==2 --hash=sha256:H2\n", "lock.txt:2: ", "a==2 contradicts a==1 at lock.txt:1: both count in the same environment; keep one"},
		{"a==1;os_name=='x' --hash=sha256:H1\na==2 ; os_name == \"x\" --hash=sha256:H2\n", "lock.txt:2: ", "their markers are the same"},
		{"a==1;os_name=='x' --hash=sha256:H1\na==2 --hash=sha256:H2\n", "lock.txt:2: ", "both count in the same environment"},
		{"a==1 --hash=sha256:H1\na==2;os_name=='x' --hash=sha256:H2\n", "lock.txt:2: ", "both count in the same environment"},
		{"a==1 --hash=sha256:H1\na @ https://files.example/a-1.tar.gz --hash=sha256:H1\n", "lock.txt:2: ", "a @ https://files.example/a-1.tar.gz contradicts a==1"},
		{"a==1 --hash=sha256:H1\n# file: sha256:H2 a-1.tar.gz\n# file: sha256:H3 a-1.zip\n", "lock.txt:2: ", "no entry has the hash of a-1.tar.gz"},
		{"a==1 --hash=sha256:H1\n# file: sha256:H1 a-1.tar.gz\n# file: sha256:H1 a-2.tar.gz\n", "lock.txt:3: ", "the hash belongs to a-2.tar.gz here and to a-1.tar.gz at lock.txt:2"},
		{"a==1 --hash=sha256:H1\n# file: sha256:H1 b-1-py3-none-any.whl\n", "lock.txt:2: ", "b-1-py3-none-any.whl is not a file of a 1"},
		{"a==1 --hash=sha256:H1\n# file: sha256:H1 a-2-py3-none-any.whl\n", "lock.txt:2: ", "is not a file of a 1"},
		{"a==1 --hash=sha256:H1\n# file: sha256:H1 a.whl\n", "lock.txt:2: ", "not the name of a wheel"},
		{"a==1 --hash=sha256:H1\n# file: sha256:H1 b-1.tar.gz\n", "lock.txt:2: ", "b-1.tar.gz is not a file of a"},
		{"# file: sha256:12 a-1.tar.gz\n", "lock.txt:1: ", "it is not a sha256"}, {"# file: sha256:H1\n", "lock.txt:1: ", "name of the file is missing"},
		{"# file: sha256:H1 ../a.whl\n", "lock.txt:1: ", "not the name of a file"}, {"# file: sha256:H1 a b.whl\n", "lock.txt:1: ", "not the name of a file"},
		{"# file: sha256:H1 a.exe\n", "lock.txt:1: ", "neither a wheel nor"}, {"# file: sha256:H1 $(x).whl\n", "lock.txt:1: ", "not the name of a file"},
		{"# file: sha256:H1 " + strings.Repeat("a", 300) + ".whl\n", "lock.txt:1: ", "longer than 255"},
	}, nil)
	l := readOne(t, "a==1.0 --hash=sha256:H1\n# file: nothing of ours\na[x]==1 --hash=sha256:H2\na==1.0; os_name == 'nt' --hash=sha256:H3\n# file: sha256:H1 a-1.0.0-py3-none-any.whl\n")
	if got := summary(l); len(got) != 2 || !strings.HasPrefix(got[0], "a 1.0 [x]  [a-1.0.0-py3-none-any.whl=11 =22]") {
		t.Error(got)
	}
}

// REQ-4: every way in which a pylock.toml can be wrong.
func TestReadWrongPylock(t *testing.T) {
	const head = "lock-version = \"1.0\"\n"
	const pkg = head + "[[packages]]\nname = \"a\"\nversion = \"1\"\n"
	checkWrong(t, "a/pylock.toml", []wrong{
		{"", "a/pylock.toml: ", "there is no lock-version"},
		{"lock-version = \"2.0\"\n", "a/pylock.toml: ", `lock-version "2.0" is not known; version 1 is; use a newer`},
		{"lock-version = 1.0\n", "a/pylock.toml:1: ", "not a pylock.toml"},
		{"lock-version = [\n", "a/pylock.toml:1: ", "not a pylock.toml"},
		{head + "a = \n", "a/pylock.toml:2: ", "not a pylock.toml"},
		{head + "environments = \"x\"\n", "a/pylock.toml:2: ", "not a pylock.toml"},
		{head + "environments = [\"x\"]\n", "a/pylock.toml: ", `environments: "x", character 1: "x" is not a marker variable`},
		{head + "requires-python = \"3\"\n", "a/pylock.toml: ", "requires-python: "},
		{head + "packages = 1\n", "a/pylock.toml:2: ", "not a pylock.toml"},
		{head + "[[packages]]\nversion = \"1\"\n", "a/pylock.toml:2: ", `"" is not the name of a project`},
		{head + "[[packages]]\nname = \"../a\"\n", "a/pylock.toml:2: ", `"../a" is not the name of a project`},
		{pkg, "a/pylock.toml:2: ", "a has no file"},
		{head + "[[packages]]\nname = \"a\"\nwheels = [{ name = \"a-1-py3-none-any.whl\", hashes = { sha256 = \"H1\" } }]\n", "a/pylock.toml:2: ", "a has no version"},
		{pkg + "vcs = { type = \"git\" }\n", "a/pylock.toml:2: ", "comes from version control"},
		{pkg + "[packages.vcs]\ntype = \"git\"\n", "a/pylock.toml:2: ", "comes from version control"},
		{pkg + "directory = { path = \".\" }\n", "a/pylock.toml:2: ", "is a local directory"},
		{pkg + "archive = { path = \"a.zip\", hashes = { sha256 = \"H1\" } }\n", "a/pylock.toml:2: ", "is a local file"},
		{pkg + "archive = { url = \"https://files.example/a.zip\", subdirectory = \"x\", hashes = { sha256 = \"H1\" } }\n", "a/pylock.toml:2: ", "subdirectory"},
		{pkg + "archive = { url = \"file:///a.zip\", hashes = { sha256 = \"H1\" } }\n", "a/pylock.toml:2: ", "not one of the web"},
		{pkg + "archive = { url = \"https://files.example/a.zip\" }\nsdist = {}\n", "a/pylock.toml:2: ", "exclude each other"},
		{pkg + "sdist = { name = \"a-1.tar.gz\" }\n", "a/pylock.toml:2: ", "a-1.tar.gz has no hash of sha256 or better"},
		{pkg + "sdist = { name = \"a-1.tar.gz\", hashes = { md5 = \"00\" } }\n", "a/pylock.toml:2: ", "a-1.tar.gz has no hash of sha256 or better"},
		{pkg + "sdist = { name = \"a-1.tar.gz\", hashes = { sha256 = \"00\" } }\n", "a/pylock.toml:2: ", "the sha256 of a-1.tar.gz: it is not a sha256"},
		{pkg + "sdist = { name = \"a-1.tar.gz\", size = -1, hashes = { sha256 = \"H1\" } }\n", "a/pylock.toml:2: ", "is negative"},
		{pkg + "sdist = { name = \"b/../a-1.tar.gz\", hashes = { sha256 = \"H1\" } }\n", "a/pylock.toml:2: ", "not the name of a file"},
		{pkg + "sdist = { hashes = { sha256 = \"H1\" } }\n", "a/pylock.toml:2: ", "name of the file is missing"},
		{pkg + "wheels = [{ name = \"b-1-py3-none-any.whl\", hashes = { sha256 = \"H1\" } }]\n", "a/pylock.toml:2: ", "is not a file of a 1"},
		{pkg + "wheels = [{ name = \"a-1-py3-none-any.whl\", hashes = { sha256 = \"H1\" } }, { path = \"x/a-1-py3-none-any.whl\", hashes = { sha256 = \"H2\" } }]\n", "a/pylock.toml:2: ", "has the file a-1-py3-none-any.whl twice"},
		{pkg + "marker = \"x\"\nsdist = {}\n", "a/pylock.toml:2: ", "marker of a: "}, {pkg + "requires-python = \"x\"\nsdist = {}\n", "a/pylock.toml:2: ", "requires-python of a: "},
		{pkg + "index = \"x\"\nsdist = {}\n", "a/pylock.toml:2: ", "index of a: "},
		{strings.Replace(pkg, `"1"`, `"one"`, 1) + "sdist = {}\n", "a/pylock.toml:2: ", `"one" is not a version`},
		{pkg + "sdist = { name = \"a-1.tar.gz\", hashes = { sha256 = \"H1\" } }\n" + strings.Replace(pkg[len(head):], `"1"`, `"2"`, 1) + "sdist = { name = \"a-2.tar.gz\", hashes = { sha256 = \"H1\" } }\n",
			"a/pylock.toml:6: ", "a==2 contradicts a==1 at a/pylock.toml:2"},
		{head + "<<<<<<< ours\n", "a/pylock.toml:2: ", "conflict marker"},
	}, nil)
}

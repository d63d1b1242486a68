package lock

import (
	"slices"
	"strings"
	"testing"
)

// REQ-4: what a pylock.toml may have beside the usual.
func TestReadPylock(t *testing.T) {
	strong := strings.Repeat("ef", 64)
	l, err := Read(root(t, map[string]string{"pylock.x.toml": `# made via the following command:
#    bazel run //:lock
lock-version = "1.7"
environments = ["sys_platform == 'linux'", "sys_platform == 'darwin'"]
requires-python = ">=3.10"
extras = ["x"]
unknown = 2021-01-01

[[packages]]
name = "A.b"
version = "1.0"
index = "https://index.example/simple"
requires-python = ">=3"
marker = "'x' not in extras"
attestation-identities = [{ kind = """
[[packages]]
""" }]
[[packages.wheels]]
url = "https://files.example/d/a_b-1.0-py3-none-any.whl"
size = 12
hashes = { sha256 = "H1", md5 = "x" }
[[packages.wheels]]
path = "w/a_b-1.0-py2-none-any.whl"
hashes = { sha512 = "` + strong + `" }
[[packages]]
name = "c"
archive = { url = "https://files.example/c-2.0.tar.gz#x", hashes = { sha256 = "H3" } }
`}), "pylock.x.toml")
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		`a-b 1.0 []  [a_b-1.0-py3-none-any.whl=11 a_b-1.0-py2-none-any.whl=]  pylock.x.toml:9`,
		`c 2.0 []  [c-2.0.tar.gz=33] https://files.example/c-2.0.tar.gz pylock.x.toml:25`,
	}
	if got := summary(l); !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	first := l.Packages[0]
	if first.Files[0].Size != 12 || first.Files[1].Hashes["sha512"] != strong || first.Index != "https://index.example/simple" || first.RequiresPython.String() != ">=3" {
		t.Errorf("%+v", first)
	}
	if len(l.Environments) != 2 || l.Environments[1].String() != `sys_platform == "darwin"` || l.RequiresPython.String() != ">=3.10" || l.Command != "bazel run //:lock" {
		t.Errorf("%+v", l)
	}
}

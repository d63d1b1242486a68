package extension_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const groupTags = `pyproject.build_environments(name = "environments", locks = ["//b:lock.txt", "//c:lock.txt"])
pyproject.lock_group(hub = "environments", lock = "//a:uv.lock", groups = ["build"])
pyproject.lock_group(hub = "environments", lock = "//a:uv.lock", groups = ["docs"])
pyproject.system_python(name = "machine_python")
use_repo(pyproject, "environments", "machine_python")
register_toolchains("@machine_python//:all")
`

const uvLock = `version = 1
revision = 3
requires-python = ">=3.9"

[[package]]
name = "alpha"
version = "1"
source = { registry = "SERVER/simple" }
wheels = [
    { url = "SERVER/files/alpha-1-py3-none-any.whl", hash = "sha256:ALPHA" },
    { url = "SERVER/files/alpha-1-cp313-cp313-win_amd64.whl", hash = "sha256:OTHER" },
]

[[package]]
name = "gamma"
version = "1"
source = { registry = "SERVER/simple" }
wheels = [{ url = "SERVER/files/gamma-1-py3-none-any.whl", hash = "sha256:GAMMA" }]

[[package]]
name = "project"
version = "1"
source = { virtual = "." }

[package.dev-dependencies]
build = [{ name = "alpha" }, { name = "gamma", marker = "sys_platform == 'win32'" }]
docs = [{ name = "gamma" }]
`

// TestFetchedForABuild proves that a locked file is fetched only for what a build needs, once, in each way in which a lock
// can name it: by URL, by name on an index, by its hash alone. The requests are counted (REQ-4).
func TestFetchedForABuild(t *testing.T) {
	files := map[string][]byte{
		"alpha-1-py3-none-any.whl":           pureWheel(t, "alpha", "1"),
		"alpha-1-cp313-cp313-win_amd64.whl":  []byte("never fetched"),
		"beta-1-py3-none-any.whl":            pureWheel(t, "beta", "1"),
		"beta-1-cp313-cp313-win_amd64.whl":   []byte("never fetched either"),
		"beta-1.tar.gz":                      []byte("nor this"),
		"beta-1-py3-none-linux_x86_64.whl":   []byte("on the index, and not locked"),
		"beta-2-py3-none-any.whl":            pureWheel(t, "beta", "2"),
		"gamma-1-py3-none-any.whl":           pureWheel(t, "gamma", "1"),
		"delta-1-py3-none-any.whl":           []byte("of a lock that nothing needs"),
		"beta-1-cp399-cp399-win_unheard.whl": []byte("of no use"),
	}
	server := newDepot(t, files)
	hash := func(name string) string { return sha256Of(string(files[name])) }
	w := newWorkspace(t, map[string]string{
		"MODULE.bazel":  moduleFile(repository(t), groupTags),
		"a/BUILD.bazel": "", "b/BUILD.bazel": "", "c/BUILD.bazel": "",
		"a/uv.lock": strings.NewReplacer("SERVER", server.URL, "ALPHA", hash("alpha-1-py3-none-any.whl"), "OTHER", hash("alpha-1-cp313-cp313-win_amd64.whl"),
			"GAMMA", hash("gamma-1-py3-none-any.whl")).Replace(uvLock),
		"b/lock.txt": "beta==1 \\\n    --hash=sha256:" + hash("beta-1-py3-none-any.whl") + " \\\n    --hash=sha256:" + hash("beta-1-cp313-cp313-win_amd64.whl") +
			" \\\n    --hash=sha256:" + hash("beta-1.tar.gz") + "\n",
		"c/lock.txt": "delta==1 --hash=sha256:" + hash("delta-1-py3-none-any.whl") + "\n# file: sha256:" + hash("delta-1-py3-none-any.whl") + " delta-1-py3-none-any.whl\n",
	})
	w.env = []string{"NO_PROXY=127.0.0.1", "no_proxy=127.0.0.1", "PIP_INDEX_URL=" + server.URL + "/simple"}
	asked := func(want string) {
		t.Helper()
		if got := server.asked(); got != want {
			t.Errorf("the index was asked for %q, want %q", got, want)
		}
	}
	w.succeeds([]string{"@environments//a:build", "@environments//a:docs", "@environments//b:b", "@environments//c:c"}, "query", "@environments//...")
	asked("")
	w.succeeds(nil, "build", "@environments//a:build")
	asked("/files/alpha-1-py3-none-any.whl")
	w.succeeds(nil, "build", "@environments//b")
	asked("/simple/beta/ /files/beta-1-py3-none-any.whl")
	w.succeeds(nil, "build", "@environments//b", "@environments//a:build")
	asked("")
	w.succeeds(nil, "build", "@environments//a:docs")
	asked("/files/gamma-1-py3-none-any.whl")

	// An index that withholds the wheel, and then all that is locked. Its own files are never taken.
	server.withhold("beta-1-py3-none-any.whl")
	forget(t, w)
	w.fails([]string{"//b:lock.txt:1: beta 1: the lock has 3 hashes of it and no file names", "none is a wheel for CPython", "Possible fixes:"}, "build", "@environments//b")
	server.withhold("beta-1-cp313-cp313-win_amd64.whl")
	server.withhold("beta-1.tar.gz")
	forget(t, w)
	w.fails([]string{"beta 1 of //b:lock.txt, which has its hashes and no file names, could not be found", "none of the locked hashes is on the page of beta on the index that PIP_INDEX_URL names", "bazel run //b:lock"}, "build", "@environments//b")
	w.succeeds(nil, "build", "@environments//a:build")
}

// forget lets the next build read the index again.
func forget(t *testing.T, w *workspace) {
	t.Helper()
	for _, path := range w.external("*beta_1*") {
		if err := os.RemoveAll(path); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.RemoveAll(filepath.Join(w.dir, "cache")); err != nil {
		t.Fatal(err)
	}
	w.env[2] += "/" // the same index by another name
}

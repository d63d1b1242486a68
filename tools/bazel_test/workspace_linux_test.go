package bazel_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// The files of a workspace outside of this repository, which asks for every module that is offered.
var workspaceFiles = map[string]string{
	"MODULE.bazel": `
module(name = "elsewhere")
bazel_dep(name = "bazel_features", version = "1.11.0")
bazel_dep(name = "bazel_skylib", version = "1.7.1")
bazel_dep(name = "gazelle", version = "0.43.0")
bazel_dep(name = "platforms", version = "0.0.10")
bazel_dep(name = "rules_cc", version = "0.0.11")
bazel_dep(name = "rules_go", version = "0.62.0")
bazel_dep(name = "rules_java", version = "7.6.5")
bazel_dep(name = "rules_license", version = "1.0.0")
bazel_dep(name = "rules_pkg", version = "0.9.1")
bazel_dep(name = "rules_proto", version = "6.0.0")
bazel_dep(name = "rules_pyproject", version = "0.1.0")
bazel_dep(name = "rules_python", version = "0.22.1")
bazel_dep(name = "rules_shell", version = "0.4.0")
bazel_dep(name = "stardoc", version = "0.8.1")
include("//:included.MODULE.bazel")
`,
	"included.MODULE.bazel": `
bazel_dep(name = "neighbour", version = "")
local_path_override(module_name = "neighbour", path = "neighbour")
downloads = use_extension("//:downloads.bzl", "downloads")
use_repo(downloads, "downloaded")
`,
	"neighbour/MODULE.bazel": `
module(name = "neighbour")
bazel_dep(name = "bazel_skylib", version = "1.0.3")
`,
	"neighbour/BUILD.bazel": "",
	"downloads.bzl": `
def _file_impl(rctx):
    rctx.download(url = rctx.os.environ["FILE_URL"], output = "file", sha256 = rctx.os.environ["FILE_SHA256"])
    rctx.file("BUILD.bazel", "exports_files([\"file\"])")

_file = repository_rule(_file_impl, environ = ["FILE_URL", "FILE_SHA256"])
downloads = module_extension(lambda _mctx: _file(name = "downloaded"))
`,
	"BUILD.bazel": `
load("@rules_shell//shell:sh_binary.bzl", "sh_binary")
load("@rules_shell//shell:sh_test.bzl", "sh_test")

genrule(name = "namespaces", outs = ["namespaces.txt"], cmd = "unshare -Urmpn --fork sh -c 'mount -t tmpfs none /mnt && echo nested' > $@")
genrule(name = "fails", outs = ["fails.txt"], cmd = "exit 7")
genrule(name = "waits", outs = ["waits.txt"], cmd = "read -r line < $$GATE; echo $$line > $@")
sh_binary(name = "exits", srcs = ["exits.sh"])
sh_test(name = "exits_test", srcs = ["exits.sh"])
`,
	"exits.sh":         "exit 42\n",
	"below/.gitignore": "",
	// Stands for this repository, so that nothing that is under construction there matters here.
	"checkout/MODULE.bazel": "module(name = \"rules_pyproject\")\n",
	"checkout/BUILD.bazel":  "",
}

// rootMade tells whether the root exists: these tests don't spend minutes and gigabytes that nobody asked for.
var rootMade = sync.OnceValue(func() bool {
	command := exec.Command("../bazel", "which-bazel")
	command.Env = append(os.Environ(), "RULES_PYPROJECT_BAZEL=debian")
	output, err := command.Output()
	return err == nil && !strings.Contains(string(output), "made by the first call")
})

// shared is one workspace for all tests, since each costs a server. A copy of the launcher is in checkout/.
var shared string

func TestMain(m *testing.M) {
	code := m.Run()
	if shared != "" {
		rooted("", "clean", "--expunge").Run() //nolint:errcheck // stops the server too; there is nothing more to tidy
		if own := ownDirectory(); own != "" {
			os.RemoveAll(own) //nolint:errcheck
		}
		os.RemoveAll(shared) //nolint:errcheck
	}
	os.Exit(code)
}

// rooted is a call of the launcher in a directory of the shared workspace, with Debian's Bazel.
func rooted(directory string, arguments ...string) *exec.Cmd {
	command := exec.Command(filepath.Join(shared, "checkout/tools/bazel"), arguments...)
	command.Dir = filepath.Join(shared, directory)
	command.Env = append(os.Environ(), "RULES_PYPROJECT_BAZEL=debian")
	return command
}

// needRoot makes the shared workspace. It lies below /var, which is the root's own and not the machine's.
func needRoot(t *testing.T) {
	t.Helper()
	if !rootMade() {
		t.Skip("there is no root with Debian's Bazel yet: run RULES_PYPROJECT_BAZEL=debian tools/bazel info")
	}
	if shared != "" {
		return
	}
	directory, err := os.MkdirTemp("/var/tmp", "elsewhere")
	must(t, err)
	for name, text := range workspaceFiles {
		file := filepath.Join(directory, name)
		must(t, os.MkdirAll(filepath.Dir(file), 0o777))
		must(t, os.WriteFile(file, []byte(text), 0o777))
	}
	tools := filepath.Join(directory, "checkout/tools")
	must(t, os.MkdirAll(tools, 0o777))
	must(t, exec.Command("cp", "-r", "../bazel", "../bazel.d", tools).Run())
	shared = directory
}

// cacheOfRoot is the directory that holds the root.
func cacheOfRoot() string {
	output, _ := rooted("", "which-bazel").Output()
	cache, _, _ := strings.Cut(string(output), "/root-")
	return cache
}

// ownDirectory is the directory in the cache that belongs to the copy of the launcher.
func ownDirectory() string {
	sources, _ := filepath.Glob(filepath.Join(cacheOfRoot(), "checkout-*/registry-*/modules/rules_pyproject/0/source.json"))
	for _, source := range sources {
		if text, err := os.ReadFile(source); err == nil && strings.Contains(string(text), shared) {
			own, _, _ := strings.Cut(source, "/registry-")
			return own
		}
	}
	return ""
}

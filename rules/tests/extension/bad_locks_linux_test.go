package extension_test

import (
	"slices"
	"strings"
	"testing"
)

// badLock is a lock that is wrong, and what is said of it.
type badLock struct{ file, text, piece string }

// badLocks are all ways in which a lock of a user's may be wrong, by the package that it lies in. HASH is one; SERVER is an
// index on which nothing is.
var badLocks = map[string]badLock{
	"newer_pylock":      {"pylock.toml", "lock-version = \"2.0\"\n", `newer_pylock/pylock.toml: lock-version "2.0" is not known; version 1 is; use a newer rules_pyproject`},
	"newer_uv":          {"uv.lock", "version = 2\n", "newer_uv/uv.lock: version 2 of uv.lock is not known; version 1 is"},
	"older_poetry":      {"poetry.lock", "[metadata]\nlock-version = \"2.0\"\n", "older_poetry/poetry.lock: lock-version 2.0 does not say which group a package is for; lock with Poetry 2.0 or newer"},
	"newer_pdm":         {"pdm.lock", "[metadata]\nlock_version = \"5.0\"\n", `newer_pdm/pdm.lock: lock_version "5.0" is not known; version 4 is`},
	"no_group":          {"uv.lock", "version = 1\n[[package]]\nname = \"p\"\nsource = { virtual = \".\" }\n", "no_group/uv.lock: the lock has no group build; it has no group"},
	"false_environment": {"pylock.toml", "lock-version = \"1.0\"\nenvironments = [\"sys_platform == 'win32'\"]\npackages = []\n", `is for environments with sys_platform == "win32", and no Python and platform that environments are declared for`},
	"false_python":      {"pylock.toml", "lock-version = \"1.0\"\nrequires-python = \"<3.8\"\npackages = []\n", "is for Python <3.8, and no Python and platform"},
	"two_left":          {"lock.txt", "a==1 ; os_name == 'posix' --hash=sha256:HASH\na==2 ; python_version > '3' --hash=sha256:HASH\n", "two_left/lock.txt:2: a is pinned to 2 here and to 1 in line 1"},
	"vcs":               {"pylock.toml", "lock-version = \"1.0\"\n[[packages]]\nname = \"a\"\nvcs = { type = \"git\", url = \"https://files.invalid/a\" }\n", "vcs/pylock.toml:2: a comes from version control, which has no hash"},
	"directory":         {"pylock.toml", "lock-version = \"1.0\"\n[[packages]]\nname = \"a\"\ndirectory = { path = \"../a\" }\n", "directory/pylock.toml:2: a is a local directory"},
	"truncated":         {"lock.txt", "a==1 \\\n    --hash=sha256:HASH \\\n", "truncated/lock.txt:1: the entry ends in a backslash at the end of the file: the file is cut off"},
	"truncated_toml":    {"pylock.toml", "lock-version = \"1.0\"\n[[packages]]\nname = \"a", "truncated_toml/pylock.toml:3: not a pylock.toml"},
	"conflict":          {"lock.txt", "<<<<<<< HEAD\na==1 --hash=sha256:HASH\n=======\n>>>>>>> other\n", "conflict/lock.txt:1: the line is a conflict marker of git"},
	"url_without_hash":  {"lock.txt", "a @ https://files.invalid/a-1.tar.gz\n", "url_without_hash/lock.txt:1: a @ https://files.invalid/a-1.tar.gz has no hash"},
	"leaves":            {"lock.txt", "-r ../../../etc/passwd\n", `leaves/lock.txt:1: "../../../etc/passwd" leaves the repository`},
	"missing":           {"lock.txt", "", "there is no lock //missing:lock.txt yet"},
	"index_without_it":  {"lock.txt", "-i SERVER/simple\na==1 --hash=sha256:HASH\n# file: sha256:HASH a-1-py3-none-any.whl\n", "a-1-py3-none-any.whl of //index_without_it:lock.txt could not be fetched"},
	"nothing_of_hashes": {"lock.txt", "-i SERVER/simple\na==1 --hash=sha256:HASH\n", "a 1 of //nothing_of_hashes:lock.txt, which has its hashes and no file names, could not be found"},
}

// TestBadLocks proves REQ-4: each bad lock is the error of its own target, with place, cause and cure, while another
// project's environment is built in the same command. A marker that nothing matches is no error: its entry counts nowhere.
func TestBadLocks(t *testing.T) {
	files := map[string][]byte{"good-1-py3-none-any.whl": pureWheel(t, "good", "1")}
	server := newDepot(t, files)
	hash := sha256Of(string(files["good-1-py3-none-any.whl"]))
	locks, groups := "\"//good:lock.txt\"", ""
	written := map[string]string{
		"good/BUILD.bazel": "",
		"good/lock.txt": "good==1 --hash=sha256:" + hash + "\n# file: sha256:" + hash + " good-1-py3-none-any.whl\n" +
			"never==1 ; sys_platform == 'nowhere' --hash=sha256:" + sha256Of("never") + "\n",
	}
	targets := []string{"@environments//good"}
	var pieces []string
	for pkg, bad := range badLocks {
		written[pkg+"/BUILD.bazel"] = ""
		if bad.text != "" {
			written[pkg+"/"+bad.file] = strings.NewReplacer("HASH", sha256Of(pkg), "SERVER", server.URL).Replace(bad.text)
		}
		label := "//" + pkg + ":" + bad.file
		if strings.HasSuffix(bad.file, ".lock") {
			groups += "pyproject.lock_group(hub = \"environments\", lock = \"" + label + "\", groups = [\"build\"])\n"
		} else {
			locks += ", \"" + label + "\""
		}
		targets = append(targets, "@environments//"+pkg)
		pieces = append(pieces, bad.piece)
	}
	written["MODULE.bazel"] = moduleFile(repository(t), "pyproject.build_environments(name = \"environments\", locks = ["+locks+"])\n"+groups+
		"pyproject.system_python(name = \"machine_python\")\nuse_repo(pyproject, \"environments\", \"machine_python\")\nregister_toolchains(\"@machine_python//:all\")\n")
	slices.Sort(targets)
	w := newWorkspace(t, written)
	w.env = []string{"NO_PROXY=127.0.0.1", "no_proxy=127.0.0.1", "PIP_INDEX_URL=" + server.URL + "/simple"}
	output := w.fails(pieces, "build", append([]string{"--keep_going"}, targets...)...)
	if found := strings.Count(output, "Possible fixes:"); found < len(badLocks) {
		t.Errorf("%d locks are bad, and %d cures are named:\n%s", len(badLocks), found, output)
	}
	if made := w.made("good/good.tar"); made != 1 {
		t.Errorf("%d environments of the good lock were made:\n%s", made, output)
	}
}

// TestWrongLockGroup proves that a wrong tag names itself, its module and what is expected.
func TestWrongLockGroup(t *testing.T) {
	w := newWorkspace(t, map[string]string{"a/BUILD.bazel": "", "a/uv.lock": "version = 1\n"})
	for tag, pieces := range map[string][]string{
		`hub = "other", lock = "//a:uv.lock", groups = ["build"]`:      {"lock_group(lock = \"//a:uv.lock\") of module scratch: hub is \"other\", and the module has no build_environments tag of that name"},
		`hub = "environments", lock = "//a:uv.lock"`:                   {"lock_group(lock = \"//a:uv.lock\") of module scratch: one of `groups` and `extras` says which part of the lock is meant"},
		`hub = "environments", lock = "//a:uv.lock", extras = ["a b"]`: {"\"a b\" cannot be the name of a target", "Possible fixes:", "set `name`"},
	} {
		w.write("MODULE.bazel", moduleFile(repository(t), "pyproject.build_environments(name = \"environments\")\npyproject.lock_group("+tag+")\nuse_repo(pyproject, \"environments\")\n"))
		w.fails(pieces, "build", "--nobuild", "@environments//a")
	}
}

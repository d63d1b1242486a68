package walls

import (
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"
)

// hostile is a host's environment that must change nothing.
var hostile = []string{
	"PYTHONPATH=/hostile", "PYTHONHOME=/hostile", "PYTHONSTARTUP=/hostile", "PIP_INDEX_URL=hostile", "SETUPTOOLS_USE_DISTUTILS=stdlib",
	"CFLAGS=-hostile", "CC=hostile", "LC_ALL=tr_TR.UTF-8", "LANG=C", "TZ=Asia/Tokyo", "CARGO_HOME=/hostile", "HATCH_ENV=hostile",
	"LD_LIBRARY_PATH=/hostile", "SOURCE_DATE_EPOCH=1", "USER=hostile", "HTTPS_PROXY=hostile", "HOME=/hostile",
}

// BE-4: the environment is closed, whatever the helper's own is.
func TestEnvironmentIsClosedBE4(t *testing.T) {
	each(t, func(t *testing.T, kind Kind) {
		do := task{Spec: Spec{Kind: kind, TempDir: openDir(t)}, Program: "env"}
		cmd := helper(t, do)
		cmd.Env = append(cmd.Env, hostile...)
		got := strings.Fields(succeeded(t, finish(t, cmd)).Stdout)
		sort.Strings(got)
		base := Base
		if kind == Paths {
			base = do.Spec.TempDir + "/pyproject"
		}
		want := []string{
			"HOME=" + base + "/home", "LANG=C.UTF-8", "LOGNAME=builder",
			"PATH=" + base + "/environment/bin:" + base + "/compilers:" + base + "/tools",
			"PYTHONHASHSEED=0", "SOURCE_DATE_EPOCH=315532800", "TMPDIR=" + base + "/tmp", "TZ=UTC", "USER=builder",
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("got  %v\nwant %v", got, want)
		}
	})
}

// BE-4: HOME and TMPDIR are empty and writable, the umask is 022 whatever the caller's is, standard input is at its end, there is no
// terminal and no core dump; the working directory is the place of the source.
func TestWhatAHookFindsBE4(t *testing.T) {
	each(t, func(t *testing.T, kind Kind) {
		do := script(kind, `
			for d in "$HOME" "$TMPDIR"; do test -z "$(ls -A "$d")" && echo x > "$d/x" || echo "$d"; done
			umask; ulimit -c; wc -c; case $PWD in */pyproject/source) echo source;; esac
			(: < /dev/tty) 2>/dev/null || echo no terminal
			ls /proc/self/fd | tr '\n' ' '`)
		got := works(t, do).Stdout
		want := "0022\n0\n0\nsource\nno terminal\n0 1 2 3 "
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}

// A hook is an ordinary user that can become nothing else.
func TestIdentity(t *testing.T) {
	got := works(t, script(Required, `id; hostname; grep -E '^(Cap|NoNewPrivs)' /proc/self/status; cat /proc/sys/user/max_user_namespaces`)).Stdout
	want := `uid=1000(builder) gid=1000(builder) groups=1000(builder)
pyproject
CapInh:	0000000000000000
CapPrm:	0000000000000000
CapEff:	0000000000000000
CapBnd:	0000000000000000
CapAmb:	0000000000000000
NoNewPrivs:	1
0
`
	// Groups that the caller has beside its own appear as nogroup.
	if got = strings.ReplaceAll(got, ",65534(nogroup)", ""); got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

// BE-4: nothing of the machine is there but its operating system.
func TestTheMachineIsAwayBE4(t *testing.T) {
	do := script(Required, `
		ls / | tr '\n' ' '; echo; ls -A /usr/local /proc/1 /tmp /dev/shm 2>&1 | grep -v '^/' | tr '\n' ' '; echo
		for p in $HIDDEN; do test -e "$p" && echo "$p is there"; done
		ls /etc | tr '\n' ' '`)
	outside := t.TempDir()
	wd, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	do.Env = []string{"HIDDEN=" + outside + " " + wd + " /etc/shadow /etc/python3 /root /home /sys /var /run /proc/1/root"}
	lines := strings.Split(works(t, do).Stdout, "\n")
	for _, name := range strings.Fields(lines[0]) {
		if !strings.Contains(" bin dev etc lib lib32 lib64 libx32 proc pyproject sbin tmp usr nix gnu ", " "+name+" ") {
			t.Errorf("/%s is in the room", name)
		}
	}
	if lines[1] != "ls: cannot access '/proc/1': No such file or directory " && strings.TrimSpace(lines[1]) != "ls: cannot access '/proc/1': No such file or directory" {
		t.Errorf("found %q", lines[1])
	}
	for _, line := range lines[2 : len(lines)-1] {
		t.Error(line)
	}
	for _, name := range strings.Fields(lines[len(lines)-1]) {
		if _, own := etc[name]; !own && !strings.HasPrefix(name, "ld") && name != "alternatives" {
			t.Errorf("/etc/%s is in the room", name)
		}
	}
}

// BE-4, HOOK-5: a hook writes where it may, and nowhere else, root's hook included.
func TestWritable(t *testing.T) {
	do := script(Required, `
		for d in source environment cache output home tmp; do echo x > /pyproject/$d/x || echo "$d"; done
		echo x > /tmp/x; echo x > /dev/shm/x; echo x > /dev/null
		for f in /x /usr/x /etc/passwd /pyproject/x /pyproject/tools/x /pyproject/compilers/x /pyproject/python/x /pyproject/execroot/x \
				/proc/sys/kernel/hostname /proc/sysrq-trigger /proc/self/mem; do
			if (echo x > $f) 2>/dev/null; then echo "$f is writable"; fi
		done
		chmod 600 /dev/null 2>/dev/null && echo "the machine's device was changed"
		mv /pyproject/home /pyproject/moved 2>/dev/null && echo moved
		cp /pyproject/tools/sh /tmp/sh && chmod 6755 /tmp/sh && /tmp/sh -c 'id -u'`)
	if got := works(t, do).Stdout; got != "1000\n" {
		t.Error(got)
	}
}

// BE-4: no site-packages and no sitecustomize of an interpreter, neither of the system's nor of one elsewhere.
func TestPackagesOfTheMachineAreHiddenBE4(t *testing.T) {
	prefix := filepath.Join(t.TempDir(), "python")
	library := filepath.Join(prefix, "lib/python3.99")
	for _, name := range []string{"os.py", "sitecustomize.py", "usercustomize.py", "site-packages/evil.py", "dist-packages/evil.py", "sitecustomize/__init__.py"} {
		path := filepath.Join(library, name)
		if name == "sitecustomize/__init__.py" {
			path = filepath.Join(prefix, "lib64/python3.99", name)
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("evil = 1\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	const look = `cd "$LIBRARY" && find . ../../lib64 | sort | while read -r f; do if test -f "$f"; then printf '%s ' "$f"; fi; done; ls /usr/lib*/python3*/dist-packages /usr/lib*/python3*/site-packages 2>/dev/null | grep -v '^/' | tr -d '\n'
		for f in /usr/lib*/python3*/sitecustomize.py; do test -f $f && echo $f; done; true`
	do := script(Required, look)
	do.Spec.InterpreterPrefix, do.Env = prefix, []string{"LIBRARY=" + library}
	if got := works(t, do).Stdout; got != "./os.py " {
		t.Errorf("a hook finds %q", got)
	}
	do.Spec.HostSitePackages = true
	if got := works(t, do).Stdout; !strings.Contains(got, "site-packages/evil.py") {
		t.Errorf("with the escape of BE-6 a hook finds %q", got)
	}
}

// Whatever a hook leaves, it is removed: the helper's own directories are empty afterwards (works looks).
func TestWhatAHookLeavesIsRemoved(t *testing.T) {
	each(t, func(t *testing.T, kind Kind) {
		works(t, script(kind, `mkdir -p "$HOME/a/b/c" && echo x > "$HOME/a/b/c/f" && chmod 000 "$HOME/a/b/c/f" "$HOME/a/b/c" && chmod 500 "$HOME/a/b" "$HOME/a"
			mkfifo "$TMPDIR/fifo"; ln -s / "$TMPDIR/root"; chmod 000 "$HOME" "$TMPDIR"`))
	})
}

// A declared tool is on PATH, from the execution root or from elsewhere; a sandbox's links are no obstacle.
func TestTools(t *testing.T) {
	each(t, func(t *testing.T, kind Kind) {
		elsewhere, execroot := t.TempDir(), t.TempDir()
		write(t, filepath.Join(elsewhere, "real"), "#!/bin/sh\necho tool $1\n", 0o755)
		write(t, filepath.Join(execroot, "bin/plain"), "#!/bin/sh\necho plain $1\n", 0o755)
		if err := os.Symlink(filepath.Join(elsewhere, "real"), filepath.Join(execroot, "bin/link")); err != nil {
			t.Fatal(err)
		}
		do := script(kind, "one 1; two 2; three 3; four 4; command -v python3 gcc git pip pkg-config; true")
		do.Spec.Execroot = execroot
		do.Spec.Tools = map[string]string{"one": filepath.Join(elsewhere, "real"), "two": "bin/plain", "three": "bin/link", "four": "/usr/bin/expr"}
		want := "tool 1\nplain 2\ntool 3\n4\n"
		if got := works(t, do).Stdout; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		do.Spec.ExecrootFiles = []string{"bin/link", "bin/plain"}
		do.Args[1] += "\ncd $EXECROOT && find . -type f | sort"
		do.Env = []string{"EXECROOT=" + map[Kind]string{Required: Execroot, Paths: execroot}[kind]}
		if kind == Required {
			want += "./bin/link\n./bin/plain\n"
		} else {
			want += "./bin/plain\n"
		}
		if got := works(t, do).Stdout; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		for name, path := range map[string]string{"x/y": "/usr/bin/env", "gone": "/nowhere/tool", "dir": "/usr"} {
			do.Spec.Tools = map[string]string{name: path}
			if got := run(t, do); got.Code != 1 || !strings.Contains(got.Stderr, `tool "`+name+`"`) {
				t.Errorf("%s: code %d, %s", name, got.Code, got.Stderr)
			}
		}
	})
}

// SOURCE_DATE_EPOCH may be later than 1980, never earlier.
func TestSourceDateEpochBE4(t *testing.T) {
	do := script(Required, "echo $SOURCE_DATE_EPOCH")
	do.Spec.SourceDateEpoch = 1700000000
	if got := works(t, do).Stdout; got != "1700000000\n" {
		t.Error(got)
	}
	do.Spec.SourceDateEpoch = 1
	if got := run(t, do); got.Code != 1 || !strings.Contains(got.Stderr, "1980") {
		t.Errorf("code %d, %s", got.Code, got.Stderr)
	}
}

func write(t *testing.T, path, text string, mode os.FileMode) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
}

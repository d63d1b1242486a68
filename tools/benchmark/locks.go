package main

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// lockLoad is a set of locks, and the targets for reading them.
type lockLoad struct {
	name  string
	locks [][]int // the numbers of the distributions of each lock
	files func(number int) []string
}

// Every wheel of a native distribution is for one of these, and there are 29 and an sdist.
var lockPlatforms = []string{
	"manylinux_2_17_x86_64.manylinux2014_x86_64", "musllinux_1_2_x86_64", "manylinux_2_17_aarch64.manylinux2014_aarch64", "macosx_11_0_arm64", "win_amd64",
}

func nativeFiles(number int) []string {
	stem := fmt.Sprintf("distribution_%05d-1.2.3", number)
	names := []string{stem + ".tar.gz"}
	for python := 9; python < 15; python++ {
		for _, platform := range lockPlatforms {
			if len(names) < 30 {
				names = append(names, fmt.Sprintf("%s-cp3%d-cp3%d-%s.whl", stem, python, python, platform))
			}
		}
	}
	return names
}

// mixedFiles makes one distribution of five a native one.
func mixedFiles(number int) []string {
	if number%5 == 0 {
		return nativeFiles(number)
	}
	stem := fmt.Sprintf("distribution_%05d-1.2.3", number)
	return []string{stem + ".tar.gz", stem + "-py3-none-any.whl"}
}

// lockLoads are one lock of 2,000 distributions with 30 files each, and 500 locks of 5 to 90 of 600 distributions.
func lockLoads() []lockLoad {
	large := lockLoad{name: "1 lock of 2,000 distributions with 30 files each", locks: [][]int{{}}, files: nativeFiles}
	for number := range 2000 {
		large.locks[0] = append(large.locks[0], number)
	}
	many := lockLoad{name: "500 locks of 5 to 90 distributions", files: mixedFiles}
	for lock := range 500 {
		var all []int
		for place := range 5 + lock*86/500 {
			all = append(all, (lock*37+place*11)%600)
		}
		many.locks = append(many.locks, all)
	}
	return []lockLoad{large, many}
}

// text is one lock, in pip's format.
func (l lockLoad) text(numbers []int) string {
	var out strings.Builder
	for _, number := range numbers {
		var hashes, names []string
		for i, file := range l.files(number) {
			hash := fmt.Sprintf("%064x", (number*100+i)*7919)
			hashes = append(hashes, "    --hash=sha256:"+hash)
			names = append(names, "    # file: sha256:"+hash+" "+file)
		}
		fmt.Fprintf(&out, "distribution-%05d==1.2.3 \\\n%s\n%s\n\n", number, strings.Join(hashes, " \\\n"), strings.Join(names, "\n"))
	}
	return out.String()
}

// write makes a workspace with the locks, and the request of the helper's verb for them.
func (l lockLoad) write(dir, checkout, helper string) error {
	var labels, requests []string
	for i, numbers := range l.locks {
		pkg := fmt.Sprintf("p%03d", i)
		if err := os.MkdirAll(filepath.Join(dir, pkg), 0o755); err != nil {
			return err
		}
		for name, text := range map[string]string{"BUILD.bazel": "", "lock.txt": l.text(numbers)} {
			if err := os.WriteFile(filepath.Join(dir, pkg, name), []byte(text), 0o644); err != nil {
				return err
			}
		}
		labels = append(labels, fmt.Sprintf("\"//%s:lock.txt\"", pkg))
		requests = append(requests, fmt.Sprintf(`{"label": "//%s:lock.txt", "package": %q, "name": "lock.txt", "root": %q, "exists": true}`, pkg, pkg, dir))
	}
	for name, text := range map[string]string{
		"BUILD.bazel":  "",
		"request.json": `{"hubs": [{"name": "environments", "locks": [` + strings.Join(requests, ",") + `]}]}`,
		"MODULE.bazel": `module(name = "locks")
bazel_dep(name = "rules_pyproject", version = "0.1.0")
local_path_override(module_name = "rules_pyproject", path = "` + checkout + `")
pyproject = use_extension("@rules_pyproject//rules:extensions.bzl", "pyproject")
pyproject.build_environments(name = "environments", locks = [` + strings.Join(labels, ", ") + `])
use_repo(pyproject, "environments")
helper = use_extension("@rules_pyproject//rules:extensions.bzl", "pyproject_helper")
helper.prebuilt(file = "//:helper")
`,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	return exec.Command("cp", helper, filepath.Join(dir, "helper")).Run()
}

// measureLocks measures how long locks take to become repositories: the helper by itself, with its memory, and the module
// extension as Bazel's profile has it, after a change of one lock.
func measureLocks(ctx context.Context, o *options, b *bazel, out io.Writer) error {
	temp, err := os.MkdirTemp("", "benchmark-locks-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)
	helper := filepath.Join(temp, "helper")
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", helper, "./tools/pyproject")
	build.Dir, build.Env = o.workspace, append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=")
	if said, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("build the helper: %w\n%s", err, said)
	}
	var rows [][]string
	for i, load := range lockLoads() {
		progress("reading %s", load.name)
		m := lockMeasurement{load: load, dir: filepath.Join(temp, fmt.Sprintf("workspace%d", i)), launcher: b.launcher()}
		if err := load.write(m.dir, o.workspace, helper); err != nil {
			return err
		}
		err := m.run(ctx, o)
		m.bazel(context.WithoutCancel(ctx), "clean", "--expunge") //nolint:errcheck // it is about to be removed
		if err != nil {
			return fmt.Errorf("%s: %w", load.name, err)
		}
		row := []string{load.name}
		for _, values := range [][]float64{m.wall, m.processor, m.memory, m.extension, m.inHelper} {
			row = append(row, summarise(values).times())
		}
		rows = append(rows, row)
	}
	fmt.Fprint(out, "\nLocks, in milliseconds and MB. The extension is Bazel's \"evaluate module extension\" after a change of one lock; the helper is part of it.\n\n")
	return writeTable(out, []string{"locks", "helper", "its processor time", "its memory", "extension", "of that the helper"}, rows)
}

// lockMeasurement is what is measured of one load.
type lockMeasurement struct {
	load     lockLoad
	dir      string
	launcher string

	wall, processor, memory, extension, inHelper []float64
}

func (m *lockMeasurement) run(ctx context.Context, o *options) error {
	for run := range o.runs + 1 {
		o.quiet.wait(ctx)
		if err := m.helper(ctx, run > 0); err != nil {
			return err
		}
	}
	for run := range o.runs + 1 {
		lock, err := os.OpenFile(filepath.Join(m.dir, "p000", "lock.txt"), os.O_APPEND|os.O_WRONLY, 0)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(lock, "# run %d\n", run)
		if err := errors.Join(err, lock.Close()); err != nil {
			return err
		}
		o.quiet.wait(ctx)
		if err := m.evaluate(ctx, run > 0); err != nil {
			return err
		}
	}
	return nil
}

// helper runs the verb by itself.
func (m *lockMeasurement) helper(ctx context.Context, counts bool) error {
	cmd := exec.CommandContext(ctx, filepath.Join(m.dir, "helper"), "repositories", "--request="+filepath.Join(m.dir, "request.json"))
	cmd.Stderr = os.Stderr
	start := time.Now()
	if err := cmd.Run(); err != nil || !counts {
		return err
	}
	m.wall = append(m.wall, milliseconds(time.Since(start)))
	m.processor = append(m.processor, processor(cmd))
	m.memory = append(m.memory, float64(cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss)/1024)
	return nil
}

// evaluate lets Bazel ask for one target, and reads its profile.
func (m *lockMeasurement) evaluate(ctx context.Context, counts bool) error {
	profile := filepath.Join(m.dir, "profile.gz")
	if err := m.bazel(ctx, "query", "--profile="+profile, "@environments//p000"); err != nil || !counts {
		return err
	}
	extension, helper, err := readExtension(profile)
	if err != nil {
		return err
	}
	m.extension, m.inHelper = append(m.extension, extension), append(m.inHelper, helper)
	return nil
}

func (m *lockMeasurement) bazel(ctx context.Context, verb string, args ...string) error {
	cmd := exec.CommandContext(ctx, m.launcher, append([]string{verb}, args...)...)
	cmd.Dir = m.dir
	if said, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", cmd, err, said)
	}
	return nil
}

// readExtension finds the evaluation of the extension in a profile, and the time in it that the helper runs.
func readExtension(path string) (extension, helper float64, err error) {
	file, err := os.Open(path)
	if err != nil {
		return 0, 0, err
	}
	defer file.Close()
	unpacked, err := gzip.NewReader(file)
	if err != nil {
		return 0, 0, err
	}
	var profile struct {
		TraceEvents []struct {
			Name     string  `json:"name"`
			Duration float64 `json:"dur"` // microseconds
		} `json:"traceEvents"`
	}
	if err := json.NewDecoder(unpacked).Decode(&profile); err != nil {
		return 0, 0, fmt.Errorf("%s: %w", path, err)
	}
	for _, event := range profile.TraceEvents {
		switch {
		case strings.HasPrefix(event.Name, "evaluate module extension: ") && strings.HasSuffix(event.Name, "%pyproject"):
			extension += event.Duration / 1000
		case event.Name == "execute":
			helper += event.Duration / 1000
		}
	}
	if extension == 0 {
		return 0, 0, fmt.Errorf("%s: the extension was not evaluated", path)
	}
	return extension, helper, nil
}

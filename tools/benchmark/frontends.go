package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/sdist"
)

// frontendTools are the versions that are compared with. pip is the one that comes with the interpreter's venv.
var frontendTools = []string{"build==1.6.1", "uv==0.13.8"}

// frontends are uv and pypa/build, with all that they need on the disk.
type frontends struct {
	dir    string // in the user's cache directory
	temp   string
	python string
}

// newFrontends installs the tools for an interpreter, unless that was done before.
func newFrontends(ctx context.Context, python, temp string) (*frontends, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return nil, err
	}
	f := &frontends{dir: filepath.Join(cache, "rules_pyproject", "benchmark", filepath.Base(python)), temp: temp, python: python}
	done, wanted := filepath.Join(f.dir, "tools", "benchmark"), strings.Join(frontendTools, "\n")
	if have, err := os.ReadFile(done); err == nil && string(have) == wanted {
		return f, nil
	}
	progress("installing %s", strings.Join(frontendTools, ", "))
	if err := quietly(exec.CommandContext(ctx, python, "-m", "venv", "--clear", filepath.Join(f.dir, "tools"))); err != nil {
		return nil, err
	}
	if err := quietly(exec.CommandContext(ctx, f.tool("pip"), append([]string{"install", "--quiet"}, frontendTools...)...)); err != nil {
		return nil, err
	}
	return f, os.WriteFile(done, []byte(wanted), 0o644)
}

func (f *frontends) tool(name string) string { return filepath.Join(f.dir, "tools", "bin", name) }

// wheels is the directory with the build requirements of a case: what its lock names for this interpreter, nothing else.
func (f *frontends) wheels(c benchCase) string { return filepath.Join(f.dir, "wheels", c.name) }

// uvConfig is uv's configuration for a case. A file, because pypa/build starts uv by itself.
func (f *frontends) uvConfig(c benchCase) string { return f.wheels(c) + ".toml" }

// download gets the build requirements of a case, unless its lock was downloaded before.
func (f *frontends) download(ctx context.Context, workspace string, c benchCase) error {
	lock := filepath.Join(workspace, c.lock())
	wanted, err := os.ReadFile(lock)
	if err != nil {
		return err
	}
	done := f.wheels(c) + ".lock"
	if have, err := os.ReadFile(done); err == nil && bytes.Equal(have, wanted) {
		return nil
	}
	progress("downloading what %s builds with", c.name)
	if err := os.RemoveAll(f.wheels(c)); err != nil {
		return err
	}
	// All from the lock, with hashes; wheels only, since nothing else is in a build environment.
	args := []string{"download", "--quiet", "--no-deps", "--only-binary=:all:", "--require-hashes", "--requirement", lock, "--dest", f.wheels(c)}
	if err := quietly(exec.CommandContext(ctx, f.tool("pip"), args...)); err != nil {
		return err
	}
	if err := os.MkdirAll(f.wheels(c), 0o755); err != nil { // of a case that needs nothing
		return err
	}
	config := fmt.Sprintf("offline = true\nno-index = true\nfind-links = [%q]\ncache-dir = %q\npython-downloads = \"never\"\n",
		f.wheels(c), filepath.Join(f.dir, "uv"))
	if err := os.WriteFile(f.uvConfig(c), []byte(config), 0o644); err != nil {
		return err
	}
	return os.WriteFile(done, wanted, 0o644)
}

// uv measures uv with the backend, on the sdist as it is.
func (f *frontends) uv(ctx context.Context, c benchCase, archive string) (float64, error) {
	return f.timed(exec.CommandContext(ctx, f.tool("uv"), f.uvArgs("--force-pep517", archive)...), c)
}

// uvTree measures the same with an unpacked source tree, which is faster for some backends.
func (f *frontends) uvTree(ctx context.Context, c benchCase, archive string) (float64, error) {
	source, err := f.unpack(ctx, archive)
	if err != nil {
		return 0, err
	}
	return f.timed(exec.CommandContext(ctx, f.tool("uv"), f.uvArgs("--force-pep517", source)...), c)
}

// uvOwn measures what uv does with a project of its own backend: it builds it by itself. It does so with source trees only.
func (f *frontends) uvOwn(ctx context.Context, c benchCase, archive string) (float64, error) {
	source, err := f.unpack(ctx, archive)
	if err != nil {
		return 0, err
	}
	return f.timed(exec.CommandContext(ctx, f.tool("uv"), f.uvArgs(source)...), c)
}

func (f *frontends) uvArgs(more ...string) []string {
	return append([]string{"build", "--quiet", "--wheel", "--python", f.python, "--out-dir", f.out()}, more...)
}

// pypaBuild measures pypa/build. It takes a source tree.
func (f *frontends) pypaBuild(ctx context.Context, c benchCase, archive, installer string) (float64, error) {
	source, err := f.unpack(ctx, archive)
	if err != nil {
		return 0, err
	}
	args := []string{"-m", "build", "--wheel", "--outdir", f.out(), "--installer", installer, source}
	return f.timed(exec.CommandContext(ctx, f.tool("python"), args...), c)
}

// unpack makes a source tree, for each run: backends write into it.
func (f *frontends) unpack(ctx context.Context, archive string) (string, error) {
	parent := filepath.Join(f.temp, "source")
	if err := os.RemoveAll(parent); err != nil {
		return "", err
	}
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return "", err
	}
	top, err := sdist.Unpack(ctx, archive, parent, sdist.Options{Time: time.Now()})
	return filepath.Join(parent, top), err
}

func (f *frontends) out() string { return filepath.Join(f.temp, "wheel") }

// timed runs a command that makes a wheel, without network and without the user's settings.
func (f *frontends) timed(cmd *exec.Cmd, c benchCase) (float64, error) {
	if err := os.RemoveAll(f.out()); err != nil {
		return 0, err
	}
	cmd.Env = f.environ(c)
	start := time.Now()
	err := quietly(cmd)
	took := milliseconds(time.Since(start))
	if err != nil {
		return 0, err
	}
	return took, f.made(cmd)
}

func (f *frontends) environ(c benchCase) []string {
	return []string{
		"HOME=" + os.Getenv("HOME"), "LANG=C.UTF-8", "PATH=" + f.tool("") + ":/usr/bin:/bin",
		"PIP_CACHE_DIR=" + filepath.Join(f.dir, "pip"), "PIP_CONFIG_FILE=" + os.DevNull, "PIP_DISABLE_PIP_VERSION_CHECK=1",
		"PIP_FIND_LINKS=" + f.wheels(c), "PIP_NO_INDEX=1", "UV_CONFIG_FILE=" + f.uvConfig(c), "UV_OFFLINE=1",
	}
}

// made says whether a command has made a wheel.
func (f *frontends) made(cmd *exec.Cmd) error {
	if made, _ := filepath.Glob(filepath.Join(f.out(), "*.whl")); len(made) != 1 {
		return fmt.Errorf("%s made no wheel", cmd)
	}
	return nil
}

// quietly runs a command; what it printed is in the error.
func quietly(cmd *exec.Cmd) error {
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s: %w\n%s", strings.Join(slices.Clone(cmd.Args), " "), err, out)
	}
	return nil
}

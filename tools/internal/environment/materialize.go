package environment

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/archive"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/interpreter"
)

// MaterializeOptions says which environment is made where.
type MaterializeOptions struct {
	// Archive is the path of the environment's archive.
	Archive string
	// Interpreter is Info.Interpreter of that environment.
	Interpreter interpreter.Facts
	// Dir is the directory to make the environment in. It exists and is empty.
	Dir string
	// Inside is the absolute path under which the hooks see Dir: Path, or Dir itself where walls are paths.
	Inside string
	// Home is the absolute path, as the hooks see it, of the directory with the base interpreter's executable.
	// Empty: the directory of Interpreter.Executable. Of an in-build interpreter that was unpacked elsewhere than
	// at interpreter.Path it is that place's directory.
	Home string
	// Isolate is a directory that does not exist, or empty. With it, a system interpreter is shown there by links
	// without the sitecustomize and the packages of its host (interpreter.Isolate), and Home is that copy's. Where
	// walls hide these things already it is not needed.
	Isolate string
	// HostSitePackages lets the packages of the base interpreter in. It excludes Isolate.
	HostSitePackages bool
}

// Materialize unpacks an environment and makes it work: pyvenv.cfg, the interpreter's links, and scripts whose first
// line names the place where they are.
func Materialize(ctx context.Context, opts MaterializeOptions) error {
	if !filepath.IsAbs(opts.Inside) {
		return fmt.Errorf("make environment: %q is not an absolute path", opts.Inside)
	}
	if err := archive.Unpack(ctx, opts.Archive, opts.Dir, archive.Options{}); err != nil {
		return fmt.Errorf("make environment: %w", err)
	}
	home := opts.Home
	if home == "" {
		home = filepath.Dir(opts.Interpreter.Executable)
	}
	if opts.Isolate != "" && !opts.HostSitePackages {
		var err error
		if home, err = interpreter.Isolate(opts.Interpreter, opts.Isolate); err != nil {
			return fmt.Errorf("make environment: %w", err)
		}
	}
	if err := writeConfiguration(opts, home); err != nil {
		return fmt.Errorf("make environment: %w", err)
	}
	if opts.Inside == Path {
		return nil
	}
	if err := moveScripts(filepath.Join(opts.Dir, "bin"), opts.Inside+"/bin/python"); err != nil {
		return fmt.Errorf("make environment: %w", err)
	}
	return nil
}

// writeConfiguration makes what turns a directory into a virtual environment. home must be absolute: with a relative
// one sys.base_prefix is wrong, and the host's dist-packages come in.
func writeConfiguration(opts MaterializeOptions, home string) error {
	if !filepath.IsAbs(home) {
		return fmt.Errorf("the interpreter's directory %q is not an absolute path", home)
	}
	facts := opts.Interpreter
	config := fmt.Sprintf("home = %s\ninclude-system-site-packages = %t\nversion = %s\n",
		home, opts.HostSitePackages, facts.Version)
	if strings.ContainsAny(home, "\r\n") {
		return fmt.Errorf("the interpreter's directory %q has a line break in its name", home)
	}
	if err := os.WriteFile(filepath.Join(opts.Dir, "pyvenv.cfg"), []byte(config), 0o644); err != nil {
		return err
	}
	bin := filepath.Join(opts.Dir, "bin")
	site := filepath.Join(opts.Dir, filepath.FromSlash(facts.SitePackages))
	for _, dir := range []string{bin, site} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
	}
	if lib := facts.PlatLib; lib != "" && lib != "lib" {
		// What looks for platlib by the interpreter's scheme finds it, as in an environment made by venv.
		if err := os.Symlink("lib", filepath.Join(opts.Dir, lib)); err != nil && !os.IsExist(err) {
			return err
		}
	}
	return linkInterpreter(bin, filepath.Join(home, filepath.Base(facts.Executable)), facts)
}

// reservedScripts are the names in bin that belong to the interpreter.
func reservedScripts(facts interpreter.Facts) []string {
	return []string{facts.LibName(), "python3", "python"}
}

// linkInterpreter makes bin/python3.13 a link to the base interpreter, and the shorter names links to that.
func linkInterpreter(bin, target string, facts interpreter.Facts) error {
	for _, name := range reservedScripts(facts) {
		if err := os.Symlink(target, filepath.Join(bin, name)); err != nil {
			return err
		}
		target = facts.LibName()
	}
	return nil
}

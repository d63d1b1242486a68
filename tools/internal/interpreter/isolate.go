package interpreter

import (
	"io"
	"os"
	"path/filepath"
)

// notIsolated are the names in a standard library's directory that bring in what belongs to the host.
var notIsolated = map[string]bool{
	"sitecustomize.py": true, "usercustomize.py": true, "sitecustomize": true, "usercustomize": true,
	"site-packages": true, "dist-packages": true, "EXTERNALLY-MANAGED": true,
}

// Isolate shows a system interpreter in dir, which does not exist yet, by symbolic links: its standard library without
// what notIsolated names, its headers, its shared library; and by a copy of its executable. It returns the directory to use as home in a
// pyvenv.cfg; sys.base_prefix is then dir. Debian keeps its sitecustomize in the standard library's directory, where
// no option but -S hides it.
func Isolate(facts Facts, dir string) (home string, err error) {
	home = filepath.Join(dir, "bin")
	stdlib := filepath.Join(dir, facts.PlatLib, filepath.Base(facts.Stdlib))
	for _, d := range []string{home, stdlib} {
		if err := os.MkdirAll(d, 0o755); err != nil {
			return "", err
		}
	}
	if err := copyExecutable(facts.Executable, filepath.Join(home, facts.LibName())); err != nil {
		return "", err
	}
	for _, name := range []string{filepath.Base(facts.Executable), "python3", "python"} {
		if err := os.Symlink(facts.LibName(), filepath.Join(home, name)); err != nil && !os.IsExist(err) {
			return "", err
		}
	}
	if err := linkLibraries(facts, dir); err != nil {
		return "", err
	}
	entries, err := os.ReadDir(facts.Stdlib)
	if err != nil {
		return "", err
	}
	for _, entry := range entries {
		if notIsolated[entry.Name()] {
			continue
		}
		if err := os.Symlink(filepath.Join(facts.Stdlib, entry.Name()), filepath.Join(stdlib, entry.Name())); err != nil {
			return "", err
		}
	}
	if facts.Include == "" {
		return home, nil
	}
	include := filepath.Join(dir, "include")
	if err := os.MkdirAll(include, 0o755); err != nil {
		return "", err
	}
	return home, os.Symlink(facts.Include, filepath.Join(include, filepath.Base(facts.Include)))
}

// copyExecutable copies: from 3.14 on an interpreter looks for its library from where all links have been followed to,
// whatever pyvenv.cfg names as home.
func copyExecutable(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o755)
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, in); err != nil {
		out.Close()
		return err
	}
	return out.Close()
}

// linkLibraries shows the shared libpython, which an executable may look for relative to itself.
func linkLibraries(facts Facts, dir string) error {
	libraries, err := filepath.Glob(filepath.Join(filepath.Dir(facts.Stdlib), "libpython*"))
	if err != nil {
		return err
	}
	for _, library := range libraries {
		if err := os.Symlink(library, filepath.Join(dir, facts.PlatLib, filepath.Base(library))); err != nil {
			return err
		}
	}
	return nil
}

package walls

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// showInterpreter shows a system interpreter that isn't where the operating system's own programs are.
func (r *Room) showInterpreter() error {
	prefix := r.spec.InterpreterPrefix
	if prefix == "" || prefix == "/" || prefix == "/usr" {
		return nil
	}
	if !filepath.IsAbs(prefix) {
		return fmt.Errorf("interpreter prefix %q: an absolute path is expected", prefix)
	}
	if visible(prefix) && !notThere(r.Outside(prefix)) {
		return nil
	}
	return r.bind(prefix, prefix)
}

// hidePackages hides what the machine's Pythons would import beside their standard library (BE-4): packages, and the modules that
// site runs at every start, which Debian keeps among the standard library's.
func (r *Room) hidePackages() error {
	if r.spec.HostSitePackages {
		return nil
	}
	seen := map[string]bool{}
	for _, prefix := range []string{"/usr", "/usr/local", r.spec.InterpreterPrefix} {
		if prefix == "" || seen[prefix] {
			continue
		}
		seen[prefix] = true
		libraries, err := filepath.Glob(r.Outside(prefix) + "/lib*/python3*")
		if err != nil {
			return fmt.Errorf("hide the machine's Python packages: %w", err)
		}
		for _, library := range libraries {
			if info, err := os.Lstat(library); err != nil || !info.IsDir() {
				continue
			}
			if err := r.hideIn(strings.TrimPrefix(library, r.root)); err != nil {
				return fmt.Errorf("hide the machine's Python packages: %w", err)
			}
		}
	}
	return nil
}

// hideIn hides the packages in one standard library's directory.
func (r *Room) hideIn(library string) error {
	entries, err := os.ReadDir(r.Outside(library))
	if err != nil {
		return err
	}
	for _, entry := range entries {
		name, inside := entry.Name(), filepath.Join(library, entry.Name())
		custom := strings.HasPrefix(name, "sitecustomize") || strings.HasPrefix(name, "usercustomize")
		switch {
		case entry.IsDir() && (custom || name == "site-packages" || name == "dist-packages"):
			err = r.hideDir(inside)
		case custom:
			err = r.hideFile(inside)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

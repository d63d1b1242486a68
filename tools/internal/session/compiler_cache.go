package session

import (
	"fmt"
	"os"
	"strings"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/walls"
)

// compilerCache is ccache in the cache directory, between a launcher and its compiler (CACHE-8). It lies below every backend, and is all
// that setuptools has. No hook sees it: CC and CXX are the same launchers, and its variables are set in them alone, so that a build
// with it and one without give the same bytes (CACHE-6).
type compilerCache struct {
	program   string // absolute, or relative to the execution root; "" is none
	directory string // as a hook sees it
	key       string // what the cache directory belongs to
}

// compilerCache is the one of this session, and why is there if it has one and does not use it.
func (s *Staged) compilerCache() (c compilerCache, why string) {
	program := s.config.Compilers.Cache
	k := s.kept
	if program == "" {
		return c, ""
	}
	if k == nil || k.slot == nil && s.config.Cache.Output == "" {
		return c, "nothing outlasts this build" // it would cost time and save none
	}
	if _, err := os.Stat(program); err != nil {
		return c, fmt.Sprintf("there is no %s on this machine", program)
	}
	return compilerCache{program: program, directory: s.Room.Inside(walls.Cache) + "/ccache", key: k.key.ID()}, ""
}

// variables are ccache's whole configuration: https://ccache.dev/manual/latest.html#_configuration_options
func (c compilerCache) variables() []string {
	return []string{
		"CCACHE_DIR=" + c.directory,
		"CCACHE_TEMPDIR=" + c.directory + "/tmp",
		// No file of the machine.
		"CCACHE_CONFIGPATH=/dev/null",
		// The direct mode does not see a new header that hides another.
		"CCACHE_NODIRECT=1", "CCACHE_NOINODECACHE=1",
		// The compiler, its flags and its files are in the key. ccache would look at the driver's time, which a copy changes.
		"CCACHE_COMPILERCHECK=string:" + c.key,
		// Of the cache directory's limit this is a small part.
		"CCACHE_MAXSIZE=1G",
	}
}

// exports is the part of a launcher that configures ccache.
func (c compilerCache) exports() string {
	var script strings.Builder
	for _, variable := range c.variables() {
		name, value, _ := strings.Cut(variable, "=")
		script.WriteString("\texport " + name + "=" + shellQuote(value) + "\n")
	}
	return script.String()
}

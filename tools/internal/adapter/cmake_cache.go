package adapter

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
)

// cmakeCache has the values of options. So it does not stay: it would keep the defaults that they had.
const cmakeCache = "CMakeCache.txt"

// detected are the entries by which CMake knows that it has tried the compilers, and the programs that it found beside them. Without them it tries
// them again, with what else it needs to configure taking less than half of the time.
var detected = regexp.MustCompile(`^(CMAKE_PLATFORM_INFO_INITIALIZED|CMAKE_UNAME|CMAKE_EXECUTABLE_FORMAT|` +
	`CMAKE_(ADDR2LINE|AR|DLLTOOL|LINKER|NM|OBJCOPY|OBJDUMP|RANLIB|READELF|STRIP|TAPI)|CMAKE_(C|CXX)_COMPILER(_AR|_RANLIB)?)(-ADVANCED)?:`)

// compilerOf is the compiler of a language.
var compilerOf = regexp.MustCompile(`^CMAKE_(\w+)_COMPILER:`)

// tellsCompilersNothing are the extensions of files that no project reads before it tries the compilers: of no option, and of no flag.
var tellsCompilersNothing = []string{".c", ".cc", ".cpp", ".cxx", ".h", ".hh", ".hpp", ".hxx", ".inl", ".ipp", ".py", ".pyi"}

// reduceCMakeCache leaves of CMake's cache what is known of compilers, or nothing: where a file has changed that may say which they are and how they
// are called, where there was no such cache, or compilers of other languages. The programs and the variables are in the key of the cache directory.
func (t Told) reduceCMakeCache(m *Mapping) error {
	text, err := t.kept(cmakeCache)
	if err != nil {
		return err
	}
	var left strings.Builder
	known := !slices.ContainsFunc(slices.Concat(t.Changed, t.Removed), func(file string) bool {
		return !slices.Contains(tellsCompilersNothing, path.Ext(file))
	})
	for line := range strings.Lines(text) {
		if detected.MatchString(line) {
			left.WriteString(line)
		} else if compilerOf.MatchString(line) {
			known = false
		}
	}
	if err := t.Delete(m, "it is configured anew, and only objects are kept", directory+"/"+cmakeCache); err != nil {
		return err
	}
	if !known || !strings.Contains(left.String(), "CMAKE_PLATFORM_INFO_INITIALIZED:") {
		return nil
	}
	m.Notes = append(m.Notes, "what CMake knows of the compilers stays")
	if err := t.Cache.WriteFile(directory+"/"+cmakeCache, []byte(left.String()), 0o644); err != nil {
		return fmt.Errorf("write %s: %w", cmakeCache, err)
	}
	return nil
}

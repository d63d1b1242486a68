package sdist

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/metadata"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/requirement"
)

// CheckError is everything that is wrong with a made sdist.
type CheckError struct {
	File     string
	Problems []string // one sentence each
}

func (e *CheckError) Error() string {
	if len(e.Problems) == 1 {
		return fmt.Sprintf("sdist %s: %s", e.File, e.Problems[0])
	}
	return fmt.Sprintf("sdist %s: %d problems:\n  - %s", e.File, len(e.Problems), strings.Join(e.Problems, "\n  - "))
}

// Check holds an sdist that a backend has just made, unpacked at dir, against what PEP 517, 625 and 643 ask of one (SDIST-2).
// That is stricter than what Unpack reads: sdists of the past are another matter. declared says that the project has a
// [build-system] table, so that pyproject.toml may not be missing. notes are what an older backend may do otherwise.
func Check(dir, file string, declared bool) (notes []string, err error) {
	failure := &CheckError{File: file}
	problem := func(format string, args ...any) {
		failure.Problems = append(failure.Problems, fmt.Sprintf(format, args...))
	}
	stem := strings.TrimSuffix(file, ".tar.gz")
	if top := filepath.Base(dir); top != stem {
		problem("its top directory is %s/, and has to be %s/ as the file's name says", top, stem)
	}
	if !isFile(dir, "pyproject.toml") && (declared || !isFile(dir, "setup.py")) {
		problem("there is no file pyproject.toml at its top, so that nobody can build it (PEP 517)")
	}
	info := metadata.Metadata{}
	if !isFile(dir, "PKG-INFO") {
		problem("there is no file PKG-INFO at its top (PEP 643)")
	} else if info, err = Metadata(dir); err != nil {
		problem("%v", err)
	} else {
		failure.Problems = append(failure.Problems, checkName(stem, info)...)
	}
	if len(failure.Problems) > 0 {
		return nil, failure
	}
	if !info.Static() {
		notes = append(notes, fmt.Sprintf("PKG-INFO has Metadata-Version %s: from 2.2 on it says which fields are the same in every wheel (PEP 643)", info.Get("Metadata-Version")))
	}
	return notes, nil
}

// checkName holds the file's name, without its ending, against PKG-INFO.
func checkName(stem string, info metadata.Metadata) []string {
	wanted := strings.ReplaceAll(requirement.NormalizeName(info.Name()), "-", "_")
	name, version, ok := strings.Cut(stem, "-")
	if !ok || name != wanted {
		return []string{fmt.Sprintf("its name has to be %s-VERSION.tar.gz, with the normalised name of %q (PEP 625; setuptools follows it from 69.3 on)", wanted, info.Name())}
	}
	if !metadata.SameVersion(version, info.Version()) {
		return []string{fmt.Sprintf("PKG-INFO has the version %q, the file's name %q", info.Version(), version)}
	}
	return nil
}

// isFile says whether the directory has a regular file of that name; a link is none.
func isFile(dir, name string) bool {
	stat, err := os.Lstat(filepath.Join(dir, name))
	return err == nil && stat.Mode().IsRegular()
}

package adapter

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
)

// setuptoolsRust keeps cargo's target directory: https://doc.rust-lang.org/cargo/reference/environment-variables.html (CARGO_TARGET_DIR),
// which https://setuptools-rust.readthedocs.io/en/latest/ takes from cargo.
//
// Nothing of setuptools' own is kept, with or without Rust: distutils looks at times alone, misses headers that nobody declared, and
// leaves deleted modules in the wheel. Its extensions have the compiler cache.
var setuptoolsRust = Adapter{
	Name: "setuptools-rust", Backends: []string{"setuptools.build_meta"}, Distribution: "setuptools-rust",
	Map: buildDirectory{
		variables: targetDirectoryVariables,
		off:       offForGenerated,
		give: func(path string) Mapping {
			return Mapping{Env: []string{"CARGO_TARGET_DIR=" + path}}
		},
	}.mapping,
}

// offForGenerated finds C that lies beside the Cython that it is made of. Cython makes it again where times say so, and times that follow
// the content, which cargo needs, would say it after some edits and never in a clean build (CACHE-6).
func offForGenerated(told Told) (string, error) {
	reason := ""
	err := fs.WalkDir(told.Source.FS(), ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		stem, isCython := strings.CutSuffix(path, ".pyx")
		if !isCython || entry.IsDir() {
			return nil
		}
		for _, made := range []string{stem + ".c", stem + ".cpp", stem + ".cc"} {
			if _, err := told.Source.Lstat(made); err == nil {
				reason = fmt.Sprintf("%s lies beside %s, and times would decide which of them is built", made, path)
				return fs.SkipAll
			} else if !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return "", fmt.Errorf("look for generated files: %w", err)
	}
	return reason, nil
}

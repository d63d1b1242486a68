package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// archive is the flag of an interpreter that is part of the build.
const archive = "--interpreter-archive="

// compiler makes the compiler another program, which happens to be the same.
func compiler(w *walk) error {
	const name = "--cc="
	i := w.flag(name)
	if i < 0 {
		return errors.New("there is no C compiler")
	}
	real, err := filepath.EvalSymlinks(strings.TrimPrefix(w.replay.Args[i], name))
	if err != nil {
		return err
	}
	return flag(name + real)(w)
}

// clockBack makes the store one that was used in the future, which is what a clock that went back sees.
func clockBack(w *walk) error {
	if w.again {
		return nil // a clock goes back once
	}
	records, err := filepath.Glob(filepath.Join(w.replay.Dir, "store", "*", "record.json"))
	if err != nil || len(records) == 0 {
		return errors.Join(err, errors.New("no cache directory is kept"))
	}
	for _, record := range records {
		text, err := os.ReadFile(record)
		if err != nil {
			return err
		}
		before, after, ok := strings.Cut(string(text), `"mark":"`)
		if !ok || len(after) < 4 {
			return fmt.Errorf("%s has no mark", record)
		}
		if err := os.WriteFile(record, []byte(before+`"mark":"2100`+after[4:]), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// patchVersion makes the environment one of an interpreter with another patch version, by its own description.
func patchVersion(w *walk) error {
	const name = "--environment-info="
	i := w.flag(name)
	text, err := os.ReadFile(strings.TrimPrefix(w.replay.Args[i], name))
	if err != nil {
		return err
	}
	before, after, ok := strings.Cut(string(text), `"version": "3.`)
	version, rest, ends := strings.Cut(after, `"`)
	if !ok || !ends {
		return errors.New("the environment does not say which version its interpreter has")
	}
	other := filepath.Join(w.replay.Dir, "info.json")
	if err := os.WriteFile(other, []byte(before+`"version": "3.`+version+`0"`+rest), 0o644); err != nil {
		return err
	}
	return flag(name + other)(w)
}

// interpreterFiles makes the archive of the interpreter another file, which holds the same: a tar may be longer than what it holds.
func interpreterFiles(w *walk) error {
	data, err := os.ReadFile(strings.TrimPrefix(w.replay.Args[w.flag(archive)], archive))
	if err != nil {
		return err
	}
	other := filepath.Join(w.replay.Dir, "python.tar")
	if err := os.WriteFile(other, append(data, make([]byte, 512)...), 0o644); err != nil {
		return err
	}
	return flag(archive + other)(w)
}

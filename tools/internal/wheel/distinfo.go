package wheel

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/metadata"
)

// DistInfo are the files of a .dist-info directory by their names relative to it, without RECORD and its signatures: those are
// about a wheel, not about a distribution.
type DistInfo map[string][]byte

// Names of files that mean something to the helper.
const (
	metadataFile    = "METADATA"
	entryPointsFile = "entry_points.txt"
	wheelFile       = "WHEEL"
	recordFile      = "RECORD"
)

func isRecord(name string) bool { return name == recordFile || strings.HasPrefix(name, recordFile+".") }

// ReadDistInfo reads a directory. Where links is false a link in it is an error: a hook may have made it.
func ReadDistInfo(dir string, links bool) (DistInfo, error) {
	info, total := DistInfo{}, int64(0)
	err := filepath.WalkDir(dir, func(file string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		relative, err := filepath.Rel(dir, file)
		if err != nil {
			return err
		}
		name := filepath.ToSlash(relative)
		stat, err := entry.Info()
		if err == nil && links {
			stat, err = os.Stat(file)
		}
		if err != nil {
			return err
		}
		if !stat.Mode().IsRegular() {
			return fmt.Errorf("%s is no regular file but %s", name, stat.Mode().Type())
		}
		if total += stat.Size(); total > maxText {
			return fmt.Errorf("its files have more than %d bytes together", maxText)
		}
		if isRecord(name) {
			return nil
		}
		info[name], err = os.ReadFile(file)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", filepath.Base(dir), err)
	}
	return info, nil
}

// ReadDistInfo reads the wheel's own.
func (w *Wheel) ReadDistInfo() (DistInfo, error) {
	info := DistInfo{}
	for _, file := range w.Files {
		name, ok := strings.CutPrefix(file.Name, w.DistInfo+"/")
		if !ok || isRecord(name) {
			continue
		}
		var err error
		if info[name], err = file.Read(); err != nil {
			return nil, err
		}
	}
	return info, nil
}

// Check holds METADATA and entry_points.txt against the name of the directory, as far as that can be done without a wheel
// (HOOK-6), and returns METADATA.
func (d DistInfo) Check(dir string) (metadata.Metadata, error) {
	data, ok := d[metadataFile]
	if !ok {
		return metadata.Metadata{}, fmt.Errorf("%s has no METADATA", dir)
	}
	fields, err := metadata.Parse(data)
	if err != nil {
		return fields, fmt.Errorf("%s/METADATA: %w", dir, err)
	}
	stem := strings.TrimSuffix(dir, ".dist-info")
	at := max(strings.LastIndexByte(stem, '-'), 0)
	name, version := stem[:at], strings.ReplaceAll(strings.TrimPrefix(stem[at:], "-"), "_", "-")
	if !metadata.SameName(name, fields.Name()) || !metadata.SameVersion(version, fields.Version()) {
		return fields, fmt.Errorf("%s/METADATA has the name %q and the version %q", dir, fields.Name(), fields.Version())
	}
	points, err := ParseEntryPoints(d[entryPointsFile])
	if err != nil {
		return fields, err
	}
	for _, point := range points {
		if _, err := point.Command(); err != nil {
			return fields, fmt.Errorf("entry_points.txt: %w", err)
		}
	}
	return fields, nil
}

// EntryPoints is entry_points.txt as it is, empty where there is none.
func (d DistInfo) EntryPoints() []byte { return d[entryPointsFile] }

// Metadata is METADATA as it is.
func (d DistInfo) Metadata() []byte { return d[metadataFile] }

// Write writes the files into dir, which is made.
func (d DistInfo) Write(dir string) error {
	for name, data := range d {
		to := filepath.Join(dir, filepath.FromSlash(name))
		err := os.MkdirAll(filepath.Dir(to), 0o755)
		if err = errors.Join(err, os.WriteFile(to, data, 0o644)); err != nil {
			return fmt.Errorf("write metadata: %w", err)
		}
	}
	return nil
}

// DistInfoDifferences lists what a wheel's .dist-info breaks of what was prepared before (HOOK-3): every file but WHEEL is the
// same in it, and METADATA and entry_points.txt are in both or in neither. A wheel may have more files.
func DistInfoDifferences(prepared, wheel DistInfo) []Difference {
	var differences []Difference
	for _, name := range prepared.names() {
		data, ok := wheel[name]
		switch {
		case name == wheelFile:
		case !ok:
			differences = append(differences, Difference{Kind: Different, File: name, What: "it was prepared, and the wheel has no such file"})
		case string(data) != string(prepared[name]):
			differences = append(differences, contentDifference(name, prepared[name], data))
		}
	}
	for _, name := range []string{metadataFile, entryPointsFile} {
		_, before := prepared[name]
		if _, after := wheel[name]; after && !before {
			differences = append(differences, Difference{Kind: Different, File: name, What: "the wheel has it, and it was not prepared"})
		}
	}
	return differences
}

func (d DistInfo) names() []string {
	var names []string
	for name := range d {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

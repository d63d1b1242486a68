package environment

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/interpreter"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/metadata"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/requirement"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/wheel"
)

// installed is one distribution on its way into the environment.
type installed struct {
	chosen
	wheel  *wheel.Wheel
	site   string // site-packages below the prefix
	items  []*item
	record map[string]wheel.RecordEntry // by the path in the wheel
	sums   map[string]sum               // by the path below the prefix
}

// String names the distribution by its wheel, in messages.
func (d *installed) String() string { return d.file.Name }

// sum is what RECORD says of an installed file.
type sum struct {
	sha256 [sha256.Size]byte
	size   int64
	moves  bool // a script whose first line names the interpreter
}

// openWheel verifies a wheel against the lock and opens it.
func (c *chooser) openWheel(one chosen) (*installed, error) {
	found, err := hashOf(one.path)
	if err != nil {
		return nil, err
	}
	if one.file.SHA256 == "" {
		one.file.SHA256 = found // it was built: the lock has no hash of it
	}
	if found != one.file.SHA256 {
		return nil, fmt.Errorf("%s: the file %s has not the content that was locked\n  wanted sha256 %s\n  found  sha256 %s\nPossible fixes:\n"+
			"  - if the index or a mirror served another file under this name, find out why before anything else\n  - %s",
			c.at(one.locked), one.file.Name, one.file.SHA256, found, c.relock())
	}
	w, err := wheel.Open(one.path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.at(one.locked), err)
	}
	d := &installed{chosen: one, wheel: w, site: c.facts.SitePackages, sums: map[string]sum{}}
	if err := d.check(c.facts); err != nil {
		w.Close()
		return nil, fmt.Errorf("%s: wheel %s: %w", c.at(one.locked), one.file.Name, err)
	}
	return d, nil
}

func hashOf(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, file); err != nil {
		return "", err
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}

// check compares a wheel with the lock and the interpreter, and reads its RECORD.
func (d *installed) check(facts interpreter.Facts) error {
	name, version := d.wheel.Metadata.Get("Name"), d.wheel.Metadata.Get("Version")
	anyVersion := d.locked.Built != "" && d.locked.Version == ""
	if !metadata.SameName(name, d.locked.Name) || !anyVersion && !metadata.SameVersion(version, d.locked.Version) {
		return fmt.Errorf("it is %s %s by its METADATA, the lock wants %s %s", name, version, d.locked.Name, d.locked.Version)
	}
	if text := d.wheel.Metadata.Get("Requires-Python"); text != "" {
		wanted, err := requirement.ParseSpecifier(text)
		python, versionErr := requirement.ParseVersion(facts.Version)
		// A specifier that can't be read is not the business of who installs: the lock has decided already.
		if err == nil && versionErr == nil && !wanted.Contains(python, true) {
			return fmt.Errorf("it requires Python %s, the interpreter is %s; "+
				"Possible fixes: make the lock again for this Python, or use another one", text, facts.Version)
		}
	}
	entries, err := d.wheel.Record()
	if err != nil {
		return err
	}
	d.record = make(map[string]wheel.RecordEntry, len(entries))
	for _, entry := range entries {
		d.record[entry.Path] = entry
	}
	return nil
}

// place adds the files of a distribution to the layout as the binary distribution format asks
// (https://packaging.python.org/specifications/binary-distribution-format/).
func (d *installed) place(l *layout, facts interpreter.Facts) error {
	points, err := d.wheel.EntryPoints()
	if err != nil {
		return fmt.Errorf("%s: %w", d, err)
	}
	made := map[string]bool{}
	for _, point := range points {
		command, err := point.Command()
		if err != nil {
			return fmt.Errorf("%s: %w", d, err)
		}
		if !command || made[point.Name] {
			continue
		}
		made[point.Name] = true
		script := &item{path: "bin/" + point.Name, owner: d, content: entryPointScript(point), executable: true}
		if err := l.add(script); err != nil {
			return err
		}
	}
	for _, file := range d.wheel.Files {
		new, err := d.target(file, facts, made)
		if err != nil {
			return fmt.Errorf("%s: %s: %w", d, file.Name, err)
		}
		if new == nil {
			continue
		}
		if err := l.add(new); err != nil {
			return err
		}
	}
	installer := &item{path: path.Join(d.site, d.wheel.DistInfo, "INSTALLER"), owner: d, content: []byte("rules_pyproject\n")}
	return l.add(installer)
}

// target says where a file of the wheel goes; nil: nowhere.
func (d *installed) target(file *wheel.File, facts interpreter.Facts, made map[string]bool) (*item, error) {
	new := &item{owner: d, source: file, executable: file.Executable}
	name, inData := strings.CutPrefix(file.Name, d.wheel.Data()+"/")
	if !inData {
		if d.isReplaced(file.Name) || isByteCode(file.Name) {
			return nil, nil
		}
		new.path = path.Join(d.site, file.Name)
		return new, nil
	}
	scheme, name, found := strings.Cut(name, "/")
	if !found {
		return nil, errors.New("a file directly in the .data directory")
	}
	switch scheme {
	case "purelib", "platlib":
		if isByteCode(name) {
			return nil, nil
		}
		new.path = path.Join(d.site, name)
	case "scripts":
		if made[name] {
			return nil, nil // the wrapper of an entry point that an old backend packed as well
		}
		new.path, new.script, new.executable = path.Join("bin", name), true, true
	case "headers":
		new.path = path.Join("include/site", facts.LibName(), d.wheel.Name.Distribution, name)
	case "data":
		new.path = name
	default:
		return nil, fmt.Errorf("%q is not one of the schemes purelib, platlib, scripts, headers, data", scheme)
	}
	return new, nil
}

// isReplaced says of the wheel's own files that the installer writes them, or that they sign what it writes.
func (d *installed) isReplaced(name string) bool {
	switch strings.TrimPrefix(name, d.wheel.DistInfo+"/") {
	case "RECORD", "RECORD.jws", "RECORD.p7s", "INSTALLER", "REQUESTED", "direct_url.json":
		return strings.HasPrefix(name, d.wheel.DistInfo+"/")
	}
	return false
}

// isByteCode recognises packed byte code, which never fits: it is valid for its maker's time stamps only.
func isByteCode(name string) bool {
	return strings.HasSuffix(name, ".pyc") && path.Base(path.Dir(name)) == "__pycache__"
}

// verify compares a file of the wheel with RECORD. One that RECORD does not name is let through, as by other
// installers: the whole wheel was compared with the lock.
func (d *installed) verify(name string, content []byte) error {
	entry, ok := d.record[name]
	if !ok || entry.Algorithm != "sha256" {
		return nil
	}
	if found := sha256.Sum256(content); hex.EncodeToString(found[:]) != entry.Digest {
		return fmt.Errorf("wheel %s: %s has not the content that the wheel's RECORD says\n  wanted sha256 %s\n  found  sha256 %s",
			d, name, entry.Digest, hex.EncodeToString(found[:]))
	}
	return nil
}

// writeItem writes one file below the staging directory.
func writeItem(stage string, i *item) (sum, error) {
	content := i.content
	if i.source != nil {
		var err error
		if content, err = i.source.Read(); err != nil {
			return sum{}, fmt.Errorf("wheel %s: %w", i.owner, err)
		}
		if err := i.owner.verify(i.source.Name, content); err != nil {
			return sum{}, err
		}
	}
	if i.script {
		content = fixScript(content)
	}
	written := sum{sha256.Sum256(content), int64(len(content)), bytes.HasPrefix(content, []byte(shebang))}
	return written, os.WriteFile(path.Join(stage, i.path), content, mode(i.executable))
}

func mode(executable bool) fs.FileMode {
	if executable {
		return 0o755
	}
	return 0o644
}

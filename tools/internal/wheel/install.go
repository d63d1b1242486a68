package wheel

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// Install lays the wheel at file out as an import tree: dir, which is empty or is made, belongs on sys.path. Modules and
// .dist-info lie at its top, purelib and platlib in one, and importlib.metadata finds the distribution with its entry
// points and a RECORD that is true of the tree. The other kinds of .data (scripts, headers, data) stay where the wheel has
// them, in NAME-VERSION.data: no module can have that name, and two libraries can't meet there.
//
// Nothing is invented: no __init__.py, so that two wheels may share a namespace, and no byte code, which would not be
// the same for each interpreter.
func Install(ctx context.Context, file, dir string) error {
	w, err := Open(file)
	if err != nil {
		return err
	}
	defer w.Close()
	if err := makeEmpty(dir); err != nil {
		return fmt.Errorf("install wheel: %w", err)
	}
	if err := w.install(ctx, dir); err != nil {
		return fmt.Errorf("install wheel %s: %w", path.Base(file), err)
	}
	return nil
}

func makeEmpty(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	if len(entries) > 0 {
		return fmt.Errorf("%s is not empty: %s is in it", dir, entries[0].Name())
	}
	return nil
}

// place is one file of the tree.
type place struct {
	path       string // relative to the tree, slash separated
	executable bool
	from       *File  // or
	text       []byte // when it is made here
	sum        [sha256.Size]byte
	size       int64
}

func (w *Wheel) install(ctx context.Context, dir string) error {
	places, err := w.plan()
	if err != nil {
		return err
	}
	made := make(map[string]bool)
	for _, p := range places {
		if parent := path.Dir(p.path); !made[parent] {
			if err := os.MkdirAll(filepath.Join(dir, filepath.FromSlash(parent)), 0o755); err != nil {
				return err
			}
			made[parent] = true
		}
	}
	err = parallel(ctx, len(places), func(i int) error { return places[i].write(dir) })
	if err != nil {
		return err
	}
	record := &place{path: w.DistInfo + "/RECORD", text: w.installedRecord(places)}
	return record.write(dir)
}

// plan says where each file goes, without RECORD. Two files for one place are an error.
func (w *Wheel) plan() ([]*place, error) {
	var places []*place
	for _, f := range w.Files {
		if f.Name == w.DistInfo+"/RECORD" || f.Name == w.DistInfo+"/INSTALLER" {
			continue
		}
		p, err := w.placeOf(f)
		if err != nil {
			return nil, err
		}
		places = append(places, p)
	}
	places = append(places, &place{path: w.DistInfo + "/INSTALLER", text: []byte("rules_pyproject\n")})
	slices.SortFunc(places, func(a, b *place) int { return strings.Compare(a.path, b.path) })
	taken := map[string]bool{w.DistInfo + "/RECORD": true}
	for _, p := range places {
		if taken[p.path] {
			return nil, fmt.Errorf("two of its files belong at %s", p.path)
		}
		taken[p.path] = true
	}
	for _, p := range places {
		for above := path.Dir(p.path); above != "."; above = path.Dir(above) {
			if taken[above] {
				return nil, fmt.Errorf("%s is a file and a directory", above)
			}
		}
	}
	return places, nil
}

// placeOf says where a file goes: PEP 427's spreading of .data, as far as an import tree has places.
func (w *Wheel) placeOf(f *File) (*place, error) {
	p := &place{path: f.Name, executable: f.Executable, from: f}
	inner, ok := strings.CutPrefix(f.Name, w.Data()+"/")
	if !ok {
		return p, nil
	}
	scheme, name, below := strings.Cut(inner, "/")
	if !below {
		return nil, fmt.Errorf("%s: a file can't lie there", f.Name)
	}
	switch scheme {
	case "purelib", "platlib":
		p.path = name
		return p, checkName(name)
	case "headers", "data":
		return p, nil
	case "scripts":
		p.executable = true
		return p, p.adoptScript()
	}
	return nil, fmt.Errorf("%s: %q is none of purelib, platlib, headers, scripts, data", f.Name, scheme)
}

// adoptScript replaces the "#!python" that PEP 427 lets installers find. Which interpreter runs the script is not known
// here, so it is the one on PATH.
func (p *place) adoptScript() error {
	const most = 1 << 20 // a script; executables of this size and more start with something else
	if p.from.Size > most {
		return nil
	}
	data, err := p.from.Read()
	if err != nil {
		return err
	}
	line, rest, _ := bytes.Cut(data, []byte("\n"))
	command, arguments, _ := strings.Cut(strings.TrimSpace(string(line)), " ")
	if command != "#!python" && command != "#!pythonw" {
		return nil
	}
	shebang := "#!/usr/bin/env python3"
	if arguments != "" {
		shebang = "#!/usr/bin/env -S python3 " + arguments
	}
	p.from, p.text = nil, append([]byte(shebang+"\n"), rest...)
	return nil
}

// write writes the file and notes what RECORD says of it.
func (p *place) write(dir string) error {
	mode := fs.FileMode(0o644)
	if p.executable {
		mode = 0o755
	}
	out, err := os.OpenFile(filepath.Join(dir, filepath.FromSlash(p.path)), os.O_CREATE|os.O_EXCL|os.O_WRONLY, mode)
	if err != nil {
		return err
	}
	hash := sha256.New()
	err = errors.Join(p.copyTo(out, hash), out.Chmod(mode), out.Close())
	if err != nil {
		return fmt.Errorf("%s: %w", p.path, err)
	}
	hash.Sum(p.sum[:0])
	return nil
}

func (p *place) copyTo(out io.Writer, hash hash.Hash) error {
	var in io.Reader = bytes.NewReader(p.text)
	if p.from != nil {
		r, err := p.from.Open()
		if err != nil {
			return err
		}
		defer r.Close()
		in = r
	}
	n, err := io.Copy(io.MultiWriter(out, hash), in)
	p.size = n
	return err
}

// installedRecord is RECORD of the tree, whose places are sorted.
func (w *Wheel) installedRecord(places []*place) []byte {
	var out []byte
	for _, p := range places {
		out = appendRecordLine(out, p.path, p.sum[:], p.size)
	}
	return appendRecordLine(out, w.DistInfo+"/RECORD", nil, 0)
}

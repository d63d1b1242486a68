// Package wheel reads, checks, normalises, installs and compares wheels (PEP 427, PEP 491).
//
// A wheel is somebody else's file: it may have been made to do harm, and every entry point of this package may be given
// one. What Open returns has only names that stay inside of the wheel, each once, and sizes within limits.
package wheel

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/metadata"
)

// Wheel is an open wheel. Its files may be read by several goroutines at once.
type Wheel struct {
	Path     string            // where it was opened from
	Name     Name              // what its file name says
	DistInfo string            // the top directory that ends in .dist-info
	Metadata metadata.Metadata // METADATA
	Info     Info              // WHEEL
	Files    []*File           // in the archive's order, directories left out

	file       *os.File
	limits     Limits
	byName     map[string]*File
	dirs       map[string]bool // every directory that a file lies in or that has an entry
	dirEntries int
}

// Info is the WHEEL file.
type Info struct {
	WheelVersion  string   // "1.0"
	Generator     string   // as written, "" when absent
	RootIsPurelib bool     // where files outside of .data are installed to
	Tags          []string // each Tag line, expanded
	Build         string   // the build tag, "" when there is none
}

// File is one file of a wheel.
type File struct {
	Name       string // slash separated, relative, clean
	Size       int64  // uncompressed
	Executable bool   // any of the three executable bits
	entry      *zip.File
}

// Open gives the file's bytes. Reading fails if they are not as many as Size, or not those of the archive's checksum.
func (f *File) Open() (io.ReadCloser, error) {
	r, err := f.entry.Open()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.Name, err)
	}
	return r, nil
}

// maxText bounds the files that are read whole: RECORD of the largest wheels has a few megabytes.
const maxText = 256 << 20

// Read gives the whole of a file that is meant to be read as text.
func (f *File) Read() ([]byte, error) {
	if f.Size > maxText {
		return nil, fmt.Errorf("%s: %d bytes are too many for a file of this kind", f.Name, f.Size)
	}
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	// The size is only declared, so memory grows with what is read. The archive's reader stops at the declared size.
	data := bytes.NewBuffer(make([]byte, 0, min(f.Size, 1<<20)+bytes.MinRead))
	if _, err := data.ReadFrom(r); err != nil {
		return nil, fmt.Errorf("%s: %w", f.Name, err)
	}
	return data.Bytes(), nil
}

// Open opens a wheel within DefaultLimits. Every error names the file.
func Open(path string) (*Wheel, error) { return OpenWithin(path, DefaultLimits) }

// OpenWithin opens a wheel: the archive's directory is read and judged, METADATA and WHEEL are parsed; RECORD and the other
// files are not read.
func OpenWithin(file string, limits Limits) (*Wheel, error) {
	w, err := open(file, limits)
	if err != nil {
		return nil, fmt.Errorf("wheel %s: %w", path.Base(file), err)
	}
	return w, nil
}

func open(file string, limits Limits) (_ *Wheel, err error) {
	name, err := ParseName(file)
	if err != nil {
		return nil, err
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			f.Close()
		}
	}()
	stat, err := f.Stat()
	if err != nil {
		return nil, err
	}
	archive, err := zip.NewReader(f, stat.Size())
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return nil, fmt.Errorf("not a readable zip archive of %d bytes: %w", stat.Size(), err)
	}
	w := &Wheel{Path: file, Name: name, file: f, limits: limits}
	if err := w.index(archive.File, stat.Size()); err != nil {
		return nil, err
	}
	if err := w.readInfo(); err != nil {
		return nil, err
	}
	return w, nil
}

// Close closes the archive.
func (w *Wheel) Close() error { return w.file.Close() }

// File finds a file by its name, nil when there is none.
func (w *Wheel) File(name string) *File { return w.byName[name] }

// Read gives the whole of a file; without such a file the error is fs.ErrNotExist.
func (w *Wheel) Read(name string) ([]byte, error) {
	f := w.File(name)
	if f == nil {
		return nil, fmt.Errorf("%s: %w", name, fs.ErrNotExist)
	}
	return f.Read()
}

// Record parses RECORD.
func (w *Wheel) Record() ([]RecordEntry, error) {
	data, err := w.Read(w.DistInfo + "/RECORD")
	if err != nil {
		return nil, err
	}
	return ParseRecord(data)
}

// EntryPoints parses entry_points.txt, which a wheel may lack.
func (w *Wheel) EntryPoints() ([]EntryPoint, error) {
	data, err := w.Read(w.DistInfo + "/entry_points.txt")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return ParseEntryPoints(data)
}

// Data is the directory whose sub-directories name the places that an installer puts files to.
func (w *Wheel) Data() string { return strings.TrimSuffix(w.DistInfo, ".dist-info") + ".data" }

// readInfo finds the one .dist-info directory and reads METADATA and WHEEL in it.
func (w *Wheel) readInfo() error {
	var found []string
	for dir := range w.dirs {
		if strings.HasSuffix(dir, ".dist-info") && !strings.Contains(dir, "/") {
			found = append(found, dir)
		}
	}
	dir, err := w.ownInfo(found)
	if err != nil {
		return err
	}
	w.DistInfo = dir
	data, err := w.Read(dir + "/METADATA")
	if err != nil {
		return err
	}
	if w.Metadata, err = metadata.Parse(data); err != nil {
		return fmt.Errorf("%s/METADATA: %w", dir, err)
	}
	if data, err = w.Read(dir + "/WHEEL"); err != nil {
		return err
	}
	if w.Info, err = parseInfo(data); err != nil {
		return fmt.Errorf("%s/WHEEL: %w", dir, err)
	}
	return nil
}

// parseInfo reads a WHEEL file. A version that is not 1.x can't be read at all (PEP 427), so it is an error here.
func parseInfo(data []byte) (Info, error) {
	fields, err := metadata.Parse(data)
	if err != nil {
		return Info{}, err
	}
	info := Info{
		WheelVersion:  fields.Get("Wheel-Version"),
		Generator:     fields.Get("Generator"),
		RootIsPurelib: strings.EqualFold(fields.Get("Root-Is-Purelib"), "true"),
		Build:         fields.Get("Build"),
	}
	if info.WheelVersion == "" {
		return Info{}, errors.New("there is no Wheel-Version")
	}
	if major, _, _ := strings.Cut(info.WheelVersion, "."); major != "1" {
		return Info{}, fmt.Errorf("Wheel-Version is %s, and only 1.x is known", info.WheelVersion)
	}
	for _, line := range fields.All("Tag") {
		tags, err := expandTag(line)
		if err != nil {
			return Info{}, fmt.Errorf("Tag: %w", err)
		}
		info.Tags = append(info.Tags, tags...)
	}
	return info, nil
}

package wheel

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"unicode/utf8"
)

// Kind says how much a difference between two wheels means.
type Kind string

const (
	Different Kind = "different" // the wheels do not hold the same
	Allowed   Kind = "allowed"   // two honest builds of one source may differ so
)

// Difference is one thing in which two wheels differ.
type Difference struct {
	Kind   Kind   `json:"kind"`
	File   string `json:"file,omitempty"`   // the name in the wheel, "" for the archive as a whole
	What   string `json:"what"`             // what differs, in a few words
	Detail string `json:"detail,omitempty"` // lines that show it
}

// Compare lists in what two wheels differ: names, contents, metadata, executable bits. Allowed are the order, times and
// compression of entries, RECORD, the Generator line of WHEEL, and in ELF files what elfDifferences says.
func Compare(ctx context.Context, fileA, fileB string) ([]Difference, error) {
	a, err := Open(fileA)
	if err != nil {
		return nil, err
	}
	defer a.Close()
	b, err := Open(fileB)
	if err != nil {
		return nil, err
	}
	defer b.Close()

	var out []Difference
	if nameA, nameB := path.Base(fileA), path.Base(fileB); nameA != nameB {
		out = append(out, Difference{Kind: Different, What: "the file's name", Detail: changed(nameA, nameB)})
	}
	out = append(out, archiveDifferences(a, b)...)
	names, missing := commonFiles(a, b)
	out = append(out, missing...)
	found := make([][]Difference, len(names))
	err = parallel(ctx, len(names), func(i int) (err error) {
		found[i], err = fileDifferences(a, b, names[i])
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("compare wheels: %w", err)
	}
	return append(out, slices.Concat(found...)...), nil
}

func changed(a, b string) string { return "- " + a + "\n+ " + b }

// commonFiles gives the names that both have, in order, and the differences for the others.
func commonFiles(a, b *Wheel) (names []string, missing []Difference) {
	for _, f := range a.Files {
		if b.File(f.Name) != nil {
			names = append(names, f.Name)
		} else {
			missing = append(missing, Difference{Kind: Different, File: f.Name, What: "only in the first wheel"})
		}
	}
	for _, f := range b.Files {
		if a.File(f.Name) == nil {
			missing = append(missing, Difference{Kind: Different, File: f.Name, What: "only in the second wheel"})
		}
	}
	slices.Sort(names)
	slices.SortFunc(missing, func(x, y Difference) int { return strings.Compare(x.File, y.File) })
	return names, missing
}

// archiveDifferences are those of the packing alone, each once.
func archiveDifferences(a, b *Wheel) []Difference {
	order := func(w, other *Wheel) []string {
		var names []string
		for _, f := range w.Files {
			if other.File(f.Name) != nil {
				names = append(names, f.Name)
			}
		}
		return names
	}
	var out []Difference
	if !slices.Equal(order(a, b), order(b, a)) {
		out = append(out, Difference{Kind: Allowed, What: "order of the entries"})
	}
	var times, compression, modes int
	for _, f := range a.Files {
		g := b.File(f.Name)
		if g == nil {
			continue
		}
		if !f.entry.Modified.Equal(g.entry.Modified) {
			times++
		}
		if f.entry.Method != g.entry.Method || f.entry.CompressedSize64 != g.entry.CompressedSize64 && f.entry.CRC32 == g.entry.CRC32 {
			compression++
		}
		if f.Executable == g.Executable && unixMode(f.entry)&0o777 != unixMode(g.entry)&0o777 {
			modes++
		}
	}
	for _, counted := range []struct {
		what  string
		count int
	}{{"times", times}, {"compression", compression}, {"modes beside the executable bit", modes}} {
		if counted.count > 0 {
			out = append(out, Difference{Kind: Allowed, What: counted.what, Detail: fmt.Sprintf("of %d entries", counted.count)})
		}
	}
	if a.dirEntries != b.dirEntries {
		out = append(out, Difference{Kind: Allowed, What: "entries for directories"})
	}
	return out
}

// fileDifferences compares one file that both wheels have.
func fileDifferences(a, b *Wheel, name string) ([]Difference, error) {
	f, g := a.File(name), b.File(name)
	var out []Difference
	if f.Executable != g.Executable {
		out = append(out, Difference{Kind: Different, File: name, What: "executable bit", Detail: changed(fmt.Sprint(f.Executable), fmt.Sprint(g.Executable))})
	}
	same, err := sameBytes(f, g)
	if err != nil || same {
		return out, err
	}
	if name == a.DistInfo+"/RECORD" {
		return append(out, Difference{Kind: Allowed, File: name, What: "RECORD"}), nil
	}
	dataA, errA := f.Read()
	dataB, errB := g.Read()
	if err := errors.Join(errA, errB); err != nil {
		return nil, err
	}
	if name == a.DistInfo+"/WHEEL" {
		return append(out, infoDifferences(name, dataA, dataB)...), nil
	}
	if sniff(dataA) == elf && sniff(dataB) == elf {
		return append(out, elfDifferences(name, dataA, dataB)...), nil
	}
	return append(out, contentDifference(name, dataA, dataB)), nil
}

// contentDifference shows how the bytes differ.
func contentDifference(name string, a, b []byte) Difference {
	d := Difference{Kind: Different, File: name, What: "contents"}
	if isText(a) && isText(b) {
		d.Detail = diffLines(string(a), string(b))
		return d
	}
	at := 0
	for at < len(a) && at < len(b) && a[at] == b[at] {
		at++
	}
	d.Detail = fmt.Sprintf("%d and %d bytes, the first difference is at byte %d", len(a), len(b), at)
	return d
}

func isText(data []byte) bool { return utf8.Valid(data) && bytes.IndexByte(data, 0) < 0 }

// infoDifferences compares two WHEEL files: the Generator line may differ.
func infoDifferences(name string, a, b []byte) []Difference {
	restA, generatorA := splitGenerator(string(a))
	restB, generatorB := splitGenerator(string(b))
	var out []Difference
	if generatorA != generatorB {
		out = append(out, Difference{Kind: Allowed, File: name, What: "Generator", Detail: changed(generatorA, generatorB)})
	}
	if restA != restB {
		out = append(out, Difference{Kind: Different, File: name, What: "contents", Detail: diffLines(restA, restB)})
	}
	return out
}

func splitGenerator(text string) (rest, generator string) {
	var lines []string
	for line := range strings.SplitSeq(text, "\n") {
		if strings.HasPrefix(strings.ToLower(line), "generator:") {
			generator = strings.TrimSpace(line)
			continue
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n"), generator
}

// sameBytes compares two files without keeping them in memory.
func sameBytes(a, b *File) (bool, error) {
	if a.Size != b.Size {
		return false, nil
	}
	ra, err := a.Open()
	if err != nil {
		return false, err
	}
	defer ra.Close()
	rb, err := b.Open()
	if err != nil {
		return false, err
	}
	defer rb.Close()
	bufferA, bufferB := make([]byte, 64<<10), make([]byte, 64<<10)
	for {
		n, errA := io.ReadFull(ra, bufferA)
		m, errB := io.ReadFull(rb, bufferB)
		for _, err := range []error{errA, errB} {
			if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, zip.ErrChecksum) {
				return false, fmt.Errorf("%s: %w", a.Name, err)
			}
		}
		if !bytes.Equal(bufferA[:n], bufferB[:m]) {
			return false, nil
		}
		if errA != nil {
			return true, nil
		}
	}
}

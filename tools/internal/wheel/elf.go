package wheel

import (
	"bytes"
	elffile "debug/elf"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
)

// object is what is compared of an ELF file.
type object struct {
	file     *elffile.File
	needed   []string
	soname   []string
	runpath  []string // DT_RPATH and DT_RUNPATH, split at colons
	exported []string // "name version type binding", sorted
	imported []string // "name version library", sorted
	segments []string // type and flags of each program header, in order
	sections map[string][]byte
	order    []string // names of the sections that are loaded, and those of the others in aside
	aside    map[string][]byte
}

// readObject parses an ELF file. debug/elf is not made for hostile input, so a panic of it is an error.
func readObject(data []byte) (o *object, err error) {
	defer func() {
		if r := recover(); r != nil {
			o, err = nil, fmt.Errorf("not a sound ELF file: %v", r)
		}
	}()
	f, err := elffile.NewFile(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	o = &object{file: f, sections: make(map[string][]byte), aside: make(map[string][]byte)}
	o.needed, _ = f.DynString(elffile.DT_NEEDED)
	o.soname, _ = f.DynString(elffile.DT_SONAME)
	for _, tag := range []elffile.DynTag{elffile.DT_RPATH, elffile.DT_RUNPATH} {
		values, _ := f.DynString(tag)
		for _, value := range values {
			o.runpath = append(o.runpath, strings.Split(value, ":")...)
		}
	}
	symbols, err := f.DynamicSymbols()
	if err != nil && !errors.Is(err, elffile.ErrNoSymbols) {
		return nil, err
	}
	for _, s := range symbols {
		text := fmt.Sprintf("%s %s %s %s", s.Name, s.Version, elffile.ST_TYPE(s.Info), elffile.ST_BIND(s.Info))
		if s.Section == elffile.SHN_UNDEF {
			o.imported = append(o.imported, text+" "+s.Library)
		} else {
			o.exported = append(o.exported, text)
		}
	}
	slices.Sort(o.exported)
	slices.Sort(o.imported)
	for _, segment := range f.Progs {
		o.segments = append(o.segments, fmt.Sprintf("%s %s", segment.Type, segment.Flags))
	}
	return o, o.readSections()
}

// readSections reads the sections that are loaded, and those beside them. Names may repeat.
func (o *object) readSections() error {
	for _, section := range o.file.Sections {
		if section.Type == elffile.SHT_NULL {
			continue
		}
		var data []byte
		if section.Type != elffile.SHT_NOBITS {
			var err error
			if data, err = section.Data(); err != nil {
				return fmt.Errorf("section %s: %w", section.Name, err)
			}
		} else {
			data = fmt.Appendf(nil, "%d bytes of zeros", section.Size)
		}
		into := o.sections
		if section.Flags&elffile.SHF_ALLOC == 0 {
			into = o.aside
		}
		key := section.Name
		for n := 2; into[key] != nil; n++ {
			key = fmt.Sprintf("%s (%d)", section.Name, n)
		}
		if data == nil {
			data = []byte{}
		}
		into[key] = data
		if section.Flags&elffile.SHF_ALLOC != 0 {
			o.order = append(o.order, key)
		}
	}
	return nil
}

// elfDifferences compares two ELF files. Allowed are debug information and symbol tables that the loader does not read,
// .comment, the build-id, and paths: in strings, and absolute ones in the run path. Everything else that is loaded is
// compared: needed libraries, exported and undefined symbols, segments, and the bytes of each section.
func elfDifferences(name string, dataA, dataB []byte) []Difference {
	a, errA := readObject(dataA)
	b, errB := readObject(dataB)
	if errA != nil || errB != nil {
		return []Difference{contentDifference(name, dataA, dataB)}
	}
	c := &elfComparison{name: name, a: a, b: b}
	c.lists("needed libraries", a.needed, b.needed)
	c.lists("SONAME", a.soname, b.soname)
	c.lists("exported symbols", a.exported, b.exported)
	c.lists("undefined symbols", a.imported, b.imported)
	c.lists("segments", a.segments, b.segments)
	c.lists("ELF header", describeHeader(a.file), describeHeader(b.file))
	c.compareRunpath()
	c.compareLoaded()
	c.compareAside()
	if len(c.out) == 0 {
		// Same parts, other offsets: what lies between the parts is not content.
		c.add(Allowed, "layout of the file", fmt.Sprintf("%d and %d bytes", len(dataA), len(dataB)))
	}
	return c.out
}

// elfComparison collects the differences of one file.
type elfComparison struct {
	name     string
	a, b     *object
	relinked bool // the run paths differ, so the tables that hold them do as well
	out      []Difference
}

func (c *elfComparison) add(kind Kind, what, detail string) {
	c.out = append(c.out, Difference{Kind: kind, File: c.name, What: "ELF " + what, Detail: detail})
}

func (c *elfComparison) lists(what string, a, b []string) {
	if !slices.Equal(a, b) {
		c.add(Different, what, diffLines(strings.Join(a, "\n"), strings.Join(b, "\n")))
	}
}

func describeHeader(f *elffile.File) []string {
	return []string{f.Class.String(), f.Data.String(), f.OSABI.String(), f.Type.String(), f.Machine.String()}
}

// compareRunpath: a path below $ORIGIN decides what is loaded, an absolute one is where it was built.
func (c *elfComparison) compareRunpath() {
	relative := func(paths []string) (out []string) {
		for _, p := range paths {
			if !path.IsAbs(p) {
				out = append(out, p)
			}
		}
		return out
	}
	if slices.Equal(c.a.runpath, c.b.runpath) {
		return
	}
	c.relinked = true
	kind := Allowed
	if !slices.Equal(relative(c.a.runpath), relative(c.b.runpath)) {
		kind = Different
	}
	c.add(kind, "run path", changed(strings.Join(c.a.runpath, ":"), strings.Join(c.b.runpath, ":")))
}

// linkTables hold offsets of strings; with another run path all of them shift. What they mean was compared.
var linkTables = []string{".dynstr", ".dynsym", ".dynamic", ".gnu.version_r", ".gnu.version_d", ".hash", ".gnu.hash"}

// compareLoaded compares the sections that are loaded.
func (c *elfComparison) compareLoaded() {
	if !slices.Equal(c.a.order, c.b.order) {
		c.add(Different, "sections", diffLines(strings.Join(c.a.order, "\n"), strings.Join(c.b.order, "\n")))
	}
	for _, section := range c.a.order {
		x, y := c.a.sections[section], c.b.sections[section]
		if y == nil || bytes.Equal(x, y) {
			continue
		}
		switch {
		case section == ".note.gnu.build-id":
			c.add(Allowed, "build-id", "")
		case c.relinked && slices.Contains(linkTables, section):
		case len(x) == len(y) && samePathless(x, y):
			c.add(Allowed, "paths in "+section, changed(firstOther(x, y)))
		default:
			c.add(Different, "section "+section, sectionDetail(x, y))
		}
	}
}

// compareAside compares what is not loaded: all of it may differ, and is named.
func (c *elfComparison) compareAside() {
	var names []string
	for section, data := range c.a.aside {
		if other := c.b.aside[section]; other == nil || !bytes.Equal(data, other) {
			names = append(names, section)
		}
	}
	for section := range c.b.aside {
		if c.a.aside[section] == nil {
			names = append(names, section)
		}
	}
	slices.Sort(names)
	var debug []string
	for _, section := range names {
		switch {
		case section == ".comment":
			c.add(Allowed, section, changed(texts(c.a.aside[section]), texts(c.b.aside[section])))
		case section == ".shstrtab":
		default:
			debug = append(debug, section)
		}
	}
	if len(debug) > 0 {
		c.add(Allowed, "debug information and symbol tables", strings.Join(debug, " "))
	}
}

// texts shows a section of NUL-terminated strings.
func texts(data []byte) string {
	return strings.ReplaceAll(strings.Trim(string(data), "\x00"), "\x00", "; ")
}

// samePathless says whether two string sections are equal but for directories: each string that differs is a path with
// the same base name.
func samePathless(a, b []byte) bool {
	stringsA, stringsB := bytes.Split(a, []byte{0}), bytes.Split(b, []byte{0})
	if len(stringsA) != len(stringsB) {
		return false
	}
	for i, s := range stringsA {
		if !bytes.Equal(s, stringsB[i]) && !(isPath(s) && isPath(stringsB[i]) && path.Base(string(s)) == path.Base(string(stringsB[i]))) {
			return false
		}
	}
	return true
}

func isPath(s []byte) bool { return bytes.IndexByte(s, '/') >= 0 && isText(s) }

// firstOther finds the first strings that differ.
func firstOther(a, b []byte) (string, string) {
	stringsA, stringsB := bytes.Split(a, []byte{0}), bytes.Split(b, []byte{0})
	for i, s := range stringsA {
		if i < len(stringsB) && !bytes.Equal(s, stringsB[i]) {
			return string(s), string(stringsB[i])
		}
	}
	return "", ""
}

func sectionDetail(a, b []byte) string {
	if len(a) != len(b) {
		return fmt.Sprintf("%d and %d bytes", len(a), len(b))
	}
	count, first := 0, -1
	for i := range a {
		if a[i] != b[i] {
			if count++; first < 0 {
				first = i
			}
		}
	}
	return fmt.Sprintf("%d of %d bytes differ, the first at %#x", count, len(a), first)
}

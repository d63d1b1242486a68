package lock

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/requirement"
)

// firstLine begins every lock that Write has written.
const firstLine = "# Build requirements, each file pinned by its hash."

// IsOurs says whether a file is a lock that Write has written, whatever became of the rest of it.
func IsOurs(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	head := make([]byte, len(firstLine)+1)
	_, err = io.ReadFull(f, head)
	return err == nil && string(head) == firstLine+"\n"
}

// Write writes the lock. The same lock gives the same bytes, in whatever order its packages and files are, and Read of
// them gives the same lock without what is not written: URLs of files, and lines; in pip's format
// also sizes and the versions of Python that something is for; in pylock.toml also extras and indexes. The URL of an
// entry that is locked by URL is written, since it is what was asked for, and so are the indexes, which only people name.
func Write(w io.Writer, l *Lock, format Format) error {
	if tool := tools[format]; tool != "" {
		return fmt.Errorf("write lock %s: that is the name of a lock that %s writes; use another name", l.Path, tool)
	}
	for _, pkg := range l.Packages {
		if err := writable(pkg, format); err != nil {
			return fmt.Errorf("write lock %s: %w", l.Path, err)
		}
	}
	out := bufio.NewWriter(w)
	fmt.Fprintln(out, firstLine)
	if l.Command != "" {
		fmt.Fprintln(out, "# This file was written by rules_pyproject via the "+commandAnnouncement)
		fmt.Fprintln(out, "#     "+strings.Join(strings.Fields(l.Command), " "))
	}
	writeAsked(out, l.Asked)
	if format == FormatPylock {
		writePylock(out, l)
	} else {
		writePip(out, l)
	}
	writeWheels(out, l, format)
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write lock %s: %w", l.Path, err)
	}
	return nil
}

// writable refuses what Read would refuse.
func writable(pkg Package, format Format) error {
	if len(pkg.Files) == 0 {
		return fmt.Errorf("%s %s has no file", pkg.Name, pkg.Version)
	}
	if entry := pipEntry(pkg); format == FormatPip && !survivesPip(entry) {
		return fmt.Errorf("the entry %q can't be written in pip's format", entry)
	}
	sdists := 0
	for _, f := range pkg.Files {
		if !strings.HasSuffix(f.Name, ".whl") {
			sdists++
		}
	}
	if format == FormatPylock && sdists > 1 {
		return fmt.Errorf("%s %s has %d files that are no wheels, of which a pylock.toml can have one", pkg.Name, pkg.Version, sdists)
	}
	if pkg.DirectURL != "" && len(pkg.Files) != 1 {
		return fmt.Errorf("%s @ %s has %d files; a URL names one", pkg.Name, pkg.DirectURL, len(pkg.Files))
	}
	for _, f := range pkg.Files {
		for algorithm, value := range f.digests() {
			if _, complaint := checkDigest(algorithm, value); complaint != "" {
				return fmt.Errorf("%s of %s: %s", algorithm, pkg.Name, complaint)
			}
		}
		if len(f.digests()) == 0 {
			return fmt.Errorf("%s of %s has no hash", f.Name, pkg.Name)
		}
		if complaint := badFileName(f.Name); complaint != "" && (f.Name != "" || format == FormatPylock) {
			return fmt.Errorf("a file of %s: %s", pkg.Name, complaint)
		}
	}
	return nil
}

// survivesPip says whether an entry reads the same again: a text in a marker may hold what pip takes for an option or a
// comment.
func survivesPip(entry string) bool {
	text, options := splitEntry(entry)
	_, err := requirement.Parse(text)
	return err == nil && len(options) == 0 && withoutComment(entry) == entry && text == entry && !strings.HasSuffix(entry, `\`)
}

func sortedPackages(l *Lock) []Package {
	return slices.SortedStableFunc(slices.Values(l.Packages), func(a, b Package) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.Version, b.Version),
			strings.Compare(a.Marker.String(), b.Marker.String()), strings.Compare(a.DirectURL, b.DirectURL))
	})
}

func sortedFiles(files []File) []File {
	return slices.SortedStableFunc(slices.Values(files), func(a, b File) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(fmt.Sprint(a.digests()), fmt.Sprint(b.digests())))
	})
}

// writePip writes pip's format: the indexes, and the entries, with the name of each file in a comment behind its
// entry.
func writePip(w io.Writer, l *Lock) {
	for i, index := range l.IndexURLs {
		option := "--extra-index-url"
		if i == 0 && l.MainIndex {
			option = "--index-url"
		}
		if i == 0 {
			fmt.Fprintln(w)
		}
		fmt.Fprintf(w, "%s %s\n", option, index)
	}
	for _, pkg := range sortedPackages(l) {
		var hashes, names []string
		for _, f := range sortedFiles(pkg.Files) {
			for d := range digestsOf(f.digests()) {
				hashes = append(hashes, "    --hash="+d.algorithm+":"+d.value)
				if f.Name != "" && pkg.DirectURL == "" {
					names = append(names, "    # file: "+d.algorithm+":"+d.value+" "+f.Name+"\n")
				}
				if f.Name == "" {
					break // nothing would tie a second hash to the same file
				}
			}
		}
		slices.Sort(hashes)
		fmt.Fprintf(w, "\n%s \\\n%s\n%s", pipEntry(pkg), strings.Join(slices.Compact(hashes), " \\\n"), strings.Join(names, ""))
	}
}

func pipEntry(pkg Package) string {
	entry := pkg.Name
	if len(pkg.Extras) > 0 {
		entry += "[" + strings.Join(pkg.Extras, ",") + "]"
	}
	if pkg.DirectURL != "" {
		entry += " @ " + pkg.DirectURL
	} else {
		entry += "==" + pkg.Version
	}
	if pkg.Marker != nil {
		entry += " ; " + pkg.Marker.String()
	}
	return entry
}

func writePylock(w io.Writer, l *Lock) {
	fmt.Fprint(w, "lock-version = \"1.0\"\n")
	if len(l.Environments) > 0 {
		fmt.Fprint(w, "environments = [\n")
		for _, marker := range l.Environments {
			fmt.Fprintf(w, "    %s,\n", quote(marker.String()))
		}
		fmt.Fprint(w, "]\n")
	}
	if python := l.RequiresPython.String(); python != "" {
		fmt.Fprintf(w, "requires-python = %s\n", quote(python))
	}
	fmt.Fprint(w, "created-by = \"rules_pyproject\"\n")
	for _, pkg := range sortedPackages(l) {
		writePylockPackage(w, pkg)
	}
}

func writePylockPackage(w io.Writer, pkg Package) {
	fmt.Fprintf(w, "\n[[packages]]\nname = %s\n", quote(pkg.Name))
	if pkg.Version != "" {
		fmt.Fprintf(w, "version = %s\n", quote(pkg.Version))
	}
	if pkg.Marker != nil {
		fmt.Fprintf(w, "marker = %s\n", quote(pkg.Marker.String()))
	}
	if python := pkg.RequiresPython.String(); python != "" {
		fmt.Fprintf(w, "requires-python = %s\n", quote(python))
	}
	files := sortedFiles(pkg.Files)
	if pkg.DirectURL != "" {
		fmt.Fprintf(w, "archive = %s\n", pylockEntry(files[0], pkg.DirectURL))
		return
	}
	var wheels []string
	for _, f := range files {
		if strings.HasSuffix(f.Name, ".whl") {
			wheels = append(wheels, "    "+pylockEntry(f, "")+",\n")
		} else {
			fmt.Fprintf(w, "sdist = %s\n", pylockEntry(f, ""))
		}
	}
	if len(wheels) > 0 {
		fmt.Fprintf(w, "wheels = [\n%s]\n", strings.Join(wheels, ""))
	}
}

// pylockEntry writes one file. Only an archive has a URL, and its name is the URL's last part.
func pylockEntry(f File, url string) string {
	fields := []string{"name = " + quote(f.Name)}
	if url != "" {
		fields = []string{"url = " + quote(url)}
	}
	if f.Size > 0 {
		fields = append(fields, "size = "+strconv.FormatInt(f.Size, 10))
	}
	var hashes []string
	for d := range digestsOf(f.digests()) {
		hashes = append(hashes, d.algorithm+" = "+quote(d.value))
	}
	return "{ " + strings.Join(fields, ", ") + ", hashes = { " + strings.Join(hashes, ", ") + " } }"
}

// quote writes a TOML string: a literal one where that is easier to read, as markers with double quotes are.
func quote(s string) string {
	plain := !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f })
	if plain && !strings.ContainsAny(s, `"\`) {
		return `"` + s + `"`
	}
	if plain && !strings.Contains(s, "'") {
		return "'" + s + "'"
	}
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteString(`\` + string(r))
		case r < ' ' || r == 0x7f:
			fmt.Fprintf(&b, `\u%04X`, r)
		default:
			b.WriteRune(r)
		}
	}
	return `"` + b.String() + `"`
}

// Package metadata reads core metadata: the METADATA file of a wheel, the PKG-INFO file of an sdist, and the WHEEL file,
// which has the same form. It knows fields, not files.
//
// The form is that of an e-mail's header. Files in the wild bend it, and every installer reads them with Python's e-mail
// parser, so this reader is tolerant where that one is: a line that can't be a header ends the headers.
package metadata

import (
	"fmt"
	"strconv"
	"strings"
)

// Field is one header: its name as written and its value, continuation lines joined by newlines.
type Field struct {
	Name  string
	Value string
}

// Metadata is a parsed file: the fields in their order, and the text after the first blank line.
type Metadata struct {
	Fields []Field
	Body   string
}

// Parse reads the header form. It fails only where no installer could make sense of the bytes: a NUL, or no field at all.
func Parse(data []byte) (Metadata, error) {
	text := strings.TrimPrefix(string(data), "\ufeff")
	if at := strings.IndexByte(text, 0); at >= 0 {
		return Metadata{}, fmt.Errorf("line %d holds a NUL byte: this is not a text file", 1+strings.Count(text[:at], "\n"))
	}
	text = strings.ReplaceAll(text, "\r\n", "\n")
	var m Metadata
	for text != "" {
		line, rest, _ := strings.Cut(text, "\n")
		if line == "" {
			m.Body = rest
			break
		}
		if (line[0] == ' ' || line[0] == '\t') && len(m.Fields) > 0 {
			last := &m.Fields[len(m.Fields)-1]
			last.Value += "\n" + line
			text = rest
			continue
		}
		name, value, ok := strings.Cut(line, ":")
		if !ok || !isFieldName(name) {
			m.Body = text
			break
		}
		m.Fields = append(m.Fields, Field{Name: name, Value: strings.TrimSpace(value)})
		text = rest
	}
	if len(m.Fields) == 0 {
		return Metadata{}, fmt.Errorf("no field found: the first line is %q, expected something like \"Metadata-Version: 2.4\"", firstLine(string(data)))
	}
	return m, nil
}

// isFieldName says whether name can stand before a header's colon: printable ASCII without spaces (RFC 5322).
func isFieldName(name string) bool {
	for i := 0; i < len(name); i++ {
		if name[i] <= ' ' || name[i] > '~' {
			return false
		}
	}
	return name != ""
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	if len(line) > 80 {
		line = line[:80] + "…"
	}
	return line
}

// Get returns the value of the first field of that name, in any case, or "".
func (m Metadata) Get(name string) string {
	for _, field := range m.Fields {
		if strings.EqualFold(field.Name, name) {
			return field.Value
		}
	}
	return ""
}

// Has says whether there is a field of that name, in any case.
func (m Metadata) Has(name string) bool {
	for _, field := range m.Fields {
		if strings.EqualFold(field.Name, name) {
			return true
		}
	}
	return false
}

// All returns the values of every field of that name, in any case, in their order.
func (m Metadata) All(name string) []string {
	var values []string
	for _, field := range m.Fields {
		if strings.EqualFold(field.Name, name) {
			values = append(values, field.Value)
		}
	}
	return values
}

// Name is the distribution's name as written.
func (m Metadata) Name() string { return m.Get("Name") }

// Version is the distribution's version as written.
func (m Metadata) Version() string { return m.Get("Version") }

// RequiresDist are the run-time requirements, PEP 508 strings as written.
func (m Metadata) RequiresDist() []string { return m.All("Requires-Dist") }

// LicenseFiles are the License-File fields: paths relative to .dist-info/licenses in a wheel (Metadata-Version 2.4).
func (m Metadata) LicenseFiles() []string { return m.All("License-File") }

// IsDynamic says whether the metadata of an sdist calls the field Dynamic: a wheel built from it may differ (PEP 643).
func (m Metadata) IsDynamic(name string) bool {
	for _, dynamic := range m.All("Dynamic") {
		if strings.EqualFold(dynamic, name) {
			return true
		}
	}
	return false
}

// AtLeast says whether Metadata-Version is major.minor or newer. Without a readable version the answer is no.
func (m Metadata) AtLeast(major, minor int) bool {
	first, second, _ := strings.Cut(m.Get("Metadata-Version"), ".")
	haveMajor, err := strconv.Atoi(first)
	if err != nil {
		return false
	}
	haveMinor, err := strconv.Atoi(second)
	if err != nil {
		return false
	}
	return haveMajor > major || haveMajor == major && haveMinor >= minor
}

// Description is the long description, which stands in the body or, in old files, in a field.
func (m Metadata) Description() string {
	if strings.TrimSpace(m.Body) != "" {
		return m.Body
	}
	return m.Get("Description")
}

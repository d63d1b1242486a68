package wheel

import (
	"fmt"
	"strings"
)

// EntryPoint is one line of entry_points.txt: NAME = MODULE:ATTRIBUTE [EXTRAS].
type EntryPoint struct {
	Group     string
	Name      string
	Module    string
	Attribute string // dotted, "" when the object is the module itself
	Extras    string // as written between the brackets
}

// Groups whose entry points become commands.
const (
	ConsoleScripts = "console_scripts"
	GUIScripts     = "gui_scripts"
)

// ParseEntryPoints reads an entry_points.txt file: an INI file whose names keep their case and whose only delimiter is "=".
func ParseEntryPoints(data []byte) ([]EntryPoint, error) {
	var points []EntryPoint
	group := ""
	for number, line := range strings.Split(strings.TrimPrefix(string(data), "\ufeff"), "\n") {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' || line[0] == ';' {
			continue
		}
		if line[0] == '[' {
			name, _, ok := strings.Cut(line[1:], "]")
			if !ok {
				return nil, fmt.Errorf("entry_points.txt:%d: the group %q has no closing bracket", number+1, line)
			}
			group = strings.TrimSpace(name)
			continue
		}
		name, value, ok := strings.Cut(line, "=")
		if !ok {
			return nil, fmt.Errorf("entry_points.txt:%d: expected NAME = MODULE:ATTRIBUTE, found %q", number+1, line)
		}
		if group == "" {
			return nil, fmt.Errorf("entry_points.txt:%d: %q stands before the first [group]", number+1, line)
		}
		point := EntryPoint{Group: group, Name: strings.TrimSpace(name)}
		point.Module, point.Attribute, point.Extras = splitReference(strings.TrimSpace(value))
		points = append(points, point)
	}
	return points, nil
}

// splitReference splits "module:attribute [extras]"; text after the brackets or a "#" is not looked at by anyone.
func splitReference(value string) (module, attribute, extras string) {
	value, rest, found := strings.Cut(value, "[")
	if found {
		extras, _, _ = strings.Cut(rest, "]")
	}
	module, attribute, _ = strings.Cut(value, ":")
	return strings.TrimSpace(module), strings.TrimSpace(attribute), strings.TrimSpace(extras)
}

// Command says whether the entry point is a command that an installer makes a script for, and an error when its name or
// object can't be one: the name becomes a file's name, the object a line of Python.
func (e EntryPoint) Command() (bool, error) {
	if e.Group != ConsoleScripts && e.Group != GUIScripts {
		return false, nil
	}
	if e.Name == "" || e.Name == "." || e.Name == ".." || strings.ContainsAny(e.Name, "/\\\x00\r\n") {
		return false, fmt.Errorf("the name %q of a script is not the name of a file", e.Name)
	}
	if !isDotted(e.Module) || !isDotted(e.Attribute) {
		return false, fmt.Errorf("the script %s needs MODULE:ATTRIBUTE, found %q:%q", e.Name, e.Module, e.Attribute)
	}
	return true, nil
}

// isDotted says whether text is identifiers joined by dots; bytes above ASCII are left to Python.
func isDotted(text string) bool {
	for _, part := range strings.Split(text, ".") {
		if part == "" || '0' <= part[0] && part[0] <= '9' {
			return false
		}
		for i := 0; i < len(part); i++ {
			c := part[i]
			if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '_' || c >= 0x80) {
				return false
			}
		}
	}
	return true
}

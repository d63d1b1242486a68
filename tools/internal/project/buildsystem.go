package project

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	toml "github.com/pelletier/go-toml/v2"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/requirement"
)

// tableName is the one table that is read.
const tableName = "build-system"

// knownKeys are the keys of [build-system] that PEP 517 and PEP 518 define.
var knownKeys = []string{"requires", "build-backend", "backend-path"}

// reader turns one [build-system] table into a BuildSystem.
type reader struct {
	document
	dir    string
	alone  bool
	places places
	table  map[string]any
}

// declaredName looks into the [project] table, leniently, too.
func declaredName(all map[string]any) string {
	table, _ := all["project"].(map[string]any)
	name, _ := table["name"].(string)
	return requirement.NormalizeName(name)
}

// declaresEntryPoints looks into the [project] table, leniently: the backend judges it.
func declaresEntryPoints(all map[string]any) bool {
	table, _ := all["project"].(map[string]any)
	dynamic, _ := table["dynamic"].([]any)
	for _, key := range []string{"scripts", "gui-scripts", "entry-points"} {
		if entries, _ := table[key].(map[string]any); len(entries) > 0 || slices.Contains(dynamic, any(key)) {
			return true
		}
	}
	return false
}

// look takes from the other tables what the build is told of them.
func (p *Project) look(all map[string]any) {
	p.Name, p.EntryPoints, p.RequiresPython = declaredName(all), declaresEntryPoints(all), requiresPython(all)
}

// requiresPython looks into the [project] table as leniently.
func requiresPython(all map[string]any) string {
	table, _ := all["project"].(map[string]any)
	text, _ := table["requires-python"].(string)
	return text
}

// parse reads the contents of pyproject.toml of the tree at dir.
func parse(dir string, data []byte, opts Options) (*Project, []Warning, error) {
	doc := document{file: opts.File, data: data}
	if err := doc.checkEncoding(); err != nil {
		return nil, nil, err
	}
	var all map[string]any
	if err := toml.Unmarshal(data, &all); err != nil {
		return nil, nil, doc.tomlError(err)
	}
	value, declared := all[tableName]
	if !declared {
		p, err := legacyProject(dir, opts, true)
		if err == nil {
			p.look(all)
		}
		return p, nil, err
	}
	r := &reader{document: doc, dir: dir, alone: opts.Alone, places: findPlaces(data)}
	table, ok := value.(map[string]any)
	if !ok {
		return nil, nil, r.errorAt(r.places.of(""), "build-system is %s; expected a table that begins with [build-system]", kind(value))
	}
	r.table = table
	warnings, err := r.unknownKeys(opts.UnknownKeys)
	if err != nil {
		return nil, nil, err
	}
	system, err := r.buildSystem()
	if err != nil {
		return nil, nil, err
	}
	p := &Project{HasPyproject: true, BuildSystem: system}
	p.look(all)
	return p, warnings, nil
}

// checkEncoding refuses what other tools' parsers refuse with messages that help nobody.
func (d document) checkEncoding() error {
	switch {
	case bytes.HasPrefix(d.data, []byte("\xef\xbb\xbf")):
		return d.errorAt(0, "the file begins with a byte order mark, which TOML 1.0 does not allow and Python's parser refuses; save it as UTF-8 without one")
	case bytes.HasPrefix(d.data, []byte("\xff\xfe")), bytes.HasPrefix(d.data, []byte("\xfe\xff")):
		return d.errorAt(0, "the file is encoded in UTF-16; TOML has to be UTF-8")
	case utf8.Valid(d.data):
		return nil
	}
	offset := 0
	for {
		r, size := utf8.DecodeRune(d.data[offset:])
		if r == utf8.RuneError && size <= 1 {
			return d.errorAt(offset, "the byte 0x%02x is not UTF-8; TOML has to be UTF-8", d.data[offset])
		}
		offset += size
	}
}

func (d document) tomlError(err error) error {
	var decode *toml.DecodeError
	if !errors.As(err, &decode) {
		return fmt.Errorf("read %s: %w", d.file, err)
	}
	line, column := decode.Position()
	return d.errorAt(d.offsetOf(line, column), "not valid TOML: %s", strings.TrimPrefix(decode.Error(), "toml: "))
}

// unknownKeys judges the keys that no PEP defines, in the order of the file.
func (r *reader) unknownKeys(severity Severity) ([]Warning, error) {
	var unknown []string
	for key := range r.table {
		if !slices.Contains(knownKeys, key) {
			unknown = append(unknown, key)
		}
	}
	slices.SortFunc(unknown, func(a, b string) int { return r.places.of(a) - r.places.of(b) })
	var warnings []Warning
	for _, key := range unknown {
		advice := "expected requires, build-backend or backend-path"
		if near := nearest(key, knownKeys); near != "" {
			advice = fmt.Sprintf("did you mean %s?", near)
		}
		e := r.errorAt(r.places.of(key), "[build-system] has the unknown key %q; %s", key, advice)
		if severity == AsError {
			return nil, e
		}
		warnings = append(warnings, Warning{File: e.File, Line: e.Line, Column: e.Column, Message: e.Message})
	}
	return warnings, nil
}

func (r *reader) buildSystem() (BuildSystem, error) {
	system := BuildSystem{Declared: true, Backend: LegacyBackend, Legacy: true}
	var err error
	if system.Requires, err = r.requires(); err != nil {
		return BuildSystem{}, err
	}
	if system.BackendPath, err = r.backendPath(); err != nil {
		return BuildSystem{}, err
	}
	backend, declared := r.table["build-backend"]
	if declared {
		system.Legacy = false
		system.Backend, err = r.backend(backend)
		return system, err
	}
	if _, there := r.table["backend-path"]; there {
		return BuildSystem{}, r.errorAt(r.places.of("backend-path"), "backend-path is given without build-backend; "+
			`add build-backend = "MODULE", the module in one of those directories`)
	}
	if !slices.ContainsFunc(system.Requires, func(q requirement.Requirement) bool {
		return requirement.NormalizeName(q.Name) == "setuptools"
	}) {
		return BuildSystem{}, r.errorAt(r.places.of("requires"), "[build-system] names no build-backend, which means setuptools' legacy backend, "+
			`but setuptools is not among requires; add build-backend = "…" for the backend that is required, or "setuptools" to requires`)
	}
	return system, nil
}

const requiresExample = `expected a list of PEP 508 requirements, such as ["setuptools>=77"]`

func (r *reader) requires() ([]requirement.Requirement, error) {
	value, there := r.table["requires"]
	if !there {
		return nil, r.errorAt(r.places.of(""), "[build-system] has no requires; "+requiresExample)
	}
	texts, err := r.stringList("requires", value, requiresExample)
	if err != nil {
		return nil, err
	}
	requires := make([]requirement.Requirement, 0, len(texts))
	for i, text := range texts {
		parsed, err := requirement.Parse(text)
		if err != nil {
			var syntax *requirement.SyntaxError
			if !errors.As(err, &syntax) {
				return nil, err
			}
			return nil, r.errorAt(r.within(item("requires", i), text, syntax.Offset), "build-system.requires: %q is not a PEP 508 requirement: %s", text, syntax.Message)
		}
		requires = append(requires, parsed)
	}
	return requires, nil
}

// within gives the place of a byte of a string. A string with escapes or of several lines is pointed to as a whole.
func (r *reader) within(place, text string, offset int) int {
	start := r.places.of(place)
	for _, quote := range []string{`"`, `'`} {
		if bytes.HasPrefix(r.data[start:], []byte(quote+text+quote)) {
			return start + 1 + offset
		}
	}
	return start
}

func (r *reader) stringList(key string, value any, expected string) ([]string, error) {
	list, ok := value.([]any)
	if !ok {
		return nil, r.errorAt(r.places.of(key+"=", key), "build-system.%s is %s; %s", key, kind(value), expected)
	}
	texts := make([]string, 0, len(list))
	for i, entry := range list {
		text, ok := entry.(string)
		if !ok {
			return nil, r.errorAt(r.places.of(item(key, i), key+"=", key), "item %d of build-system.%s is %s; %s", i+1, key, kind(entry), expected)
		}
		texts = append(texts, text)
	}
	return texts, nil
}

// backend checks the form "package.module" or "package.module:object.attribute".
func (r *reader) backend(value any) (string, error) {
	const expected = `expected the name of a module, such as "setuptools.build_meta", or MODULE:OBJECT`
	place := r.places.of("build-backend=", "build-backend")
	name, ok := value.(string)
	if !ok {
		return "", r.errorAt(place, "build-system.build-backend is %s; %s", kind(value), expected)
	}
	module, object, hasObject := strings.Cut(name, ":")
	if !isDottedName(module) || hasObject && !isDottedName(object) {
		return "", r.errorAt(place, "build-system.build-backend is %q; %s", name, expected)
	}
	return name, nil
}

func isDottedName(s string) bool {
	for part := range strings.SplitSeq(s, ".") {
		for i, c := range part {
			if c != '_' && !unicode.IsLetter(c) && (i == 0 || !unicode.IsDigit(c)) {
				return false
			}
		}
		if part == "" {
			return false
		}
	}
	return true
}

// kind names the type of a TOML value as its users know it.
func kind(value any) string {
	switch value.(type) {
	case string:
		return "a string"
	case int64:
		return "an integer"
	case float64:
		return "a float"
	case bool:
		return "a boolean"
	case []any:
		return "a list"
	case map[string]any:
		return "a table"
	default:
		return "a date or time"
	}
}

package wheel

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/metadata"
)

// Native says what the user expects of a wheel's contents (HOOK-7).
type Native string

const (
	NativeAuto      Native = "auto"      // the tags decide: they and the contents have to agree
	NativeRequired  Native = "required"  // there must be a native file
	NativeForbidden Native = "forbidden" // there must be none
)

// ParseNative reads the attribute's value; "" is auto.
func ParseNative(text string) (Native, error) {
	switch n := Native(text); n {
	case "":
		return NativeAuto, nil
	case NativeAuto, NativeRequired, NativeForbidden:
		return n, nil
	}
	return "", fmt.Errorf("native_extensions is %q, expected auto, required or forbidden", text)
}

// CheckOptions are what a wheel is held against.
type CheckOptions struct {
	Tags             []string           // tags that fit the target platform, any order; empty: not checked
	PKGInfo          *metadata.Metadata // PKG-INFO of the sdist that the wheel was built from (SDIST-3), or nil
	NativeExtensions Native             // "" is auto
	CompilerLog      string             // what the compilers printed, shown with an error about native files
	Limits           Limits             // the zero value is DefaultLimits
}

// CheckError is everything that is wrong with a wheel.
type CheckError struct {
	File        string   // the wheel's file name
	Problems    []string // one sentence each, in the order of the checks
	CompilerLog string   // set when a problem is about native files
}

func (e *CheckError) Error() string {
	var out strings.Builder
	if len(e.Problems) == 1 {
		fmt.Fprintf(&out, "wheel %s: %s", e.File, e.Problems[0])
	} else {
		fmt.Fprintf(&out, "wheel %s: %d problems:", e.File, len(e.Problems))
		for _, problem := range e.Problems {
			fmt.Fprintf(&out, "\n  - %s", problem)
		}
	}
	if log := strings.TrimRight(e.CompilerLog, "\n"); log != "" {
		fmt.Fprintf(&out, "\nThe compiler's output:\n%s", log)
	}
	return out.String()
}

// Check opens a wheel and checks all of it (HOOK-6, HOOK-7, SDIST-3). A wheel that can't be opened, or is dangerous to
// open, is the error of Open; what else is wrong comes back at once, as one *CheckError.
func Check(ctx context.Context, file string, opts CheckOptions) error {
	limits := opts.Limits
	if limits == (Limits{}) {
		limits = DefaultLimits
	}
	w, err := OpenWithin(file, limits)
	if err != nil {
		return err
	}
	defer w.Close()
	return w.Check(ctx, opts)
}

// Check checks an open wheel; opts.Limits are those that it was opened with.
func (w *Wheel) Check(ctx context.Context, opts CheckOptions) error {
	contents, err := w.scan(ctx)
	if err != nil {
		return fmt.Errorf("wheel %s: %w", path.Base(w.Path), err)
	}
	failure := &CheckError{File: path.Base(w.Path)}
	failure.Problems = append(failure.Problems, w.checkNames()...)
	failure.Problems = append(failure.Problems, w.checkTags(opts.Tags)...)
	failure.Problems = append(failure.Problems, w.checkRecord(contents)...)
	failure.Problems = append(failure.Problems, w.checkLicenses()...)
	failure.Problems = append(failure.Problems, w.checkEntryPoints()...)
	if opts.PKGInfo != nil {
		for _, difference := range metadata.Differences(*opts.PKGInfo, w.Metadata) {
			failure.Problems = append(failure.Problems, difference.String())
		}
	}
	var natives []nativeFile
	for i, f := range w.Files {
		if n, ok := newNativeFile(f.Name, contents[i].head); ok {
			natives = append(natives, n)
		}
	}
	if problems := checkNative(w.Name, natives, opts.NativeExtensions); len(problems) > 0 {
		failure.Problems = append(failure.Problems, problems...)
		failure.CompilerLog = opts.CompilerLog
	}
	if len(failure.Problems) > 0 {
		return failure
	}
	return nil
}

// checkNames holds the file's name against METADATA.
func (w *Wheel) checkNames() []string {
	var problems []string
	if name := w.Metadata.Name(); !metadata.SameName(name, w.Name.Distribution) {
		problems = append(problems, fmt.Sprintf("METADATA has the name %q, the file's name %q", name, w.Name.Distribution))
	}
	if version := w.Metadata.Version(); !metadata.SameVersion(version, w.Name.Version) {
		problems = append(problems, fmt.Sprintf("METADATA has the version %q, the file's name %q", version, w.Name.Version))
	}
	if w.Metadata.Get("Metadata-Version") == "" {
		problems = append(problems, "METADATA has no Metadata-Version")
	}
	return problems
}

// checkTags holds the file's tags against WHEEL and against what fits the platform.
func (w *Wheel) checkTags(fitting []string) []string {
	var problems []string
	inName, inInfo := w.Name.Tags(), slices.Clone(w.Info.Tags)
	slices.Sort(inName)
	slices.Sort(inInfo)
	if !slices.Equal(slices.Compact(inName), slices.Compact(inInfo)) {
		problems = append(problems, fmt.Sprintf("WHEEL has the tags %s, the file's name %s", list(inInfo), list(inName)))
	}
	// Old backends leave Build out of WHEEL; a contradiction is an error all the same.
	if w.Info.Build != "" && w.Info.Build != w.Name.Build {
		problems = append(problems, fmt.Sprintf("WHEEL has the build tag %q, the file's name %q", w.Info.Build, w.Name.Build))
	}
	if len(fitting) > 0 && !slices.ContainsFunc(inName, func(tag string) bool { return slices.Contains(fitting, tag) }) {
		problems = append(problems, fmt.Sprintf("none of its tags (%s) fits the target platform, whose best tag is %s", list(inName), fitting[0]))
	}
	return problems
}

func list(items []string) string {
	if len(items) == 0 {
		return "(none)"
	}
	return strings.Join(items, ", ")
}

// checkLicenses looks for the files that License-File names. Before Metadata-Version 2.4 no document says where they are.
func (w *Wheel) checkLicenses() []string {
	if !w.Metadata.AtLeast(2, 4) {
		return nil
	}
	var problems []string
	for _, name := range w.Metadata.LicenseFiles() {
		if where := w.DistInfo + "/licenses/" + name; w.File(where) == nil {
			problems = append(problems, fmt.Sprintf("METADATA names the license file %q, and there is no %s", name, where))
		}
	}
	return problems
}

// checkEntryPoints finds commands that no installer could make a script for.
func (w *Wheel) checkEntryPoints() []string {
	points, err := w.EntryPoints()
	if err != nil {
		return []string{err.Error()}
	}
	var problems []string
	for _, point := range points {
		if _, err := point.Command(); err != nil {
			problems = append(problems, "entry_points.txt: "+err.Error())
		}
	}
	return problems
}

package environment

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/archive"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/interpreter"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/lock"
)

// CreateOptions says what an environment is made of and where it goes.
type CreateOptions struct {
	// Lock is what is locked, for this interpreter and others.
	Lock lock.Environment
	// Wheels are the paths of the files; those that the interpreter does not need are ignored.
	Wheels []string
	// Built are the paths of the wheels that targets have built, in the place of locked files.
	Built []string
	// Interpreter is the interpreter of the environment.
	Interpreter interpreter.Source
	// PythonVersion is the version that the interpreter must have, as Facts.Is understands it.
	PythonVersion string
	// Libc is the oldest C library that the environment is to work with; of an in-build interpreter it belongs to the
	// toolchain. Zero: that of this machine.
	Libc interpreter.Libc
	// Program is the text of a program that this interpreter will be given to run; Info has its byte code. Empty: none.
	Program string
	// Output is the path of the archive that is written.
	Output string
	// Info is the path of the description that is written.
	Info string
	// TempDir is a directory for intermediate files; empty: the system's.
	TempDir string
}

// Create makes the archive of a build environment. Its bytes depend on the lock, the wheels and the interpreter, on
// nothing else. It holds no pyvenv.cfg and no interpreter: Materialize adds these.
func Create(ctx context.Context, opts CreateOptions) (*Info, error) {
	temp, err := os.MkdirTemp(opts.TempDir, "environment-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(temp)
	facts, python, err := openInterpreter(ctx, opts, temp)
	if err != nil {
		return nil, err
	}
	if !facts.Is(opts.PythonVersion) {
		return nil, fmt.Errorf("the interpreter %s is %s, its toolchain says Python %s\n"+
			"Possible fixes: register the toolchain with the version that the interpreter has", facts.Executable, describe(facts), opts.PythonVersion)
	}
	chooser := newChooser(opts.Lock, opts.Wheels, facts)
	chooser.built = opts.Built
	chosen, skipped, err := chooser.choose()
	if err != nil {
		return nil, err
	}
	distributions, err := chooser.open(ctx, chosen)
	defer func() {
		for _, d := range distributions {
			d.wheel.Close()
		}
	}()
	if err != nil {
		return nil, err
	}
	layout := newLayout(facts)
	for _, d := range distributions {
		if err := d.place(layout, facts); err != nil {
			return nil, err
		}
	}
	stage := filepath.Join(temp, "stage")
	if err := fill(ctx, stage, layout, distributions); err != nil {
		return nil, err
	}
	if err := interpreter.Compile(ctx, python, stage, Path, sources(layout, facts)); err != nil {
		return nil, err
	}
	info := &Info{Interpreter: facts, Skipped: skipped, Warnings: layout.warnings}
	if opts.Program != "" {
		if info.Program, err = interpreter.CompileProgram(ctx, python, opts.Program); err != nil {
			return nil, err
		}
	}
	for _, d := range distributions {
		if err := d.writeRecord(stage, facts); err != nil {
			return nil, err
		}
		info.Distributions = append(info.Distributions, d.describe())
	}
	if info.Files, err = pack(stage, opts.Output, layout); err != nil {
		return nil, err
	}
	return info, writeInfo(opts.Info, info)
}

// Probe returns the facts of an interpreter as Create sees them.
func Probe(ctx context.Context, source interpreter.Source) (interpreter.Facts, error) {
	temp, err := os.MkdirTemp("", "interpreter-")
	if err != nil {
		return interpreter.Facts{}, err
	}
	defer os.RemoveAll(temp)
	facts, _, err := openInterpreter(ctx, CreateOptions{Interpreter: source}, temp)
	return facts, err
}

// openInterpreter returns the facts as they are inside the walls, and the executable to run here.
func openInterpreter(ctx context.Context, opts CreateOptions, temp string) (facts interpreter.Facts, python string, err error) {
	source := opts.Interpreter
	if source.Archive == "" {
		facts, err = interpreter.Probe(ctx, source.Executable)
		return withLibc(facts, opts.Libc), facts.Executable, err
	}
	root := filepath.Join(temp, "python")
	if err := os.Mkdir(root, 0o755); err != nil {
		return facts, "", err
	}
	if err := archive.Unpack(ctx, source.Archive, root, archive.Options{}); err != nil {
		return facts, "", err
	}
	if root, err = filepath.EvalSymlinks(root); err != nil {
		return facts, "", err
	}
	if facts, err = interpreter.Probe(ctx, filepath.Join(root, source.Executable)); err != nil {
		return facts, "", err
	}
	return withLibc(facts.Rebase(root, interpreter.Path), opts.Libc), facts.Executable, nil
}

func withLibc(facts interpreter.Facts, oldest interpreter.Libc) interpreter.Facts {
	if oldest.Name != "" {
		facts.Libc = oldest
	}
	return facts
}

// open opens the chosen wheels; those that are open are returned with an error too.
func (c *chooser) open(ctx context.Context, all []chosen) ([]*installed, error) {
	opened := make([]*installed, len(all))
	places := make([]int, len(all))
	for i := range places {
		places[i] = i
	}
	err := parallel(ctx, places, func(_ context.Context, i int) (err error) {
		opened[i], err = c.openWheel(all[i])
		return err
	})
	return slices.DeleteFunc(opened, func(d *installed) bool { return d == nil }), err
}

// fill writes the files of the layout below stage.
func fill(ctx context.Context, stage string, l *layout, distributions []*installed) error {
	dirs := []string{""}
	for dir := range l.dirs {
		dirs = append(dirs, dir)
	}
	slices.Sort(dirs)
	for _, dir := range dirs {
		if err := os.Mkdir(filepath.Join(stage, dir), 0o755); err != nil {
			return err
		}
	}
	return parallel(ctx, distributions, func(ctx context.Context, d *installed) error {
		for _, i := range d.items {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			written, err := writeItem(stage, i)
			if err != nil {
				return err
			}
			d.sums[i.path] = written
		}
		return nil
	})
}

// sources lists the Python files in site-packages, sorted.
func sources(l *layout, facts interpreter.Facts) []string {
	var files []string
	for _, i := range l.sorted() {
		if strings.HasPrefix(i.path, facts.SitePackages+"/") && path.Ext(i.path) == ".py" {
			files = append(files, i.path)
		}
	}
	return files
}

// describe is what the environment's description says of a distribution.
func (d *installed) describe() Distribution {
	return Distribution{
		Name:         d.wheel.Metadata.Get("Name"),
		Version:      d.wheel.Metadata.Get("Version"),
		File:         d.file.Name,
		SHA256:       d.file.SHA256,
		RequiresDist: d.wheel.Metadata.All("Requires-Dist"),
		DirectURL:    d.locked.DirectURL,
		Built:        d.locked.Built,
	}
}

// pack writes the staged files to the archive and counts them.
func pack(stage, output string, l *layout) (files int, err error) {
	out, err := os.Create(output)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	buffered := bufio.NewWriterSize(out, 1<<20)
	executable := func(name string) bool {
		i, known := l.items[name]
		return known && i.executable
	}
	if files, err = archive.WriteTree(buffered, stage, executable); err != nil {
		return 0, err
	}
	return files, buffered.Flush()
}

func writeInfo(path string, info *Info) error {
	if path == "" {
		return nil
	}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false) // "setuptools>=77" is to be read by people
	encoder.SetIndent("", " ")
	if err := encoder.Encode(info); err != nil {
		return err
	}
	return os.WriteFile(path, text.Bytes(), 0o644)
}

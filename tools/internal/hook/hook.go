// Package hook calls one hook of a build backend (PEP 517, PEP 660), each in a fresh interpreter.
//
// A small Python program, caller.py, is embedded here and handed to the interpreter with -c, compiled where the environment has its byte code. It reads a request on
// descriptor 3 and writes a response on descriptor 4; standard output and standard error belong to the backend and are
// captured together, in order. The working directory is the source tree, which is on sys.path only where the backend
// puts it there itself (setuptools' __legacy__ does) or where backend-path names it; the program's own directory never is.
//
// # cache_directory
//
// The draft of PEP 9999 gives hooks an argument cache_directory. It is passed, by keyword, to a hook for which
//
//	inspect.signature(hook, follow_wrapped=False)
//
// shows a parameter of that name. A hook that only takes **kwargs forwards what it gets to something that may not know
// it, so it is not given the argument, unless the backend's module says
//
//	__cache_directory__ = True
//
// in which case its hooks that take **kwargs get it too. A hook that cannot be inspected gets nothing, and no hook is
// ever called a second time because of it.
package hook

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"syscall"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/interpreter"
)

// Caller is the program that calls hooks. Request.CallerCode is its byte code.
//
//go:embed caller.py
var Caller string

// Name is a hook's name in PEP 517 or PEP 660.
type Name string

// The hooks of PEP 517 and PEP 660.
const (
	GetRequiresWheel        Name = "get_requires_for_build_wheel"
	GetRequiresSdist        Name = "get_requires_for_build_sdist"
	GetRequiresEditable     Name = "get_requires_for_build_editable"
	PrepareMetadataWheel    Name = "prepare_metadata_for_build_wheel"
	PrepareMetadataEditable Name = "prepare_metadata_for_build_editable"
	BuildWheel              Name = "build_wheel"
	BuildSdist              Name = "build_sdist"
	BuildEditable           Name = "build_editable"
)

// Process is one program to run inside the walls.
type Process struct {
	// Path is the program, as it is named inside the walls; Args are its arguments without its own name.
	Path string
	Args []string
	// Dir is the working directory, as it is named inside.
	Dir string
	// Env is the whole environment, NAME=VALUE.
	Env []string
	// Output becomes both standard output and standard error. Standard input is empty.
	Output *os.File
	// ExtraFiles become descriptor 3 and following.
	ExtraFiles []*os.File
}

// Exit is how a process ended: by a signal, or with a code.
type Exit struct {
	Code   int
	Signal syscall.Signal
}

// String says it in words: "was killed by signal 9 (killed)", "exited with code 3".
func (e Exit) String() string {
	if e.Signal != 0 {
		return fmt.Sprintf("was ended by signal %d (%s)", int(e.Signal), e.Signal)
	}
	return fmt.Sprintf("exited with code %d", e.Code)
}

// Runner runs a process inside the walls. Run comes back when the process has ended and everything that it left behind
// is gone too; it returns an error only when the process could not be run or ctx ended it.
type Runner interface {
	Run(ctx context.Context, p Process) (Exit, error)
}

// Request is one call of a hook. All paths are as they are named inside the walls.
type Request struct {
	Hook Name
	// Backend is "module" or "module:object.attribute" (build-backend); BackendPath are the directories of backend-path,
	// relative to Source, slash-separated.
	Backend     string
	BackendPath []string
	// Python is the environment's interpreter, Source the source tree, Env the whole environment of the hook.
	Python string
	Source string
	Env    []string
	// CallerCode is the byte code of Caller, made by interpreter.CompileProgram; without it Python compiles the text for each call.
	CallerCode []byte
	// MoreEnv are NAME=VALUE variables, in the place of those of Env, that are known only when the interpreters of a Sequence have
	// started. What an interpreter itself reads (PYTHON…) does not belong here.
	MoreEnv []string
	// Directory is what the hook writes to: wheel_directory, sdist_directory or metadata_directory; unused by
	// get_requires hooks.
	Directory string
	// Settings is config_settings; none are passed as None.
	Settings Settings
	// Metadata is the metadata_directory of build_wheel and build_editable; empty means None.
	Metadata string
	// CacheDirectory is an existing directory for hooks that take cache_directory; empty means None.
	CacheDirectory string
	// Output receives what the backend prints, standard output and standard error in order. Writing to it never stops
	// the backend: an error is kept until the hook has ended.
	Output io.Writer
}

// maxResponse bounds what is read as a response. A get_requires answer is a few hundred bytes.
const maxResponse = 16 << 20

// Call calls one hook. The error is about the call itself (the interpreter could not be started, ctx ended); whatever
// the backend did is in the Response.
func Call(ctx context.Context, runner Runner, request Request) (Response, error) {
	message, err := request.encode()
	if err != nil {
		return Response{}, fmt.Errorf("encode request: %w", err)
	}
	args, err := interpreter.Arguments(Caller, request.CallerCode)
	if err != nil {
		return Response{}, err
	}
	pipes, err := openPipes(message, request.Output)
	if err != nil {
		return Response{}, err
	}
	exit, runErr := runner.Run(ctx, Process{
		Path:       request.Python,
		Args:       args,
		Dir:        request.Source,
		Env:        append(slices.Clip(request.Env), request.MoreEnv...),
		Output:     pipes.output,
		ExtraFiles: []*os.File{pipes.request, pipes.response},
	})
	answer, pipeErr := pipes.finish()
	switch {
	case ctx.Err() != nil:
		return Response{}, context.Cause(ctx)
	case runErr != nil:
		return Response{}, fmt.Errorf("run %s: %w", request.Python, runErr)
	case pipeErr != nil:
		return Response{}, pipeErr
	}
	return decode(request.Hook, answer, exit), nil
}

// encode writes the request as JSON that is a Python expression too: see caller.py.
func (r Request) encode() ([]byte, error) {
	return json.Marshal(map[string]any{
		"hook":            r.Hook,
		"backend":         r.Backend,
		"backend_path":    r.backendPath(),
		"arguments":       r.arguments(),
		"cache_directory": optional(r.CacheDirectory),
	})
}

// backendPath is never nil, which would be None.
func (r Request) backendPath() []string { return append([]string{}, r.BackendPath...) }

// arguments are the hook's positional arguments in PEP 517's order: every backend knows them so, since pip and build
// pass them so.
func (r Request) arguments() []any {
	switch r.Hook {
	case GetRequiresWheel, GetRequiresSdist, GetRequiresEditable:
		return []any{r.Settings}
	case BuildWheel, BuildEditable:
		return []any{r.Directory, r.Settings, optional(r.Metadata)}
	default:
		return []any{r.Directory, r.Settings}
	}
}

func optional(path string) any {
	if path == "" {
		return nil
	}
	return path
}

// decode makes a Response of what the caller wrote and of how its process ended.
func decode(name Name, answer []byte, exit Exit) Response {
	var fields struct {
		Kind, Error, Module, Code, Name string
		Requires                        []string
		CacheDirectory                  string `json:"cache_directory"`
	}
	if len(answer) == 0 || json.Unmarshal(answer, &fields) != nil {
		return Response{Hook: name, Kind: Died, Exit: exit}
	}
	response := Response{
		Hook: name, Kind: Kind(fields.Kind), Requires: fields.Requires, Name: fields.Name,
		Error: fields.Error, MissingModule: fields.Module, Exit: exit,
		CacheDirectory: fields.CacheDirectory != "",
	}
	if response.Kind == Exited {
		response.Exit.Code, _ = strconv.Atoi(fields.Code)
	} else if exit != (Exit{}) {
		// It answered, and then died: nothing that it wrote can be trusted.
		response.Kind = Died
	}
	return response
}

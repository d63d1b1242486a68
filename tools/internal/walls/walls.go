// Package walls makes the room that a hook of a build backend runs in: fixed paths, a closed environment, named tools,
// and nothing of the machine beside its operating system. There are two kinds of walls.
//
// Required walls are Linux namespaces. A verb calls Reenter first, which starts the same command line again as the
// first process of new user, mount, process, network, IPC and UTS namespaces; there Open mounts a root of its own.
//
// Paths are plain directories below a temporary one, for machines that refuse namespaces. The variables, the tools and the
// names of the directories are the same; docs/walls.md says what a hook sees then and what it doesn't.
//
// In both kinds the caller writes to the room at Room.Outside(path), names its places to a hook as Room.Inside(path),
// and runs hooks with Room.Run. Whatever a hook leaves running is killed before Run returns.
package walls

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// The places of a room, as a hook sees them inside of required walls. Room.Inside translates for the other kind.
const (
	Base        = "/pyproject"
	Source      = Base + "/source"      // the copy of the source tree lies in a directory below
	Environment = Base + "/environment" // sys.prefix of the build environment
	Python      = Base + "/python"      // an in-build interpreter, read-only for hooks
	Compilers   = Base + "/compilers"   // launchers of the C++ toolchain, read-only for hooks
	Tools       = Base + "/tools"       // links to named tools, read-only for hooks
	Execroot    = Base + "/execroot"    // Bazel's execution root, read-only
	Cache       = Base + "/cache"       // cache_directory
	Output      = Base + "/output"      // where hooks put what they make
	Home        = Base + "/home"        // HOME
	Tmp         = Base + "/tmp"         // TMPDIR
)

// places are made, empty, when a room is opened.
var places = []string{Source, Environment, Python, Compilers, Tools, Execroot, Cache, Output, Home, Tmp}

// Kind says what separates a hook from the machine.
type Kind string

const (
	// Required are namespaces; a machine that refuses them is an error, never a silent fallback.
	Required Kind = "required"
	// Paths are plain directories: the same variables and tools, no isolation of files or of the network.
	Paths Kind = "paths"
)

// ParseKind reads the value of --walls.
func ParseKind(s string) (Kind, error) {
	switch k := Kind(s); k {
	case Required, Paths:
		return k, nil
	}
	return "", fmt.Errorf("walls %q: expected %q or %q", s, Required, Paths)
}

// Bind shows a file or directory of the machine, read-only, at a path of the room.
type Bind struct {
	Outside string // absolute
	Inside  string // absolute, in required walls; Paths have no binds, and Room.Inside gives Outside back
}

// Spec describes a room. The zero value of every field but Kind is useful.
type Spec struct {
	Kind Kind
	// TempDir is an existing directory for the room's own one; os.TempDir() if empty. With Required it holds only an
	// empty mount point, with Paths everything.
	TempDir string
	// Size limits the memory file system of a Required room, in tmpfs's syntax ("50%", "8g"); half of the memory if empty.
	Size string
	// Execroot is shown at the place of that name. In Bazel's sandbox it consists of links to files that no room has;
	// name those that hooks need in ExecrootFiles.
	Execroot string
	// ExecrootFiles are paths relative to Execroot, files or directories. If there are any, the place Execroot holds
	// exactly these, with links of the sandbox resolved; otherwise all of Execroot.
	ExecrootFiles []string
	// InterpreterPrefix is sys.base_prefix of a system interpreter. It is shown at its own path, without the site-packages,
	// sitecustomize and usercustomize that may lie in it. Empty for an in-build interpreter.
	InterpreterPrefix string
	// Cache is a directory of the machine, absolute, that hooks see at the place of that name and write to, whose contents outlast the
	// room. Empty: the place is an empty directory of the room.
	Cache string
	// HostSitePackages leaves the packages of the machine's Pythons and /usr/local where they are: BE-6's named escape.
	HostSitePackages bool
	// Tools are further programs for PATH, by name: absolute, or relative to Execroot.
	Tools map[string]string
	// ReadOnly are further files and directories.
	ReadOnly []Bind
	// SourceDateEpoch is SOURCE_DATE_EPOCH; 0 means DefaultSourceDateEpoch, the smallest value.
	SourceDateEpoch int64
}

// Room is a place to run hooks in. Its methods may be called from several goroutines; commands run one at a time.
type Room struct {
	kind    Kind
	root    string // of the machine's paths: what Outside prepends
	mount   string // what Close removes
	claimed *os.File
	spec    Spec
	hidden  []string // empty directories over those of the machine, to be made read-only
	environ []string
	raised  chan struct{} // closed when flaw, keeper and network are there; nil if they are at once
	flaw    error         // why the walls do not stand
	keeper  *keeper
	network *network
	running sync.Mutex
	closing sync.Once
	closed  error
}

// Open makes a room. With Required it must be called in a process for which Reenter returned true; the room's places can be
// filled when it returns, and Wait says when the walls stand.
func Open(ctx context.Context, spec Spec) (*Room, error) {
	if spec.TempDir == "" {
		spec.TempDir = os.TempDir()
	}
	temp, err := filepath.Abs(spec.TempDir)
	if err != nil {
		return nil, fmt.Errorf("walls: %w", err)
	}
	spec.TempDir = temp
	if spec.Execroot != "" {
		if spec.Execroot, err = filepath.Abs(spec.Execroot); err != nil {
			return nil, fmt.Errorf("walls: %w", err)
		}
	}
	r := &Room{kind: spec.Kind, spec: spec}
	if r.environ, err = environ(r, spec); err != nil {
		return nil, err
	}
	switch spec.Kind {
	case Required:
		err = r.openRequired(ctx)
	case Paths:
		err = r.openPaths()
	default:
		_, err = ParseKind(string(spec.Kind))
	}
	if err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
}

// Wait returns when the walls stand, or can't.
func (r *Room) Wait() error {
	if r.raised != nil {
		<-r.raised
	}
	return r.flaw
}

// Kind is the kind of walls that the room has.
func (r *Room) Kind() Kind { return r.kind }

// Outside is the path at which the helper itself reads and writes what a hook sees at inside, one of the places or below.
func (r *Room) Outside(inside string) string {
	if r.kind == Paths {
		return r.Inside(inside)
	}
	return filepath.Join(r.root, inside)
}

// Inside is the path by which a hook reaches a place or something below it.
func (r *Room) Inside(place string) string {
	if r.kind == Required {
		return place
	}
	for _, b := range r.spec.ReadOnly {
		if rest, ok := below(place, b.Inside); ok {
			return filepath.Join(b.Outside, rest)
		}
	}
	if rest, ok := below(place, Cache); ok && r.spec.Cache != "" {
		return filepath.Join(r.spec.Cache, rest)
	}
	if rest, ok := below(place, Execroot); ok && r.spec.Execroot != "" {
		return filepath.Join(r.spec.Execroot, rest)
	}
	if rest, ok := below(place, Base); ok {
		return filepath.Join(r.root, rest)
	}
	return place
}

// Environ is the whole environment of a hook in this room; a caller appends what the project declares.
func (r *Room) Environ() []string { return append([]string(nil), r.environ...) }

// Network is what hooks wanted from the network, in the order in which it was first asked for: host names, and
// ADDRESS:PORT where no name was asked. With Paths it is always empty: the network isn't the room's.
func (r *Room) Network() []string {
	if r.Wait() != nil || r.network == nil {
		return nil
	}
	return r.network.wanted()
}

// Close removes the room, whatever hooks left in it. It may be called more than once.
func (r *Room) Close() error {
	r.closing.Do(func() {
		r.running.Lock()
		defer r.running.Unlock()
		_ = r.Wait() // Who asked to close it has no use for a flaw.
		r.closed = r.close()
		r.claimed.Close() // nil is an error that nobody needs
	})
	return r.closed
}

// Command is one program to run in a room.
type Command struct {
	Path string   // absolute, as a hook sees it
	Args []string // without the program's own name
	Dir  string   // working directory, as a hook sees it; empty is the place Source
	Env  []string // all of it; nil is Room.Environ()
	// Stdin is empty if nil: reading it is at its end at once (BE-4).
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	// ExtraFiles are descriptors 3 and up.
	ExtraFiles []*os.File
	// Terminal makes the program the foreground job of the terminal that Stdin is. Without it a program has no terminal.
	Terminal bool
}

// below returns the part of path after dir, if path is dir or lies in it.
func below(path, dir string) (string, bool) {
	if path == dir {
		return "", true
	}
	return strings.CutPrefix(path, strings.TrimSuffix(dir, "/")+"/")
}

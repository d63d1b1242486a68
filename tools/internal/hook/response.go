package hook

import "fmt"

// Kind says how a hook ended.
type Kind string

// The ways in which a hook ends. The values are those that caller.py writes, Died excepted.
const (
	// OK: it returned, and the result has the right type.
	OK Kind = "ok"
	// MissingHook: the backend has no such hook; PEP 517's default takes its place where there is one.
	MissingHook Kind = "missing hook"
	// Unsupported: it raised the backend's own UnsupportedOperation.
	Unsupported Kind = "unsupported"
	// ImportError: importing the backend raised.
	ImportError Kind = "import error"
	// WrongPlace: the backend was found, but not in backend-path.
	WrongPlace Kind = "wrong place"
	// NoObject: the module was imported, but does not have the object that build-backend names.
	NoObject Kind = "no object"
	// Raised: the hook raised.
	Raised Kind = "raised"
	// Exited: sys.exit was called.
	Exited Kind = "exited"
	// BadResult: it returned something of the wrong type.
	BadResult Kind = "bad result"
	// Died: the process ended without an answer (os._exit, a signal, a crash).
	Died Kind = "died"
)

// Response is what became of a call.
type Response struct {
	Hook Name
	Kind Kind
	// Requires is the result of a get_requires hook.
	Requires []string
	// Name is the result of every other hook, the base name of what it wrote; not checked here.
	Name string
	// Error is the last line of the traceback, or what else there is to say in one line.
	Error string
	// MissingModule is the module of a ModuleNotFoundError.
	MissingModule string
	// Exit is how the process ended.
	Exit Exit
	// CacheDirectory says that the hook was given cache_directory, a directory or None (CACHE-2).
	CacheDirectory bool
}

// Ended says in one clause how the hook of backend ended, for the line above the backend's output:
// "build_wheel of setuptools.build_meta raised ValueError: no".
func (r Response) Ended(backend string) string {
	subject := fmt.Sprintf("%s of %s", r.Hook, backend)
	switch r.Kind {
	case OK:
		return subject + " succeeded"
	case MissingHook:
		return fmt.Sprintf("%s has no %s", backend, r.Hook)
	case Unsupported:
		return fmt.Sprintf("%s is unsupported: %s", subject, r.Error)
	case ImportError:
		return fmt.Sprintf("%s could not be imported: %s", backend, r.Error)
	case WrongPlace:
		return fmt.Sprintf("%s was loaded from %s, which is not in backend-path", backend, r.Error)
	case NoObject:
		return fmt.Sprintf("%s has no object of that name: %s", backend, r.Error)
	case Raised:
		return fmt.Sprintf("%s raised %s", subject, r.Error)
	case Exited:
		return fmt.Sprintf("%s called sys.exit with code %d", subject, r.Exit.Code)
	case BadResult:
		return fmt.Sprintf("%s %s", subject, r.Error)
	case Died:
		return fmt.Sprintf("%s ended without an answer: its interpreter %s", subject, r.Exit)
	}
	return fmt.Sprintf("%s ended in an unknown way (%s)", subject, r.Kind)
}

// Package resolver finds versions and files that meet build requirements, with uv: universally, that is for every
// platform and for every Python from a given one on. It needs the network; only people run it, never a build.
package resolver

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/lock"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/override"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/requirement"
)

// Options say what to resolve, and how.
type Options struct {
	// Title names the project in messages.
	Title string
	// UV is the program uv.
	UV string
	// Python is the oldest version of Python that the lock is for, such as "3.9".
	Python string
	// Requirements are what is wanted.
	Requirements []requirement.Requirement
	// Wheels are build requirements that targets build. They are in the lock, and what they require is resolved.
	Wheels []Wheel
	// Overrides change what is wanted, and what the distributions that are found require.
	Overrides *override.Set
	// StandIns are the distributions that tools stand for: nothing of their names is locked.
	StandIns []requirement.Distribution
	// Sources locks what is built from source. Nil: nothing is.
	Sources *Sources
	// Preferred is the lock that there was: what it pins stays where it still fits. It may be nil.
	Preferred *lock.Lock
	// Upgrade are distributions of which the newest version is taken, whatever Preferred pins.
	Upgrade []string
	// Index is the index to use, perhaps with user and password. Empty leaves it to uv, and so to UV_DEFAULT_INDEX and
	// its own default.
	Index string
	// ExtraIndexes are further indexes, which are asked first.
	ExtraIndexes []string
}

// AddIndexes adds the indexes that a lock names, which may be nil: what people wrote into it counts more than the
// machine's configuration, as it does where its files are fetched.
func (o *Options) AddIndexes(l *lock.Lock) {
	if l == nil {
		return
	}
	extra := l.IndexURLs
	if l.MainIndex {
		o.Index, extra = extra[0], extra[1:]
	}
	o.ExtraIndexes = append(o.ExtraIndexes, extra...)
}

// Resolve gives the lock of the requirements and all that these require. uv's own explanation is in the error where
// there is none.
func Resolve(ctx context.Context, opts Options) (*lock.Lock, error) {
	dir, err := os.MkdirTemp("", "pyproject-lock-")
	if err != nil {
		return nil, fmt.Errorf("resolve: %w", err)
	}
	defer os.RemoveAll(dir)
	// Hooks may have asked for something that is overridden.
	opts.Requirements = opts.Overrides.Requires(opts.Requirements)
	if err := writeInputs(dir, opts); err != nil {
		return nil, err
	}
	if err := runUV(ctx, dir, opts); err != nil {
		return nil, err
	}
	resolved, err := lock.Read(dir, outputName)
	if err != nil {
		return nil, fmt.Errorf("read what uv resolved for %s: %w", opts.Title, err)
	}
	for i := range resolved.Packages {
		p := &resolved.Packages[i]
		if p.Marker, err = withoutLowerBound(p.Marker, opts.Python); err != nil {
			return nil, fmt.Errorf("read what uv resolved for %s: %w", opts.Title, err)
		}
		p.Index = ""
	}
	for _, w := range opts.Wheels {
		resolved.Wheels = append(resolved.Wheels, w.locked())
	}
	if opts.Sources != nil {
		return resolved, opts.Sources.keepSdists(resolved)
	}
	return resolved, nil
}

const (
	inputName  = "requirements.in"
	outputName = "pylock.toml"
)

// writeInputs writes the requirements, and the pins that there were where uv looks for them: in its output file.
func writeInputs(dir string, opts Options) error {
	var in strings.Builder
	for _, r := range opts.Requirements {
		in.WriteString(r.String() + "\n")
	}
	for _, w := range opts.Wheels {
		in.WriteString(w.requirement() + "\n")
	}
	if err := os.WriteFile(filepath.Join(dir, inputName), []byte(in.String()), 0o666); err != nil {
		return fmt.Errorf("write requirements: %w", err)
	}
	if err := writeOverrides(dir, opts); err != nil {
		return err
	}
	text := pins(opts.Preferred)
	if text == "" { // uv refuses a lock without packages
		return nil
	}
	if err := os.WriteFile(filepath.Join(dir, outputName), []byte("lock-version = \"1.0\"\ncreated-by = \"rules_pyproject\"\n"+text), 0o666); err != nil {
		return fmt.Errorf("write preferred versions: %w", err)
	}
	return nil
}

// pins are the versions of a lock, and where each is for, in uv's format: of what is preferred it wants no files, and of a lock that another
// tool has written their names are not known.
func pins(l *lock.Lock) (text string) {
	if l == nil {
		return ""
	}
	for _, p := range l.Packages {
		if p.Version == "" || p.DirectURL != "" {
			continue // what is wanted names the file itself
		}
		text += fmt.Sprintf("\n[[packages]]\nname = %q\nversion = %q\n", p.Name, p.Version)
		if p.Marker != nil {
			text += fmt.Sprintf("marker = %q\n", p.Marker.String())
		}
	}
	return text
}

func runUV(ctx context.Context, dir string, opts Options) error {
	args := []string{
		"pip", "compile",
		// The user's uv.toml is for the user's own projects: a lock has to be the same whoever writes it.
		"--no-config",
		"--universal", "--python-version", opts.Python,
		"--no-python-downloads",
		"--format", "pylock.toml", "--output-file", outputName, "--no-header",
		"--system-certs",
		"--quiet",
	}
	args = append(args, overridesArguments...)
	if opts.Index != "" {
		args = append(args, "--default-index", opts.Index)
	}
	for _, w := range opts.Wheels {
		args = append(args, "--no-emit-package", w.Name)
	}
	for _, index := range opts.ExtraIndexes {
		args = append(args, "--index", index)
	}
	for _, name := range opts.Upgrade {
		args = append(args, "--upgrade-package", name)
	}
	cmd := exec.CommandContext(ctx, opts.UV, append(args, inputName)...)
	cmd.Dir = dir
	cmd.Env = variables(os.Environ())
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return fmt.Errorf("resolve the build requirements of %s: %w", opts.Title, ctx.Err())
	case errors.As(err, &exit):
		return fmt.Errorf("the build requirements of %s can't be resolved. They are:\n%s%s\nuv says:\n%s%s",
			opts.Title, indent(list(opts)), listOverrides(opts), indent(strings.TrimSpace(stderr.String())), listIndexes(opts))
	default:
		return fmt.Errorf("run uv: %w", err)
	}
}

// variables leaves out what would change a resolution behind the project's back: settings of uv that are neither an
// index nor about how it is reached. Network, certificates, credentials and the place of uv's cache stay the user's.
func variables(host []string) []string {
	kept := map[string]bool{
		"UV_CACHE_DIR": true, "UV_NO_CACHE": true, "UV_OFFLINE": true, "UV_DEFAULT_INDEX": true, "UV_INDEX_URL": true,
		"UV_INDEX": true, "UV_EXTRA_INDEX_URL": true, "UV_INDEX_STRATEGY": true, "UV_FIND_LINKS": true,
		"UV_KEYRING_PROVIDER": true, "UV_INSECURE_HOST": true, "UV_HTTP_TIMEOUT": true, "UV_HTTP_RETRIES": true,
		"UV_CREDENTIALS_DIR": true, "UV_CONCURRENT_DOWNLOADS": true,
	}
	var out []string
	for _, variable := range host {
		name, _, _ := strings.Cut(variable, "=")
		// UV_INDEX_NAME_USERNAME and UV_INDEX_NAME_PASSWORD are credentials.
		if strings.HasPrefix(name, "UV_") && !kept[name] && !strings.HasPrefix(name, "UV_INDEX_") {
			continue
		}
		if name == "VIRTUAL_ENV" || name == "CONDA_PREFIX" || strings.HasPrefix(name, "PYTHON") {
			continue
		}
		out = append(out, variable)
	}
	return out
}

// withoutLowerBound takes the condition off that the lock as a whole has anyway.
func withoutLowerBound(marker *requirement.Marker, python string) (*requirement.Marker, error) {
	text := marker.String()
	if marker == nil || strings.Contains(text, " or ") || strings.Contains(text, "(") {
		return marker, nil
	}
	var kept []string
	for _, condition := range strings.Split(text, " and ") {
		if condition != fmt.Sprintf("python_full_version >= %q", python) {
			kept = append(kept, condition)
		}
	}
	if len(kept) == 0 {
		return nil, nil
	}
	return requirement.ParseMarker(strings.Join(kept, " and "))
}

func list(opts Options) string {
	var lines []string
	for _, r := range opts.Requirements {
		lines = append(lines, r.String())
	}
	for _, w := range opts.Wheels {
		lines = append(lines, w.Name+", which "+w.Label+" builds")
	}
	return strings.Join(lines, "\n")
}

// listIndexes says which indexes were asked, where somebody has named one: of one that answers with a page of another kind uv says no more than
// that it has no versions.
func listIndexes(opts Options) (text string) {
	main := cmp.Or(opts.Index, os.Getenv("UV_DEFAULT_INDEX"), os.Getenv("UV_INDEX_URL"))
	for _, index := range append(slices.Clone(opts.ExtraIndexes), main) {
		if parsed, err := url.Parse(index); err == nil && index != "" {
			text += "\nThe index that was asked: " + parsed.Redacted()
		}
	}
	return text
}

func indent(text string) string { return "  " + strings.ReplaceAll(text, "\n", "\n  ") }

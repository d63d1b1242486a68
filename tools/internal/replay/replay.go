// Package replay holds the promise of the cache directory against real builds (CACHE-6): it builds revisions of a source one after the other
// with one cache directory, as a warm build does, builds each of them cold as well, and compares the wheels byte by byte.
//
// A build is the verb wheel in a process of its own, as it is in an action and in a worker: nothing here knows how a session works.
package replay

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Start runs the helper with the arguments to its end, and returns its exit code and what it printed.
type Start func(ctx context.Context, args []string) (code int, output string)

// Replay is one history of revisions, with one cache directory.
type Replay struct {
	// Start runs the helper.
	Start Start
	// Args are the flags of the verb wheel, but for those of the source, the outputs and the cache.
	Args []string
	// Project is the identity that the cache directory has.
	Project string
	// Dir is a directory for what is made, an absolute path.
	Dir string

	cold   map[string]Build
	builds int
}

// Revision is what is built: a source, and the flags that are not as they were.
type Revision struct {
	// Name is what the report calls it.
	Name string
	// Tree is the directory of the source tree, and Root the place of its top in terms of the flag --source-root. Without one Args have a source.
	Tree, Root string
	// Args are flags after those of the Replay.
	Args []string
}

// Build is how one build ended.
type Build struct {
	// Wheel is the wheel; empty if there is none, and then Output says why.
	Wheel  string
	Output string
	// Log is the session's log.
	Log string
}

// Outcome is a revision, built both ways.
type Outcome struct {
	Revision   Revision
	Warm, Cold Build
	// Differences are lines that say in what they differ; there are none if they have the same bytes, or both failed.
	Differences []string
	// Blame says who is to blame for the differences.
	Blame string
}

// Step builds the next revision.
func (r *Replay) Step(ctx context.Context, revision Revision) (*Outcome, error) {
	args, identity, err := r.args(revision)
	if err != nil {
		return nil, fmt.Errorf("replay %s: %w", revision.Name, err)
	}
	o := &Outcome{Revision: revision}
	store := []string{"--cache-root=" + filepath.Join(r.Dir, "store"), "--cache-project=" + r.Project, "--configuration=replay"}
	if o.Warm, err = r.build(ctx, args, store...); err != nil {
		return nil, fmt.Errorf("replay %s warm: %w", revision.Name, err)
	}
	// What was built cold before needs not be built again: of revisions there are many, of sources few.
	cold, known := r.cold[identity]
	if !known {
		if cold, err = r.build(ctx, args); err != nil {
			return nil, fmt.Errorf("replay %s cold: %w", revision.Name, err)
		}
		if r.cold == nil {
			r.cold = map[string]Build{}
		}
		r.cold[identity] = cold
	}
	o.Cold = cold
	if o.Differences, err = differences(ctx, o.Cold, o.Warm); err != nil {
		return nil, fmt.Errorf("replay %s: %w", revision.Name, err)
	}
	if len(o.Differences) > 0 {
		again, err := r.build(ctx, args)
		if err != nil {
			return nil, fmt.Errorf("replay %s cold again: %w", revision.Name, err)
		}
		unstable, err := differences(ctx, o.Cold, again)
		if err != nil {
			return nil, fmt.Errorf("replay %s: %w", revision.Name, err)
		}
		o.Blame = Blame(o.Warm.Log, len(unstable) > 0)
	}
	return o, nil
}

// args are the flags of a revision but for its outputs, and what tells it from any other source or flags.
func (r *Replay) args(revision Revision) (args []string, identity string, err error) {
	args = append(append(args, r.Args...), revision.Args...)
	hash := sha256.New()
	fmt.Fprintf(hash, "%q", args)
	if revision.Tree == "" {
		return args, hex.EncodeToString(hash.Sum(nil)), nil
	}
	entries, err := os.ReadDir(revision.Tree)
	if err != nil {
		return nil, "", err
	}
	for _, entry := range entries {
		place := strings.TrimPrefix(revision.Root+"/"+entry.Name(), "/")
		// A directory stands for all that it holds.
		args = append(args, "--source="+place+"="+filepath.Join(revision.Tree, entry.Name()))
	}
	err = filepath.WalkDir(revision.Tree, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		fmt.Fprintf(hash, "%q %x", path[len(revision.Tree):], sha256.Sum256(content))
		return err
	})
	return args, hex.EncodeToString(hash.Sum(nil)), err
}

// build runs the helper once.
func (r *Replay) build(ctx context.Context, args []string, more ...string) (Build, error) {
	r.builds++
	dir := filepath.Join(r.Dir, fmt.Sprintf("build%d", r.builds))
	output, log := filepath.Join(dir, "output"), filepath.Join(dir, "log")
	if err := os.MkdirAll(output, 0o755); err != nil {
		return Build{}, err
	}
	all := append([]string{"wheel"}, args...)
	all = append(append(all, "--output="+output, "--log="+log), more...)
	code, printed := r.Start(ctx, all)
	if err := ctx.Err(); err != nil {
		return Build{}, err
	}
	text, err := os.ReadFile(log)
	if err != nil {
		return Build{}, errors.New(strings.TrimSpace(printed)) // it did not come to a session
	}
	b := Build{Output: printed, Log: string(text)}
	if code != 0 {
		return b, nil
	}
	found, err := filepath.Glob(filepath.Join(output, "*.whl"))
	if err != nil || len(found) != 1 {
		return Build{}, fmt.Errorf("%d wheels were made", len(found))
	}
	b.Wheel = found[0]
	return b, nil
}

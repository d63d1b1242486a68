// Package watch tells when files below some directories change, so that what is made of them can be made again.
package watch

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"github.com/fsnotify/fsnotify"
)

// settle is how long nothing may happen before a change is over: an editor writes, renames and sets modes one after the other, and
// version control changes many files.
const settle = 50 * time.Millisecond

// Watcher watches directories with all that is below them, also what is made there later.
type Watcher struct {
	events *fsnotify.Watcher
	skip   func(path string) bool
}

// New begins to watch. What skip says is left out with all that is below it.
func New(directories []string, skip func(path string) bool) (*Watcher, error) {
	events, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, fmt.Errorf("watch: %w", explained(err))
	}
	w := &Watcher{events: events, skip: skip}
	for _, directory := range directories {
		if err := w.add(directory); err != nil {
			events.Close()
			return nil, fmt.Errorf("watch: %w", explained(err))
		}
	}
	return w, nil
}

// Close ends the watching.
func (w *Watcher) Close() error { return w.events.Close() }

// Wait waits for a change, and until it is over, and returns the paths that changed, sorted. What changed since the last call
// counts: no change is lost between two calls. The paths are empty where so much changed that the system did not keep count.
func (w *Watcher) Wait(ctx context.Context) ([]string, error) {
	var changed []string
	var over <-chan time.Time
	for {
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-over:
			slices.Sort(changed)
			return slices.Compact(changed), nil
		case event := <-w.events.Events:
			if w.skip(event.Name) || event.Op == fsnotify.Chmod {
				continue // a mode is not part of a source, and a time alone changes nothing
			}
			if event.Has(fsnotify.Create) {
				if err := w.add(event.Name); err != nil {
					return nil, fmt.Errorf("watch: %w", explained(err))
				}
			}
			changed = append(changed, event.Name)
		case err := <-w.events.Errors:
			if !errors.Is(err, fsnotify.ErrEventOverflow) {
				return nil, fmt.Errorf("watch: %w", explained(err))
			}
		}
		over = time.After(settle)
	}
}

// add watches a directory and those below it. What is gone before it is reached, or is a file, needs none.
func (w *Watcher) add(path string) error {
	return filepath.WalkDir(path, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil
		case err != nil:
			return err
		case w.skip(path):
			if entry.IsDir() {
				return fs.SkipDir
			}
			return nil
		case !entry.IsDir():
			return nil
		}
		if err := w.events.Add(path); !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	})
}

// explained adds the cure to an error of the system's that says nothing.
func explained(err error) error {
	switch {
	case errors.Is(err, syscall.ENOSPC):
		return fmt.Errorf("this user may watch no more directories.\nPossible fixes:\n  - raise the limit: sysctl fs.inotify.max_user_watches=524288")
	case errors.Is(err, syscall.EMFILE):
		return fmt.Errorf("this user may start no more watchers.\nPossible fixes:\n  - raise the limit: sysctl fs.inotify.max_user_instances=512")
	}
	return err
}

package session

import (
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"syscall"
	"time"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/cache"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/walls"
)

// FullError is a session that failed, or whose hooks may have gone on without what they could not write, because the cache root has no room
// for it. Without a cache root it may succeed (CACHE-5), and makes what a cold one makes (CACHE-6).
type FullError struct {
	// Why says which cache root it is, and how full, in a clause.
	Why string
	err error
}

func (e *FullError) Error() string {
	return fmt.Sprintf("%v\nThat was while %s.\n%s", e.err, e.Why, possibleFixes([]string{
		"make room there; `pyproject cache prune --all` removes what is kept",
		"keep cache directories elsewhere, by --cache-root",
		"build without the setting `incremental`",
	}))
}

func (e *FullError) Unwrap() error { return e.err }

// fullText is what programs print of such an error.
var fullText = regexp.MustCompile(`[Nn]o space left on device|[Dd]isk quota exceeded`)

// errNotTrusted is the error of hooks that succeeded. Projects with optional extensions, and the checks of configure scripts, take a file that they
// could not write for a compiler that can't do something.
var errNotTrusted = errors.New("the hooks succeeded, but may have gone on without what they could not write")

// trustRoom is called when hooks have succeeded and nothing of them runs any more, before anything is delivered: what they made is not trusted if one
// may have found the cache root full. What they printed tells, but many print nothing; then how little is free does, now or at any moment since.
func (s *Staged) trustRoom(outputs []*capture) error {
	if s.kept == nil || s.kept.slot == nil {
		return nil
	}
	if s.kept.space.isScarce() {
		return s.full(errNotTrusted)
	}
	for _, output := range outputs {
		if said := output.find(fullText); said != "" {
			s.kept.died = fmt.Sprintf("a hook said %q, with the cache root %s, where %s", said, s.kept.space.root, lookAtVolume(s.kept.space.root))
			return &FullError{s.kept.died, errNotTrusted}
		}
	}
	return nil
}

// whileFull makes the error of a session one of a cache root that is full, where it is one. Nothing of the directory is kept then: a build that
// needs more than there is would fail for ever.
func (s *Staged) whileFull(err error) error {
	if err == nil || s == nil || s.kept == nil || s.kept.slot == nil {
		return err
	}
	var already *FullError
	if errors.As(err, &already) {
		return err
	}
	var failure *Failure
	printed := errors.As(err, &failure) && fullText.MatchString(failure.Headline+failure.Output)
	if printed || errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		if s.cacheIsFuller() {
			return s.full(err)
		}
		return err
	}
	if s.kept.started && s.kept.space.isScarce() {
		return s.full(err) // a file that could not be written fails in many words
	}
	return err
}

// full is the error for a cache root that is full, or was.
func (s *Staged) full(err error) error {
	s.kept.died = fullRoot(s.kept.space.root)
	return &FullError{s.kept.died, err}
}

// fullRoot says how full a cache root is, in a clause.
func fullRoot(root string) string {
	return fmt.Sprintf("the file system of the cache root %s is full, or nearly so: %s", root, lookAtVolume(root))
}

// cacheIsFuller says, of something that is full, whether it is the file system of the cache root, and not the room's memory.
func (s *Staged) cacheIsFuller() bool {
	if s.kept == nil || s.kept.slot == nil {
		return false
	}
	if s.Room == nil || s.Room.Kind() != walls.Required {
		return true // the room lies there too
	}
	return lookAtVolume(s.kept.slot.Directory).free <= lookAtVolume(s.Room.Outside(walls.Base)).free
}

// volume is what a file system has free, and all that it has. One that does not say, of bytes or of files, has none of them.
type volume struct{ free, total, freeFiles, files int64 }

func lookAtVolume(dir string) volume {
	var stat syscall.Statfs_t
	if syscall.Statfs(dir, &stat) != nil {
		return volume{}
	}
	return volume{int64(stat.Bavail) * int64(stat.Bsize), int64(stat.Blocks) * int64(stat.Bsize), int64(stat.Ffree), int64(stat.Files)}
}

func (v volume) String() string {
	text := fmt.Sprintf("%s of %s are free", cache.Size(v.free), cache.Size(v.total))
	if v.freeFiles < leastFiles(v.files) {
		text += fmt.Sprintf(", and %d of %d files", v.freeFiles, v.files)
	}
	return text
}

// maxLeastBytes is how much has to be free on any file system. Tests lower it.
var maxLeastBytes int64 = 256 << 20

// leastBytes and leastFiles are what a file system of a size has to have free. With less of it, a file that could not be written may be the reason
// for what a hook did or did not: what it wrote instead is small, or was removed.
func leastBytes(total int64) int64 { return min(maxLeastBytes, total/16) }
func leastFiles(files int64) int64 { return min(4096, files/16) }

func (v volume) scarce() bool {
	return v.free < leastBytes(v.total) || v.freeFiles < leastFiles(v.files)
}

// spaceWatch looks at the file system of a cache root for as long as a session has a slot there: what a hook, or anybody else, fills it with may be gone
// when the hook has ended.
type spaceWatch struct {
	root   string
	scarce chan struct{} // closed when little has been free at some moment
	stop   chan struct{}
	ended  chan struct{}
}

// watchInterval is between two looks. One takes a microsecond.
const watchInterval = 20 * time.Millisecond

func watchSpace(root string) *spaceWatch {
	w := &spaceWatch{root: root, scarce: make(chan struct{}), stop: make(chan struct{}), ended: make(chan struct{})}
	go func() {
		defer close(w.ended)
		ticks := time.NewTicker(watchInterval)
		defer ticks.Stop()
		for {
			if lookAtVolume(root).scarce() {
				close(w.scarce)
				return
			}
			select {
			case <-w.stop:
				return
			case <-ticks.C:
			}
		}
	}()
	return w
}

// isScarce says whether little is free, or has been.
func (w *spaceWatch) isScarce() bool {
	select {
	case <-w.scarce:
		return true
	default:
		return lookAtVolume(w.root).scarce()
	}
}

func (w *spaceWatch) close() {
	close(w.stop)
	<-w.ended
}

// rootOf is the store that a cache directory lies in.
func rootOf(slot *cache.Slot) string { return filepath.Dir(filepath.Dir(slot.Directory)) }

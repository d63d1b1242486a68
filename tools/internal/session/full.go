package session

import (
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"syscall"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/cache"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/walls"
)

// FullError is a session that failed because the cache root has no room for what it writes. Without a cache root it may succeed (CACHE-5).
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
var fullText = regexp.MustCompile(`No space left on device|Disk quota exceeded`)

// whileFull makes the error of a session one of a cache root that is full, where it is one. Nothing of the directory is kept then: a build that
// needs more than there is would fail for ever.
func (s *Staged) whileFull(err error) error {
	if s == nil || s.kept == nil || s.kept.slot == nil {
		return err
	}
	var failure *Failure
	printed := errors.As(err, &failure) && fullText.MatchString(failure.Headline+failure.Output)
	if !printed && !errors.Is(err, syscall.ENOSPC) && !errors.Is(err, syscall.EDQUOT) {
		return err
	}
	if !s.cacheIsFuller() {
		return err
	}
	dir := s.kept.slot.Directory
	left, total := space(dir)
	root := filepath.Dir(filepath.Dir(dir))
	s.kept.died = fmt.Sprintf("the file system of the cache root %s is full: %s of %s are free", root, cache.Size(left), cache.Size(total))
	return &FullError{s.kept.died, err}
}

// cacheIsFuller says, of something that is full, whether it is the file system of the cache root, and not the room's memory.
func (s *Staged) cacheIsFuller() bool {
	if s.kept == nil || s.kept.slot == nil {
		return false
	}
	if s.Room == nil || s.Room.Kind() != walls.Required {
		return true // the room lies there too
	}
	left, _ := space(s.kept.slot.Directory)
	inRoom, _ := space(s.Room.Outside(walls.Base))
	return left <= inRoom
}

// space is what a file system has free, and all that it has.
func space(dir string) (free, total int64) {
	var stat syscall.Statfs_t
	if syscall.Statfs(dir, &stat) != nil {
		return 0, 0
	}
	return int64(stat.Bavail) * int64(stat.Bsize), int64(stat.Blocks) * int64(stat.Bsize)
}

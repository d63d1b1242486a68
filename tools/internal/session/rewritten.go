package session

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/adapter"
)

// rewritten says that a hook changed a file of the source tree's copy while a build directory was kept. By the times that such a session needs a file
// may be made again that a cold one leaves as it is, so this one is begun again, without the directory (CACHE-6).
type rewritten struct{ path string }

func (r *rewritten) Error() string {
	return fmt.Sprintf("the build changed %s in its copy of the source tree", r.path)
}

// watched is the source tree of a session whose backend keeps its build directory.
type watched struct {
	since time.Time // when it was staged
	fresh bool      // the build directory was empty
}

func (k *kept) watch(m adapter.Mapping) {
	if k != nil {
		k.watched = &watched{since: time.Now(), fresh: m.Fresh}
	}
}

// lookAtSource looks for a file of the source tree that is not as it was staged, and remembers it. It is an error if the session can't be trusted for it.
func (k *kept) lookAtSource(dir string) error {
	if k == nil || k.watched == nil || k.rewritten != "" {
		return nil
	}
	for _, source := range k.sources {
		name := filepath.Join(dir, filepath.FromSlash(source.Path))
		same, err := k.unchanged(name, source.SHA256)
		if err != nil {
			return fmt.Errorf("look at the source tree: %w", err)
		}
		if !same {
			k.rewritten = source.Path
			break
		}
	}
	if k.rewritten == "" || k.watched.fresh {
		return nil
	}
	return &rewritten{k.rewritten}
}

// unchanged says whether a file holds what it did. Whoever writes to it can set its times, but for that of the inode's last change.
func (k *kept) unchanged(name, digest string) (bool, error) {
	info, err := os.Lstat(name)
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	if err != nil || !info.Mode().IsRegular() {
		return false, err
	}
	if stat, ok := info.Sys().(*syscall.Stat_t); ok && changeTime(stat).Before(k.watched.since) {
		return true, nil
	}
	found, err := fileDigest(name)
	return found == digest, err
}

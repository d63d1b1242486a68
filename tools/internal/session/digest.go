package session

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/cache"
)

// contentsDigest is of what files hold. An interpreter or a compiler is many megabytes, and the same in each session: a store remembers
// what was found out of files that are as they were.
func contentsDigest(store *cache.Store, files []SourceFile) (string, error) {
	read := func() (string, error) {
		var text strings.Builder
		for _, file := range files {
			digest, err := fileDigest(file.Path)
			if err != nil {
				return "", err
			}
			fmt.Fprintf(&text, "%q %s\n", file.Dest, digest)
		}
		return cache.Digest(text.String()), nil
	}
	if store == nil {
		return read()
	}
	state, err := filesState(files, time.Now())
	if err != nil {
		return "", err
	}
	if state == "" {
		return read()
	}
	return store.Memo(state, read)
}

// settled is for how long files have to be as they are to be told by their state: a file can change twice within one tick of the clock.
const settled = 2 * time.Second

// filesState changes whenever a file does: nobody but the kernel sets the time of an inode's last change. It is empty where a file is too new.
func filesState(files []SourceFile, now time.Time) (string, error) {
	var text strings.Builder
	for _, file := range files {
		info, err := os.Stat(file.Path)
		if err != nil {
			return "", err
		}
		stat, ok := info.Sys().(*syscall.Stat_t)
		if !ok {
			return "", nil
		}
		changed := changeTime(stat)
		if now.Sub(changed) < settled {
			return "", nil
		}
		fmt.Fprintf(&text, "%q %d %d %d %d %d\n", file.Dest, stat.Dev, stat.Ino, info.Size(), info.ModTime().UnixNano(), changed.UnixNano())
	}
	return text.String(), nil
}

func fileDigest(file string) (string, error) {
	in, err := os.Open(file)
	if err != nil {
		return "", err
	}
	defer in.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, in); err != nil {
		return "", err
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}

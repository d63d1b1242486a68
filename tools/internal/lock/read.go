package lock

import "errors"

// Read reads the lock at path, which is relative to root, the directory of the repository, and has slashes. The
// file's name decides on the format: pylock.toml and pylock.NAME.toml are PEP 751's, all others are pip's.
func Read(root, path string) (*Lock, error) {
	return nil, errors.New("not yet")
}

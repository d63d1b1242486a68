package session

import (
	"context"
	"time"
)

// CopySource copies the source tree to dir, a directory that exists, as a session stages it: for who changes it before it is built.
func (c *Config) CopySource(ctx context.Context, dir string, mtime time.Time) error {
	return copyTree(ctx, c.Sources, c.SourceRoot, dir, mtime)
}

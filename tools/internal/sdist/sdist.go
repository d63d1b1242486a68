// Package sdist reads source distributions: it unpacks them safely and reads their PKG-INFO.
package sdist

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/metadata"
)

// Limits bound what an archive may unpack to; the ratio holds only for archives that are large as well.
type Limits struct {
	Files int   // members of the archive
	Bytes int64 // uncompressed, all files together
	Ratio int64 // uncompressed over compressed, from RatioFrom bytes on
}

// RatioFrom is the unpacked size from which Limits.Ratio holds.
const RatioFrom = 256 << 20

// DefaultLimits let the largest known sdists through and stop bombs.
var DefaultLimits = Limits{Files: 500_000, Bytes: 16 << 30, Ratio: 150}

// Options of Unpack. The zero value is good.
type Options struct {
	Limits Limits    // the zero value is DefaultLimits
	Time   time.Time // the modification time of everything; the zero value is 1980-01-01, what zip can hold
}

// Unpack unpacks the sdist into dir, which exists, and returns the name of the one top directory that it made there.
func Unpack(ctx context.Context, path, dir string, opts Options) (top string, err error) {
	return "", errors.New("not there yet")
}

// Metadata reads the PKG-INFO of an unpacked sdist. Without one the error is fs.ErrNotExist.
func Metadata(dir string) (metadata.Metadata, error) {
	data, err := os.ReadFile(filepath.Join(dir, "PKG-INFO"))
	if err != nil {
		return metadata.Metadata{}, fmt.Errorf("read PKG-INFO: %w", err)
	}
	m, err := metadata.Parse(data)
	if err != nil {
		return metadata.Metadata{}, fmt.Errorf("PKG-INFO: %w", err)
	}
	return m, nil
}

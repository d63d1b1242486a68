package wheel

import (
	"context"
	"errors"
	"time"
)

var errNotYet = errors.New("not there yet")

// Check opens a wheel and checks all of it (HOOK-6, HOOK-7, SDIST-3). What is wrong comes back as one *CheckError.
func Check(ctx context.Context, path string, opts CheckOptions) error { return errNotYet }

// NormaliseOptions are the parts of a normalised wheel that are not in its contents.
type NormaliseOptions struct {
	Time   time.Time // of every entry; the zero value, and all before it, is 1980-01-01, the first that zip knows
	Limits Limits    // the zero value is DefaultLimits
}

// Normalise writes the wheel src to dst so that equal contents give equal bytes (BYTES-1).
func Normalise(ctx context.Context, src, dst string, opts NormaliseOptions) error { return errNotYet }

// Install lays a wheel out below dir, which must not exist or be empty: site-packages, bin, include, data.
func Install(ctx context.Context, path, dir string) (*Installed, error) { return nil, errNotYet }

// Installed is what Install has laid out.
type Installed struct {
	Name, Version string
	Scripts       []EntryPoint // console and gui scripts, for which bin/NAME was made
	Files         int
}

package wheel

import (
	"context"
	"errors"
)

var errNotYet = errors.New("not there yet")

// Install lays a wheel out below dir, which must not exist or be empty: site-packages, bin, include, data.
func Install(ctx context.Context, path, dir string) (*Installed, error) { return nil, errNotYet }

// Installed is what Install has laid out.
type Installed struct {
	Name, Version string
	Scripts       []EntryPoint // console and gui scripts, for which bin/NAME was made
	Files         int
}

package walls

import (
	"context"
	"errors"
	"os"
)

type network struct{}

func (*network) wanted() []string { return nil }

func (r *Room) openRequired(context.Context) error { return errors.New("not yet") }

func (r *Room) placeTool(link, target, _ string) error { return os.Symlink(target, link) }

func (r *Room) close() error {
	if r.keeper != nil {
		r.keeper.stop()
		r.keeper = nil
	}
	return removeAll(r.mount)
}

func Reenter(_ context.Context, kind Kind) (bool, error) { return true, nil }

func Available(context.Context) error { return nil }

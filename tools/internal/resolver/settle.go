package resolver

import (
	"bytes"
	"context"
	"slices"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/lock"
)

// settled is the lock that stays as it is when it is written again. uv says some conditions in other words where it has a lock to begin
// with: for one from Python 3.9 on, `python_full_version == "3.9.*"` without and `python_full_version < "3.10"` with it. So what is new is
// resolved once more, as it will be the next time; where nothing is conditional there is nothing to be said otherwise.
func settled(ctx context.Context, opts Options, resolved *lock.Lock) (*lock.Lock, error) {
	conditional := slices.ContainsFunc(resolved.Packages, func(p lock.Package) bool { return p.Marker != nil })
	if !conditional || opts.Preferred != nil && sameEntries(opts.Preferred, resolved) {
		return resolved, nil
	}
	opts.Preferred, opts.Upgrade = resolved, nil
	again, err := Resolve(ctx, opts)
	if err != nil {
		return nil, err
	}
	if len(Changes(resolved, again)) > 0 {
		return resolved, nil // hooks were asked with these versions
	}
	return again, nil
}

// resolveSettled is Resolve, of what no hooks are asked for.
func resolveSettled(ctx context.Context, opts Options) (*lock.Lock, error) {
	resolved, err := Resolve(ctx, opts)
	if err != nil {
		return nil, err
	}
	return settled(ctx, opts, resolved)
}

func sameEntries(a, b *lock.Lock) bool {
	return bytes.Equal(entries(a), entries(b))
}

// entries are those of a lock in pip's format, which has nothing but what is locked.
func entries(l *lock.Lock) []byte {
	var text bytes.Buffer
	if err := lock.Write(&text, &lock.Lock{Packages: l.Packages, Wheels: l.Wheels}, lock.FormatPip); err != nil {
		return nil
	}
	return text.Bytes()
}

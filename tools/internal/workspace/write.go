package workspace

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// staged is a file that is written beside its place.
type staged struct {
	place, temporary string
	before           []byte // what was there, nil if nothing
	mode             os.FileMode
}

// Write writes all files of the plan, or none: each is written beside its place first, and the first that can't take its
// place gives back the places of those before it.
func (p *Plan) Write() error {
	var all []*staged
	defer func() {
		for _, s := range all {
			os.Remove(s.temporary)
		}
	}()
	for _, file := range p.Files {
		s, err := p.stage(file)
		if s != nil {
			all = append(all, s)
		}
		if err != nil {
			return fmt.Errorf("write %s: %w; nothing was changed", file.Path, err)
		}
	}
	for i, s := range all {
		if err := os.Rename(s.temporary, s.place); err != nil {
			err = fmt.Errorf("write %s: %w", p.Files[i].Path, err)
			for _, done := range all[:i] {
				err = errors.Join(err, done.restore())
			}
			return err
		}
	}
	return nil
}

// stage writes a file beside its place. The place of a link is where it leads.
func (p *Plan) stage(file File) (*staged, error) {
	s := &staged{place: filepath.Join(p.Root, filepath.FromSlash(file.Path)), mode: 0o644}
	if info, err := os.Stat(s.place); err == nil {
		s.mode = info.Mode().Perm()
		if s.place, err = p.inside(s.place); err != nil {
			return nil, err
		}
		if s.before, err = os.ReadFile(s.place); err != nil {
			return nil, err
		}
	}
	temporary, err := os.CreateTemp(filepath.Dir(s.place), "."+filepath.Base(s.place)+".*")
	if err != nil {
		return nil, err
	}
	s.temporary = temporary.Name()
	_, err = temporary.Write(file.content)
	return s, errors.Join(err, temporary.Close(), os.Chmod(s.temporary, s.mode))
}

// inside follows a link, which must not leave the repository.
func (p *Plan) inside(place string) (string, error) {
	real, err := filepath.EvalSymlinks(place)
	if err != nil {
		return "", err
	}
	root, err := filepath.EvalSymlinks(p.Root)
	if err != nil {
		return "", err
	}
	if relative, err := filepath.Rel(root, real); err != nil || !filepath.IsLocal(relative) {
		return "", fmt.Errorf("it is a link to %s, outside of the repository", real)
	}
	return real, nil
}

func (s *staged) restore() error {
	if s.before == nil {
		return os.Remove(s.place)
	}
	return os.WriteFile(s.place, s.before, s.mode)
}

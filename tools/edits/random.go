package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// random makes edits in any order, several at once at times, takes single ones back, and reverts all now and then. A revision that can't be built is
// one like others, but the next one is without what was made last.
func (w *walk) random(ctx context.Context, random *rand.Rand, steps int) error {
	if err := w.begin(ctx); err != nil {
		return err
	}
	broken := false
	for range steps {
		name, err := w.move(random, broken)
		if err != nil {
			return err
		}
		outcome, err := w.step(ctx, name)
		if err != nil {
			return err
		}
		broken = outcome.Cold.Wheel == ""
	}
	return w.enough(steps)
}

// enough is an error if a walk has proved next to nothing. Where it does, another seed has to be drawn.
func (w *walk) enough(steps int) error {
	if w.failed == 0 && (w.equal < steps*3/4 || w.kept < steps/3 || len(w.wheels) < steps/3) {
		return fmt.Errorf("of %d steps no more than %d were compared, %d were warm, and %d wheels were made", steps, w.equal, w.kept, len(w.wheels))
	}
	return nil
}

// move makes the next revision, and says how.
func (w *walk) move(random *rand.Rand, broken bool) (string, error) {
	if broken && len(w.made) > 0 {
		return w.undo(len(w.made) - 1)
	}
	if len(w.made) > 0 {
		switch n := random.IntN(10); {
		case n == 0:
			return "all of it reverted", w.reset()
		case n < 4:
			return w.undo(random.IntN(len(w.made)))
		}
	}
	var names []string
	for range 1 + random.IntN(2) {
		e, err := w.draw(random)
		if err != nil {
			return "", err
		}
		names = append(names, e.name)
		if e.fails {
			break // it is the last one, which is taken back
		}
	}
	return strings.Join(names, "; "), nil
}

// draw makes any edit that fits what is there, and is not made yet.
func (w *walk) draw(random *rand.Rand) (edit, error) {
	for _, i := range random.Perm(len(edits)) {
		e := edits[i]
		if !e.fits(w) || slices.ContainsFunc(w.made, func(made edit) bool { return made.name == e.name }) {
			continue
		}
		if e.make(w) == nil {
			w.made = append(w.made, e)
			return e, nil
		}
		if err := w.remake(w.made); err != nil { // it may have made a part
			return edit{}, err
		}
	}
	return edit{}, errors.New("no edit fits")
}

// undo takes one edit back, and with it those that can't be without it.
func (w *walk) undo(i int) (string, error) {
	name := w.made[i].name
	return name + " taken back", w.remake(slices.Delete(slices.Clone(w.made), i, i+1))
}

// remake makes these edits of the project as it is at first.
func (w *walk) remake(wanted []edit) error {
	if err := w.reset(); err != nil {
		return err
	}
	w.again = true
	defer func() { w.again = false }()
	for i, e := range wanted {
		if e.make(w) != nil {
			return w.remake(slices.Delete(slices.Clone(wanted), i, i+1))
		}
	}
	w.made = wanted
	return nil
}

package session

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/cache"
	"github.com/rules-pyproject/rules_pyproject/tools/internal/walls"
)

// Cache says what the cache directory starts with, and what becomes of it. The zero value is a directory that is empty at the start and
// gone at the end.
type Cache struct {
	// Project is the project's identity, and Configuration that of Bazel's configuration: parts of the key (CACHE-4).
	Project       string
	Configuration string
	// Helper is the digest of the helper that runs the session, where somebody has taken it already: another part of the key.
	Helper string
	// Input is an archive that the directory starts with, and Output the archive that receives what it holds at the end. Both may be empty.
	Input  string
	Output string
	// Root is the store that keeps the directory between warm builds; empty for none. Total and Age limit it; 0 is the default.
	Root  string
	Total int64
	Age   time.Duration
	// Refused says why Root is not to be used though it is given; empty if it is.
	Refused string

	rewritten string // what a session that was to be begun again has found: see there
}

// used says whether anything outlasts the session.
func (c Cache) used() bool { return c.Input != "" || c.Output != "" || c.Root != "" }

// kept is the cache directory of a session.
type kept struct {
	key     cache.Key
	store   *cache.Store
	slot    *cache.Slot
	space   *spaceWatch   // of the slot's file system; nil without a slot
	record  *cache.Record // what is known of what it started with; nil if it started empty
	why     string        // why it started empty
	sources []cache.Source
	links   map[string]string // symbolic links of the source tree, and where they lead
	watched *watched          // nil if no build directory is kept
	// rewritten is a file of the source tree that hooks of this session, or of one before, have changed in its copy.
	rewritten string
	started   bool   // hooks were started: what they left belongs to sources
	finished  bool   // all of them succeeded
	died      string // why nothing can be kept
	// warnings are for people: a store that they named can't be used.
	warnings []string
}

// openCache opens the slot of a warm session, before there is a room. A store that can't be used, or is in use, makes the session a cold
// one (CACHE-5).
func (s *Staged) openCache() error {
	c := s.config.Cache
	if !c.used() || s.config.HostSitePackages {
		return nil // no key tells the packages of one day from those of another
	}
	if c.Project == "" {
		return fmt.Errorf("a cache directory that is kept needs --cache-project")
	}
	s.kept = &kept{why: "nothing is given"}
	var storeErr, err error
	if c.Refused != "" {
		storeErr = errors.New(c.Refused)
	} else if c.Root != "" {
		s.kept.store, storeErr = cache.OpenStore(c.Root)
	}
	if s.kept.key, err = s.cacheKey(); err != nil || c.Root == "" {
		return err
	}
	if err = storeErr; err == nil {
		c.SetLimits(s.kept.store)
		s.kept.slot, err = s.kept.open(c.Root, time.Now())
	}
	switch {
	case errors.Is(err, cache.ErrBusy):
		s.kept.why = "another build has the cache directory; this one is cold"
	case err != nil:
		s.kept.why = fmt.Sprintf("the cache directory can't be used, and this build is cold: %v", err)
		s.kept.warnings = append(s.kept.warnings, s.kept.why)
	default:
		s.kept.record, s.kept.why = s.kept.slot.Record, s.kept.slot.Why
		s.kept.space = watchSpace(rootOf(s.kept.slot))
	}
	return nil
}

// open opens the slot. Where next to nothing is free hooks could not write what they do without a cache root; then what is old makes room, if anything is.
func (k *kept) open(root string, now time.Time) (*cache.Slot, error) {
	if lookAtVolume(root).scarce() {
		k.prune(now)
		if lookAtVolume(root).scarce() {
			return nil, errors.New(fullRoot(root))
		}
	}
	return k.store.Open(k.key, now)
}

// SetLimits gives a store the limits that were asked for.
func (c Cache) SetLimits(store *cache.Store) {
	if c.Total > 0 {
		store.Total, store.Limits.Bytes = c.Total, c.Total
	}
	if c.Age > 0 {
		store.Age = c.Age
	}
}

// showCache makes the slot the room's cache directory.
func (k *kept) showCache(spec *walls.Spec) {
	if k == nil || k.slot == nil {
		return
	}
	spec.Cache = k.slot.Directory
	if spec.Kind == walls.Paths {
		spec.TempDir = k.slot.Room // so that the room's paths are those of the last session
	}
}

// fillCache unpacks the archive that was given, into a directory that is empty.
func (s *Staged) fillCache(context.Context) error {
	k, input := s.kept, s.config.Cache.Input
	if k == nil || input == "" || k.record != nil {
		return nil
	}
	var err error
	k.record, k.why, err = cache.Unpack(input, s.Room.Outside(walls.Cache), k.key, cache.DefaultLimits, time.Now())
	if k.record == nil {
		k.why = "of " + filepath.Base(input) + ", " + k.why
	}
	return err
}

// settleCache is called when source and cache directory are there: what was made at other paths does not fit.
func (s *Staged) settleCache() error {
	k := s.kept
	if k == nil || k.record == nil {
		return nil
	}
	if k.record.Stage == s.Source && k.record.Place == s.Room.Inside(walls.Cache) {
		return nil
	}
	k.record, k.why = nil, "it was made at other paths"
	return cache.Empty(s.Room.Outside(walls.Cache))
}

// describeCache is the log's line about the directory.
func (s *Staged) describeCache() string {
	switch {
	case s.kept == nil:
		return "empty at the start, gone at the end"
	case s.kept.record == nil:
		return "empty at the start: " + s.kept.why
	}
	inventory := s.kept.record.Inventory
	return fmt.Sprintf("as the last build left it: %d files, %s", inventory.Files, cache.Size(inventory.Bytes))
}

// newRecord is what is to be remembered of this session.
func (s *Staged) newRecord() *cache.Record {
	record := &cache.Record{
		Key: s.kept.key, Stage: s.Source, Place: s.Room.Inside(walls.Cache), Sources: s.kept.sources, Links: s.kept.links,
		Rewritten: s.kept.rewritten,
	}
	if !s.kept.finished {
		record.Unfinished = &time.Time{}
		if s.kept.record != nil {
			record.Unfinished = &s.kept.record.Mark
		}
	}
	return record
}

// packCache writes the archive that was asked for, when nothing of the backend runs any more.
func (s *Staged) packCache(log *record) error {
	output := s.config.Cache.Output
	if output == "" {
		return nil
	}
	defer s.clock("pack cache")()
	dir := s.Room.Outside(walls.Cache)
	record := s.newRecord()
	notes, err := record.Take(dir, cache.DefaultLimits)
	if err != nil {
		record.Lost = err.Error()
		notes = append(notes, "the archive of the cache directory is empty: "+record.Lost)
		if err := cache.Empty(dir); err != nil {
			return err
		}
	}
	for _, note := range notes {
		log.printf("cache: %s\n", note)
	}
	return cache.Pack(output, dir, record)
}

// closeCache ends the use of a slot, when the room is gone. A hook that failed by itself keeps what it has; one that was killed, or
// died, does not.
func (s *Staged) closeCache(log *record) {
	k := s.kept
	if k == nil || k.slot == nil {
		return
	}
	defer s.clock("close cache")()
	k.space.close()
	k.slot.Record, k.slot.Why = k.record, k.why
	record, lost := k.record, k.why
	switch {
	case k.died != "":
		record, lost = nil, k.died
	case k.started:
		record = s.newRecord()
	}
	notes, err := k.slot.Close(record, lost)
	if err != nil {
		notes = append(notes, err.Error())
	}
	notes = append(notes, k.prune(time.Now())...)
	for _, note := range notes {
		log.printf("cache: %s\n", note)
	}
}

// prune prunes the store now and then, and says what went.
func (k *kept) prune(now time.Time) (notes []string) {
	if !k.store.PruneDue(now) {
		return nil
	}
	pruned, err := k.store.Prune(now)
	for _, p := range pruned {
		notes = append(notes, "pruned "+p.String())
	}
	if err != nil {
		notes = append(notes, err.Error())
	}
	return notes
}

package cache

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func openStore(t *testing.T) *Store {
	t.Helper()
	store, err := OpenStore(filepath.Join(t.TempDir(), "root"))
	must(t, err)
	return store
}

// use opens a slot, writes a file of some size, and closes it.
func use(t *testing.T, store *Store, key Key, size int) {
	t.Helper()
	slot, err := store.Open(key, time.Now())
	must(t, err)
	must(t, os.WriteFile(filepath.Join(slot.Directory, "file"), make([]byte, size), 0o644))
	_, err = slot.Close(&Record{Key: key}, "")
	must(t, err)
}

func keyOf(project, variables string) Key {
	return Key{Project: project, Parts: []Part{{"the walls", "paths"}, {"the variables", variables}}}
}

// TestStoreClock proves CACHE-5: a clock that went back empties the directory, for nothing could be made newer than what it holds.
func TestStoreClock(t *testing.T) {
	store, key := openStore(t), keyOf("//a", "")
	use(t, store, key, 1)
	for _, c := range []struct {
		now time.Time
		why string
	}{{time.Now(), ""}, {time.Now().Add(-time.Hour), "the clock went back"}} {
		slot, err := store.Open(key, c.now)
		must(t, err)
		if (slot.Record == nil) != (c.why != "") || slot.Why != c.why {
			t.Errorf("%v: %q", slot.Record, slot.Why)
		}
		_, err = slot.Close(slot.Record, "nothing was done")
		must(t, err)
	}
	// A file from the future makes the mark, and with it the next clock, late.
	use(t, store, key, 1)
	slot, err := store.Open(key, time.Now())
	must(t, err)
	future := time.Now().Add(time.Hour)
	must(t, os.Chtimes(filepath.Join(slot.Directory, "file"), future, future))
	_, err = slot.Close(&Record{Key: key}, "")
	must(t, err)
	if slot, err = store.Open(key, time.Now()); err != nil || slot.Why != "the clock went back" {
		t.Error(slot, err)
	}
	isEmpty(t, slot.Directory)
	_, err = slot.Close(&Record{Key: key}, "")
	must(t, err)
	if slot, err = store.Open(key, time.Now()); err != nil || slot.Record == nil {
		t.Error("it stays empty for ever", err)
	}
}

// TestStoreTooLarge proves CACHE-9: a directory beyond the limit is not kept, and the next build is told.
func TestStoreTooLarge(t *testing.T) {
	store, key := openStore(t), keyOf("//a", "")
	store.Limits.Bytes = 1000
	use(t, store, key, 2000)
	slot, err := store.Open(key, time.Now())
	must(t, err)
	if slot.Record != nil || slot.Why != "larger than its limit of 1000 B" {
		t.Errorf("%q", slot.Why)
	}
	isEmpty(t, slot.Directory)
}

// TestPrune proves CACHE-9: directories go by age, then the longest unused until the rest is within the total; one in use stays, and
// nothing of the others does.
func TestPrune(t *testing.T) {
	store := openStore(t)
	now := time.Now()
	for i, project := range []string{"//a", "//b", "//c", "//d"} {
		key := keyOf(project, "")
		use(t, store, key, 1000)
		used := now.Add(-time.Duration(i) * time.Hour)
		must(t, os.Chtimes(filepath.Join(store.root, key.ID(), recordFile), used, used))
	}
	busy, err := store.Open(keyOf("//d", ""), now)
	must(t, err)
	store.Total, store.Age = 1500, 90*time.Minute
	pruned, err := store.Prune(now)
	must(t, err)
	if store.PruneDue(time.Now()) || !store.PruneDue(time.Now().Add(time.Hour)) || !store.PruneDue(time.Now().Add(-time.Hour)) {
		t.Error("it is due at the wrong times")
	}
	got := ""
	for _, p := range pruned {
		got += p.Entry.Project() + ": " + p.Why + "\n"
	}
	if got != "//c: older than 1h30m0s\n//b: the store is larger than 1.5 KiB\n" {
		t.Errorf("pruned %s", got)
	}
	_, err = busy.Close(&Record{Key: keyOf("//d", "")}, "")
	must(t, err)
	files, err := os.ReadDir(store.root)
	must(t, err)
	if len(files) != 6 { // two slots, two locks, the tag, and when it was pruned
		t.Errorf("left: %v", files)
	}
}

// TestListAndExplain: what a store holds, and why one would start empty; a new key is compared with the one that is most like it.
func TestListAndExplain(t *testing.T) {
	store := openStore(t)
	use(t, store, keyOf("//a", "one"), 1)
	use(t, store, keyOf("//b", "one"), 1)
	killed, err := store.Open(keyOf("//a", "two"), time.Now())
	must(t, err)
	if killed.Why != "another than any build before: the variables (two, was one)" {
		t.Errorf("%q", killed.Why)
	}
	entries, err := store.List()
	must(t, err)
	if len(entries) != 3 || !entries[1].Busy && !entries[2].Busy && !entries[0].Busy {
		t.Errorf("%+v", entries)
	}
	killed.lock.Close() // as the kernel does
	entries, err = store.List()
	must(t, err)
	var problems []string
	for _, entry := range entries {
		problems = append(problems, entry.Project()+" "+entry.Problem)
	}
	if got := strings.Join(problems, ";"); got != " the last build with it was killed;//a ;//b " {
		t.Errorf("%q", got)
	}
	// A byte is another, and the size and the time are what they were.
	file := filepath.Join(store.root, keyOf("//b", "one").ID(), contentsDir, "file")
	info, err := os.Stat(file)
	must(t, err)
	must(t, os.WriteFile(file, []byte("x"), 0o644))
	must(t, os.Chtimes(file, info.ModTime(), info.ModTime()))
	found, err := store.Check()
	must(t, err)
	if len(found) != 1 || !strings.Contains(found[keyOf("//b", "one").ID()], "it is damaged") {
		t.Errorf("%v", found)
	}
}

func TestOpenStoreRelative(t *testing.T) {
	if _, err := OpenStore("relative"); err == nil || !strings.Contains(err.Error(), "not an absolute path") {
		t.Error(err)
	}
}

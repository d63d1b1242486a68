package adapter

import (
	"os"
	"testing"
)

// TestMadeOutside proves CACHE-6: a build directory is not kept whose build wrote into the source tree, of which the next session has a fresh copy.
func TestMadeOutside(t *testing.T) {
	for log, want := range map[string]string{
		"": "",
		"# ninja log v7\n0\t1\t2\tsrc/a.o\tffff\n0\t1\t2\t/pyproject/cache/build/made.h\tff\n": "",
		"# ninja log v7\n0\t1\t2\t/pyproject/source/p/table.c\tff\n":                           "/pyproject/source/p/table.c",
		"0\t1\t2\t../../source/p/table.c\tff\n":                                                "../../source/p/table.c",
		"garbage\n\t\t\n":                                                                      "",
	} {
		dir := t.TempDir()
		root, err := os.OpenRoot(dir)
		if err != nil {
			t.Fatal(err)
		}
		defer root.Close()
		if err := root.Mkdir(directory, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := root.WriteFile(directory+"/.ninja_log", []byte(log), 0o644); err != nil {
			t.Fatal(err)
		}
		if got := madeOutside(Told{Cache: root, Inside: "/pyproject/cache"}); got != want {
			t.Errorf("%q: %q, want %q", log, got, want)
		}
	}
}

package adapter

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestUnfinished proves CACHE-5 and CACHE-6: what a command may have been writing when a session failed is made again, though it is newer than all that it is
// made of. What Ninja knows to be finished stays, and what was there before.
func TestUnfinished(t *testing.T) {
	mark := time.Unix(1_700_000_000, 0)
	before, after := mark.Add(-time.Second), mark.Add(time.Second)
	const rules = `rule cc
 depfile = $DEPFILE
rule RERUN
 command = cmake
 generator = 1
build build.ninja: RERUN CMakeLists.txt
build alias.ini: phony
build old.o: cc ../a.c
build logged.o: cc ../b.c
build half.o: cc ../c.c
build half.h | half.c: CUSTOM_COMMAND ../gen.py
build gone.h: CUSTOM_COMMAND ../gen.py
`
	log := fmt.Sprintf("# ninja log v7\n0\t1\t%d\told.o\ta\n0\t1\t%d\tlogged.o\ta\n0\t1\t%d\thalf.h\ta\n", before.UnixNano(), after.UnixNano(), before.UnixNano())
	make := map[string]string{
		"Makefile": "#", "CMakeFiles/TargetDirectories.txt": "/pyproject/cache/build/CMakeFiles/m.dir\n",
		"CMakeFiles/m.dir/build.make": "old.o: flags.make\n\tcc\nlogged.o: flags.make\n\tcc\nhalf.o: flags.make\n\tcc\nhalf.h: ../gen.py\n\tgen\nhalf.c: half.h\n\tgen\n",
	}
	for name, c := range map[string]struct {
		files      map[string]string
		unfinished *time.Time
		stay       []string
	}{
		"a session that failed":        {map[string]string{"build.ninja": rules, ".ninja_log": log}, &mark, []string{"logged.o", "old.o"}},
		"the first one failed":         {map[string]string{"build.ninja": rules, ".ninja_log": log}, &time.Time{}, []string{"logged.o", "old.o"}},
		"without a log":                {map[string]string{"build.ninja": rules}, &mark, []string{"old.o"}},
		"make, which has none":         {make, &mark, []string{"old.o"}},
		"a session that did not":       {map[string]string{"build.ninja": rules, ".ninja_log": log}, nil, []string{"half.c", "half.h", "half.o", "logged.o", "old.o"}},
		"a session that did not, make": {make, nil, []string{"half.c", "half.h", "half.o", "logged.o", "old.o"}},
		"another build system":         {map[string]string{}, &mark, []string{"half.c", "half.h", "half.o", "logged.o", "old.o"}},
	} {
		t.Run(name, func(t *testing.T) {
			told := tell(t, "scikit_build_core.build", map[string]string{"pyproject.toml": ""}, "build/old.o", "build/logged.o", "build/half.o", "build/half.h", "build/half.c", "build/alias.ini")
			told.build(t, c.files)
			told.Unfinished = c.unfinished
			for _, output := range []string{"old.o", "logged.o", "half.o", "half.h", "half.c"} {
				at := after
				if output == "old.o" {
					at = before
				}
				if err := told.Cache.Chtimes("build/"+output, at, at); err != nil {
					t.Fatal(err)
				}
			}
			notes := strings.Join(told.mapped(t).Notes, "\n")
			if _, err := told.Cache.Lstat("build/alias.ini"); err != nil || strings.Contains(notes, "deleted build/build.ninja") {
				t.Errorf("what no command makes is gone: %v\n%s", err, notes)
			}
			var stay []string
			for _, output := range []string{"half.c", "half.h", "half.o", "logged.o", "old.o"} {
				if _, err := told.Cache.Lstat("build/" + output); err == nil {
					stay = append(stay, output)
				} else if !os.IsNotExist(err) {
					t.Fatal(err)
				}
			}
			if !slices.Equal(stay, c.stay) {
				t.Errorf("%q stay, not %q:\n%s", stay, c.stay, notes)
			}
			if len(stay) < 5 && !strings.Contains(notes, "deleted build/half.o: the last build failed, and half.o may be half of what it should be") {
				t.Errorf("the notes do not say why:\n%s", notes)
			}
		})
	}
}

package repository

import (
	"strings"
	"testing"
)

// TestWheels proves BE-8 for hubs: a lock names targets of its own repository, and those of a tag take the places of
// entries, where there are some.
func TestWheels(t *testing.T) {
	d, _ := describe(t, Hub{Wheels: map[string]string{"@@//flit:wheel": "Flit_Core"}}, map[string]string{
		"a/lock.txt": pure,
		"b/lock.txt": "# wheel: my-backend //backend:wheel\n",
		"c/lock.txt": entry("other==1", map[string]string{"other-1-py3-none-any.whl": hash("c")}),
	})
	for file, pieces := range map[string][]string{
		"a/BUILD.bazel": {`wheels = ["@@//flit:wheel"],`},
		"a/a.lock.json": {`"name":"flit-core"`, `"built":"//flit:wheel"`, `"line":1`},
		"b/BUILD.bazel": {`wheels = ["@@//backend:wheel"],`},
		"b/b.lock.json": {`"name":"my-backend"`, `"built":"//backend:wheel"`},
		"c/BUILD.bazel": {`wheels = ["@other_1_py3_none_any_cccccccc//:other-1-py3-none-any.whl"],`},
	} {
		for _, piece := range pieces {
			if got := d.Hubs["hub"][file]; !strings.Contains(got, piece) {
				t.Errorf("%s has no %s:\n%s", file, piece, got)
			}
		}
	}
	if len(d.Files) != 1 {
		t.Errorf("%+v: what a target builds needs no file", d.Files)
	}
}

// TestWheelsOfModules: a lock in another module names targets there.
func TestWheelsOfModules(t *testing.T) {
	root := t.TempDir()
	writeFiles(t, root, map[string]string{"lock.txt": "# wheel: my-backend //backend\n"})
	d, err := Describe(Request{Hubs: []Hub{{Name: "hub", Locks: []LockFile{{Label: "@other//:lock.txt", Repository: "other~", Name: "lock.txt", Root: root, Exists: true}}}}})
	if err != nil || !strings.Contains(d.Hubs["hub"]["BUILD.bazel"], `"@@other~//backend"`) {
		t.Errorf("%v\n%s", err, d.Hubs["hub"]["BUILD.bazel"])
	}
}

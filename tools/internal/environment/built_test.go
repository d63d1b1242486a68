package environment

import (
	"path/filepath"
	"testing"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/lock"
)

// builtOptions are those of an environment that has one wheel which a target has built.
func builtOptions(t *testing.T, m made, name, version string) CreateOptions {
	t.Helper()
	opts := locked(t)
	opts.Lock.Distributions = []lock.EnvironmentDistribution{{Name: name, Version: version, Built: "//backend:wheel", Line: 3}}
	opts.Built = []string{m.write(t, filepath.Dir(opts.Output))}
	return opts
}

// TestBuilt proves BE-8: a wheel that a target has built takes the place of a locked one, and says so.
func TestBuilt(t *testing.T) {
	backend := made{name: "My.Backend", version: "2.1", metadata: "Requires-Dist: packaging>=24\n"}
	for _, version := range []string{"", "2.1.0"} {
		info := create(t, builtOptions(t, backend, "my-backend", version))
		d := info.Distributions[0]
		if d.Name != "My.Backend" || d.Version != "2.1" || d.Built != "//backend:wheel" || len(d.SHA256) != 64 || len(d.RequiresDist) != 1 {
			t.Errorf("%+v", d)
		}
	}
	refused(t, builtOptions(t, backend, "other", ""), "//app:requirements.txt:3: other: //backend:wheel does not build a wheel of it",
		"have built: My.Backend-2.1-py3-none-any.whl", "name the target whose wheel is called other")
	refused(t, builtOptions(t, backend, "my-backend", "2.2"), "my-backend 2.2: //backend:wheel does not build a wheel of it", "bazel run //app:lock")
	backend.tag = "cp27-cp27m-win32"
	refused(t, builtOptions(t, backend, "my-backend", ""), "My.Backend-2.1-cp27-cp27m-win32.whl, which //backend:wheel has built, does not fit CPython")

	// A marker that is false leaves it out; whether it was built is no matter then.
	opts := builtOptions(t, backend, "my-backend", "")
	opts.Lock.Distributions[0].Marker = "python_version < '3'"
	if info := create(t, opts); len(info.Distributions) != 0 || len(info.Skipped) != 1 {
		t.Errorf("%+v", info)
	}
}

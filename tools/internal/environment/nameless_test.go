package environment

import (
	"strings"
	"testing"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/lock"
)

// TestNameless covers REQ-4: of a lock with hashes alone a wheel is installed that has one of them, and no other.
func TestNameless(t *testing.T) {
	opts := locked(t, precedence)
	file := opts.Lock.Distributions[0].Files[0]
	opts.Lock.Distributions[0].Files = []lock.EnvironmentFile{{SHA256: strings.Repeat("0", 64)}, {SHA256: file.SHA256}}
	if info := create(t, opts); len(info.Distributions) != 1 || info.Distributions[0].File != file.Name || info.Distributions[0].SHA256 != file.SHA256 {
		t.Errorf("%+v", info.Distributions)
	}
	opts.Lock.Distributions[0].Files = opts.Lock.Distributions[0].Files[:1]
	refused(t, opts, "//app:requirements.txt:10: precedence 2: the lock has 1 hashes of it and no file names", "none is a wheel for CPython", "Possible fixes", "bazel run //app:lock")
	opts.Lock.Distributions[0].Files[0].SHA256 = file.SHA256
	opts.Lock.Distributions[0].Version = "3"
	refused(t, opts, "precedence 3: the lock has 1 hashes of it")
}

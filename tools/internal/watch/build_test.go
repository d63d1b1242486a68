package watch

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// fakeBazel writes the build events that a build of one wheel has, says what it was called with, and ends with a code.
const fakeBazel = `#!/bin/sh
for flag; do
  case $flag in --build_event_json_file=*) events=${flag#*=} ;; esac
done
cat > "$events" <<'EOF'
{"id":{"started":{}},"started":{"command":"build"}}
{"id":{"namedSet":{"id":"0"}},"namedSetOfFiles":{"files":[{"name":"a/wheel.dist/a-1%2B.whl","uri":"file:///out/a%20b/a-1.whl"},{"name":"b","uri":"bytestream://cache/b"}]}}
{"id":{"buildFinished":{}},"finished":{"exitCode":{}}}
EOF
echo "$@" | sed 's/json_file=[^ ]*/json_file=EVENTS/'
exit ${CODE:-0}
`

func TestBuild(t *testing.T) {
	workspace := t.TempDir()
	wrapper := filepath.Join(workspace, "tools", "bazel")
	if err := os.MkdirAll(filepath.Dir(wrapper), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(wrapper, []byte(fakeBazel), 0o755); err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	b := &Build{Bazel: wrapper, Workspace: workspace, Flags: []string{"--config=mine"}, Target: "//a:wheel", Output: &said}
	files, err := b.Run(context.Background())
	if err != nil || !slices.Equal(files, []string{"/out/a b/a-1.whl"}) {
		t.Errorf("the build has %q, error %v", files, err)
	}
	if !strings.HasSuffix(said.String(), "--build_event_json_file=EVENTS --config=mine -- //a:wheel\n") {
		t.Errorf("Bazel was called with %s", said.String())
	}
	t.Setenv("CODE", "1")
	if _, err := b.Run(context.Background()); !errors.Is(err, ErrFailed) {
		t.Errorf("a build that failed returns %v", err)
	}

	t.Setenv("PATH", t.TempDir())
	if found, err := FindBazel(workspace); err != nil || found != wrapper {
		t.Errorf("found %s, error %v", found, err)
	}
	if _, err := FindBazel(t.TempDir()); err == nil || !strings.Contains(err.Error(), "--bazel=PROGRAM") {
		t.Errorf("without any Bazel: %v", err)
	}
}

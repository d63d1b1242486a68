package main

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestCompare(t *testing.T) {
	one, same, other := makeWheel(t, "x = 1\n"), makeWheel(t, "x = 1\n"), makeWheel(t, "x = 2\n")
	code, stdout, stderr := runVerb(t, "compare", one, same)
	if code != 0 || !strings.HasSuffix(stdout, "0 different, 0 allowed\n") || stderr != "" {
		t.Errorf("equal wheels: %d %q %q", code, stdout, stderr)
	}
	code, stdout, stderr = runVerb(t, "compare", one, other)
	want := "different: demo.py: contents\n    @@ -1 +1 @@\n    -x = 1\n    +x = 2\n     \nallowed: demo-1.0.dist-info/RECORD: RECORD\n1 different, 1 allowed\n"
	if code != 1 || !strings.HasSuffix(stdout, want) || !strings.Contains(stderr, "differ in more than is allowed: 1 times") {
		t.Errorf("other wheels: %d\n%s%s", code, stdout, stderr)
	}
	code, stdout, _ = runVerb(t, "compare", "--json", one, other)
	var report struct {
		A, B        string
		Differences []struct{ Kind, File, What, Detail string }
	}
	if err := json.Unmarshal([]byte(stdout), &report); err != nil || code != 1 {
		t.Fatalf("%d %v\n%s", code, err, stdout)
	}
	if report.A != one || report.B != other || len(report.Differences) != 2 || report.Differences[1].File != "demo.py" || report.Differences[1].Kind != "different" {
		t.Errorf("%+v", report)
	}
}

func TestCompareErrors(t *testing.T) {
	for _, test := range []struct {
		code int
		args []string
		want string
	}{
		{2, []string{"a.whl"}, "expected two wheels, found 1"},
		{1, []string{"missing.whl", "missing.whl"}, "find the wheel"},
	} {
		code, _, stderr := runVerb(t, append([]string{"compare"}, test.args...)...)
		if code != test.code || !strings.Contains(stderr, test.want) {
			t.Errorf("%q: %d %q", test.args, code, stderr)
		}
	}
}

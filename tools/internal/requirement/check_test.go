package requirement

import (
	"slices"
	"strings"
	"testing"
)

var linux = map[string]string{
	"python_version": "3.13", "python_full_version": "3.13.5", "os_name": "posix", "sys_platform": "linux", "platform_machine": "x86_64",
	"platform_release": "6.1", "platform_system": "Linux", "platform_version": "#1", "platform_python_implementation": "CPython",
	"implementation_name": "cpython", "implementation_version": "3.13.5",
}

func parseAll(t *testing.T, texts ...string) []Requirement {
	t.Helper()
	var all []Requirement
	for _, text := range texts {
		r, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, r)
	}
	return all
}

// REQ-4, REQ-5: what is wanted is compared with what is there.
func TestCheck(t *testing.T) {
	hash := strings.Repeat("0a", 32)
	have := []Distribution{
		{Name: "Setup_Tools", Version: "80.0"},
		{Name: "pre", Version: "2.0rc1"},
		{Name: "local", Version: "1.0+debian.1"},
		{Name: "odd", Version: "not-a-version"},
		{Name: "tool", Version: "1.5", Requires: parseAll(t, "helper>=2", "zig; extra == 'zig'", "absent; extra == 'all'", "windows; sys_platform == 'win32'", "tool[zig]; extra == 'loop'")},
		{Name: "helper", Version: "2.1", Requires: parseAll(t, "tool")},
		{Name: "url", Version: "1", DirectURL: "https://files.example/url-1.tar.gz", Hash: hash},
		{Name: "hashed", Version: "1", Hash: hash},
		{Name: "top", Version: "1", Requires: parseAll(t, "middle[x]>=1")},
		{Name: "middle", Version: "1", Requires: parseAll(t, "gone>3; extra == 'x'", "gone>4; extra == 'y'")},
	}
	for _, c := range []struct {
		want  string
		found []string
	}{
		{"setup.tools>=40.8.0", nil},
		{"setuptools", []string{"wanted setuptools, found nothing of that name"}},
		{"setup-tools>=81", []string{"wanted setup-tools>=81, found Setup_Tools 80.0"}},
		{"pre>=1", nil}, {"pre>=2.0", []string{"wanted pre>=2.0, found pre 2.0rc1"}},
		{"local==1.0", nil}, {"local>=1.0", nil}, {"local==1.0+other", []string{"wanted local==1.0+other, found local 1.0+debian.1"}},
		{"odd", nil}, {"odd===not-a-version", nil}, {"odd>=1", []string{`wanted odd>=1, found odd with the version "not-a-version", which can't be compared`}},
		{"absent; sys_platform == 'win32'", nil}, {"absent; extra == 'all'", nil},
		{"tool", nil}, {"tool[loop]", []string{"wanted zig; extra == \"zig\" (by tool[loop] > tool[zig]), found nothing of that name"}},
		{"tool[zig]", []string{"wanted zig; extra == \"zig\" (by tool[zig]), found nothing of that name"}},
		{"tool[All]", []string{"wanted absent; extra == \"all\" (by tool[all]), found nothing of that name"}},
		{"tool[unknown]", nil},
		{"top", []string{"wanted gone>3; extra == \"x\" (by top > middle[x]), found nothing of that name"}},
		{"url @ https://files.example/url-1.tar.gz", nil},
		{"url @ https://files.example/url-1.tar.gz#sha256=" + hash, nil},
		{"url @ https://files.example/url-1.tar.gz#sha256=" + strings.Repeat("1", 64), []string{"with another SHA-256, " + hash}},
		{"url @ https://files.example/url-2.tar.gz", []string{"found url 1 from https://files.example/url-1.tar.gz"}},
		{"hashed @ https://files.example/h-1.tar.gz#sha256=" + strings.ToUpper(hash), nil},
		{"hashed @ https://files.example/h-1.tar.gz", []string{"not from that URL but from an index"}},
	} {
		problems := Check(parseAll(t, c.want), have, linux)
		if len(problems) != len(c.found) {
			t.Errorf("%s: %v, want %v", c.want, problems, c.found)
			continue
		}
		for i, p := range problems {
			if !strings.HasSuffix(p.String(), c.found[i]) {
				t.Errorf("%s: %q, want %q", c.want, p, c.found[i])
			}
		}
	}
}

// REQ-4: all problems are told, each once, in order; a marker that can't be evaluated is one of them.
func TestCheckTellsAll(t *testing.T) {
	have := []Distribution{{Name: "a", Version: "1", Requires: parseAll(t, "b", "c>1")}, {Name: "c", Version: "1", Requires: parseAll(t, "a")}}
	problems := Check(parseAll(t, "z", "a", "a", "q; os_name == 'x' and platform_machine ~= '1'", "w; python_version > '3' and sys_platform ~= '1'"), have, linux)
	var got []string
	for _, p := range problems {
		got = append(got, NormalizeName(p.Wanted.Name))
	}
	if want := []string{"z", "b", "c", "w"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if last := problems[len(problems)-1].String(); !strings.Contains(last, "can't be evaluated") {
		t.Error(last)
	}
	if problems := Check(nil, nil, nil); problems != nil {
		t.Error(problems)
	}
}

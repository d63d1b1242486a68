package walls

import (
	"fmt"
	"strings"
	"testing"
)

// BE-7: a build that tries the network fails at once, and what it wanted is known: names, addresses, ports.
func TestNetworkBE7(t *testing.T) {
	got := works(t, task{Spec: Spec{Kind: Required}, Program: "hook", Args: []string{
		"connect", "index.example:443", "203.0.113.7:8080", "[2001:db8::1]:80", "INDEX.example:443", "localhost:1", "127.0.0.1:1", "192.0.2.1:22",
	}})
	want := []string{"index.example", "203.0.113.7:8080", "192.0.2.1:22"}
	if fmt.Sprint(got.Network) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", got.Network, want)
	}
	if strings.Contains(got.Stdout, "<nil>") || strings.Count(got.Stdout, "no such host") != 2 || strings.Count(got.Stdout, "refused") != 4 ||
		!strings.Contains(got.Stdout, "[2001:db8::1]:80 dial tcp") {
		t.Error(got.Stdout)
	}
}

// A build may talk to itself, which is no wish for the network; UDP to elsewhere is one, and so is a resolver of its own.
func TestNetworkOfItsOwnBE7(t *testing.T) {
	got := works(t, task{Spec: Spec{Kind: Required}, Program: "hook", Args: []string{"itself"}})
	if got.Stdout != "pong\n" || fmt.Sprint(got.Network) != "[198.51.100.9:5353]" {
		t.Errorf("%q %v", got.Stdout, got.Network)
	}
}

// With Paths nothing is recorded, because nothing can be.
func TestNetworkOfPaths(t *testing.T) {
	if got := works(t, script(Paths, "true")); len(got.Network) != 0 {
		t.Error(got.Network)
	}
}

// The resolver answers whatever a hook sends it, and never with more than "no such name".
func TestResolverAnswers(t *testing.T) {
	question := func(name string) []byte {
		m := []byte{1, 2, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1}
		for _, label := range strings.Split(name, ".") {
			m = append(append(m, byte(len(label))), label...)
		}
		return append(m, 0, 0, 1, 0, 1, 0, 0, 41, 2, 0) // the start of an additional record
	}
	for name, want := range map[string]string{
		"a.Example": "a.example", "localhost": "", "1.0.0.127.in-addr.arpa": "", "pyproject": "", "a b\n.example": "a?b?.example",
	} {
		var asked string
		s := &resolver{want: func(host string) { asked = host }}
		q := question(name)
		answer := s.answer(q)
		if asked != want {
			t.Errorf("%q: asked for %q, want %q", name, asked, want)
		}
		if len(answer) < 12 || answer[0] != 1 || answer[1] != 2 || answer[2]&0x80 == 0 || answer[3]&15 != 3 || answer[11] != 0 {
			t.Errorf("%q: answer %v", name, answer)
		}
		for cut := range len(q) - 6 {
			if answer := s.answer(q[:cut]); answer != nil {
				t.Errorf("%q cut after %d bytes is answered", name, cut)
			}
		}
	}
	s := &resolver{want: func(string) { t.Error("a reply was taken for a question") }}
	if reply := question("x"); s.answer(append([]byte{0, 0, 0x80}, reply[3:]...)) != nil {
		t.Error("a reply was answered")
	}
}

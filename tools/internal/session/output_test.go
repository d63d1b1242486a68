package session

import (
	"bytes"
	"strings"
	"testing"
)

// TestCapture holds the capped output against the whole, whatever the pieces are in which it arrives.
func TestCapture(t *testing.T) {
	const limit = 10
	var all []byte
	for i := range 57 {
		all = append(all, byte('A'+i%26))
	}
	for length := range len(all) {
		for piece := 1; piece <= length+1; piece++ {
			c := newCapture(limit)
			for rest := all[:length]; len(rest) > 0; {
				n := min(piece, len(rest))
				if written, err := c.Write(rest[:n]); written != n || err != nil {
					t.Fatal(written, err)
				}
				rest = rest[n:]
			}
			var got bytes.Buffer
			if _, err := c.WriteTo(&got); err != nil {
				t.Fatal(err)
			}
			want := string(all[:length])
			if length > 2*limit {
				want = string(all[:limit]) + string(c.dropped()) + string(all[length-limit:length])
			}
			if got.String() != want {
				t.Fatalf("%d bytes in pieces of %d: %q, want %q", length, piece, got.String(), want)
			}
		}
	}
}

func TestVisible(t *testing.T) {
	if got := visible([]byte("a\xffb\x00é\x1b[0m\x7f\t\r\n\xc3")); got != `a\xffb\x00é`+"\x1b[0m"+`\x7f`+"\t\r\n"+`\xc3` {
		t.Errorf("%q", got)
	}
}

// TestShown proves that an error never prints more than Bazel shows.
func TestShown(t *testing.T) {
	c := newCapture(keptOutput)
	line := []byte(strings.Repeat("x", 99) + "\n")
	for range 20_000 {
		_, _ = c.Write(line)
	}
	if text := c.text(); len(text) > 1<<20 || !strings.Contains(text, "are not shown here") {
		t.Errorf("%d bytes are shown", len(text))
	}
}

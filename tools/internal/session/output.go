package session

import (
	"bytes"
	"fmt"
	"io"
	"regexp"
	"strings"
	"unicode/utf8"
)

// keptOutput is how much of the beginning and how much of the end of a hook's output is kept: a backend may print for
// ever. Tests lower it.
var keptOutput = 16 << 20

// shownOutput is how much of the beginning, and twice that of the end, is shown with an error. Bazel shows nothing at all of
// an action that prints more than 1 MiB; the log has the rest.
const shownOutput = 300 << 10

// capture is what a hook printed: all of it, or its beginning and its end.
type capture struct {
	limit int // of head and tail each
	head  []byte
	tail  []byte // a ring once it is full
	next  int    // where in the ring the next byte goes
	total int64
}

func newCapture(limit int) *capture { return &capture{limit: limit} }

// Write never fails.
func (c *capture) Write(p []byte) (int, error) {
	written := len(p)
	c.total += int64(written)
	n := min(c.limit-len(c.head), len(p))
	c.head = append(c.head, p[:n]...)
	p = p[n:]
	if over := len(p) - c.limit; over > 0 {
		p = p[over:]
	}
	n = min(c.limit-len(c.tail), len(p))
	c.tail = append(c.tail, p[:n]...)
	for p = p[n:]; len(p) > 0; p = p[n:] {
		n = copy(c.tail[c.next:], p)
		c.next = (c.next + n) % c.limit
	}
	return written, nil
}

// end is the ring in order.
func (c *capture) end() []byte {
	return append(append([]byte(nil), c.tail[c.next:]...), c.tail[:c.next]...)
}

// WriteTo writes what was kept, as it was printed, with a line in the place of what was not.
func (c *capture) WriteTo(w io.Writer) (int64, error) {
	parts := [][]byte{c.head, c.dropped(), c.end()}
	n, err := w.Write(bytes.Join(parts, nil))
	return int64(n), err
}

func (c *capture) dropped() []byte {
	if lost := c.total - int64(len(c.head)+len(c.tail)); lost > 0 {
		return fmt.Appendf(nil, "\n[… %d bytes of output were not kept …]\n", lost)
	}
	return nil
}

// find is the first part of the output that a pattern matches.
func (c *capture) find(pattern *regexp.Regexp) string {
	return string(pattern.Find(append(c.head[:len(c.head):len(c.head)], c.end()...)))
}

// text is the output for people: capped, and with no byte that a terminal or Bazel could stumble over.
func (c *capture) text() string {
	var all bytes.Buffer
	_, _ = c.WriteTo(&all)
	data := all.Bytes()
	if len(data) <= 3*shownOutput {
		return visible(data)
	}
	lost := len(data) - 3*shownOutput
	return visible(data[:shownOutput]) + fmt.Sprintf("\n[… %d bytes are not shown here; the log has them …]\n", lost) +
		visible(data[len(data)-2*shownOutput:])
}

// visible shows bytes that are no UTF-8, and control characters other than white space and colours, as \xNN.
func visible(data []byte) string {
	var out strings.Builder
	out.Grow(len(data))
	for len(data) > 0 {
		r, size := utf8.DecodeRune(data)
		switch {
		case r == utf8.RuneError && size == 1, r < ' ' && !strings.ContainsRune("\t\n\r\x1b", r), r == 0x7f:
			fmt.Fprintf(&out, "\\x%02x", data[0])
		default:
			out.Write(data[:size])
		}
		data = data[size:]
	}
	return out.String()
}

// Package deflate compresses (RFC 1951) to the same bytes for ever.
//
// compress/flate promises nothing of that kind: Go 1.27 compresses otherwise than Go 1.26, so a wheel's bytes would depend
// on the Go that happened to build the helper. What this package writes depends on its input and on its own source
// alone; a test pins it. It compresses about as well and as fast as zlib's level 6. Reading is left to compress/flate.
package deflate

import (
	"encoding/binary"
	"io"
	"math/bits"
)

const (
	windowSize = 1 << 15 // how far back a match may lie
	inputSize  = 1 << 17 // bytes that are compressed at once; a multiple of windowSize, so that positions keep their slots
	bufferSize = windowSize + inputSize
	hashBits   = 15

	minMatch  = 4   // shorter ones are cheaper as literals, nearly always
	maxMatch  = 258 // RFC 1951
	maxChain  = 32  // candidates that are tried for a match
	goodMatch = 16  // with one of this length at hand only a quarter of maxChain is tried
	lazyMatch = 64  // with one of this length at hand a better one is not looked for
	niceMatch = 160 // one of this length ends the search

	maxTokens = 1 << 14 // of one block of the output
)

// Writer compresses what is written to it. It is not ready before Reset.
type Writer struct {
	out   bitWriter
	input [bufferSize]byte
	start int // the first byte that is not compressed; before it lies the window
	end   int // the end of what was written
	head  [1 << hashBits]int32
	prev  [windowSize]int32

	tokens     []token
	blockStart int // where in input the block of tokens starts
	coder      blockCoder
}

// token is a literal byte, or a match: the highest bit, length-3 in the eight bits from 16 on, distance-1 below.
type token uint32

const matchFlag token = 1 << 31

func (t token) length() uint32   { return uint32(t>>16) & 0xff }
func (t token) distance() uint32 { return uint32(t) & 0x7fff }

// NewWriter makes a writer that compresses to out.
func NewWriter(out io.Writer) *Writer {
	w := &Writer{tokens: make([]token, 0, maxTokens)}
	w.Reset(out)
	return w
}

// Reset makes the writer begin anew.
func (w *Writer) Reset(out io.Writer) {
	w.out.reset(out)
	w.start, w.end, w.blockStart = 0, 0, 0
	w.tokens = w.tokens[:0]
	for i := range w.head {
		w.head[i] = -1
	}
}

// Write compresses p, some of it later.
func (w *Writer) Write(p []byte) (int, error) {
	written := 0
	for len(p) > 0 {
		if w.end == bufferSize {
			w.compress()
			w.slide()
		}
		n := copy(w.input[w.end:], p)
		w.end += n
		written += n
		p = p[n:]
	}
	return written, w.out.err
}

// Close compresses the rest and ends the stream. The writer can be used again after Reset.
func (w *Writer) Close() error {
	w.compress()
	w.writeBlock(w.end, true)
	w.out.finish()
	return w.out.err
}

// slide keeps the last windowSize bytes. What is not yet a block of output ends one first.
func (w *Writer) slide() {
	w.writeBlock(w.end, false)
	copy(w.input[:windowSize], w.input[inputSize:])
	w.start, w.end, w.blockStart = windowSize, windowSize, windowSize
	for _, table := range [][]int32{w.head[:], w.prev[:]} {
		for i, at := range table {
			table[i] = max(at-inputSize, -1)
		}
	}
}

// compress turns all input into tokens. A match is taken only if the next byte has no longer one.
func (w *Writer) compress() {
	var length, distance int // of the match at the byte before
	pending := false         // that byte is not in a token yet
	for i := w.start; i < w.end; {
		var newLength, newDistance int
		if i+minMatch <= w.end {
			if length < lazyMatch {
				newLength, newDistance = w.find(i, length)
			}
			w.insert(i)
		}
		switch {
		case pending && length >= minMatch && newLength <= length:
			w.add(matchFlag|token(length-3)<<16|token(distance-1), i-1)
			stop := i - 1 + length
			for j := i + 1; j < min(stop, w.end-minMatch+1); j++ {
				w.insert(j)
			}
			i, length, pending = stop, 0, false
			continue
		case pending:
			w.add(token(w.input[i-1]), i-1)
		}
		length, distance, pending = newLength, newDistance, true
		i++
	}
	if pending {
		w.add(token(w.input[w.end-1]), w.end-1)
	}
	w.start = w.end
}

// add adds the token for the bytes from at on.
func (w *Writer) add(t token, at int) {
	if len(w.tokens) == maxTokens {
		w.writeBlock(at, false)
	}
	w.tokens = append(w.tokens, t)
}

func (w *Writer) hash(i int) uint32 {
	return binary.LittleEndian.Uint32(w.input[i:]) * 0x9e3779b1 >> (32 - hashBits)
}

func (w *Writer) insert(i int) {
	slot := &w.head[w.hash(i)]
	w.prev[i%windowSize] = *slot
	*slot = int32(i)
}

// find looks for the longest match at i that is longer than have.
func (w *Writer) find(i, have int) (length, distance int) {
	best := max(have, minMatch-1)
	most := min(maxMatch, w.end-i)
	if best >= most {
		return 0, 0
	}
	chain := maxChain
	if have >= goodMatch {
		chain /= 4
	}
	here := w.input[i : i+most]
	for at := int(w.head[w.hash(i)]); at >= 0 && i-at <= windowSize && chain > 0; chain-- {
		if w.input[at+best] == here[best] {
			if n := matchLength(w.input[at:at+most], here); n > best {
				best, length, distance = n, n, i-at
				if n >= min(niceMatch, most) {
					break
				}
			}
		}
		next := int(w.prev[at%windowSize])
		if next >= at {
			break // the slot was taken by a newer position: the chain ends here
		}
		at = next
	}
	return length, distance
}

// matchLength counts equal bytes at the beginning of two slices of one length.
func matchLength(a, b []byte) int {
	n := 0
	for n+8 <= len(a) && n+8 <= len(b) {
		if x := binary.LittleEndian.Uint64(a[n:]) ^ binary.LittleEndian.Uint64(b[n:]); x != 0 {
			return n + bits.TrailingZeros64(x)/8
		}
		n += 8
	}
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// writeBlock writes the tokens, which stand for the input from blockStart to end.
func (w *Writer) writeBlock(end int, last bool) {
	if len(w.tokens) > 0 || last {
		w.coder.write(&w.out, w.tokens, w.input[w.blockStart:end], last)
	}
	w.tokens = w.tokens[:0]
	w.blockStart = end
}

package deflate

import (
	"io"
	"math/bits"
)

const (
	literals   = 286 // symbols of the alphabet of literals and lengths
	distances  = 30
	endOfBlock = 256
	mostBits   = 15 // of a code for literals and distances
	lengthBits = 7  // of a code for code lengths
)

// lengthOrder is the order in which RFC 1951 stores the lengths of the codes for code lengths.
var lengthOrder = [...]int{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}

// blockCoder writes one block in the smallest of the three forms of RFC 1951. Its fields are only kept to be used again.
type blockCoder struct {
	literal  [literals]code
	distance [distances]code
	meta     [19]code
	counts   [literals]int
	far      [distances]int
}

// fixedLiteral and fixedDistance are the codes that need no description.
var fixedLiteral, fixedDistance = fixedCodes()

func fixedCodes() (literal [literals]code, distance [distances]code) {
	// All 288 lengths count for the codes, the last two symbols are never used.
	var lengths [288]uint8
	for i := range lengths {
		switch {
		case i < 144, i >= 280:
			lengths[i] = 8
		case i < 256:
			lengths[i] = 9
		default:
			lengths[i] = 7
		}
	}
	var all [288]code
	assign(all[:], lengths[:])
	copy(literal[:], all[:])
	for i := range distance {
		distance[i] = code{bits: uint16(bits.Reverse16(uint16(i)) >> 11), length: 5}
	}
	return literal, distance
}

// lengthSymbol gives the symbol of a match's length-3, and its extra bits.
func lengthSymbol(l uint32) (symbol int, extra uint32, extraBits uint) {
	switch {
	case l < 8:
		return 257 + int(l), 0, 0
	case l == 255:
		return 285, 0, 0
	}
	n := uint(bits.Len32(l)) - 3
	return 257 + int(4*(n+1)+uint(l>>n)&3), l & (1<<n - 1), n
}

// distanceSymbol gives the symbol of a distance-1, and its extra bits.
func distanceSymbol(d uint32) (symbol int, extra uint32, extraBits uint) {
	if d < 4 {
		return int(d), 0, 0
	}
	n := uint(bits.Len32(d)) - 2
	return int(2*(n+1) + uint(d>>n)&1), d & (1<<n - 1), n
}

// write writes the tokens; raw is what they stand for.
func (c *blockCoder) write(out *bitWriter, tokens []token, raw []byte, last bool) {
	extra := c.count(tokens)
	assignBest(c.literal[:], c.counts[:], mostBits)
	assignBest(c.distance[:], c.far[:], mostBits)
	description := describe(c.literal[:], c.distance[:])
	var uses [19]int
	for _, d := range description.symbols {
		uses[d.symbol]++
	}
	assignBest(c.meta[:], uses[:], lengthBits)
	metas := len(lengthOrder)
	for metas > 4 && c.meta[lengthOrder[metas-1]].length == 0 {
		metas--
	}

	dynamic := 3 + 14 + 3*metas + description.extra + cost(uses[:], c.meta[:]) + cost(c.counts[:], c.literal[:]) + cost(c.far[:], c.distance[:]) + extra
	fixed := 3 + cost(c.counts[:], fixedLiteral[:]) + cost(c.far[:], fixedDistance[:]) + extra
	stored := 8*len(raw) + 40*(len(raw)/mostStored+1) + 7
	final := uint64(0)
	if last {
		final = 1
	}
	switch {
	case stored < min(dynamic, fixed):
		writeStored(out, raw, final)
	case fixed <= dynamic:
		out.add(final|1<<1, 3)
		writeTokens(out, tokens, &fixedLiteral, &fixedDistance)
	default:
		out.add(final|2<<1, 3)
		out.add(uint64(description.literals-257), 5)
		out.add(uint64(description.distances-1), 5)
		out.add(uint64(metas-4), 4)
		for _, symbol := range lengthOrder[:metas] {
			out.add(uint64(c.meta[symbol].length), 3)
		}
		for _, d := range description.symbols {
			out.addCode(c.meta[d.symbol])
			out.add(uint64(d.extra), d.extraBits)
		}
		writeTokens(out, tokens, &c.literal, &c.distance)
	}
}

// count counts the symbols of the tokens and sums their extra bits.
func (c *blockCoder) count(tokens []token) (extra int) {
	clear(c.counts[:])
	clear(c.far[:])
	for _, t := range tokens {
		if t&matchFlag == 0 {
			c.counts[t]++
			continue
		}
		symbol, _, n := lengthSymbol(t.length())
		far, _, m := distanceSymbol(t.distance())
		c.counts[symbol]++
		c.far[far]++
		extra += int(n + m)
	}
	c.counts[endOfBlock] = 1
	return extra
}

func cost(counts []int, codes []code) (sum int) {
	for symbol, count := range counts {
		sum += count * int(codes[symbol].length)
	}
	return sum
}

func writeTokens(out *bitWriter, tokens []token, literal *[literals]code, distance *[distances]code) {
	for _, t := range tokens {
		if t&matchFlag == 0 {
			out.addCode(literal[t])
			continue
		}
		symbol, extra, n := lengthSymbol(t.length())
		out.addCode(literal[symbol])
		out.add(uint64(extra), n)
		symbol, extra, n = distanceSymbol(t.distance())
		out.addCode(distance[symbol])
		out.add(uint64(extra), n)
	}
	out.addCode(literal[endOfBlock])
}

// mostStored is the largest size of a stored block.
const mostStored = 0xffff

func writeStored(out *bitWriter, raw []byte, final uint64) {
	for {
		n := min(len(raw), mostStored)
		flag := uint64(0)
		if n == len(raw) {
			flag = final
		}
		out.add(flag, 3)
		out.align()
		out.add(uint64(n), 16)
		out.add(uint64(^uint16(n)), 16)
		out.bytes(raw[:n])
		if raw = raw[n:]; len(raw) == 0 {
			return
		}
	}
}

// bitWriter collects bits, the lowest first. Its first error stays.
type bitWriter struct {
	out    io.Writer
	err    error
	held   uint64
	count  uint
	buffer []byte
}

const flushFrom = 32 << 10

func (b *bitWriter) reset(out io.Writer) {
	b.out, b.err, b.held, b.count, b.buffer = out, nil, 0, 0, b.buffer[:0]
}

// add adds at most 32 bits.
func (b *bitWriter) add(value uint64, n uint) {
	b.held |= value << b.count
	b.count += n
	if b.count >= 32 {
		b.buffer = append(b.buffer, byte(b.held), byte(b.held>>8), byte(b.held>>16), byte(b.held>>24))
		b.held >>= 32
		b.count -= 32
		if len(b.buffer) >= flushFrom {
			b.flush()
		}
	}
}

func (b *bitWriter) addCode(c code) { b.add(uint64(c.bits), uint(c.length)) }

// align fills the byte that was begun and empties the held bits.
func (b *bitWriter) align() {
	for ; b.count > 0; b.count -= min(8, b.count) {
		b.buffer = append(b.buffer, byte(b.held))
		b.held >>= 8
	}
}

// bytes adds whole bytes; the bits before are a whole number of bytes.
func (b *bitWriter) bytes(data []byte) {
	b.align()
	b.buffer = append(b.buffer, data...)
	b.flush()
}

func (b *bitWriter) flush() {
	if b.err == nil {
		_, b.err = b.out.Write(b.buffer)
	}
	b.buffer = b.buffer[:0]
}

func (b *bitWriter) finish() {
	b.align()
	b.flush()
}

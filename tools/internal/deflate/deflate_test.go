package deflate

import (
	"bytes"
	"compress/flate"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
)

// inputs are texts of different natures; a seeded generator makes them the same everywhere.
func inputs() map[string][]byte {
	random := rand.New(rand.NewPCG(1, 2))
	noise := make([]byte, 300_000)
	for i := range noise {
		noise[i] = byte(random.Uint32())
	}
	var words strings.Builder
	for range 60_000 {
		fmt.Fprintf(&words, "word%d ", random.IntN(1000))
	}
	skewed := make([]byte, 400_000)
	for i := range skewed {
		skewed[i] = byte(random.ExpFloat64() * 3)
	}
	return map[string][]byte{
		"empty":     nil,
		"one byte":  []byte("a"),
		"one match": []byte("abcdabcd"),
		"zeros":     make([]byte, 1_000_000),
		"noise":     noise,
		"words":     []byte(words.String()),
		"skewed":    skewed,
		"far":       append(append(bytes.Clone(noise[:windowSize]), noise[:windowSize]...), noise[:windowSize-1]...),
		"mixed":     append(append([]byte(words.String()), noise...), make([]byte, 200_000)...),
	}
}

func compress(t testing.TB, data []byte, chunk int) []byte {
	t.Helper()
	var out bytes.Buffer
	w := NewWriter(&out)
	for rest := data; len(rest) > 0; {
		n := min(chunk, len(rest))
		if _, err := w.Write(rest[:n]); err != nil {
			t.Fatal(err)
		}
		rest = rest[n:]
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func decompress(t testing.TB, packed []byte) []byte {
	t.Helper()
	in := bytes.NewReader(packed)
	data, err := io.ReadAll(flate.NewReader(in))
	if err != nil {
		t.Fatal(err)
	}
	if in.Len() > 0 {
		t.Fatalf("%d bytes are left behind the stream", in.Len())
	}
	return data
}

func TestRoundTrip(t *testing.T) {
	for name, data := range inputs() {
		t.Run(name, func(t *testing.T) {
			packed := compress(t, data, len(data)+1)
			if !bytes.Equal(decompress(t, packed), data) {
				t.Fatal("what was decompressed is not what was compressed")
			}
			if limit := len(data) + len(data)/1000 + 16; len(packed) > limit {
				t.Errorf("%d bytes became %d, at most %d expected", len(data), len(packed), limit)
			}
			if !bytes.Equal(packed, compress(t, data, 1000)) {
				t.Error("the bytes depend on how the input was cut into writes")
			}
		})
	}
}

// A writer that was used before must not remember it.
func TestReset(t *testing.T) {
	all := inputs()
	var first, second bytes.Buffer
	w := NewWriter(&first)
	w.Write(all["mixed"])
	w.Close()
	w.Reset(&second)
	w.Write(all["words"])
	w.Close()
	if !bytes.Equal(second.Bytes(), compress(t, all["words"], 1<<20)) {
		t.Error("a writer that was reset compresses otherwise than a new one")
	}
}

// BYTES-1: the bytes depend on nothing but this package's source. Changing it is allowed; it changes every wheel.
func TestPinned(t *testing.T) {
	want := map[string]string{
		"empty":     "9b4fb24edd6d1d88",
		"far":       "a799feefb0889b24",
		"mixed":     "070b83451dddad21",
		"noise":     "ec24d8a335858020",
		"one byte":  "59fced9a2ff83dab",
		"one match": "4cbde1085931d378",
		"skewed":    "bdcb760178630a9d",
		"words":     "c4001fec41ff9938",
		"zeros":     "75bccfe09e7f589f",
	}
	for name, data := range inputs() {
		sum := sha256.Sum256(compress(t, data, 1<<20))
		if got := hex.EncodeToString(sum[:8]); got != want[name] {
			t.Errorf("%q: %q,", name, got)
		}
	}
}

func TestWriteError(t *testing.T) {
	w := NewWriter(brokenWriter{})
	w.Write(inputs()["noise"])
	if err := w.Close(); err == nil {
		t.Error("the error of the writer below was lost")
	}
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func FuzzRoundTrip(f *testing.F) {
	f.Add([]byte("aaaaabaaaab"), 7)
	f.Add(bytes.Repeat([]byte("abcdefgh"), 100), 40_000)
	f.Fuzz(func(t *testing.T, seed []byte, repeat int) {
		data := seed
		if repeat > 0 && len(seed) > 0 {
			data = bytes.Repeat(seed, 1+min(repeat, 400_000)/len(seed))
		}
		if !bytes.Equal(decompress(t, compress(t, data, 70_000)), data) {
			t.Error("what was decompressed is not what was compressed")
		}
	})
}

func BenchmarkCompress(b *testing.B) {
	data := inputs()["words"]
	w := NewWriter(io.Discard)
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		w.Reset(io.Discard)
		w.Write(data)
		w.Close()
	}
}

package wheel

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"testing"
)

// BYTES-1: the compressed bytes depend on nothing but the content: not on Go's version, and not on the processor. A new
// version of the compressor that changes them has to be a decision, for it changes every wheel.
func TestCompressedBytesArePinned(t *testing.T) {
	var content bytes.Buffer
	for i := range 5000 {
		fmt.Fprintf(&content, "line %d of some text that repeats itself, %x\n", i, sha256.Sum256([]byte{byte(i)}))
	}
	packed := packBytes(content.Bytes())
	sum := sha256.Sum256(packed.memory)
	const want = "ebc416e9c803efe88216711ce4599999358a8cdcb69eef389551a20641ee9a4c"
	if got := hex.EncodeToString(sum[:]); got != want {
		t.Errorf("%d bytes compress to %d bytes with the hash %s, not %s", content.Len(), len(packed.memory), got, want)
	}
}

package wheel

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"runtime"
	"sync"
)

// content is what reading a file once tells: its hash, and its first bytes.
type content struct {
	sum  [sha256.Size]byte
	head []byte
}

func (c content) hex() string { return hex.EncodeToString(c.sum[:]) }

// scan reads every file once, on all processors. The result has the order of w.Files.
func (w *Wheel) scan(ctx context.Context) ([]content, error) {
	contents := make([]content, len(w.Files))
	err := parallel(ctx, len(w.Files), func(i int) (err error) {
		contents[i], err = scanFile(w.Files[i])
		return err
	})
	return contents, err
}

func scanFile(f *File) (content, error) {
	r, err := f.Open()
	if err != nil {
		return content{}, err
	}
	defer r.Close()
	hash := sha256.New()
	head := make([]byte, min(headSize, f.Size))
	if _, err := io.ReadFull(r, head); err != nil {
		return content{}, fmt.Errorf("%s: %w", f.Name, err)
	}
	hash.Write(head)
	if _, err := io.Copy(hash, r); err != nil {
		return content{}, fmt.Errorf("%s: %w", f.Name, err)
	}
	c := content{head: head}
	hash.Sum(c.sum[:0])
	return c, nil
}

// parallel calls do for 0 … n-1 from as many goroutines as there are processors. The error is that of the lowest number
// that failed, whatever the order in which they ran, so that a message does not depend on the machine.
func parallel(ctx context.Context, n int, do func(int) error) error {
	var (
		mu     sync.Mutex
		next   int
		failed = n
		first  error
		wait   sync.WaitGroup
	)
	work := func() {
		for {
			mu.Lock()
			i := next
			next++
			stop := i >= failed || i >= n
			mu.Unlock()
			if stop {
				return
			}
			err := ctx.Err()
			if err == nil {
				err = do(i)
			}
			if err != nil {
				mu.Lock()
				if i < failed {
					failed, first = i, err
				}
				mu.Unlock()
			}
		}
	}
	for range min(n, runtime.GOMAXPROCS(0)) {
		wait.Go(work)
	}
	wait.Wait()
	return first
}

package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"
)

const fetchSummary = `Reads one URL into a file and prints the SHA-256 of what came. Repository rules use it for index pages over plain
HTTP, which Bazel's downloader refuses without a hash; what such a page names is verified by the lock's. User and password
are read from FETCH_LOGIN and FETCH_PASSWORD.`

// fetchLimit bounds what is read: the largest files on indexes have a few gigabytes.
const fetchLimit = 8 << 30

// runFetch is run by the repository rules of locked files.
func runFetch(ctx context.Context, args []string, std Streams) error {
	flags := newFlags("fetch", fetchSummary, std)
	url := flags.String("url", "", "the `URL`")
	output := flags.String("output", "", "`path` of the file to write")
	accept := flags.String("accept", "*/*", "the media `types` to ask for, as the header Accept has them")
	silence := flags.Duration("silence", 30*time.Second, "how `long` the server may send nothing")
	if err := parseFlags(flags, args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return usagef("fetch: %q is not a flag", flags.Arg(0))
	}
	if *url == "" || *output == "" {
		return usagef("fetch: --url and --output are needed")
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	watchdog := time.AfterFunc(*silence, func() {
		cancel(fmt.Errorf("the server sent nothing for %v", *silence))
	})
	defer watchdog.Stop()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, *url, nil)
	if err != nil {
		return fmt.Errorf("fetch: %w", err)
	}
	request.Header.Set("Accept", *accept)
	if login := os.Getenv("FETCH_LOGIN"); login != "" {
		request.SetBasicAuth(login, os.Getenv("FETCH_PASSWORD"))
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("fetch: %w", because(ctx, err))
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("fetch %s: the server answered %s", *url, response.Status)
	}
	file, err := os.Create(*output)
	if err != nil {
		return fmt.Errorf("fetch %s: %w", *url, err)
	}
	sum := sha256.New()
	body := io.TeeReader(io.LimitReader(response.Body, fetchLimit+1), restarting{watchdog, *silence})
	size, err := io.Copy(io.MultiWriter(file, sum), body)
	if closeErr := file.Close(); err == nil {
		err = closeErr
	}
	if err == nil && size > fetchLimit {
		err = fmt.Errorf("more than %d bytes", int64(fetchLimit))
	}
	if err != nil {
		return fmt.Errorf("fetch %s: %w", *url, because(ctx, err))
	}
	fmt.Fprintln(std.Out, hex.EncodeToString(sum.Sum(nil)))
	return nil
}

// because gives the reason for which the context was ended, where it was.
func because(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}

// restarting gives the timer its whole time again for each write.
type restarting struct {
	timer *time.Timer
	time  time.Duration
}

func (r restarting) Write(data []byte) (int, error) {
	r.timer.Reset(r.time)
	return len(data), nil
}

package resolver

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/lock"
)

// fetchTimeout bounds one download: the largest wheels have a few gigabytes.
const fetchTimeout = 10 * time.Minute

// fetchAll brings the files that have these hashes here, each under its own name, and returns their paths: in the store, or
// in dir where there is none. The lock is one that uv has just resolved, which says where its files are.
func (s *Store) fetchAll(ctx context.Context, l *lock.Lock, files []lock.EnvironmentFile, dir, index string) ([]string, error) {
	places := map[string]string{}
	for _, p := range l.Packages {
		for _, f := range p.Files {
			places[f.SHA256] = cmp.Or(f.URL, p.DirectURL)
		}
	}
	var paths []string
	for _, file := range files {
		path := s.path(file, dir)
		paths = append(paths, path)
		if kept(path, file.SHA256) {
			continue
		}
		err := os.MkdirAll(filepath.Dir(path), 0o777)
		if err == nil {
			err = fetch(ctx, file, places[file.SHA256], path, index)
		}
		if err != nil {
			return nil, fmt.Errorf("fetch %s: %w", file.Name, err)
		}
	}
	return paths, nil
}

// fetch writes path if what comes has the hash, and only then.
func fetch(ctx context.Context, file lock.EnvironmentFile, from, path, index string) error {
	place, err := withLogin(from, index)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, place, nil)
	if err != nil {
		return err
	}
	client := http.Client{Timeout: fetchTimeout}
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answered %s", request.URL.Redacted(), response.Status)
	}
	temporary, err := os.CreateTemp(filepath.Dir(path), ".fetched-")
	if err != nil {
		return err
	}
	defer os.Remove(temporary.Name())
	sum := sha256.New()
	_, err = io.Copy(io.MultiWriter(temporary, sum), response.Body)
	if closeErr := temporary.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return err
	}
	if got := hex.EncodeToString(sum.Sum(nil)); got != file.SHA256 {
		return fmt.Errorf("%s served a file with the SHA-256 %s; %s is locked", request.URL.Redacted(), got, file.SHA256)
	}
	return os.Rename(temporary.Name(), path)
}

// withLogin adds user and password of the index to the URL of a file that the same host has: uv takes them off what it
// writes.
func withLogin(from, index string) (string, error) {
	if from == "" {
		return "", fmt.Errorf("uv does not say where it is")
	}
	place, err := url.Parse(from)
	if err != nil {
		return "", err
	}
	for _, text := range []string{index, os.Getenv("UV_DEFAULT_INDEX"), os.Getenv("UV_INDEX_URL")} {
		login, err := url.Parse(text)
		if err == nil && place.User == nil && login.User != nil && login.Host == place.Host {
			place.User = login.User
		}
	}
	return place.String(), nil
}

package sdist

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// BYTES-1, SDIST-2: what is packed does not depend on how it was packed before, and is read as it was.
func TestPackBYTES1(t *testing.T) {
	when := time.Date(2001, 2, 3, 4, 5, 6, 0, time.UTC)
	long := strings.Repeat("long/", 60) + "ä"
	first := pack(t,
		tar.Header{Name: "demo-1.0/run", Mode: 0o700, Uname: "#!/bin/sh\n", ModTime: time.Unix(5, 0)},
		regular("demo-1.0/a-file", "a"),
		regular("demo-1.0/a/b", "b"),
		regular("demo-1.0/"+long, "long"),
		link(tar.TypeSymlink, "demo-1.0/link", "run"),
		tar.Header{Name: "demo-1.0/empty", Typeflag: tar.TypeDir, Mode: 0o700},
	)
	second := pack(t,
		tar.Header{Name: "./demo-1.0", Typeflag: tar.TypeDir, Mode: 0o755, Uid: 1000, Gname: "staff"},
		link(tar.TypeSymlink, "demo-1.0/link", "run"),
		tar.Header{Name: "demo-1.0/empty", Typeflag: tar.TypeDir, Mode: 0o777},
		regular("demo-1.0/"+long, "long"),
		regular("demo-1.0/a/b", "b"),
		tar.Header{Name: "demo-1.0/a-file", Mode: 0o600, Uname: "a", PAXRecords: map[string]string{"mtime": "1.5"}},
		tar.Header{Name: "demo-1.0/run", Mode: 0o755, Uname: "#!/bin/sh\n"},
	)
	var packed [][]byte
	for _, data := range [][]byte{first, second} {
		dir, top, err := unpackTo(t, data, Options{})
		if err != nil {
			t.Fatal(err)
		}
		to := filepath.Join(t.TempDir(), "demo-1.0.tar.gz")
		if err := Pack(t.Context(), dir, top, to, when); err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(to)
		if err != nil {
			t.Fatal(err)
		}
		packed = append(packed, data)
	}
	if !bytes.Equal(packed[0], packed[1]) {
		t.Error("equal contents have different bytes")
	}
	checkPacked(t, packed[0], when, "demo-1.0/"+long)
}

func checkPacked(t *testing.T, data []byte, when time.Time, long string) {
	t.Helper()
	stream, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil || stream.Name != "" || !stream.ModTime.IsZero() {
		t.Fatalf("gzip header %+v, %v", stream, err)
	}
	var names []string
	for archive := tar.NewReader(stream); ; {
		header, err := archive.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, header.Name)
		if !header.ModTime.Equal(when) || header.Uid != 0 || header.Gid != 0 || header.Uname+header.Gname != "" {
			t.Errorf("%s: %+v", header.Name, header)
		}
		want := map[byte]int64{tar.TypeDir: 0o755, tar.TypeSymlink: 0o777, tar.TypeReg: 0o644}[header.Typeflag]
		if header.Name == "demo-1.0/run" {
			want = 0o755
		}
		if header.Mode != want {
			t.Errorf("%s has mode %o", header.Name, header.Mode)
		}
	}
	if names[0] != "demo-1.0/" || !slices.Contains(names, long) || !slices.Contains(names, "demo-1.0/empty/") {
		t.Errorf("members %q", names)
	}
}

// A failure leaves nothing behind.
func TestPackFailure(t *testing.T) {
	dir := t.TempDir()
	err := Pack(t.Context(), t.TempDir(), "nothing", filepath.Join(dir, "x.tar.gz"), time.Unix(0, 0))
	if left, _ := os.ReadDir(dir); err == nil || len(left) > 0 {
		t.Errorf("%v, left %v", err, left)
	}
}

package wheel

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// entry is one entry of a wheel that a test makes. The zero mode is that of an archive without modes.
type entry struct {
	name string
	data string
	mode uint32
}

// recipe says how a test's wheel differs from a right one.
type recipe struct {
	file     string  // the file's name, "demo-1.0-py3-none-any.whl" when empty
	wheel    string  // WHEEL, made from the file's name when empty
	metadata string  // METADATA, a short one when empty
	info     string  // the .dist-info directory, "demo-1.0.dist-info" when empty
	files    []entry // beside those of .dist-info
	noRecord bool    // leave RECORD out
	record   func(lines string) string
	method   uint16
	when     time.Time
	reverse  bool // write the entries in the opposite order
}

const (
	elfX86     = "\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x03\x00\x3e\x00 not much of an ELF file"
	elfAarch64 = "\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x03\x00\xb7\x00 not much of an ELF file"
)

func (r recipe) withDefaults(t testing.TB) recipe {
	if r.file == "" {
		r.file = "demo-1.0-py3-none-any.whl"
	}
	if r.info == "" {
		r.info = "demo-1.0.dist-info"
	}
	if r.metadata == "" {
		r.metadata = "Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n"
	}
	if r.wheel == "" {
		name, err := ParseName(r.file)
		if err != nil {
			t.Fatal(err)
		}
		r.wheel = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\n"
		for _, tag := range name.Tags() {
			r.wheel += "Tag: " + tag + "\n"
		}
	}
	return r
}

// make writes the wheel into a directory of its own.
func (r recipe) make(t testing.TB) string {
	t.Helper()
	r = r.withDefaults(t)
	entries := append(slices.Clone(r.files), entry{name: r.info + "/METADATA", data: r.metadata}, entry{name: r.info + "/WHEEL", data: r.wheel})
	if !r.noRecord {
		var lines []byte
		for _, e := range entries {
			if !strings.HasSuffix(e.name, "/") {
				sum := sha256.Sum256([]byte(e.data))
				lines = appendRecordLine(lines, e.name, sum[:], int64(len(e.data)))
			}
		}
		text := string(appendRecordLine(lines, r.info+"/RECORD", nil, 0))
		if r.record != nil {
			text = r.record(text)
		}
		entries = append(entries, entry{name: r.info + "/RECORD", data: text})
	}
	if r.reverse {
		slices.Reverse(entries)
	}
	var out bytes.Buffer
	archive := zip.NewWriter(&out)
	for _, e := range entries {
		header := &zip.FileHeader{Name: e.name, Method: r.method, CreatorVersion: 3 << 8, ExternalAttrs: e.mode << 16, Modified: r.when}
		w, err := archive.CreateHeader(header)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(e.data)); err != nil && e.data != "" {
			t.Fatal(err)
		}
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	return writeFile(t, r.file, out.Bytes())
}

func writeFile(t testing.TB, name string, data []byte) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// wantError fails unless err holds each of the texts, or is nil when there is none.
func wantError(t testing.TB, err error, texts ...string) {
	t.Helper()
	if len(texts) == 0 {
		if err != nil {
			t.Errorf("unexpected error: %v", err)
		}
		return
	}
	if err == nil {
		t.Errorf("no error, expected one with %q", texts)
		return
	}
	for _, text := range texts {
		if !strings.Contains(err.Error(), text) {
			t.Errorf("the error lacks %q:\n%v", text, err)
		}
	}
}

package wheel

import (
	"bytes"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"strconv"
	"strings"
)

// RecordEntry is one line of RECORD.
type RecordEntry struct {
	Path      string
	Algorithm string // "sha256", or "" when the line has no hash
	Digest    string // hexadecimal, whatever form the line has
	Size      int64  // -1 when the line has none
}

// ParseRecord reads a RECORD file: CSV lines of path, hash and size.
func ParseRecord(data []byte) ([]RecordEntry, error) {
	reader := csv.NewReader(bytes.NewReader(data))
	reader.FieldsPerRecord = -1
	reader.ReuseRecord = true
	var entries []RecordEntry
	for {
		row, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return entries, nil
		}
		if err != nil {
			return nil, fmt.Errorf("RECORD is not CSV: %w", err)
		}
		line, _ := reader.FieldPos(0)
		if len(row) != 3 {
			return nil, fmt.Errorf("RECORD:%d: expected path,hash,size, found %d fields", line, len(row))
		}
		entry := RecordEntry{Path: strings.Clone(row[0]), Size: -1}
		if row[1] != "" {
			if entry.Algorithm, entry.Digest, err = parseHash(row[1]); err != nil {
				return nil, fmt.Errorf("RECORD:%d: %s: %w", line, entry.Path, err)
			}
		}
		if row[2] != "" {
			if entry.Size, err = strconv.ParseInt(row[2], 10, 64); err != nil || entry.Size < 0 {
				return nil, fmt.Errorf("RECORD:%d: %s: %q is not a size", line, entry.Path, row[2])
			}
		}
		entries = append(entries, entry)
	}
}

// hashMakers are the algorithms that RECORD may use: PEP 427 says "sha256 or better".
var hashMakers = map[string]func() hash.Hash{
	"sha256": sha256.New,
	"sha512": sha512.New,
}

// parseHash reads "sha256=URLSAFE-BASE64". Padding is against the letter of PEP 427, and old tools wrote it.
func parseHash(field string) (algorithm, digest string, err error) {
	algorithm, value, ok := strings.Cut(field, "=")
	make, known := hashMakers[algorithm]
	if !ok || !known {
		return "", "", fmt.Errorf("the hash %q is not of a kind that PEP 427 allows (sha256 or better)", field)
	}
	raw, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(value, "="))
	if size := make().Size(); err != nil || len(raw) != size {
		return "", "", fmt.Errorf("the hash %q is not %d bytes in URL-safe base64", field, size)
	}
	return algorithm, hex.EncodeToString(raw), nil
}

// appendRecordLine appends one line as Python's csv module writes it. sum is empty for RECORD itself and signatures.
func appendRecordLine(out []byte, path string, sum []byte, size int64) []byte {
	if strings.ContainsAny(path, ",\"\r\n") {
		out = append(out, '"')
		out = append(out, strings.ReplaceAll(path, `"`, `""`)...)
		out = append(out, '"')
	} else {
		out = append(out, path...)
	}
	if len(sum) == 0 {
		return append(out, ",,\n"...)
	}
	out = append(out, ",sha256="...)
	out = base64.RawURLEncoding.AppendEncode(out, sum)
	out = append(out, ',')
	out = strconv.AppendInt(out, size, 10)
	return append(out, '\n')
}

// isSignature says whether the file signs RECORD: it can't be listed there, for it is made afterwards.
func (w *Wheel) isSignature(name string) bool {
	return name == w.DistInfo+"/RECORD.jws" || name == w.DistInfo+"/RECORD.p7s"
}

// Signed says whether RECORD is signed, so that its bytes must stay as they are.
func (w *Wheel) Signed() bool {
	return w.File(w.DistInfo+"/RECORD.jws") != nil || w.File(w.DistInfo+"/RECORD.p7s") != nil
}

// checkRecord holds RECORD against the files: each listed once, none missing, none invented, sizes and hashes true.
func (w *Wheel) checkRecord(contents []content) []string {
	entries, err := w.Record()
	if err != nil {
		return []string{err.Error()}
	}
	var problems []string
	listed := make(map[string]RecordEntry, len(entries))
	for _, entry := range entries {
		if _, twice := listed[entry.Path]; twice {
			problems = append(problems, fmt.Sprintf("RECORD lists %q twice", entry.Path))
			continue
		}
		listed[entry.Path] = entry
		if w.File(entry.Path) == nil && !w.dirs[strings.TrimSuffix(entry.Path, "/")] {
			problems = append(problems, fmt.Sprintf("RECORD lists %q, which is not in the wheel", entry.Path))
		}
	}
	for i, f := range w.Files {
		if f.Name == w.DistInfo+"/RECORD" {
			continue
		}
		entry, ok := listed[f.Name]
		if !ok {
			if !w.isSignature(f.Name) {
				problems = append(problems, fmt.Sprintf("RECORD does not list %q", f.Name))
			}
			continue
		}
		if problem := checkEntry(entry, f, contents[i], w.isSignature(f.Name)); problem != "" {
			problems = append(problems, problem)
		}
	}
	return problems
}

// checkEntry holds one line of RECORD against the file that it is about.
func checkEntry(entry RecordEntry, f *File, c content, mayLackHash bool) string {
	if entry.Algorithm == "" {
		if mayLackHash {
			return ""
		}
		return fmt.Sprintf("RECORD has no hash of %q", f.Name)
	}
	if entry.Size >= 0 && entry.Size != f.Size {
		return fmt.Sprintf("RECORD says that %q has %d bytes, it has %d", f.Name, entry.Size, f.Size)
	}
	digest := c.hex()
	if entry.Algorithm != "sha256" {
		var err error
		if digest, err = f.digest(entry.Algorithm); err != nil {
			return err.Error()
		}
	}
	if digest != entry.Digest {
		return fmt.Sprintf("RECORD has the hash %s=%s of %q, its contents have %s", entry.Algorithm, entry.Digest, f.Name, digest)
	}
	return ""
}

// digest hashes the file with an algorithm of RECORD.
func (f *File) digest(algorithm string) (string, error) {
	r, err := f.Open()
	if err != nil {
		return "", err
	}
	defer r.Close()
	h := hashMakers[algorithm]()
	if _, err := io.Copy(h, r); err != nil {
		return "", fmt.Errorf("%s: %w", f.Name, err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

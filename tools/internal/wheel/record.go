package wheel

import (
	"bytes"
	"encoding/base64"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
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

// hashSizes are the algorithms that PEP 427 lets RECORD use ("sha256 or better"), with the length of each digest.
var hashSizes = map[string]int{"sha256": 32, "sha384": 48, "sha512": 64, "sha3_256": 32, "sha3_384": 48, "sha3_512": 64, "blake2b": 64, "blake2s": 32}

// parseHash reads "sha256=URLSAFE-BASE64". Padding is against the letter of PEP 427, and old tools wrote it.
func parseHash(field string) (algorithm, digest string, err error) {
	algorithm, value, ok := strings.Cut(field, "=")
	size, known := hashSizes[algorithm]
	if !ok || !known {
		return "", "", fmt.Errorf("the hash %q is not of a kind that PEP 427 allows (sha256 or better)", field)
	}
	raw, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(value, "="))
	if err != nil || len(raw) != size {
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

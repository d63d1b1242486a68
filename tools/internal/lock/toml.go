package lock

import (
	"bytes"
	"errors"
	"strings"

	toml "github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"
)

// decode reads a TOML document. Keys that the document's type does not have are ignored.
func decode(file, what string, data []byte, document any) error {
	err := toml.Unmarshal(data, document)
	if err == nil {
		return nil
	}
	var decodeError *toml.DecodeError
	if !errors.As(err, &decodeError) {
		return &Error{File: file, Message: err.Error(), Fix: fixLock}
	}
	line, _ := decodeError.Position()
	return &Error{File: file, Line: line, Message: "not " + what + ": " + strings.TrimPrefix(decodeError.Error(), "toml: "), Fix: fixLock}
}

// packageLines gives the line of the header [[key]] of each entry that decode has read, or 0 for one without a header. The
// decoder, which makes the values, does not tell.
func packageLines(data []byte, key string, count int) []int {
	header := []byte("[[" + key + "]]")
	var lines []int
	number := 0
	for line := range bytes.Lines(data) {
		number++
		if bytes.HasPrefix(line, header) {
			lines = append(lines, number)
		}
	}
	if len(lines) == count {
		return lines
	}
	return parsedLines(data, key, count)
}

// parsedLines is packageLines for files in which a header is written otherwise, or stands in a text: it reads all of the
// document, which takes as long as decode.
func parsedLines(data []byte, key string, count int) []int {
	parser := &unstable.Parser{}
	parser.Reset(data)
	var lines []int
	line, counted := 1, 0
	for parser.NextExpression() {
		expression := parser.Expression()
		if expression.Kind != unstable.ArrayTable {
			continue
		}
		keys := expression.Key()
		if !keys.Next() || string(keys.Node().Data) != key || !keys.IsLast() {
			continue
		}
		offset := int(keys.Node().Raw.Offset)
		for ; counted < offset; counted++ {
			if data[counted] == '\n' {
				line++
			}
		}
		lines = append(lines, line)
	}
	return append(lines, make([]int, max(0, count-len(lines)))...)
}

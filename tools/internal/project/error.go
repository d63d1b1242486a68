package project

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Error is something wrong in the user's pyproject.toml.
type Error struct {
	// File is what the file was called in Options.
	File string
	// Line and Column say where, both counted from 1, columns in characters.
	Line   int
	Column int
	// Text is that line of the file.
	Text string
	// Message says what is wrong and what is expected.
	Message string
}

// Error gives the place, what is wrong, and the line with a mark below the place.
func (e *Error) Error() string {
	text, column := excerpt(e.Text, e.Column)
	number := fmt.Sprintf("%5d", e.Line)
	return fmt.Sprintf("%s:%d:%d: %s\n%s | %s\n%s | %s^", e.File, e.Line, e.Column, e.Message,
		number, text, strings.Repeat(" ", len(number)), strings.Repeat(" ", max(column-1, 0)))
}

// Warning is a remark that does not stop a build.
type Warning struct {
	// File is what the file was called in Options.
	File string
	// Line and Column say where, both counted from 1, columns in characters.
	Line   int
	Column int
	// Message says what.
	Message string
}

// String gives the place and the remark.
func (w Warning) String() string {
	return fmt.Sprintf("%s:%d:%d: %s", w.File, w.Line, w.Column, w.Message)
}

// excerpt gives the part of a line around a column that fits on a terminal, with what does not print replaced, and
// the column in it.
func excerpt(line string, column int) (string, int) {
	const width, before = 120, 60
	runes := []rune(strings.ToValidUTF8(line, "\uFFFD"))
	for i, r := range runes {
		switch {
		case r == '\t':
			runes[i] = ' '
		case !unicode.IsPrint(r):
			runes[i] = '\uFFFD'
		}
	}
	start := 0
	if len(runes) > width && column > before {
		start = min(column-before, len(runes))
	}
	return string(runes[start:min(start+width, len(runes))]), column - start
}

// document is a file that messages point into.
type document struct {
	file string
	data []byte
}

// errorAt makes an Error for the place at this offset.
func (d document) errorAt(offset int, format string, args ...any) *Error {
	line, column, text := d.locate(offset)
	return &Error{File: d.file, Line: line, Column: column, Text: text, Message: fmt.Sprintf(format, args...)}
}

func (d document) locate(offset int) (line, column int, text string) {
	offset = min(max(offset, 0), len(d.data))
	start := bytes.LastIndexByte(d.data[:offset], '\n') + 1
	end := len(d.data)
	if i := bytes.IndexByte(d.data[start:], '\n'); i >= 0 {
		end = start + i
	}
	offset = min(offset, end)
	line = bytes.Count(d.data[:start], []byte("\n")) + 1
	column = utf8.RuneCount(d.data[start:offset]) + 1
	return line, column, strings.TrimSuffix(string(d.data[start:end]), "\r")
}

// offsetOf gives the offset of a line and of a byte in it, both counted from 1.
func (d document) offsetOf(line, column int) int {
	offset := 0
	for ; line > 1; line-- {
		i := bytes.IndexByte(d.data[offset:], '\n')
		if i < 0 {
			return len(d.data)
		}
		offset += i + 1
	}
	return offset + column - 1
}

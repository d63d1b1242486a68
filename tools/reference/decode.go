package main

import (
	"fmt"
	"unicode/utf8"

	"google.golang.org/protobuf/encoding/protowire"
)

// The fields of ModuleInfo in Bazel's stardoc_output.proto that a page is made of.
const (
	moduleRules      = 1
	moduleProviders  = 2
	moduleFunctions  = 3
	moduleDoc        = 5
	moduleFile       = 6
	moduleExtensions = 7
)

// attributeTypes are the names of AttributeType, by number.
var attributeTypes = []string{
	"unknown", "name", "int", "label", "string", "list of strings", "list of ints", "list of labels", "bool",
	"dict: label → string", "dict: string → string", "dict: string → list of strings", "output", "list of outputs",
	"dict: string → label",
}

func attributeType(number uint64) string {
	if number < uint64(len(attributeTypes)) {
		return attributeTypes[number]
	}
	return attributeTypes[0]
}

// message is a decoded protobuf message: what each field number holds, in order.
type message struct {
	numbers map[protowire.Number]uint64
	bytes   map[protowire.Number][][]byte
}

func decode(data []byte) (message, error) {
	decoded := message{map[protowire.Number]uint64{}, map[protowire.Number][][]byte{}}
	for len(data) > 0 {
		number, kind, n := protowire.ConsumeTag(data)
		if n < 0 {
			return message{}, fmt.Errorf("decode module info: %w", protowire.ParseError(n))
		}
		data = data[n:]
		switch kind {
		case protowire.VarintType:
			decoded.numbers[number], n = protowire.ConsumeVarint(data)
		case protowire.BytesType:
			var value []byte
			value, n = protowire.ConsumeBytes(data)
			decoded.bytes[number] = append(decoded.bytes[number], value)
		default:
			n = protowire.ConsumeFieldValue(number, kind, data)
		}
		if n < 0 {
			return message{}, fmt.Errorf("decode module info, field %d: %w", number, protowire.ParseError(n))
		}
		data = data[n:]
	}
	return decoded, nil
}

func (m message) number(field protowire.Number) uint64 { return m.numbers[field] }

func (m message) text(field protowire.Number) string {
	values := m.bytes[field]
	if len(values) == 0 {
		return ""
	}
	return unmangle(string(values[len(values)-1]))
}

// unmangle undoes what Bazel does to text outside of ASCII: it takes each byte of UTF-8 for a character of Latin-1, and
// encodes that once more.
func unmangle(text string) string {
	var bytes []byte
	for _, character := range text {
		if character > 0xff {
			return text
		}
		bytes = append(bytes, byte(character))
	}
	if !utf8.Valid(bytes) {
		return text
	}
	return string(bytes)
}

// messages decodes a repeated field. What does not decode is left out: the whole was decoded once before.
func (m message) messages(field protowire.Number) []message {
	var found []message
	for _, value := range m.bytes[field] {
		if inner, err := decode(value); err == nil {
			found = append(found, inner)
		}
	}
	return found
}

package repository

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
)

// Write writes the description as JSON, piece by piece: as a whole it would be in memory twice, and that of a large lock has
// tens of megabytes.
func (d Description) Write(w io.Writer) error {
	out := &pieces{out: bufio.NewWriterSize(w, 1<<16)}
	out.encoder = json.NewEncoder(out.out)
	out.encoder.SetEscapeHTML(false) // no HTML is made of it, and markers are full of < and >
	out.text("{")
	list(out, "files", d.Files)
	list(out, "hashes", d.Hashes)
	list(out, "singles", d.Singles)
	list(out, "sources", d.Sources)
	out.text(`"hubs":{`)
	for i, hub := range slices.Sorted(maps.Keys(d.Hubs)) {
		out.comma(i)
		out.value(hub)
		out.text(":{")
		for i, file := range slices.Sorted(maps.Keys(d.Hubs[hub])) {
			out.comma(i)
			out.value(file)
			out.text(":")
			out.value(d.Hubs[hub][file])
		}
		out.text("}")
	}
	out.text("}}\n")
	if out.err == nil {
		out.err = out.out.Flush()
	}
	if out.err != nil {
		return fmt.Errorf("write description: %w", out.err)
	}
	return nil
}

func list[T any](out *pieces, name string, values []T) {
	out.value(name)
	out.text(":[")
	for i, value := range values {
		out.comma(i)
		out.value(value)
	}
	out.text("],")
}

// pieces writes JSON until something goes wrong.
type pieces struct {
	out     *bufio.Writer
	encoder *json.Encoder
	err     error
}

func (p *pieces) text(text string) {
	if p.err == nil {
		_, p.err = p.out.WriteString(text)
	}
}

func (p *pieces) comma(i int) {
	if i > 0 {
		p.text(",")
	}
}

func (p *pieces) value(value any) {
	if p.err == nil {
		p.err = p.encoder.Encode(value)
	}
}

package project

import (
	"strconv"

	"github.com/pelletier/go-toml/v2/unstable"
)

// places are the offsets of the things in the [build-system] table. The decoder gives values without places, and the
// parser gives places without TOML's rules about tables, so each is asked for what it knows.
//
// The keys are "" for the table itself, "requires" for a key, "requires=" for its value, and "requires[2]" for an
// item.
type places map[string]int

// findPlaces walks over a document that the decoder has accepted.
func findPlaces(data []byte) places {
	found := places{}
	parser := &unstable.Parser{}
	parser.Reset(data)
	var table []string
	for parser.NextExpression() {
		expression := parser.Expression()
		keys, offsets := keysOf(expression.Key())
		if expression.Kind == unstable.KeyValue {
			found.keyValue(table, keys, offsets, expression.Value())
			continue
		}
		table = keys
		if keys[0] == tableName {
			found.add("", offsets[0])
			if len(keys) > 1 {
				found.add(keys[1], offsets[1])
			}
		}
	}
	return found
}

func keysOf(keys unstable.Iterator) (names []string, offsets []int) {
	for keys.Next() {
		names = append(names, string(keys.Node().Data))
		offsets = append(offsets, int(keys.Node().Raw.Offset))
	}
	return names, offsets
}

// keyValue records "a.b = value" in the table that was opened last.
func (p places) keyValue(table, keys []string, offsets []int, value *unstable.Node) {
	switch {
	case len(table) == 0 && keys[0] == tableName:
		p.add("", offsets[0])
		if len(keys) > 1 {
			p.entry(keys[1], offsets[1], value)
			return
		}
		if value.Kind == unstable.InlineTable {
			for items := value.Children(); items.Next(); {
				names, places := keysOf(items.Node().Key())
				p.entry(names[0], places[0], items.Node().Value())
			}
		}
	case len(table) == 1 && table[0] == tableName:
		p.entry(keys[0], offsets[0], value)
	}
}

func (p places) entry(key string, offset int, value *unstable.Node) {
	p.add(key, offset)
	if value.Raw.Length > 0 {
		p.add(key+"=", int(value.Raw.Offset))
	}
	if value.Kind != unstable.Array {
		return
	}
	index := 0
	for items := value.Children(); items.Next(); index++ {
		if items.Node().Raw.Length > 0 {
			p.add(item(key, index), int(items.Node().Raw.Offset))
		}
	}
}

// add keeps the first place of a name.
func (p places) add(name string, offset int) {
	if _, there := p[name]; !there {
		p[name] = offset
	}
}

// of gives the place of the first of these names that has one. The table's own place is the last resort.
func (p places) of(names ...string) int {
	for _, name := range names {
		if offset, there := p[name]; there {
			return offset
		}
	}
	return p[""]
}

func item(key string, index int) string { return key + "[" + strconv.Itoa(index) + "]" }

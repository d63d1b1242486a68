package wheel

import (
	"strings"
	"testing"
)

// HOOK-3: what was prepared is in the wheel as it was; a wheel may have more, but no other METADATA and entry_points.txt.
func TestDistInfoDifferencesHOOK3(t *testing.T) {
	info := func(pairs ...string) DistInfo {
		d := DistInfo{"METADATA": []byte("Name: demo\n"), "WHEEL": []byte("Tag: py3-none-any\n")}
		for i := 0; i < len(pairs); i += 2 {
			d[pairs[i]] = []byte(pairs[i+1])
		}
		return d
	}
	for name, c := range map[string]struct {
		prepared, wheel DistInfo
		want            string
	}{
		"equal":              {info(), info(), ""},
		"another WHEEL":      {info("WHEEL", "x"), info(), ""},
		"more in the wheel":  {info(), info("licenses/LICENSE", "free", "pbr.json", "{}"), ""},
		"another METADATA":   {info("METADATA", "Name: other\n"), info(), "METADATA: contents\n@@ -1 +1 @@\n-Name: other\n+Name: demo"},
		"deep":               {info("licenses/L", "a"), info("licenses/L", "b"), "licenses/L: contents"},
		"not in the wheel":   {info("top_level.txt", "demo\n"), info(), "top_level.txt: it was prepared, and the wheel has no such file"},
		"new entry points":   {info(), info("entry_points.txt", "[x]\n"), "entry_points.txt: the wheel has it, and it was not prepared"},
		"lost entry points":  {info("entry_points.txt", "[x]\n"), info(), "entry_points.txt: it was prepared"},
		"other entry points": {info("entry_points.txt", "[x]\n"), info("entry_points.txt", "[y]\n"), "entry_points.txt: contents"},
	} {
		var found []string
		for _, d := range DistInfoDifferences(c.prepared, c.wheel) {
			found = append(found, d.File+": "+d.What+"\n"+d.Detail)
		}
		text := strings.Join(found, "\n")
		if len(found) > 1 || (text == "") != (c.want == "") || !strings.HasPrefix(text, c.want) {
			t.Errorf("%s: %q, want %q", name, text, c.want)
		}
	}
}

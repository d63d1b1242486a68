package hook

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// Setting is one KEY=VALUE of config_settings.
type Setting struct{ Key, Value string }

// Settings is config_settings: a key that is given once reaches the hook as a str, one that is given several times as a
// list in the order given, and no settings at all as None (HOOK-1).
type Settings []Setting

// ParseSetting reads KEY=VALUE; the value may be empty and may hold further equals signs.
func ParseSetting(text string) (Setting, error) {
	key, value, found := strings.Cut(text, "=")
	if !found || key == "" {
		return Setting{}, fmt.Errorf("config setting %q is not KEY=VALUE", text)
	}
	return Setting{key, value}, nil
}

// MarshalJSON writes the dict that a hook gets, its keys in the order in which they were first given.
func (s Settings) MarshalJSON() ([]byte, error) {
	if len(s) == 0 {
		return []byte("null"), nil
	}
	values := map[string][]string{}
	var keys []string
	for _, setting := range s {
		if _, seen := values[setting.Key]; !seen {
			keys = append(keys, setting.Key)
		}
		values[setting.Key] = append(values[setting.Key], setting.Value)
	}
	var out bytes.Buffer
	separator := "{"
	for _, key := range keys {
		name, _ := json.Marshal(key)
		var value any = values[key]
		if len(values[key]) == 1 {
			value = values[key][0]
		}
		text, err := json.Marshal(value)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&out, "%s%s:%s", separator, name, text)
		separator = ","
	}
	out.WriteByte('}')
	return out.Bytes(), nil
}

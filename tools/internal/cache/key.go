// Package cache keeps cache directories from one build to the next: as archives that a build declares (Pack, Unpack), and in
// a store on this machine that warm builds share (Store).
//
// A directory belongs to a Key (CACHE-4), and starts empty wherever there is any doubt about it (CACHE-5): another key, another format,
// a build that was killed, a file that is not as the last build left it, a clock that went back. Nothing fails because of it.
//
// What lies in a directory was written by hooks, which are other people's programs. Nothing here follows a link in it.
package cache

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
)

// Format is the version of what archives and stores hold. A directory of another format starts empty.
const Format = 2

// Key is what a cache directory belongs to: a project, and everything but its source that a build depends on.
type Key struct {
	// Project is the project's identity: the label of its directory or sdist.
	Project string `json:"project"`
	// Parts are the rest, in an order that is always the same.
	Parts []Part `json:"parts"`
}

// Part is one thing that a cache directory depends on.
type Part struct {
	// Name is what messages call it, in the plural where it is several: "the compilers".
	Name string `json:"name"`
	// Value is what is compared: text for people where it is short, else a digest.
	Value string `json:"value"`
}

// ID names the key in a store.
func (k Key) ID() string {
	data, err := json.Marshal(struct {
		Format int
		Key    Key
	}{Format, k})
	if err != nil {
		panic(err) // strings and slices can always be encoded
	}
	digest := sha256.Sum256(data)
	return hex.EncodeToString(digest[:16])
}

// Equal says whether two keys are the same.
func (k Key) Equal(other Key) bool {
	return k.Project == other.Project && slices.Equal(k.Parts, other.Parts)
}

// Differences names the parts that are not as they were in an older key, for people.
func (k Key) Differences(old Key) []string {
	if k.Project != old.Project {
		return []string{fmt.Sprintf("the project (%s, not %s)", old.Project, k.Project)}
	}
	before := map[string]string{}
	for _, part := range old.Parts {
		before[part.Name] = part.Value
	}
	var names []string
	for _, part := range k.Parts {
		value, there := before[part.Name]
		if !there || value != part.Value {
			names = append(names, part.describe(value))
		}
		delete(before, part.Name)
	}
	for _, part := range old.Parts {
		if _, left := before[part.Name]; left {
			names = append(names, part.Name)
		}
	}
	return names
}

// maxShown is how long a value may be to be shown.
const maxShown = 60

func (p Part) describe(before string) string {
	if len(p.Value) > maxShown || len(before) > maxShown || p.Value == "" || before == "" || isDigest(p.Value) {
		return p.Name
	}
	return fmt.Sprintf("%s (%s, was %s)", p.Name, p.Value, before)
}

// Digest makes a value of what is too long for one.
func Digest(text string) string {
	digest := sha256.Sum256([]byte(text))
	return digestPrefix + hex.EncodeToString(digest[:])
}

const digestPrefix = "sha256:"

func isDigest(value string) bool {
	return len(value) == len(digestPrefix)+2*sha256.Size && value[:len(digestPrefix)] == digestPrefix
}

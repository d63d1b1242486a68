package adapter

import "slices"

// finished are the outputs of commands that Ninja knows to have succeeded in a session that failed. Make knows nothing of what it did.
func (t Told) finished() map[string]bool {
	finished := map[string]bool{}
	if t.Unfinished == nil {
		return finished
	}
	for output, at := range t.ninjaLog() {
		if at.After(*t.Unfinished) {
			finished[output] = true
		}
	}
	return finished
}

// unfinished names an output of a command that may have been killed while it wrote: one of a session that failed, of which nobody knows that its command
// succeeded. It is newer than all that it is made of, and by that build systems take it for what it should be (CACHE-6). What is made again of what the
// compiler cache has costs little.
func (t Told) unfinished(c command, finished map[string]bool) string {
	if t.Unfinished == nil {
		return ""
	}
	i := slices.IndexFunc(c.outputs, func(output string) bool {
		if finished[output] {
			return false
		}
		return slices.ContainsFunc(t.inBuild([]string{output}), func(name string) bool {
			info, err := t.Cache.Lstat(name)
			return err == nil && info.ModTime().After(*t.Unfinished)
		})
	})
	if i < 0 {
		return ""
	}
	return c.outputs[i]
}

package patch

import "time"

// Series are the patches of one source tree, in their order. The zero value changes nothing.
type Series struct {
	// Files are the patches, and Strip is how many directories are taken off each name in them.
	Files []string
	Strip int
}

// Apply applies all of them, and gives a line for each change, for a log.
func (s Series) Apply(dir string, mtime time.Time) ([]string, error) {
	var lines []string
	for _, file := range s.Files {
		changes, err := Apply(dir, file, Options{Title: file, Strip: s.Strip, Time: mtime})
		if err != nil {
			return nil, err
		}
		for _, change := range changes {
			lines = append(lines, file+" "+change)
		}
	}
	return lines, nil
}

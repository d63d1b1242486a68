package lock

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/rules-pyproject/rules_pyproject/tools/internal/requirement"
)

// Asked is what one hook asked for when a lock was written, and where: a line of the lock's header.
type Asked struct {
	// Hook is the hook's name, and Backend whose it is.
	Hook    string `json:"hook"`
	Backend string `json:"backend"`
	// Project is the project, in a lock that serves several; else "".
	Project string `json:"project,omitempty"`
	// Place is the interpreter and the platform, such as "CPython 3.14 on linux-x86_64".
	Place string `json:"place"`
	// Requires is what the hook asked for, sorted.
	Requires []string `json:"requires"`
}

const (
	askedAnnouncement = "# asked: "
	askedNothing      = "nothing"
	askedProject      = " for "
	askedPlaces       = " and "
)

// SortAsked sorts answers as a lock lists them: the hooks of a project in the order in which they were given, which is that
// of a build.
func SortAsked(answers []Asked) {
	order := map[string]int{}
	for _, a := range answers {
		if _, there := order[a.Hook]; !there {
			order[a.Hook] = len(order)
		}
	}
	slices.SortStableFunc(answers, func(a, b Asked) int {
		return cmp.Or(strings.Compare(a.Project, b.Project), cmp.Compare(order[a.Hook], order[b.Hook]), strings.Compare(a.Place, b.Place))
	})
}

// writeAsked writes the answers, those that are equal at several places as one line.
func writeAsked(w io.Writer, answers []Asked) {
	answers = slices.Clone(answers)
	SortAsked(answers)
	places := map[string][]string{}
	var heads [][3]string
	for _, a := range answers {
		requires := askedNothing
		if len(a.Requires) > 0 {
			requires = strings.Join(a.Requires, ", ")
		}
		head := [3]string{a.Hook + " of " + a.Backend, a.Project, requires}
		key := strings.Join(head[:], "\n")
		if places[key] == nil {
			heads = append(heads, head)
		}
		places[key] = append(places[key], a.Place)
	}
	for _, head := range heads {
		line := head[0]
		if head[1] != "" {
			line += askedProject + head[1]
		}
		line += ", " + strings.Join(places[strings.Join(head[:], "\n")], askedPlaces) + ": " + head[2]
		// A backend's own words: they end no line, and announce no command.
		fmt.Fprintln(w, askedAnnouncement+strings.Join(strings.Fields(line), " "))
	}
}

// ReadAsked reads the answers from the header of a lock, in either format, whatever the rest of the file is: of a lock with
// git's conflict markers the answers of both sides.
func ReadAsked(path string) ([]Asked, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read what was asked: %w", err)
	}
	defer file.Close()
	var answers []Asked
	lines := bufio.NewScanner(io.LimitReader(file, sizeLimit))
	lines.Buffer(nil, sizeLimit)
	for number := 1; lines.Scan(); number++ {
		text, found := strings.CutPrefix(lines.Text(), askedAnnouncement)
		if !found {
			continue
		}
		some, err := parseAsked(strings.TrimSpace(text))
		if err != nil {
			return nil, &Error{File: path, Line: number, Message: "not what hooks were asked for: " + err.Error()}
		}
		for _, one := range some {
			answers = add(answers, one)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read what was asked: %s: %w", path, err)
	}
	return answers, nil
}

// add adds an answer, to that of the same hook at the same place where there is one.
func add(answers []Asked, one Asked) []Asked {
	for i, a := range answers {
		if a.Hook == one.Hook && a.Backend == one.Backend && a.Project == one.Project && a.Place == one.Place {
			answers[i].Requires = slices.Compact(slices.Sorted(slices.Values(append(a.Requires, one.Requires...))))
			return answers
		}
	}
	return append(answers, one)
}

// parseAsked reads "HOOK of BACKEND[ for PROJECT], PLACE[ and PLACE…]: REQUIREMENT[, REQUIREMENT…]".
func parseAsked(line string) ([]Asked, error) {
	whose, requires, found := strings.Cut(line, ": ")
	comma := strings.LastIndex(whose, ", ")
	if !found || comma < 0 {
		return nil, errors.New("expected HOOK of BACKEND, PLACE: REQUIREMENTS")
	}
	var one Asked
	one.Hook, one.Backend, found = strings.Cut(whose[:comma], " of ")
	if !found || one.Hook == "" || one.Backend == "" {
		return nil, errors.New("expected HOOK of BACKEND")
	}
	one.Backend, one.Project, _ = strings.Cut(one.Backend, askedProject)
	var err error
	if one.Requires, err = parseRequires(requires); err != nil {
		return nil, err
	}
	var all []Asked
	for place := range strings.SplitSeq(whose[comma+2:], askedPlaces) {
		one.Place = place
		all = append(all, one)
	}
	return all, nil
}

// parseRequires splits a list of requirements. A marker may hold a comma itself.
func parseRequires(list string) ([]string, error) {
	if list == askedNothing {
		return nil, nil
	}
	var requires []string
	var begun string
	for part := range strings.SplitSeq(list, ", ") {
		begun += part
		parsed, err := requirement.Parse(begun)
		if err != nil {
			begun += ", "
			continue
		}
		requires, begun = append(requires, parsed.String()), ""
	}
	if begun != "" {
		_, err := requirement.Parse(strings.TrimSuffix(begun, ", "))
		return nil, err
	}
	return requires, nil
}

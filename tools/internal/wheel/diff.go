package wheel

import (
	"fmt"
	"strings"
)

// Bounds of diffLines: what a person reads, and what the table below may take.
const (
	diffContext = 2
	diffShown   = 40
	diffTable   = 4 << 20
)

// edit is one line of a diff: ' ' in both, '-' in the first, '+' in the second.
type edit struct {
	kind byte
	line string
}

// diffLines is a short unified diff.
func diffLines(a, b string) string {
	edits := diffEdits(strings.Split(a, "\n"), strings.Split(b, "\n"))
	near := make([]bool, len(edits))
	for i, e := range edits {
		if e.kind != ' ' {
			for j := max(0, i-diffContext); j <= min(len(edits)-1, i+diffContext); j++ {
				near[j] = true
			}
		}
	}
	var out []string
	lineA, lineB := 1, 1
	for i, e := range edits {
		if near[i] {
			if i == 0 || !near[i-1] {
				out = append(out, fmt.Sprintf("@@ -%d +%d @@", lineA, lineB))
			}
			out = append(out, string(e.kind)+clip(e.line))
		}
		if e.kind != '+' {
			lineA++
		}
		if e.kind != '-' {
			lineB++
		}
	}
	if len(out) > diffShown {
		out = append(out[:diffShown], fmt.Sprintf("… %d more lines", len(out)-diffShown))
	}
	return strings.Join(out, "\n")
}

// clip shortens a line and shows what can't be seen.
func clip(line string) string {
	const most = 200
	if strings.HasSuffix(line, "\r") {
		line = strings.TrimSuffix(line, "\r") + "\\r"
	}
	if len(line) > most {
		return strings.ToValidUTF8(line[:most], "") + "…"
	}
	return line
}

// diffEdits finds a shortest list of edits by the textbook table, after the common beginning and end were cut off. Texts
// too large for the table are shown as removed and added whole.
func diffEdits(a, b []string) []edit {
	var head, tail []edit
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		head = append(head, edit{' ', a[0]})
		a, b = a[1:], b[1:]
	}
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		tail = append([]edit{{' ', a[len(a)-1]}}, tail...)
		a, b = a[:len(a)-1], b[:len(b)-1]
		if len(tail) > diffContext {
			tail = tail[:diffContext+1]
		}
	}
	if len(a)*len(b) > diffTable {
		for _, line := range a {
			head = append(head, edit{'-', line})
		}
		for _, line := range b {
			head = append(head, edit{'+', line})
		}
		return append(head, tail...)
	}
	common := make([][]int32, len(a)+1)
	for i := range common {
		common[i] = make([]int32, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				common[i][j] = common[i+1][j+1] + 1
			} else {
				common[i][j] = max(common[i+1][j], common[i][j+1])
			}
		}
	}
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			head = append(head, edit{' ', a[i]})
			i, j = i+1, j+1
		case j == len(b) || i < len(a) && common[i+1][j] >= common[i][j+1]:
			head = append(head, edit{'-', a[i]})
			i++
		default:
			head = append(head, edit{'+', b[j]})
			j++
		}
	}
	return append(head, tail...)
}

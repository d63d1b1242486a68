package project

import "strings"

// nearest gives the candidate that a mistyped word was most likely meant to be, or "" if none is near.
func nearest(word string, candidates []string) string {
	fold := func(s string) string { return strings.NewReplacer("_", "", "-", "").Replace(strings.ToLower(s)) }
	best, bestDistance := "", 4
	for _, candidate := range candidates {
		a, b := fold(word), fold(candidate)
		d := distance(a, b)
		// "backend" for "build-backend" and "require" for "requires": a part is near, however long the rest.
		if len(a) >= 4 && strings.Contains(b, a) {
			d = min(d, 3)
		}
		if d < bestDistance && d < max(len(a), 2) {
			best, bestDistance = candidate, d
		}
	}
	return best
}

// distance is the number of letters that have to be inserted, removed or replaced to make a of b (Levenshtein).
func distance(a, b string) int {
	const limit = 64 // longer words are near to none of ours
	if len(a) > limit || len(b) > limit {
		return limit
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j+1]+1, row[j]+1)
		}
	}
	return row[len(b)]
}

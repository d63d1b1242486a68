package main

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// summary says what runs of one thing have in common. The mean is left out: one disturbed run would be all of it.
type summary struct{ median, min, max float64 }

// summarise is of no use without values, and says so with NaN.
func summarise(values []float64) summary {
	if len(values) == 0 {
		return summary{math.NaN(), math.NaN(), math.NaN()}
	}
	sorted := slices.Sorted(slices.Values(values))
	middle := len(sorted) / 2
	median := sorted[middle]
	if len(sorted)%2 == 0 {
		median = (sorted[middle-1] + sorted[middle]) / 2
	}
	return summary{median, sorted[0], sorted[len(sorted)-1]}
}

// median is the middle of the values.
func median(values []float64) float64 { return summarise(values).median }

// ratios divides run by run: the two of a pair were measured one after the other, so that what else the machine did
// at that time is in both. A run that one of the two lacks is left out.
func ratios(numerators, denominators []float64) []float64 {
	var out []float64
	for i := range min(len(numerators), len(denominators)) {
		if denominators[i] > 0 {
			out = append(out, numerators[i]/denominators[i])
		}
	}
	return out
}

// milliseconds is the unit of all tables.
func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// ms shows milliseconds as precisely as they are worth.
func ms(value float64) string {
	switch {
	case math.IsNaN(value):
		return "–"
	case math.Abs(value) < 10:
		return fmt.Sprintf("%.1f", value)
	}
	return fmt.Sprintf("%.0f", value)
}

// ratio shows a ratio.
func ratio(value float64) string {
	if math.IsNaN(value) {
		return "–"
	}
	return fmt.Sprintf("%.2f", value)
}

// spread shows a ratio's median, with the least and the greatest.
func (s summary) spread() string {
	if math.IsNaN(s.median) {
		return "–"
	}
	return fmt.Sprintf("%s (%s–%s)", ratio(s.median), ratio(s.min), ratio(s.max))
}

// times shows milliseconds in the same way.
func (s summary) times() string {
	if math.IsNaN(s.median) {
		return "–"
	}
	return fmt.Sprintf("%s (%s–%s)", ms(s.median), ms(s.min), ms(s.max))
}

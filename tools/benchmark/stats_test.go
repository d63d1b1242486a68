package main

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestSummarise(t *testing.T) {
	for _, test := range []struct {
		name   string
		values []float64
		want   summary
	}{
		{"one", []float64{3}, summary{3, 3, 3}},
		{"odd", []float64{9, 1, 2}, summary{2, 1, 9}},
		{"even", []float64{4, 1, 3, 100}, summary{3.5, 1, 100}},
	} {
		t.Run(test.name, func(t *testing.T) {
			before := slices.Clone(test.values)
			if got := summarise(test.values); got != test.want {
				t.Errorf("got %v, want %v", got, test.want)
			}
			if !slices.Equal(before, test.values) {
				t.Errorf("the values were sorted in place: pairs of runs would not be pairs any more")
			}
		})
	}
	if got := summarise(nil).spread(); got != "–" {
		t.Errorf("no values: %q", got)
	}
}

func TestRatios(t *testing.T) {
	got := ratios([]float64{1, 2, 3, 4}, []float64{2, 0, 12})
	if want := []float64{0.5, 0.25}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestTable(t *testing.T) {
	var out strings.Builder
	if err := writeTable(&out, []string{"case", "ms"}, [][]string{{"idna", "9.5"}, {"attrs", "–"}}); err != nil {
		t.Fatal(err)
	}
	if want := "\n| case | ms |\n| --- | ---: |\n| idna | 9.5 |\n| attrs | – |\n\n"; out.String() != want {
		t.Errorf("got %q, want %q", out.String(), want)
	}
}

// TestQuiet has a machine that is busy for three glances.
func TestQuiet(t *testing.T) {
	for _, test := range []struct {
		patience  time.Duration
		disturbed int
	}{{time.Hour, 0}, {0, 1}} {
		looks := 0.0
		q := &quiet{patience: test.patience, shares: func() (float64, float64, bool) {
			looks++
			return max(0, looks-6), looks, true
		}}
		q.wait(t.Context())
		if q.disturbed != test.disturbed || q.measured != 1 {
			t.Errorf("patience of %s: %d of %d disturbed, want %d of 1", test.patience, q.disturbed, q.measured, test.disturbed)
		}
	}
}

func TestNumbers(t *testing.T) {
	for want, got := range map[string]string{
		"9.9": ms(9.94), "12": ms(12.4), "–": ms(math.NaN()), "0.50": ratio(0.4999), "2.0 (1.0–30)": summary{2, 1, 30}.times(),
		"1500": ms(milliseconds(1500 * time.Millisecond)),
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"time"
)

// heading says what the numbers below are worth.
func heading(ctx context.Context, out io.Writer) {
	commit := "unknown"
	if text, err := exec.CommandContext(ctx, "git", "rev-parse", "--short", "HEAD").Output(); err == nil {
		commit = strings.TrimSpace(string(text))
	}
	fmt.Fprintf(out, "%s, %d processors, load before it began %s, commit %s, %s.\n\nTimes are milliseconds.\n",
		time.Now().UTC().Format("2006-01-02 15:04 UTC"), runtime.NumCPU(), load(), commit, strings.Join(frontendTools, ", "))
}

// load is how busy the machine was during the last one, five and fifteen minutes: below 1 before it begins, the numbers are good.
func load() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	return strings.Join(strings.Fields(string(text))[:3], " ")
}

// writeTable writes a table in Markdown; all columns but the first hold numbers.
func writeTable(out io.Writer, head []string, rows [][]string) error {
	line := func(cells []string) string { return "| " + strings.Join(cells, " | ") + " |\n" }
	rule := slices.Repeat([]string{"---:"}, len(head))
	rule[0] = "---"
	text := "\n" + line(head) + line(rule)
	for _, row := range rows {
		text += line(row)
	}
	_, err := io.WriteString(out, text+"\n")
	return err
}

// writeRatios compares with the frontends, case by case, and in the middle over the pure and the native ones.
func writeRatios(out io.Writer, results []*caseTimes) error {
	head := []string{
		"case", "action", "verb", "uv", "uv, tree", "build", "build, uv installer",
		"action ÷ uv", "action ÷ uv, tree", "verb ÷ uv", "action ÷ build", "action ÷ build, uv installer",
	}
	var rows [][]string
	middles := map[bool][][]float64{}
	for _, c := range results {
		action, verb := c.actionTotals(), c.verbWalls()
		compared := []summary{
			summarise(ratios(action, c.uv)), summarise(ratios(action, c.uvTree)), summarise(ratios(verb, c.uv)),
			summarise(ratios(action, c.pip)), summarise(ratios(action, c.uvPip)),
		}
		row := []string{c.name}
		var middle []float64
		for _, times := range [][]float64{action, verb, c.uv, c.uvTree, c.pip, c.uvPip} {
			row, middle = append(row, ms(median(times))), append(middle, median(times))
		}
		for _, s := range compared {
			row, middle = append(row, s.spread()), append(middle, s.median)
		}
		rows, middles[c.native] = append(rows, row), append(middles[c.native], middle)
	}
	for _, native := range []bool{false, true} {
		if len(middles[native]) == 0 {
			continue
		}
		row := []string{map[bool]string{false: "**median, pure**", true: "**median, native**"}[native]}
		for i := range middles[native][0] {
			values := column(middles[native], func(row []float64) float64 { return row[i] })
			show := ms
			if i > 5 {
				show = func(float64) string { return summarise(values).spread() }
			}
			row = append(row, show(median(values)))
		}
		rows = append(rows, row)
	}
	if err := writeTable(out, head, rows); err != nil {
		return err
	}
	for _, c := range results {
		if len(c.uvOwn) > 0 {
			fmt.Fprintf(out, "%s: uv, past the backend, takes %s ms; action ÷ that is %s.\n",
				c.name, summarise(c.uvOwn).times(), summarise(ratios(c.actionTotals(), c.uvOwn)).spread())
		}
	}
	return nil
}

// ownSteps are the helper's steps, in the order in which they happen. Those of "prepare" happen at the same time.
var ownSteps = []string{
	"open room", "prepare", "prepare walls", "prepare source", "prepare environment", "prepare interpreter", "prepare compilers",
	"check wheel", "deliver", "close room", "processes",
}

// writeOwnWork says what of an action is not in hooks, in the middle over all cases, step by step.
func writeOwnWork(out io.Writer, with string, results []*caseTimes) error {
	values := map[string][]float64{}
	var rows [][]string
	for _, c := range results {
		hooks := median(column(c.verbs, func(t verbTimes) float64 { return t.hooks }))
		own := median(column(c.verbs, verbTimes.own))
		staging := median(column(c.actions, func(t actionTimes) float64 { return t.staging }))
		// Each a median of its own: a difference of single runs would be mostly noise of the hooks.
		sandbox := median(column(c.actions, func(t actionTimes) float64 { return t.helper })) - median(c.verbWalls())
		bazel := median(column(c.actions, func(t actionTimes) float64 { return t.bazel - t.action }))
		for name, value := range map[string]float64{
			"hooks": hooks, "own": own, "staging": staging, "sandbox": sandbox, "all": own + staging, "with sandbox": own + staging + sandbox, "bazel": bazel,
		} {
			values[name] = append(values[name], value)
		}
		for _, step := range ownSteps {
			values[step] = append(values[step], median(column(c.verbs, func(t verbTimes) float64 { return t.steps[step] })))
		}
		rows = append(rows, []string{c.name, ms(hooks), ms(own), ms(staging), ms(sandbox), ms(own + staging + sandbox)})
	}
	fmt.Fprintf(out, "\nOutside of the hooks, with %s:\n", with)
	if err := writeTable(out, []string{"case", "hooks", "helper", "Bazel's staging", "Bazel's sandbox", "helper + Bazel"}, rows); err != nil {
		return err
	}
	rows = nil
	show := func(title, name string) {
		if s := summarise(values[name]); !math.IsNaN(s.median) && s.max > 0 {
			rows = append(rows, []string{title, s.times()})
		}
	}
	for _, step := range ownSteps {
		show("helper: "+step, step)
	}
	show("**helper, all of it**", "own")
	show("Bazel: staging, before and after the process", "staging")
	show("Bazel: its sandbox and a second core's load", "sandbox")
	show("**helper + staging**", "all")
	show("**helper + staging + sandbox**", "with sandbox")
	show("hooks", "hooks")
	show("Bazel: all of the command but the action", "bazel")
	return writeTable(out, []string{"median over the cases", "ms (least–most)"}, rows)
}

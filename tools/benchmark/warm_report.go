package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"time"
)

// warmMeasured are the builds of one project, by what built and what it began with; those of one index were made in turn.
type warmMeasured map[string]map[warmState][]warmTimes

func (m warmMeasured) add(name string, state warmState, times warmTimes) {
	if m[name] == nil {
		m[name] = map[warmState][]warmTimes{}
	}
	m[name][state] = append(m[name][state], times)
}

// walls are the times of the whole commands, and compiled the most that any of them compiled.
func (m warmMeasured) walls(name string, state warmState) []float64 {
	return column(m[name][state], func(t warmTimes) float64 { return t.Wall })
}

func (m warmMeasured) actions(name string, state warmState) []float64 {
	return column(m[name][state], func(t warmTimes) float64 { return t.Action })
}

func (m warmMeasured) compiled(name string, state warmState) string {
	if len(m[name][state]) == 0 {
		return "–"
	}
	most := 0
	for _, t := range m[name][state] {
		most = max(most, t.Compiled)
	}
	return fmt.Sprint(most)
}

// warmResults are the last results of each project. They stay in a file: a run measures what it is asked for, and tables and plot have all.
type warmResults struct {
	file     string
	Projects map[string]warmMeasured
	Measured map[string]string // by project, when
}

func loadWarm(file string) (*warmResults, error) {
	results := &warmResults{file: file, Projects: map[string]warmMeasured{}, Measured: map[string]string{}}
	data, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return results, nil
	}
	if err != nil {
		return nil, err
	}
	return results, json.Unmarshal(data, results)
}

// keep replaces the results of those that were measured.
func (r *warmResults) keep(project string, measured warmMeasured) error {
	if r.Projects[project] == nil {
		r.Projects[project] = warmMeasured{}
	}
	for name, states := range measured {
		r.Projects[project][name] = states
	}
	r.Measured[project] = time.Now().UTC().Format("2006-01-02 15:04 UTC")
	data, err := json.MarshalIndent(r, "", " ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(r.file), 0o755); err != nil {
		return err
	}
	return os.WriteFile(r.file, data, 0o644)
}

// allowed is CACHE-7's target after a one-file edit, by the limit's time.
func allowed(limit float64) float64 { return 1.25*limit + 150 }

// writeWarm writes two tables: ours against the limit, and everybody.
func writeWarm(out io.Writer, results *warmResults, projects []string) error {
	var compared, all [][]string
	for _, name := range projects {
		m, ok := results.Projects[name]
		if !ok {
			continue
		}
		project, err := findWarmProject(name)
		if err != nil {
			return err
		}
		for _, state := range warmStates {
			if len(m[oursName][state]) == 0 {
				continue
			}
			compared = append(compared, append([]string{name, string(state)}, comparedCells(m, state)...))
			row := []string{fmt.Sprintf("%s (%s)", name, project.builds), string(state)}
			for _, contender := range warmContenders {
				if contender != watchName {
					row = append(row, ms(median(m.walls(contender, state))), m.compiled(contender, state))
				}
			}
			all = append(all, row)
		}
	}
	if err := writeTable(out, []string{
		"project", "state", "ours, command", "ours, action", "limit", "command ÷ limit", "action ÷ limit", "allowed", "watch says", "after the edit", "compiled: ours", "limit",
	}, compared); err != nil {
		return err
	}
	head := []string{"project", "state"}
	for _, contender := range warmContenders {
		if contender != watchName {
			head = append(head, contender, "compiled")
		}
	}
	return writeTable(out, head, all)
}

func comparedCells(m warmMeasured, state warmState) []string {
	command, action, limit := m.walls(oursName, state), m.actions(oursName, state), m.walls(limitName, state)
	target := "–"
	if state == editedState || state == smallState {
		target = ms(allowed(median(limit)))
	}
	return []string{
		summarise(command).times(), summarise(action).times(), summarise(limit).times(),
		summarise(ratios(command, limit)).spread(), summarise(ratios(action, limit)).spread(), target,
		summarise(m.walls(watchName, state)).times(), summarise(m.actions(watchName, state)).times(),
		m.compiled(oursName, state), m.compiled(limitName, state),
	}
}

// seconds shows a time as a plot does.
func seconds(value float64) string {
	if math.IsNaN(value) {
		return "–"
	}
	return fmt.Sprintf("%.1f s", value/1000)
}

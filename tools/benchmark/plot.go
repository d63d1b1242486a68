package main

import (
	"fmt"
	"html"
	"math"
	"strings"
)

const (
	plotWidth  = 760
	plotLabel  = 190 // where bars begin
	plotBars   = 430 // the width of the longest one
	plotRow    = 22
	plotHeader = 34
)

// plotted are the bars of each project, and what they are called.
var plotted = []struct{ name, title, class string }{
	{oursName, "rules_pyproject", "ours"},
	{limitName, "the backend in its tree", "limit"},
	{noIsolationName, "build --no-isolation", "peer"},
	{"build", "build", "peer"},
	{"uv", "uv build", "peer"},
}

// plotStyle has colours for light and for dark pages, which an image is told of by the reader's browser.
const plotStyle = `<style>
text { font: 13px system-ui, sans-serif; fill: #1f2328 }
.project { font-weight: 600 }
.ours { fill: #0969da } .limit { fill: #57ab5a } .peer { fill: #9da5ae }
@media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .ours { fill: #4493f8 } .peer { fill: #656c76 } }
</style>
`

// plotWarm draws what a build after a one-file edit takes, project by project, each with a scale of its own.
func plotWarm(results *warmResults) string {
	var body strings.Builder
	y := 0
	text := func(class string, x, y int, s string) {
		fmt.Fprintf(&body, `<text%s x="%d" y="%d">%s</text>`+"\n", class, x, y, html.EscapeString(s))
	}
	for _, p := range warmProjects {
		m := results.Projects[p.name]
		longest := 0.0
		for _, bar := range plotted {
			if value := median(m.walls(bar.name, editedState)); !math.IsNaN(value) {
				longest = max(longest, value)
			}
		}
		if longest == 0 {
			continue
		}
		text(` class="project"`, 0, y+plotHeader-12, fmt.Sprintf("%s (%s), one file edited", p.name, p.builds))
		y += plotHeader
		for _, bar := range plotted {
			value := median(m.walls(bar.name, editedState))
			if math.IsNaN(value) {
				continue
			}
			width := max(1, int(value/longest*plotBars))
			text("", 12, y+14, bar.title)
			fmt.Fprintf(&body, `<rect class="%s" x="%d" y="%d" width="%d" height="%d" rx="2"/>`+"\n", bar.class, plotLabel, y+2, width, plotRow-6)
			text("", plotLabel+width+6, y+14, fmt.Sprintf("%s, compiled %s", seconds(value), m.compiled(bar.name, editedState)))
			y += plotRow
		}
	}
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" role="img">`+"\n<title>How long a wheel takes after a one-file edit</title>\n",
		plotWidth, y+8, plotWidth, y+8) + plotStyle + body.String() + "</svg>\n"
}

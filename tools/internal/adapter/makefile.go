package adapter

import (
	"errors"
	"path"
	"strings"
)

// makefiles reads the commands of the last build from what CMake wrote for make; nil if it was for another build system.
func (t Told) makefiles() ([]command, error) {
	list, err := t.kept("CMakeFiles/TargetDirectories.txt")
	if err != nil || list == "" {
		return nil, err
	}
	if text, err := t.kept("Makefile"); err != nil || text == "" {
		return nil, err
	}
	var commands []command
	for dir := range strings.Lines(list) {
		dir, ok := strings.CutPrefix(strings.TrimSpace(dir), t.Inside+"/"+directory+"/")
		if !ok {
			continue
		}
		rules, err := t.kept(dir + "/build.make")
		if err != nil {
			return nil, err
		}
		flags, flagsErr := t.kept(dir + "/flags.make")
		link, linkErr := t.kept(dir + "/link.txt")
		if flagsErr != nil || linkErr != nil {
			return nil, errors.Join(flagsErr, linkErr)
		}
		commands = append(commands, parseBuildMake(rules, flags, link)...)
	}
	return commands, nil
}

// parseBuildMake reads the rules of one target of CMake's. Command lines of compilers and linkers are in files of their own: flags and link.
func parseBuildMake(text, flags, link string) (commands []command) {
	var order []string
	rules := map[string]*command{}
	known := map[string]string{} // what compiles and links: more of its command line
	current := ""
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		if recipe, ok := strings.CutPrefix(line, "\t"); ok {
			if rule := rules[current]; rule != nil {
				rule.text += recipe + "\n"
			}
			continue
		}
		target, inputs, ok := strings.Cut(line, ":")
		if !ok || strings.HasPrefix(line, "#") || strings.HasPrefix(line, ".") || strings.Contains(target, "=") {
			continue
		}
		current = strings.ReplaceAll(target, `\ `, " ")
		if rules[current] == nil {
			rules[current] = &command{outputs: []string{current}}
			order = append(order, current)
		}
		rules[current].inputs += inputs + " "
		// Compiling and linking depend on their flags, and on the rules themselves.
		switch path.Base(strings.TrimSpace(inputs)) {
		case "flags.make":
			known[current] = flags
		case "link.txt", "build.make":
			known[current] = link
		}
	}
	for _, target := range order {
		rule := rules[target]
		if rule.text == "" {
			continue
		}
		more, compiles := known[target]
		rule.generator, rule.text = !compiles, rule.text+more
		commands = append(commands, *rule)
	}
	return commands
}

package main

// checking is the flavour of a project whose configuration looks into its source.
const checking = "checking"

// lookup is one way in which Meson, while it configures, depends on a file of the source. What it finds is a macro of the module.
type lookup struct {
	name string
	// expression is what meson.build asks.
	expression string
	// edit changes what it finds, and says is what the log then has to say of the configuration.
	edit func(*walk) error
	says string
}

const includesChecked = `include_directories: include_directories('../inc/checked')`

// lookups are in an order in which each file is still as the next one needs it. No two in a row find the same.
var lookups = []lookup{
	{
		"a header that a check includes", `cc.compiles('#include "checked.h"\n_Static_assert(CHECKED == 1, "");', ` + includesChecked + `).to_int()`,
		replace("inc/checked/checked.h", "CHECKED 1", "CHECKED 2"), "configured anew: in its log the source tree is named",
	},
	{
		"a header that says a size", `cc.sizeof('struct checked', prefix: '#include "checked.h"', ` + includesChecked + `)`,
		replace("inc/checked/checked.h", "size[4]", "size[5]"), "configured anew: in its log the source tree is named",
	},
	{
		"a program that a check runs", `cc.run(files('../src/checked.c')).returncode()`,
		replace("src/checked.c", "return 1", "return 2"), "configured anew: src/checked.c, which it read, has changed",
	},
	{
		"a program that a check compiles", `cc.compiles(files('../src/checked.c')).to_int()`,
		replace("src/checked.c", "return 2", "return x"), "configured anew: src/checked.c, which it read, has changed",
	},
	{
		"a script", `run_command(python, files('../gen/said.py'), check: true).stdout().strip()`,
		replace("gen/said.py", "1", "7"), "configured anew: gen/said.py, which it read, has changed",
	},
	{
		"what a program reads", `run_command(python, '-c', 'print(open("../inc/checked/checked.h").read().split()[2])', check: true).stdout().strip()`,
		replace("inc/checked/checked.h", "CHECKED 2", "CHECKED 3"), "configured anew: it ran a command that may have read anything",
	},
	{
		"fs.read", `'1' + import('fs').read('../inc/checked/checked.h').split()[2]`,
		replace("inc/checked/checked.h", "CHECKED 3", "CHECKED 4"), "configured anew: inc/checked/checked.h, which it read, has changed",
	},
	{
		"fs.size", `import('fs').size('../src/checked.c')`,
		replace("src/checked.c", "return x", "return xx"), "configured anew: generating/meson.build asks for the size of a file",
	},
	{
		"none of the source", `cc.has_header('stdint.h').to_int() + cc.sizeof('long')`,
		replace("src/module.c", `"EDITED", 0`, `"EDITED", 4`), "the configuration stays",
	},
}

// checks are the edits of that flavour, rows of the table alone: for each lookup one that makes Meson ask, and one of what it finds.
func checks() (all []edit) {
	of := func(name, says string, make func(*walk) error) {
		all = append(all, edit{name: name, make: make, says: says, only: []string{"meson_python"}, flavours: []string{checking}})
	}
	for _, l := range lookups {
		text := "cc = meson.get_compiler('c')\nadd_project_arguments('-DFLAG=@0@'.format(" + l.expression + "), language: 'c')\n"
		of("looked up: "+l.name, "configured anew: generating/meson.build has changed", write("generating/meson.build", text))
		of("changed: "+l.name, l.says, l.edit)
	}
	of("a default that is looked up", "configured anew: meson.build has changed", replace("meson.build", "'b_lundef=false'",
		"'b_lundef=false', run_command('sed', '-n', 's/.*CHECKED /level=/p', 'inc/checked/checked.h', check: true).stdout().strip()"))
	of("changed: a default that is looked up", "configured anew: inc/checked/checked.h, which it read, has changed", replace("inc/checked/checked.h", "CHECKED 4", "CHECKED 5"))
	return all
}
